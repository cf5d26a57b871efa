"""Sites with the pages of sweeps, and the same made again beside them, for the tests of what is taken over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from checker.history.changes import CellRow
from checker.history.past import Past
from checker.report.model import SweepInfo
from checker.report.site_settings import SiteSettings
from checker.site import sweeps
from tests.site.pasts import nights, past_of
from tests.site.time_pages import languages

SLUGS = ("2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04")
PAGES = ("svep/{}/index.html", "en/svep/{}/index.html", "svep/{}/results.csv")


def past_until(night: int) -> Past:
    """The same past, known until a night."""
    tables = [
        {"AB": ("Ja", "Ja (F)", "Nej", "Ja", "–"), "C": ("Nej", "Nej", "Ja", "Nej", "Nej")},
        {"AB": ("Ja", "Ja", "Nej", "Ja", "–"), "C": ("Ej mätt", "Nej", "Ja", "Nej", "Nej")},
        {"AB": ("Ja", "Ja", "Nej", "Ja", "–")},
        {"AB": ("Ja", "Ja", "Nej", "Ja", "–"), "D": ("Ja (C)",) * 5},
    ]
    return past_of(nights(night), tables[:night])


def written(directory: Path, past: Past, standing: Path | None = None, publisher: str = "") -> Path:
    """The pages of sweeps in a folder."""
    sweeps.write(languages(directory, past, standing=standing, settings=SiteSettings(publisher=publisher)))
    return directory


def counted(past: Past) -> tuple[Past, list[str]]:
    """The same past, and the sweeps whose rows were read."""
    read: list[str] = []

    def rows_of(sweep: SweepInfo) -> Iterator[CellRow]:
        read.append(sweep.id)
        return past.rows_of(sweep)

    return replace(past, rows_of=rows_of), read


def contents(directory: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }
