"""Where the templates are and how they are read. Knows nothing of what is filled in."""

from pathlib import Path

import jinja2


def templates_directory() -> Path:
    """`templates` beside the package in a checkout, inside the package in a wheel; FileNotFoundError when neither."""
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "templates", package.parent / "templates"):
        if (candidate / "base.html").is_file():
            return candidate
    raise FileNotFoundError(f"no templates beside or in {package}")


def template_environment() -> jinja2.Environment:
    """Reads templates that escape all they are given, and fail on a name that they were not given."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_directory()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
