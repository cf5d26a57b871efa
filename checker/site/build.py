"""The whole site, from judged rows and their history, into one directory. Never measures, judges or replaces a directory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.history.intervals import Interval
from checker.history.past import read_once
from checker.report.feeds import write_feeds
from checker.report.model import PendingRow
from checker.report.words import LANGS
from checker.site import (
    assets,
    changes,
    comparison,
    data,
    gone,
    indicators,
    organisation,
    organisation_list,
    prose,
    start,
    study,
    sweeps,
    tables,
)
from checker.site.files import (
    badge,
    catalogue,
    history_csv,
    organisation_json,
    security_txt,
    sitemap,
    workbook,
)
from checker.site.material import Material
from checker.site.pages import Pages
from checker.site.places import organisation_path
from checker.site.side_by_side import Work, side_by_side

PAGES: tuple[Callable[[Pages], None], ...] = (
    start.write,
    organisation_list.write,
    changes.write,
    prose.write,
    indicators.write,
    study.write,
    comparison.write,
)
"""Who writes which pages in one language; the organisations' own are written row by row instead."""


def build(directory: Path, material: Material) -> None:
    """Write everything into an existing directory. For `publish`: hand it over in a function of one argument."""
    if material.past is not None:
        material = replace(material, past=read_once(material.past))
    summary, brief = tables.write_csv(directory, material)
    assets.write(directory, material.settings)
    shown = replace(material, results=lambda: iter(brief))  # what pages of many rows show: read once
    languages = tuple(Pages(directory, lang, shown, summary) for lang in LANGS)
    with side_by_side(_writing(directory, material, languages), summary.rows, directory) as work:
        codes = _organisations(directory, material, work)
        # what is written of many organisations at once, while the last pages of each are still being written elsewhere
        for pages in languages:
            for write in PAGES:
                write(pages)
        sweeps.write(languages)
        _feeds(directory, shown)
        organisation_json.write_schema(directory)
        security_txt.write(directory, material)
        for pages in languages:
            workbook.write(pages, material.results)
        with tables.JsonTable(directory, material, summary) as table:
            for line in work.given():
                table.add(line.decode())
    for pages in languages:
        pages.made.extend(map(organisation_path, codes))
        gone.write_all(pages, codes)
    catalogue.write(directory, material)  # after the files, whose sizes it tells
    for pages in languages:
        data.write(pages)  # as the catalogue
    sitemap.write(directory, languages, material.settings.base)


@dataclass(frozen=True, slots=True)
class _Own:
    """What is known of one organisation alone."""

    row: PendingRow
    intervals: Sequence[Interval]


def _writing(directory: Path, material: Material, languages: tuple[Pages, ...]) -> Callable[[_Own], bytes]:
    """What writes everything that one organisation has of its own, and gives its line in results.json.

    It touches neither the store nor another organisation, so it may run in another process.
    """
    told: dict[str, Sequence[Interval]] = {}
    alone = material
    if material.past is not None:
        alone = replace(material, past=replace(material.past, intervals_of=told.__getitem__))
    files = organisation_json.OrganisationFiles(directory, alone)
    own_pages = tuple(Pages(directory, pages.lang, alone, pages.summary) for pages in languages)

    def write(own: _Own) -> bytes:
        result = own.row.in_full()
        code = result.row.code
        told[code] = own.intervals
        files.write(result)
        for pages in own_pages:
            organisation.write(pages, result)
            badge.write(directory, result, material.sweep, pages.lang)
        del told[code]
        return tables.json_line(result, material.lang).encode()

    return write


def _organisations(directory: Path, material: Material, work: Work[_Own]) -> tuple[str, ...]:
    """Have each organisation's own pages written, and since when each cell has stood; the codes, in the list's order."""
    codes: list[str] = []
    with history_csv.HistoryFile(directory, material) as history:
        for row in material.pending():
            code = row.result.row.code
            codes.append(code)
            history.add(code)
            work.put(_Own(row, material.past.intervals_of(code) if material.past else ()))
    return tuple(codes)


def _feeds(directory: Path, material: Material) -> None:
    feeds = material.feeds
    if feeds is None:
        return
    rows = [result.row for result in material.results()]
    if material.past is not None:  # who has left keeps a page, and that leads to the feed
        rows += [last.row for last in gone.last_seen(material.past, {row.code for row in rows})]
    write_feeds(
        directory,
        feeds.announcements(),
        organisations=rows,
        site=material.settings,
        updated=feeds.begun,
        series=feeds.series,
    )
