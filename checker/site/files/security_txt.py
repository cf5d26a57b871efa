"""security.txt (RFC 9116) of the site itself, from the settings. Not signed."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from checker.report.dates import machine_time
from checker.site.material import Material

PATH = ".well-known/security.txt"

VALID_FOR = timedelta(days=90)
"""From the sweep that the site shows: a site that is no longer renewed lets its contact expire (§2.5.5: less than a year)."""


def write(directory: Path, material: Material) -> None:
    """Write the file; nothing without a contact.

    Where the site stands below a path, it is the host's root that must answer with the file (§3), and that is what it
    says of itself.
    """
    settings = material.settings
    if not settings.security_contacts:
        return
    lines = [
        *(f"Contact: {contact}" for contact in settings.security_contacts),
        f"Expires: {machine_time(material.sweep.finished + VALID_FOR)}",
        "Preferred-Languages: sv, en",
    ]
    if settings.security_policy:
        lines.append(f"Policy: {settings.security_policy}")
    if settings.base.startswith("https://"):
        lines.append(f"Canonical: https://{urlsplit(settings.base).netloc}/{PATH}")
    path = directory / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
