"""Files beside the pages: style sheet and script from their parts, icon and logo. Nothing is loaded from elsewhere."""

import shutil
from pathlib import Path

from checker.domain_names import printable
from checker.report.site_settings import SiteSettings
from checker.report.templates import templates_directory

_IMAGES = (".svg", ".png", ".webp")
_LOGO_MAX_BYTES = 100_000

STYLE, SCRIPT, ICON = "style.css", "site.js", "icon.svg"


def write(directory: Path, settings: SiteSettings) -> None:
    """Put them at the site's top. Raises OSError, also when the logo cannot be read."""
    templates = templates_directory()
    (directory / STYLE).write_text(_together(templates / "style", "css"), encoding="utf-8", newline="\n")
    (directory / SCRIPT).write_text(_together(templates / "script", "js"), encoding="utf-8", newline="\n")
    shutil.copyfile(templates / ICON, directory / ICON)
    if settings.logo:
        shutil.copyfile(settings.logo, directory / logo_name(settings))


def logo_name(settings: SiteSettings) -> str:
    """What the logo is called on the site, "" without one."""
    return f"logo{Path(settings.logo).suffix.lower()}" if settings.logo else ""


def logo_problems(logo: Path) -> tuple[str, ...]:
    """What keeps a file from being the site's logo; nothing when it can be."""
    if logo.suffix.lower() not in _IMAGES:
        return (f"logo: {printable(str(logo))}: is neither {' nor '.join(_IMAGES)}",)
    try:
        size = logo.stat().st_size
    except OSError as error:
        return (f"logo: {printable(str(logo))}: cannot be read: {error.strerror or type(error).__name__}",)
    if size > _LOGO_MAX_BYTES:
        return (
            f"logo: {printable(str(logo))}: is larger than {_LOGO_MAX_BYTES // 1000} kB; every page shows it",
        )
    return ()


def _together(folder: Path, kind: str) -> str:
    """The parts as one text, `base` first, then by name."""
    parts = sorted(folder.glob(f"*.{kind}"), key=lambda part: (part.stem != "base", part.stem))
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)
