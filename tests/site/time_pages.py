"""Pages of the site over time, written for the tests that look at them."""

from html.parser import HTMLParser
from pathlib import Path

from checker.history.past import Past
from checker.report.model import COLUMNS, PendingRow, RowResult, SweepInfo, summary_of
from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS
from checker.site.material import Material
from checker.site.pages import Pages
from tests.report.rows import SWEEP, result_of, row_of


def languages(
    directory: Path,
    past: Past | None,
    *,
    standing: Path | None = None,
    study: tuple[RowResult, ...] = (),
    results: tuple[RowResult, ...] = (),
    settings: SiteSettings | None = None,
) -> tuple[Pages, ...]:
    """The pages of every language into a directory; the rows shown are of no matter to most."""
    shown: SweepInfo = past.sweeps[-1] if past is not None and past.sweeps else SWEEP
    rows = results or (result_of(row_of(), **dict.fromkeys(COLUMNS, "Ja")),)
    material = Material(
        results=lambda: iter(rows),
        pending=lambda: map(PendingRow, rows),
        sweep=shown,
        settings=settings or SiteSettings(title="Prov"),
        past=past,
        study=study,
        standing=standing,
    )
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(Pages(directory, lang, material, summary_of(rows)) for lang in LANGS)


class Elements(HTMLParser):
    """Every element of a page with its attributes, every id, and the text of what is open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of one kind."""
        return [attrs for name, attrs in self.elements if name == tag]


def page(directory: Path, path: str) -> Elements:
    """One written page, read."""
    return Elements((directory / path / "index.html").read_text(encoding="utf-8"))
