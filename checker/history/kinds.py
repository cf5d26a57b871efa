"""What became of one cell: the rules by which a night is compared with what stood. Pure; remembers nothing.

Both ways to differences rest on them: the folding of sweep after sweep, and the comparing of any two.
"""

from collections.abc import Callable

from checker.history.cells import Direction, direction, read_cell
from checker.history.changes import CellRow, Change, Kind, SweepHead
from checker.history.intervals import Interval

Rejudged = Callable[[Interval], str | None]
"""What the observation behind an interval's `last_measured` reads as under the new rules; None when it is gone."""

_WENT = {
    Direction.BETTER: Kind.IMPROVED,
    Direction.WORSE: Kind.WORSENED,
    Direction.OTHER: Kind.CHANGED,
}


def change_since(
    before: Interval | None,
    *,
    row: CellRow,
    column: str,
    head: SweepHead,
    rejudged: Rejudged,
    known: bool = True,
) -> Change | None:
    """How this sweep's cell differs from the one that stood (None: nothing did); None when it does not.

    In order:
    1. not asked for → no change
    2. nothing stood → NEW when the row was not `known` (be it `Ej mätt`), MEASURED when it was measured
    3. about other names than before → ENTRY: other hosts cannot be better or worse than these
    4. could not be measured → NOT_MEASURED
    5. under the same rules the direction decides; under other rules see `_under_other_rules`

    Whether the change is confirmed is for the caller to say. Raises UnreadableCellError.
    """
    now = row.cell(column)
    if not now or (before is not None and before.cell == now):
        return None
    measured = read_cell(now).is_measured
    under_new_rules = ""
    if before is None:
        if known and not measured:
            return None
        kind = Kind.MEASURED if known else Kind.NEW
    elif before.subject != row.subject(column):
        kind = Kind.ENTRY
    elif not measured:
        kind = Kind.NOT_MEASURED
    elif (before.ruleset, before.ruleset_version) == (head.ruleset, head.ruleset_version):
        kind = _WENT[direction(before.cell, now)]
    else:
        kind, under_new_rules = _under_other_rules(before, now, rejudged)
    return Change(
        code=row.code,
        region=row.region,
        column=column,
        kind=kind,
        before=before.cell if before is not None else "",
        now=now,
        before_at=before.last_measured if before is not None else None,
        since=head.started,
        under_new_rules=under_new_rules,
    )


def removal(before: Interval | None, *, row: CellRow, column: str) -> Change | None:
    """That a row is gone: with the cell that stood, else the one it last printed; None when it was not asked for."""
    last = before.cell if before is not None else row.cell(column)
    if not last:
        return None
    return Change(
        code=row.code,
        region=row.region,
        column=column,
        kind=Kind.REMOVED,
        before=last,
        now="",
        before_at=before.last_measured if before is not None else None,
    )


def _under_other_rules(before: Interval, now: str, rejudged: Rejudged) -> tuple[Kind, str]:
    """What the old observation reads as under the new rules is compared; what cannot be told apart is the rules' doing."""
    again = rejudged(before)
    if again is None or not read_cell(again).is_measured:
        return Kind.RULES, ""
    if again == now:
        return Kind.RULES, again
    return _WENT[direction(again, now)], again
