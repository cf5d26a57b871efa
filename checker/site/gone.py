"""Pages of organisations that were measured once and have left the list: their addresses go on leading somewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from checker.history.past import Past
from checker.observations.row import Row, is_code
from checker.report.model import COLUMNS, SweepInfo
from checker.report.names import shown_name
from checker.report.words import column_words, visible
from checker.site.cells import look_of
from checker.site.organisation_history import History, histories
from checker.site.pages import Pages
from checker.site.places import organisation_path
from checker.site.strips import Strip, history_strip


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneCell:
    """A heading and what was last printed below it."""

    label: str
    printed: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneSection:
    """One column: what was printed last, and what it has been."""

    column: str
    cell: GoneCell
    strip: Strip | None
    history: History | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """An organisation as it was last in the list: in which sweep, and when the first sweep without it was.

    `row` is as the list had it; what is shown of it is harmless.
    """

    row: Row
    code: str
    region: str
    domain: str
    sweep: SweepInfo
    gone: datetime
    printed: tuple[str, ...]


def write_all(pages: Pages, codes_in_list: Collection[str]) -> None:
    """Write the page of each organisation of earlier sweeps that is not in the list any more; nothing without a past.

    Codes that cannot name a folder, or only the folder of another organisation where case does not count, have none.
    """
    if pages.past is None:
        return
    for last in last_seen(pages.past, codes_in_list):
        write(pages, pages.past, last)


def write(pages: Pages, past: Past, last: LastSeen) -> None:
    """Write the page of one of them."""
    words = column_words(pages.lang)
    history = histories(past, last.code)
    pages.write(
        "gone",
        organisation_path(last.code),
        title=last.region,
        last=last,
        slug=pages.slugs.get(last.sweep.id, ""),
        sections=tuple(
            GoneSection(
                column=column,
                cell=GoneCell(label=words[column].label, printed=printed, look=look_of(printed)),
                strip=history_strip(past, last.code, column, pages.lang),
                history=history.get(column),
            )
            for column, printed in zip(COLUMNS, last.printed, strict=True)
            if printed or column in history
        ),
    )


def last_seen(past: Past, codes_in_list: Collection[str]) -> tuple[LastSeen, ...]:
    """Everybody who was in an earlier sweep of the series and is not in the list; each sweep's rows are read once."""
    by_sweep: dict[int, dict[str, tuple[str, ...]]] = {}
    taken = {code.casefold() for code in codes_in_list}
    for code in past.printed.codes:
        if code.casefold() in taken or not is_code(code):
            continue
        taken.add(code.casefold())
        columns = [past.printed.cells(code, column) for column in COLUMNS]
        place = max(
            (place for place in range(past.printed.sweeps) if any(cells[place] for cells in columns)),
            default=-1,
        )
        if 0 <= place < past.printed.sweeps - 1:
            by_sweep.setdefault(place, {})[code] = tuple(cells[place] for cells in columns)
    return tuple(
        LastSeen(
            row=Row(
                code=row.code,
                region=row.region,
                domain=row.domain,
                web_host=row.web_host,
                mail_domain=row.mail_domain,
            ),
            code=row.code,
            region=visible(row.region) or row.code,
            domain=shown_name(row.domain),
            sweep=past.sweeps[place],
            gone=past.sweeps[place + 1].started,
            printed=tuple(map(visible, printed[row.code])),
        )
        for place, printed in sorted(by_sweep.items())
        for row in past.rows_of(past.sweeps[place])
        if row.code in printed
    )
