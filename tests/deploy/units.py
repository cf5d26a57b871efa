"""systemd unit files as data: sections of settings, each with its values in order. Source: systemd.syntax(7)."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIRECTORY = ROOT / "deploy" / "systemd"
SERVICES = ("indikatorkollen.service", "indikatorkollen-schedule.service", "indikatorkollen-resume.service")
PROGRAM = "/opt/indikatorkollen/bin/checker"

Unit = Mapping[str, Mapping[str, list[str]]]


def read_unit(path: Path) -> Unit:
    """The unit's sections; lines that end in a backslash go on."""
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith(("#", ";")):
            key, equals, value = line.partition("=")
            assert equals, line
            section.setdefault(key, []).append(value)
    return sections
