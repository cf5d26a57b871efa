"""What an organisation's cells have been over time, as a table. Compares nothing; the history did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checker.history.changes import Kind
from checker.history.intervals import Interval
from checker.history.past import Past
from checker.report.words import visible
from checker.site.cells import look_of

MOST = 60
"""Lines of one column on the page; older ones stand in the feed and in the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One cell for as long as it stood; `ended` is None while it stands.

    `rules` names the ruleset where it is another than that of the cell before; `entry`: about other names than before.
    """

    cell: str
    look: str
    since: datetime
    ended: datetime | None
    last_measured: datetime
    not_measured_since: datetime | None
    rules: str
    entry: bool
    unconfirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The last lines of one column, the newest first; `left_out` are older."""

    lines: tuple[HistoryLine, ...]
    left_out: int


def histories(past: Past | None, code: str) -> dict[str, History]:
    """The history of one row by column; columns without any are left out."""
    if past is None:
        return {}
    by_column: dict[str, list[Interval]] = {}
    for interval in past.intervals_of(code):
        by_column.setdefault(interval.column, []).append(interval)
    return {column: _history(intervals) for column, intervals in by_column.items()}


def _history(intervals: Sequence[Interval]) -> History:
    lines = []
    before: Interval | None = None
    for interval in intervals:
        lines.append(_line(interval, before))
        before = interval
    lines.reverse()
    return History(lines=tuple(lines[:MOST]), left_out=max(0, len(lines) - MOST))


def _line(interval: Interval, before: Interval | None) -> HistoryLine:
    rules = (interval.ruleset, interval.ruleset_version)
    same = before is not None and (before.ruleset, before.ruleset_version) == rules
    return HistoryLine(
        cell=visible(interval.cell),
        look=look_of(interval.cell),
        since=interval.since,
        ended=interval.ended,
        last_measured=interval.last_measured,
        not_measured_since=interval.not_measured_since,
        rules="" if same else visible(f"{interval.ruleset} ({interval.ruleset_version})"),
        entry=interval.came is Kind.ENTRY,
        unconfirmed=interval.unconfirmed,
    )
