"""Since when a cell has stood, as data: "`Nej` since 2026-10-03, last measured last night". Never decides what stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from checker.history.changes import CellRow, Kind, SweepHead

Key = tuple[str, str]
"""A cell's place in every table of a series: (code, column)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One printed cell for as long as it stood; every time is the start of a sweep.

    `since` is the first sweep that showed it, `last_measured` the last, `ended` the one that showed another (None while
    it stands). `not_measured_since` is the first sweep after `last_measured` that could not tell. `ruleset` and its
    version are those of `last_measured`; `came` says how it differed from the cell before; `subject` are the names
    that the cell is about, by which it is known to be about the same thing. `unconfirmed`: seen once only.

    The confirmed intervals of a cell never overlap. An unconfirmed one lies inside or at the end of the confirmed one
    beside which it waited. No two intervals of a cell share their `since`.
    """

    code: str
    column: str
    cell: str
    since: datetime
    last_measured: datetime
    ruleset: str
    ruleset_version: str
    came: Kind
    subject: tuple[str, ...]
    ended: datetime | None = None
    not_measured_since: datetime | None = None
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands for one cell: the last confirmed interval, and beside it one that still waits for confirmation.

    Nothing is ever pending beside nothing: a first measurement stands at once.
    """

    confirmed: Interval | None = None
    pending: Interval | None = None

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """What there is of the two, the confirmed one first."""
        return tuple(interval for interval in (self.confirmed, self.pending) if interval is not None)


Standings = Mapping[Key, Standing]


def first_seen(
    row: CellRow, column: str, head: SweepHead, came: Kind, *, unconfirmed: bool = False
) -> Interval:
    """The interval that begins with this sweep's cell."""
    return Interval(
        code=row.code,
        column=column,
        cell=row.cell(column),
        since=head.started,
        last_measured=head.started,
        ruleset=head.ruleset,
        ruleset_version=head.ruleset_version,
        came=came,
        subject=row.subject(column),
        unconfirmed=unconfirmed,
    )
