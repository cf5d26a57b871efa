"""Sites made up for the tests: what they are made of, and single pages of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from checker.history.changes import Change, Kind
from checker.history.past import Past
from checker.report.feeds import FeedSource
from checker.report.model import COLUMNS, PendingRow, RowResult, summary_of
from checker.report.site_settings import SiteSettings
from checker.report.words import Lang
from checker.site.material import Material
from checker.site.pages import Pages
from tests.report.rows import SWEEP, hostile_result, table_6
from tests.site.html_tree import Element, tree_of
from tests.site.pasts import past_of


def material_of(*results: RowResult, **more: object) -> Material:
    """A site of these rows and the sweep of the 2017 table."""
    material = Material(
        results=lambda: iter(results),
        pending=lambda: map(PendingRow, results),
        sweep=SWEEP,
        settings=SiteSettings(),
    )
    return replace(material, **more)  # type: ignore[arg-type]  # the fields are the caller's


def pages_of(directory: Path, material: Material, lang: Lang = "sv") -> Pages:
    return Pages(directory, lang, material, summary_of(material.results()))


def page_by(
    write: Callable[[Pages], None], directory: Path, path: str, material: Material, lang: Lang = "sv"
) -> Element:
    """The one page that a module writes."""
    pages = pages_of(directory, material, lang)
    write(pages)
    return tree_of(directory / pages.folder / path / "index.html")


def nights_before(count: int, **changes: tuple[Change, ...]) -> Past:
    """The past of table 6 over as many nights, tonight's sweep among them; `night3` changed with the fourth."""
    sweeps = tuple(
        replace(SWEEP, id=f"n{back}", started=SWEEP.started - timedelta(days=back)) if back else SWEEP
        for back in reversed(range(count))
    )
    table = {result.row.code: [result.cell(column) for column in COLUMNS] for result in table_6()}
    told = {sweep.id: changes.get(f"night{place}", ()) for place, sweep in enumerate(sweeps)}
    past = past_of(sweeps, [table] * count)
    return replace(past, changes_of=lambda sweep: told[sweep.id])


def change_of(
    kind: Kind, before: str, now: str, *, code: str = "AB", column: str = "https", **more: object
) -> Change:
    change = Change(code=code, region=f"Region {code}", column=column, kind=kind, before=before, now=now)
    return replace(change, **more)  # type: ignore[arg-type]  # the fields are the caller's


def whole_site() -> Material:
    """Table 6, hostile rows, groups, feeds and a past in which something has changed."""
    rows = tuple(
        replace(result, row=replace(result.row, group=group))
        for group, results in (("Regioner", tuple(table_6())), ("Övriga <b>", (hostile_result(),)))
        for result in results
    )
    past = nights_before(
        4,
        night1=(change_of(Kind.IMPROVED, "Nej", "Ja"),),
        night3=(change_of(Kind.WORSENED, "Ja", "Nej", code="GONE", region="<i>\u202e"),),
    )
    return material_of(
        *rows,
        past=past,
        feeds=FeedSource(announcements=tuple, begun=SWEEP.started),
        settings=SiteSettings(
            base_url="https://kollen.example/x/index.html", publisher="M & P", contact="a@b.example"
        ),
    )
