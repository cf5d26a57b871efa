"""Since when each cell has stood, in the store: what stands is read and written code by code."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from checker.history.cells import read_cell
from checker.history.changes import Kind
from checker.history.intervals import Interval, Key, Standing
from checker.store import tables
from checker.store.errors import DamagedError, check_code, check_column, shown, whole
from checker.store.inserts import put_all
from checker.store.reading import reading
from checker.store.times import read, required, written

_INTERVALS = tables.intervals
_AT_ONCE = 200
_parts_of = lru_cache(maxsize=1024)(lambda text: len(read_cell(text).values))
"""How many values a cell has, 1 or 2; years of history have a few dozen cells."""


class Intervals:
    """The intervals of every series."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standing(
        self, series: str, codes: Iterable[str], connection: Connection | None = None
    ) -> dict[Key, Standing]:
        """What stands for these rows' cells; cells without history are left out."""
        found: dict[Key, Standing] = {}
        for interval in self._open(series, tuple(codes), connection):
            key = interval.code, interval.column
            beside = found.get(key, Standing())
            found[key] = (
                Standing(confirmed=beside.confirmed, pending=interval)
                if interval.unconfirmed
                else Standing(confirmed=interval, pending=beside.pending)
            )
        return found

    def standing_codes(self, series: str, connection: Connection | None = None) -> frozenset[str]:
        """The rows of which something stands."""
        statement = (
            select(_INTERVALS.c.code)
            .where(_INTERVALS.c.series == series, _INTERVALS.c.ended.is_(None))
            .distinct()
        )
        with reading(connection or self._engine) as own:
            return frozenset(own.execute(statement).scalars())

    def standing_at(self, series: str, moment: datetime) -> dict[Key, Interval]:
        """The confirmed interval of each cell as it stood right after the sweep that began at `moment`."""
        at = written(moment)
        statement = select(_INTERVALS).where(
            _INTERVALS.c.series == series,
            _INTERVALS.c.since <= at,
            _INTERVALS.c.ended.is_(None) | (_INTERVALS.c.ended > at),
            _INTERVALS.c.unconfirmed.is_(False),
        )
        with reading(self._engine) as connection:
            found = [interval_of(record) for record in connection.execute(statement)]
        return {(interval.code, interval.column): interval for interval in found}

    def of_row(self, series: str, code: str) -> list[Interval]:
        """Every interval of one row, oldest first, in the order of the columns' names."""
        statement = (
            select(_INTERVALS)
            .where(_INTERVALS.c.series == series, _INTERVALS.c.code == code)
            .order_by(_INTERVALS.c.column_name, _INTERVALS.c.since)
        )
        with reading(self._engine) as connection:
            return [interval_of(record) for record in connection.execute(statement)]

    def put(self, series: str, intervals: Iterable[Interval], connection: Connection) -> None:
        """Store intervals as they are now, in place of what they were."""
        records = [{"series": series, **_record(interval)} for interval in intervals]
        if records:
            put_all(connection, _INTERVALS, records)

    def clear(self, series: str, connection: Connection) -> None:
        """Take away a series' intervals, to make them anew."""
        connection.execute(delete(_INTERVALS).where(_INTERVALS.c.series == series))

    def _open(self, series: str, codes: tuple[str, ...], connection: Connection | None) -> Iterator[Interval]:
        for start in range(0, len(codes), _AT_ONCE):
            statement = select(_INTERVALS).where(
                _INTERVALS.c.series == series,
                _INTERVALS.c.ended.is_(None),
                _INTERVALS.c.code.in_(codes[start : start + _AT_ONCE]),
            )
            with reading(connection or self._engine) as own:
                records = own.execute(statement).all()
            yield from map(interval_of, records)


def _record(interval: Interval) -> dict[str, object]:
    return {
        "code": interval.code,
        "column_name": interval.column,
        "cell": interval.cell,
        "since": written(interval.since),
        "last_measured": written(interval.last_measured),
        "ended": written(interval.ended),
        "not_measured_since": written(interval.not_measured_since),
        "ruleset": interval.ruleset,
        "ruleset_version": interval.ruleset_version,
        "came": interval.came.value,
        "subject": json.dumps(interval.subject),
        "unconfirmed": interval.unconfirmed,
    }


def interval_of(record: Any) -> Interval:
    """The interval in a record of the table `intervals`, with a cell that can be read. Raises DamagedError."""
    with whole(f"the history of row {shown(record.code)}"):
        check_code(record.code)
        check_column(record.column_name)
        subject = _subject(record.subject)
        if _parts_of(record.cell) not in {1, len(subject)}:
            raise DamagedError(f"the cell {record.cell!a} is not about {len(subject)} names")
        return Interval(
            code=record.code,
            column=record.column_name,
            cell=record.cell,
            since=required(record.since),
            last_measured=required(record.last_measured),
            ended=read(record.ended),
            not_measured_since=read(record.not_measured_since),
            ruleset=record.ruleset,
            ruleset_version=record.ruleset_version,
            came=Kind(record.came),
            subject=subject,
            unconfirmed=record.unconfirmed,
        )


def _subject(text: str) -> tuple[str, ...]:
    names = json.loads(text)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DamagedError("its names are no list of texts")
    return tuple(names)
