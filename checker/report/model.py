"""The table as data: judged rows, the sweep they belong to, and what they add up to. Pure; never writes words or files."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from checker.observations.row import Row
from checker.observations.vantage import Vantage
from checker.row_details import RowDetails
from checker.verdict import PRINTED, Finding, Flag, Severity, Value, Verdict

COLUMNS: tuple[str, ...] = ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")
"""The five columns of Appendix A in the order of the page; a test holds it to the registry of indicators."""

NO_DETAILS = RowDetails()

WORST_SEVERITY_FIRST = (Severity.FAULT, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCell:
    """A printed cell that stands in the history of one column; every time is the start of a sweep.

    `since` is the first sweep that showed it and `last_measured` the last, under that ruleset; `not_measured_since` is
    the first sweep after that which could not tell. `subjects` are the names it is about, web domain first.
    `unconfirmed`: seen once only and not announced, so it never stands in for a cell that could not be measured.
    """

    column: str
    cell: str
    since: datetime
    last_measured: datetime
    ruleset: str
    ruleset_version: str
    subjects: tuple[str, ...] = ()
    not_measured_since: datetime | None = None
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """One judged row: a verdict for each column that was asked for, the others left out (`--only`).

    `remeasured` names the columns that rest on a second measurement; `standing` is what the history says of its cells, this sweep included: for a column at most one cell that is
    confirmed and one that is not; empty without a history.
    """

    row: Row
    verdicts: tuple[Verdict, ...]
    details: RowDetails = NO_DETAILS
    remeasured: frozenset[str] = frozenset()
    standing: tuple[StandingCell, ...] = ()

    def verdict(self, column: str) -> Verdict | None:
        """The verdict of one column, None when it was not asked for."""
        return next((verdict for verdict in self.verdicts if verdict.indicator == column), None)

    def cell(self, column: str) -> str:
        """The printed code of one column, empty when it was not asked for."""
        verdict = self.verdict(column)
        return "" if verdict is None else verdict.cell

    def since(self, column: str) -> datetime | None:
        """Since when this sweep's cell of a column has stood; None without a history of it."""
        cell = self.cell(column)
        standing = [known for known in self.standing if known.column == column]
        for known in standing:
            if known.cell == cell:
                return known.since
        if not self._could_not_tell(column):
            return None
        return next((known.not_measured_since for known in standing if not known.unconfirmed), None)

    def last_good(self, column: str) -> StandingCell | None:
        """The confirmed cell that stands where this sweep could not tell; None when it could, or nothing stands."""
        if not self._could_not_tell(column):
            return None
        stands = (known for known in self.standing if known.column == column and not known.unconfirmed)
        return next((known for known in stands if PRINTED[Value.UNKNOWN] not in known.cell.split("/")), None)

    def _could_not_tell(self, column: str) -> bool:
        """Whether this sweep's cell is `Ej mätt`, or a part of its pair is."""
        verdict = self.verdict(column)
        if verdict is None:
            return False
        return Value.UNKNOWN in {verdict.value, *(part.value for part in verdict.parts)}


Results = Callable[[], Iterator[RowResult]]
"""Reads the judged rows from the start, in the order of domains.csv, as often as it is called."""


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A judged row whose details are made when they are asked for, perhaps in another process: it can be pickled.

    Without `details` the row is as complete as it is.
    """

    result: RowResult
    details: Callable[[], RowDetails] | None = None

    def in_full(self) -> RowResult:
        """The row with its details. Raises what making them does."""
        return self.result if self.details is None else replace(self.result, details=self.details())


PendingRows = Callable[[], Iterator[PendingRow]]
"""As `Results`."""


def as_they_are(results: Results) -> PendingRows:
    """Rows that have all the details that there are."""
    return lambda: map(PendingRow, results())


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepInfo:
    """What every published figure must say of itself: when, by which rules, with what, and from where.

    `software` is name and version; `trust_store` names the certificate store (with its version) or the `--ca-file`;
    `columns` are those that were asked for; `second_attempts` is false with `--no-retest`.
    """

    id: str
    started: datetime
    finished: datetime
    ruleset: str
    ruleset_version: str
    software: str
    vantage: Vantage
    trust_store: str = ""
    columns: tuple[str, ...] = COLUMNS
    second_attempts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One column added up: `yes` of `measured` rows, and beside them the rows that are no part of that figure.

    `measured + not_measured + not_applicable + not_asked` is the number of rows. `–` cells are counted apart: an
    organisation without the service neither has nor lacks it. A pair counts by its worse verdict. `details` are
    (name, count) pairs; see DETAILS for what each counts.
    """

    column: str
    measured: int
    not_measured: int
    not_applicable: int
    not_asked: int
    yes: int
    details: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of the report's section 7.1, for this sweep (notation.md, "Summary sentences")."""

    rows: int
    columns: tuple[ColumnSummary, ...]

    def column(self, name: str) -> ColumnSummary:
        """The figures of one column; KeyError for a name that is no column."""
        for column in self.columns:
            if column.column == name:
                return column
        raise KeyError(name)


def _has(verdict: Verdict) -> bool:
    """Whether the cell counts as having what the column asks about."""
    match verdict.indicator:
        case "starttls":
            return verdict.value in {Value.YES, Value.PARTIAL}
        case "https":
            initial_connection = {Flag.JA, Flag.A}
            return verdict.value in {Value.YES, Value.BROKEN} or not initial_connection.isdisjoint(
                verdict.flags
            )
        case _:
            return verdict.value is Value.YES


DETAILS: dict[str, dict[str, Callable[[Verdict], bool]]] = {
    "starttls": {
        "wrong_name": lambda verdict: Flag.C in verdict.flags,
        "partial": lambda verdict: verdict.value is Value.PARTIAL,
    },
    "https": {
        "no_redirect": lambda verdict: Flag.N in verdict.flags,
        "to_http": lambda verdict: Flag.JA in verdict.flags,
        "no_content": lambda verdict: Flag.A in verdict.flags,
        "insecure": lambda verdict: Flag.F in verdict.flags,
        "broken": lambda verdict: verdict.value is Value.BROKEN,
    },
    "dnssec": {"broken": lambda verdict: verdict.value is Value.BROKEN},
    "www_ipv6": {},
    "mail_ipv6": {},
}
"""What is counted inside a column: of those with STARTTLS or https; for DNSSEC of those without."""


class SummaryCounter:
    """Adds rows up one at a time; holds figures only, never rows."""

    def __init__(self) -> None:
        self._rows = 0
        self._counts: dict[str, Counter[str]] = {column: Counter() for column in COLUMNS}

    def add(self, result: RowResult) -> None:
        """Count one row."""
        self._rows += 1
        for column in COLUMNS:
            self._counts[column].update(_traits(result.verdict(column)))

    def summary(self) -> Summary:
        """The figures over the rows added so far."""
        return Summary(rows=self._rows, columns=tuple(self._column(column) for column in COLUMNS))

    def _column(self, column: str) -> ColumnSummary:
        counts = self._counts[column]
        return ColumnSummary(
            column=column,
            measured=counts["measured"],
            not_measured=counts["not_measured"],
            not_applicable=counts["not_applicable"],
            not_asked=counts["not_asked"],
            yes=counts["yes"],
            details=tuple((name, counts[f"detail:{name}"]) for name in DETAILS[column]),
        )


def summary_of(results: Iterable[RowResult]) -> Summary:
    """The figures over these rows."""
    counter = SummaryCounter()
    for result in results:
        counter.add(result)
    return counter.summary()


def _traits(verdict: Verdict | None) -> Iterator[str]:
    """The counters that one cell raises by one."""
    if verdict is None:
        yield "not_asked"
    elif verdict.value is Value.UNKNOWN:
        yield "not_measured"
    elif verdict.value is Value.NOT_APPLICABLE:
        yield "not_applicable"
    else:
        yield "measured"
        if _has(verdict):
            yield "yes"
        for name, counts in DETAILS[verdict.indicator].items():
            if counts(verdict):
                yield f"detail:{name}"


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings by severity, faults first, otherwise in the order the judge gave them."""
    return tuple(sorted(findings, key=lambda finding: WORST_SEVERITY_FIRST.index(finding.severity)))
