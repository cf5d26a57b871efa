"""Sweep after sweep, cell by cell: what stands, what waits to be confirmed, and what may be told. Pure; never stores."""

from dataclasses import dataclass, replace
from datetime import datetime

from checker.history.cells import read_cell
from checker.history.changes import NEEDS_CONFIRMATION, CellRow, Change, Kind, SweepHead
from checker.history.intervals import Interval, Standing, first_seen
from checker.history.kinds import Rejudged, change_since, removal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one sweep made of one cell: what stands now (the same object when nothing moved) and what ended.

    `closed` are the intervals that ended with it, oldest first. `compared`: measured now and before, about the same
    names. `position` and `column` are the cell's place in the table.
    """

    position: int
    column: str
    standing: Standing
    closed: tuple[Interval, ...] = ()
    change: Change | None = None
    compared: bool = False


def advance(
    standing: Standing,
    *,
    row: CellRow,
    column: str,
    head: SweepHead,
    rejudged: Rejudged,
    known: bool = True,
) -> Step:
    """Fold one cell of a newer sweep into what stood.

    - `known` is false for a row that the series did not have before. In a first sweep that is every row:
      `ChangeCollector` with `old=None` leaves their changes out.
    - `""` moves nothing. `Ej mätt` (in any part) moves only `not_measured_since`, and is a change the first time; but a
      verdict on other names than the row's does not stand for it any longer.
    - A first measurement, other names, other rules and a change for the better stand at once.
    - WORSENED and CHANGED stand at once when the cell was measured twice in the sweep, or when such a cell is pending
      already: two sweeps have denied the confirmed one. With the same cell both times it has stood since the first of
      them. Otherwise the cell becomes pending, and its change is `unconfirmed`.
    - Back to the confirmed cell: the pending one ends unconfirmed, the confirmed one goes on.

    `rejudged` is asked only when rules and cell both differ. Raises ValueError when the sweep is not newer than what
    stands (the history must then be built anew) or was measured by another method, and UnreadableCellError.
    """
    if head.method:
        raise ValueError(f"{head.id}: measured by another method, {head.method[:40]!a}")
    if not row.cell(column):
        return Step(position=row.position, column=column, standing=standing)
    _refuse_what_is_not_newer(standing, head)
    before = standing.confirmed
    change = change_since(before, row=row, column=column, head=head, rejudged=rejudged, known=known)
    measured = read_cell(row.cell(column)).is_measured
    compared = False
    if before is None or before.subject != row.subject(column):
        stands = Standing()
        if measured:
            came = change.kind if change is not None else Kind.ENTRY
            stands = Standing(confirmed=first_seen(row, column, head, came))
        elif before is None:
            stands = standing
        closed = _ended(*standing.intervals, at=head.started)
    elif not measured:
        closed = ()
        stands = _not_measured(standing, head)
        change = change if before.not_measured_since is None else None
    else:
        compared = True
        stands, closed, change = _measured(standing, before, change, row=row, column=column, head=head)
    return Step(
        position=row.position,
        column=column,
        standing=stands,
        closed=closed,
        change=change,
        compared=compared,
    )


def remove(standing: Standing, *, row: CellRow, column: str, head: SweepHead) -> Step:
    """End what stood for a row that this sweep's list has no longer; `row` is the last that is known of it.

    Raises ValueError when the sweep is not newer than what stands.
    """
    _refuse_what_is_not_newer(standing, head)
    return Step(
        position=row.position,
        column=column,
        standing=Standing(),
        closed=_ended(*standing.intervals, at=head.started),
        change=removal(standing.confirmed, row=row, column=column),
    )


def _measured(
    standing: Standing, before: Interval, change: Change | None, *, row: CellRow, column: str, head: SweepHead
) -> tuple[Standing, tuple[Interval, ...], Change | None]:
    """A cell that can be compared with the one before it."""
    if change is None:
        ended = _ended(*standing.intervals[1:], at=head.started)
        return Standing(confirmed=_seen_again(before, head)), ended, None
    pending = standing.pending
    if change.kind not in NEEDS_CONFIRMATION:
        stands = first_seen(row, column, head, change.kind)
    elif pending is not None and pending.cell == change.now:
        stands = replace(_seen_again(pending, head), came=change.kind, unconfirmed=False)
        ended = _ended(before, at=stands.since)
        return Standing(confirmed=stands), ended, replace(change, since=stands.since)
    elif pending is not None or column in row.remeasured:
        stands = first_seen(row, column, head, change.kind)
    else:
        waits = first_seen(row, column, head, change.kind, unconfirmed=True)
        return Standing(confirmed=before, pending=waits), (), replace(change, unconfirmed=True)
    return Standing(confirmed=stands), _ended(*standing.intervals, at=head.started), change


def _not_measured(standing: Standing, head: SweepHead) -> Standing:
    """What stands and what is pending stay, with the first sweep that could not tell noted on each."""
    if all(interval.not_measured_since is not None for interval in standing.intervals):
        return standing
    return Standing(
        confirmed=_lost_sight(standing.confirmed, head), pending=_lost_sight(standing.pending, head)
    )


def _lost_sight(interval: Interval | None, head: SweepHead) -> Interval | None:
    if interval is None or interval.not_measured_since is not None:
        return interval
    return replace(interval, not_measured_since=head.started)


def _seen_again(interval: Interval, head: SweepHead) -> Interval:
    return replace(
        interval,
        last_measured=head.started,
        ruleset=head.ruleset,
        ruleset_version=head.ruleset_version,
        not_measured_since=None,
    )


def _ended(*intervals: Interval, at: datetime) -> tuple[Interval, ...]:
    return tuple(replace(interval, ended=at) for interval in intervals)


def _refuse_what_is_not_newer(standing: Standing, head: SweepHead) -> None:
    for interval in standing.intervals:
        known = max(interval.last_measured, interval.not_measured_since or interval.last_measured)
        if head.started <= known:
            raise ValueError(f"{head.id} is not newer than {interval.code} {interval.column} of {known}")
