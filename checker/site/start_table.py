"""The rows of the start page's tables, read once: in runs of a group, each text looked up once for each printed code."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from checker.report.model import COLUMNS, RowResult, Summary, SummaryCounter
from checker.report.names import shown_name
from checker.report.words import Lang, column_words, spelled_out, visible
from checker.site.cells import look_of
from checker.verdict import PRINTED, Value, Verdict


class TableCell(NamedTuple):
    """One cell in words. `earlier` is the printed code that stands where it could not be measured, seen `earlier_at`."""

    column: str
    label: str
    printed: str
    look: str
    spelled: str
    earlier: str = ""
    earlier_at: datetime | None = None


class TableRow(NamedTuple):
    """One organisation; names as U-labels. `own_mail_domain`: the mail domain differs."""

    code: str
    region: str
    group: str
    domain: str
    web_host: str
    mail_domain: str
    own_mail_domain: bool
    cells: tuple[TableCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Rows of one group that follow each other in the list; `group` is "" for those that have none."""

    group: str
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTable:
    """All rows in the order of the list. `groups` has the figures of each group, empty where there are not two of them."""

    runs: tuple[Run, ...]
    groups: tuple[tuple[str, Summary], ...]

    @property
    def rows(self) -> tuple[TableRow, ...]:
        """The rows without their groups."""
        return tuple(row for run in self.runs for row in run.rows)

    @property
    def is_grouped(self) -> bool:
        """Whether any row has a group."""
        return any(run.group for run in self.runs)

    @property
    def group_names(self) -> tuple[str, ...]:
        """Each group once."""
        return tuple(dict.fromkeys(run.group for run in self.runs if run.group))

    @property
    def has_own_mail_domain(self) -> bool:
        """Whether the mail domain of any row differs from its domain."""
        return any(row.own_mail_domain for run in self.runs for row in run.rows)


def start_table(results: Iterable[RowResult], lang: Lang) -> StartTable:
    """Read the rows; they are kept as words alone."""
    wording = _Wording(lang)
    counters: dict[str, SummaryCounter] = {}
    rows = []
    for result in results:
        row = wording.row(result)
        rows.append(row)
        counters.setdefault(row.group, SummaryCounter()).add(result)
    runs = tuple(Run(group=group, rows=tuple(own)) for group, own in groupby(rows, key=lambda row: row.group))
    figures = tuple((group, counter.summary()) for group, counter in counters.items())
    return StartTable(runs=runs, groups=figures if len(figures) > 1 else ())


class _Wording:
    """The words of cells in one language, remembered by what is printed."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._known: dict[tuple[str, str], TableCell] = {}
        self._not_asked = tuple(self._cell(column, None, "") for column in COLUMNS)

    def row(self, result: RowResult) -> TableRow:
        """One row, all five columns in page order."""
        row = result.row
        verdicts = {verdict.indicator: verdict for verdict in result.verdicts}
        return TableRow(
            code=row.code,
            region=visible(row.region),
            group=visible(row.group),
            domain=shown_name(row.domain),
            web_host=shown_name(row.web_host),
            mail_domain=shown_name(row.mail_domain),
            own_mail_domain=row.mail_domain != row.domain,
            cells=tuple(
                nothing
                if (verdict := verdicts.get(nothing.column)) is None
                else self._measured(verdict, result)
                for nothing in self._not_asked
            ),
        )

    def _measured(self, verdict: Verdict, result: RowResult) -> TableCell:
        column, printed = verdict.indicator, verdict.cell
        if verdict.parts:  # its words name the row's own domains
            cell = self._cell(column, verdict, printed)
        else:
            known = self._known.get((column, printed))
            if known is None:
                known = self._known[column, printed] = self._cell(column, verdict, printed)
            cell = known
        if PRINTED[Value.UNKNOWN] not in printed or (stands := result.last_good(column)) is None:
            return cell
        return cell._replace(earlier=visible(stands.cell), earlier_at=stands.last_measured)

    def _cell(self, column: str, verdict: Verdict | None, printed: str) -> TableCell:
        return TableCell(
            column=column,
            label=column_words(self._lang)[column].label,
            printed=printed,
            look=look_of(printed),
            spelled=spelled_out(verdict, self._lang),
        )
