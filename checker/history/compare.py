"""Differences between two sweeps: of any two tables, or of a sweep that was folded into the history. Pure; never stores."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from checker.history.cells import read_cell
from checker.history.changes import NEEDS_CONFIRMATION, CellRow, Change, Differences, Kind, SweepHead
from checker.history.intervals import Interval, first_seen
from checker.history.kinds import change_since, removal
from checker.history.standing import Step
from checker.report.model import COLUMNS, worst_first
from checker.verdict import Finding, Severity

Findings = Callable[[str, str], tuple[Finding, ...]]
"""What the new sweep found at (code, column)."""
Stood = Callable[[str, str], Interval | None]
"""The confirmed interval that stood at (code, column), as it was known then; None when nothing did."""
RowRejudged = Callable[[str], Mapping[str, str] | None]
"""The old sweep's row of this code judged by the new sweep's rules: cells by column; None when its facts are gone."""

_KINDS = tuple(Kind)


class ChangeCollector:
    """Gathers what was compared, in any order, into Differences; holds the changes only, never rows.

    `findings` is asked for cells that differ and are there. In a first sweep (`old` is None) a new row is no news.
    """

    def __init__(self, *, old: SweepHead | None, new: SweepHead, findings: Findings | None = None) -> None:
        self._old, self._new = old, new
        self._findings = findings
        self._changes: list[tuple[tuple[int, int, int], Change]] = []
        self._compared: Counter[str] = Counter()

    def add(self, change: Change | None, *, position: int, column: str, compared: bool) -> None:
        """Count one cell, and keep what became of it."""
        self._compared[column] += compared
        if change is None or (change.kind is Kind.NEW and self._old is None):
            return
        if self._findings is not None and change.now:
            found = worst_first(self._findings(change.code, column))
            change = replace(
                change, findings=tuple(one for one in found if one.severity is not Severity.NOTE)
            )
        place = _KINDS.index(change.kind), position, COLUMNS.index(column)
        self._changes.append((place, change))

    def add_step(self, step: Step) -> None:
        """Count one cell that was folded into the history."""
        self.add(step.change, position=step.position, column=step.column, compared=step.compared)

    def differences(self) -> Differences:
        """All of it, in the order in which lists show it."""
        return Differences(
            old=self._old,
            new=self._new,
            changes=tuple(change for _, change in sorted(self._changes, key=lambda placed: placed[0])),
            compared=tuple((column, self._compared[column]) for column in COLUMNS),
        )


def differences(
    old: SweepHead,
    old_rows: Iterable[CellRow],
    new: SweepHead,
    new_rows: Iterable[CellRow],
    *,
    standing_before: Stood | None = None,
    standing_now: Stood | None = None,
    rejudged: RowRejudged | None = None,
    findings: Findings | None = None,
) -> Differences:
    """Compare any two tables, neighbours or not, in either order of time; rows belong together by code, be it in other case.

    `standing_before` is asked where the old table says `Ej mätt`: the verdict that stood then is compared, with its
    age. `rejudged` is asked once a row, where the rules of the two differ and so do cells; what it does not know is
    RULES. WORSENED and CHANGED are `unconfirmed` unless the new table's cell was measured twice in its sweep or
    `standing_now`, the history after the new sweep, has that very cell; it also knows since when.

    Holds the old rows and the changes in memory; reads each table once. Raises UnreadableCellError.
    """
    collector = ChangeCollector(old=old, new=new, findings=findings)
    before_head = _under_comparable_rules(old, new)
    again = lru_cache(maxsize=1)(rejudged) if rejudged is not None else _facts_are_gone
    earlier = {row.code.lower(): row for row in old_rows}
    for row in new_rows:
        then = earlier.pop(row.code.lower(), None)
        for column in _asked(row):
            if then is None:
                change = change_since(None, row=row, column=column, head=new, rejudged=_unknown, known=False)
                compared = False
            elif not then.cell(column):
                continue
            else:
                before = _before(then, column, before_head, standing_before)
                change, compared = _compared(before, then, row, column=column, new=new, again=again)
            if change is not None:
                change = _confirmed(change, row, standing_now)
            collector.add(change, position=row.position, column=column, compared=compared)
    for row in earlier.values():
        for column in _asked(row):
            gone = removal(_before(row, column, before_head, standing_before), row=row, column=column)
            collector.add(gone, position=row.position, column=column, compared=False)
    return collector.differences()


def _asked(row: CellRow) -> Iterator[str]:
    return (column for column in COLUMNS if row.cell(column))


def _compared(
    before: Interval | None, then: CellRow, row: CellRow, *, column: str, new: SweepHead, again: RowRejudged
) -> tuple[Change | None, bool]:
    """What became of a cell that both tables have, and whether it was measured both times, about the same names."""

    def rejudged(_: Interval) -> str | None:
        return (again(then.code) or {}).get(column)

    measured = read_cell(row.cell(column)).is_measured
    if not measured and not read_cell(then.cell(column)).is_measured:
        return None, False
    change = change_since(before, row=row, column=column, head=new, rejudged=rejudged)
    return change, measured and before is not None and before.subject == row.subject(column)


def _before(row: CellRow, column: str, head: SweepHead, standing_before: Stood | None) -> Interval | None:
    """The old cell, or the verdict that stood in its place when it could not be measured."""
    if read_cell(row.cell(column)).is_measured:
        return first_seen(row, column, head, Kind.MEASURED)
    return standing_before(row.code, column) if standing_before is not None else None


def _confirmed(change: Change, row: CellRow, standing_now: Stood | None) -> Change:
    """With what the new sweep's second attempts and the history after it know of the new cell."""
    stands = standing_now(change.code, change.column) if standing_now is not None else None
    since, unconfirmed = change.since, change.kind in NEEDS_CONFIRMATION
    if stands is not None and stands.cell == change.now:
        since, unconfirmed = stands.since, False
    elif stands is not None and change.kind is Kind.NOT_MEASURED:
        since = stands.not_measured_since or since
    return replace(change, since=since, unconfirmed=unconfirmed and change.column not in row.remeasured)


def _under_comparable_rules(old: SweepHead, new: SweepHead) -> SweepHead:
    """The old head; versions are those of our own judges, so beside another method the ruleset's name must do."""
    if (old.method or new.method) and old.ruleset == new.ruleset:
        return replace(old, ruleset_version=new.ruleset_version)
    return old


def _facts_are_gone(_: str) -> None:
    return None


def _unknown(_: Interval) -> None:
    return None
