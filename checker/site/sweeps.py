"""The pages of sweeps: one for each, frozen, and the lists of them. Pages that stand already are taken over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from checker.history.changes import Change, Kind
from checker.history.past import Past
from checker.report.dates import shown_date, shown_time, stockholm_day
from checker.report.model import COLUMNS, SweepInfo
from checker.report.words import Lang, column_words, notice_words, visible
from checker.site.figures_then import Figures, figures_then, rows_then
from checker.site.frozen import Entry, known_of, read_manifest, take_over, write_manifest
from checker.site.pages import Pages
from checker.site.places import PAGE, prefix, sweep_path
from checker.site.start import vantage_means
from checker.site.sweep_origins import origins
from checker.site.sweep_rows import SweepRows

PATH = "svep/"
LISTED = 400
"""Sweeps on the first list; those before them stand on lists of their years."""
MOST_CHANGES = 100
"""Changes of one kind on a sweep's page."""
CSV = "results.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One sweep in a list. `changes`: None for the first; `by_new_rules`: the sweep before it was judged by others."""

    slug: str
    sweep: SweepInfo
    rows: int
    figures: tuple[Figures, ...]
    changes: int | None
    by_new_rules: bool

    @property
    def year(self) -> str:
        """The year in Stockholm, "2026"."""
        return stockholm_day(self.sweep.started)[:4]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesOfKind:
    """What became of cells in one way: (organisation, column, before, now) each, `left_out` more not shown."""

    kind: str
    heading: str
    introduction: str
    lines: tuple[tuple[str, str, str, str], ...]
    left_out: int


def write(languages: Sequence[Pages]) -> None:
    """Write all of them in all languages, where there is a past: each sweep's rows are read once, and only if need be."""
    first = languages[0]
    past = first.past
    if past is None or not past.sweeps:
        return
    entries = _write_frozen(languages, past, read_manifest(first.material.standing))
    write_manifest(first.directory, entries)
    listed = tuple(_listed(past, first.slugs, entries))
    for pages in languages:
        _write_lists(pages, listed)


def _write_frozen(languages: Sequence[Pages], past: Past, known: Mapping[str, Entry]) -> dict[str, Entry]:
    """Every sweep's page, CSV file beside it; what they were made from, by folder name."""
    first, rows, entries = languages[0], SweepRows(), {}
    last = len(past.sweeps) - 1
    for place, (sweep, made_from) in enumerate(zip(past.sweeps, origins(first, past), strict=True)):
        slug = first.slugs[sweep.id]
        path = sweep_path(slug)
        names = (*(f"{prefix(pages.lang)}{path}{PAGE}" for pages in languages), f"{path}{CSV}")
        entry = known.get(slug)
        standing = first.material.standing
        if (
            standing is not None
            and entry is not None
            and place != last
            and entry.made_from == made_from
            and sorted(entry.files) == sorted(names)
            and take_over(standing, first.directory, entry.files)
        ):
            for pages in languages:
                pages.made.append(path)
            entries[slug] = entry
            continue
        changes = _write_one(languages, past, place, rows)
        files = known_of(first.directory, names)
        entries[slug] = Entry(made_from=made_from, files=files, changes=changes)
    return entries


def _write_one(languages: Sequence[Pages], past: Past, place: int, rows: SweepRows) -> int:
    """One sweep's page in every language; how many cells had changed, by what is known for certain."""
    sweep = past.sweeps[place]
    before = past.sweeps[place - 1] if place else None
    read, changes = tuple(past.rows_of(sweep)), tuple(past.changes_of(sweep))
    table, csv_text = rows.write(read)
    figures = tuple(figures_then(past, column)[place] for column in COLUMNS)
    for pages in languages:
        _ = pages.gettext
        pages.write(
            "sweep",
            sweep_path(pages.slugs[sweep.id]),
            title=_("The sweep of %(date)s") % {"date": when(sweep, pages)},
            shown=sweep,
            before=before,
            before_slug=pages.slugs[before.id] if before else "",
            by_new_rules=before is not None and _rules(before) != _rules(sweep),
            number_of_rows=len(read),
            figures=tuple(zip(COLUMNS, figures, strict=True)),
            table=table,
            changes=tuple(_told(changes, sweep, pages.lang)),
            number_of_changes=len(changes),
            vantage_means=vantage_means(sweep.vantage, pages),
        )
    csv_file = languages[0].directory / sweep_path(languages[0].slugs[sweep.id]) / CSV
    csv_file.write_text(csv_text, encoding="utf-8", newline="")
    return sum(not change.unconfirmed and change.kind is not Kind.NOT_MEASURED for change in changes)


def _told(changes: Sequence[Change], sweep: SweepInfo, lang: Lang) -> Iterator[ChangesOfKind]:
    """The changes by kind, what waits for a second measurement last."""
    words, labels = notice_words(lang), column_words(lang)
    kinds: dict[str, list[Change]] = {name: [] for name in (*(kind.value for kind in Kind), "unconfirmed")}
    for change in changes:
        kinds["unconfirmed" if change.unconfirmed else change.kind.value].append(change)
    rules = {"ruleset": visible(sweep.ruleset), "version": visible(sweep.ruleset_version)}
    for kind, found in kinds.items():
        if found:
            yield ChangesOfKind(
                kind=kind,
                heading=words["headings"][kind],
                introduction=words["introductions"].get(kind, "").format(**rules),
                lines=tuple(
                    (
                        visible(change.region),
                        labels[change.column].label,
                        visible(change.before),
                        visible(change.now),
                    )
                    for change in found[:MOST_CHANGES]
                ),
                left_out=max(len(found) - MOST_CHANGES, 0),
            )


def _listed(past: Past, slugs: Mapping[str, str], entries: Mapping[str, Entry]) -> Iterator[Listed]:
    """Every sweep as lists have it, the newest first."""
    rows = rows_then(past)
    columns = tuple(figures_then(past, column) for column in COLUMNS)
    changed = (True, *(_rules(before) != _rules(now) for before, now in pairwise(past.sweeps)))
    for place in range(len(past.sweeps) - 1, -1, -1):
        sweep = past.sweeps[place]
        slug = slugs[sweep.id]
        yield Listed(
            slug=slug,
            sweep=sweep,
            rows=rows[place],
            figures=tuple(column[place] for column in columns),
            changes=entries[slug].changes if place else None,
            by_new_rules=changed[place],
        )


def _write_lists(pages: Pages, listed: Sequence[Listed]) -> None:
    """The newest sweeps, and for every year that has others a list of its own."""
    _ = pages.gettext
    years = tuple(dict.fromkeys(one.year for one in listed[LISTED:]))
    pages.write(
        "sweeps",
        PATH,
        title=_("Sweeps"),
        months=tuple(_months(listed[:LISTED], pages.lang)),
        years=years,
        number_of_sweeps=len(listed),
        listed=min(len(listed), LISTED),
    )
    for year in years:
        group = [one for one in listed if one.year == year]
        pages.write(
            "sweeps",
            f"{PATH}{year}/",
            title=_("Sweeps of %(year)s") % {"year": year},
            months=tuple(_months(group, pages.lang)),
            years=(),
            number_of_sweeps=len(group),
            listed=len(group),
        )


def _months(listed: Sequence[Listed], lang: Lang) -> Iterator[tuple[str, tuple[Listed, ...]]]:
    """The sweeps by month ("november 2026"), in their order."""
    for _, group in groupby(listed, key=lambda one: stockholm_day(one.sweep.started)[:7]):
        found = tuple(group)
        yield shown_date(found[0].sweep.started, lang).partition("\u00a0")[2], found


def when(sweep: SweepInfo, pages: Pages) -> str:
    """A sweep in words: the day, and the time of those that were not the first of theirs."""
    slug = pages.slugs[sweep.id]
    shown = shown_date if slug == stockholm_day(sweep.started) else shown_time
    return shown(sweep.started, pages.lang)


def _rules(sweep: SweepInfo) -> tuple[str, str]:
    return sweep.ruleset, sweep.ruleset_version
