"""Sweeps and their rows in the store: begun, found again, ended. What was seen is `observations`' to keep."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy import Row as Record

from checker.history.changes import CellRow, cell_row
from checker.observations import codec
from checker.observations.row import Row
from checker.observations.vantage import Vantage
from checker.store import tables
from checker.store.errors import StoreError, check_code, whole
from checker.store.reading import pages, reading
from checker.store.stored_sweep import State, StoredSweep
from checker.store.times import read, required, written

_SWEEPS = tables.sweeps
_ROWS = tables.rows


class Sweeps:
    """All sweeps of a store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, sweep: StoredSweep, rows: Sequence[Row]) -> StoredSweep:
        """Store a sweep and the rows that it has left; the sweep comes back with an id that no other one has."""
        with self._engine.begin() as connection:
            # to the second, as it will be read back: the history is kept by these times
            started = required(str(written(sweep.started)))
            sweep = replace(sweep, id=_free_id(connection, sweep.id), started=started)
            connection.execute(insert(_SWEEPS), [sweep_record(sweep)])
            records = [
                {"sweep_id": sweep.id, "position": position, "state": "left"} | row_record(row)
                for position, row in enumerate(rows)
            ]
            if records:
                connection.execute(insert(_ROWS), records)
        return sweep

    def update(self, sweep: StoredSweep, connection: Connection | None = None) -> None:
        """Store what has become of a sweep: everything but its id."""
        statement = update(_SWEEPS).where(_SWEEPS.c.id == sweep.id).values(**sweep_record(sweep))
        if connection is not None:
            connection.execute(statement)
            return
        with self._engine.begin() as own:
            own.execute(statement)

    def all(
        self, series: str | None = None, *states: State, connection: Connection | None = None
    ) -> list[StoredSweep]:
        """The sweeps, oldest first; of one series or of all, in these states or in any."""
        statement = select(_SWEEPS).order_by(_SWEEPS.c.started, _SWEEPS.c.id)
        if series is not None:
            statement = statement.where(_SWEEPS.c.series == series)
        if states:
            statement = statement.where(_SWEEPS.c.state.in_([state.value for state in states]))
        with reading(connection or self._engine) as own:
            return [_sweep(record) for record in own.execute(statement)]

    def begun(self, series: str, started: datetime) -> StoredSweep | None:
        """The sweep of our own measuring that began in this second."""
        statement = select(_SWEEPS).where(
            _SWEEPS.c.series == series, _SWEEPS.c.started == written(started), _SWEEPS.c.method == ""
        )
        with reading(self._engine) as connection:
            record = connection.execute(statement.order_by(_SWEEPS.c.id).limit(1)).first()
        return _sweep(record) if record is not None else None

    def last_row(self, series: str, code: str, connection: Connection) -> CellRow | None:
        """The row of this code in the newest sweep that had it, without cells."""
        statement = (
            select(_ROWS)
            .join(_SWEEPS, _SWEEPS.c.id == _ROWS.c.sweep_id)
            .where(_SWEEPS.c.series == series, _ROWS.c.code == code)
            .order_by(_SWEEPS.c.started.desc())
            .limit(1)
        )
        record = connection.execute(statement).first()
        return cell_row(record.position, row_of(record)) if record is not None else None

    def get(self, sweep_id: str) -> StoredSweep | None:
        """The sweep with this id."""
        with reading(self._engine) as connection:
            record = connection.execute(select(_SWEEPS).where(_SWEEPS.c.id == sweep_id)).first()
        return _sweep(record) if record is not None else None

    def named(self, name: str, series: str | None = None) -> StoredSweep:
        """The one sweep whose id is `name`, or begins with it ("20261122", "2026-11-22"). Raises StoreError."""
        exact = self.get(name)
        if exact is not None:
            return exact
        plain = name.replace("-", "").replace(":", "")
        found = [sweep for sweep in self.all(series) if sweep.id.startswith(plain)] if plain else []
        found = [sweep for sweep in found if sweep.id == plain] or found
        if len(found) == 1:
            return found[0]
        known = ", ".join(sweep.id for sweep in (found or self.all(series))[-5:]) or "none"
        what = "several sweeps are" if found else "no sweep is"
        raise StoreError(f"{what} called {name[:40]!a}; the last ones: {known}")

    def latest(
        self,
        series: str,
        *states: State,
        before: datetime | None = None,
        connection: Connection | None = None,
    ) -> StoredSweep | None:
        """The newest sweep of our own measuring, in one of these states; `before` leaves out what started then or later."""
        statement = (
            select(_SWEEPS)
            .where(_SWEEPS.c.series == series, _SWEEPS.c.method == "")
            .where(_SWEEPS.c.state.in_([state.value for state in states or tuple(State)]))
            .order_by(_SWEEPS.c.started.desc(), _SWEEPS.c.id.desc())
        )
        if before is not None:
            statement = statement.where(_SWEEPS.c.started < written(before))
        with reading(connection or self._engine) as own:
            record = own.execute(statement.limit(1)).first()
        return _sweep(record) if record is not None else None

    def rows(self, sweep_id: str) -> Iterator[Row]:
        """The rows of a sweep as domains.csv had them, in their order."""
        statement = select(_ROWS).where(_ROWS.c.sweep_id == sweep_id)
        for page in pages(self._engine, statement, _ROWS.c.position, after=-1):
            yield from map(row_of, page)


def row_of(record: Any) -> Row:
    """The row of domains.csv in a record that has the columns of the table `rows`. Raises DamagedError."""
    with whole(f"row {record.position} of sweep {record.sweep_id}"):
        check_code(record.code)
        return codec.decode(
            Row,
            {
                "code": record.code,
                "region": record.region,
                "domain": record.domain,
                "web_host": record.web_host,
                "mail_domain": record.mail_domain,
                "group": record.group_name,
                "contact": record.contact,
            },
        )


def row_record(row: Row) -> dict[str, str]:
    """A row of domains.csv as columns of the table `rows`."""
    return {
        "code": row.code,
        "region": row.region,
        "domain": row.domain,
        "web_host": row.web_host,
        "mail_domain": row.mail_domain,
        "group_name": row.group,
        "contact": row.contact,
    }


def _free_id(connection: Connection, wanted: str) -> str:
    """The id itself, or with a number behind it: two sweeps may begin in one second when the clock has jumped."""
    taken = set(
        connection.execute(
            select(_SWEEPS.c.id).where(_SWEEPS.c.id.startswith(wanted, autoescape=True))
        ).scalars()
    )
    number = 1
    free = wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free


def sweep_record(sweep: StoredSweep) -> dict[str, object]:
    """A sweep as columns of the table `sweeps`."""
    return {
        "id": sweep.id,
        "series": sweep.series,
        "state": sweep.state.value,
        "why": sweep.why,
        "method": sweep.method,
        "started": written(sweep.started),
        "finished": written(sweep.finished),
        "published": written(sweep.published),
        "ruleset": sweep.ruleset,
        "ruleset_version": sweep.ruleset_version,
        "software": sweep.software,
        "trust_store": sweep.trust_store,
        "columns": json.dumps(sweep.columns),
        "second_attempts": sweep.second_attempts,
        "vantage": json.dumps(codec.encode(sweep.vantage)),
    }


def _sweep(record: Record[Any]) -> StoredSweep:
    with whole("a sweep"):
        return StoredSweep(
            id=record.id,
            series=record.series,
            state=State(record.state),
            why=record.why,
            method=record.method,
            started=required(record.started),
            finished=read(record.finished),
            published=read(record.published),
            ruleset=record.ruleset,
            ruleset_version=record.ruleset_version,
            software=record.software,
            trust_store=record.trust_store,
            columns=tuple(json.loads(record.columns)),
            second_attempts=record.second_attempts,
            vantage=codec.decode(Vantage, json.loads(record.vantage)),
        )
