"""Whether everything in a store can be read back: `checker store check`. Changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy import Row as Record

from checker.report.model import COLUMNS
from checker.store import tables
from checker.store.changes import change_of
from checker.store.errors import DamagedError, whole
from checker.store.intervals import interval_of
from checker.store.packing import digests, evidence_from, parked_from, unpack, unpack_verdicts
from checker.store.reading import PAGE, one_moment, pages
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.store.sweeps import row_of

SAID_MAX = 20
"""Lines of SQLite's own check that are passed on."""
_ROWS, _CERTIFICATES = tables.rows, tables.certificates
_JUDGEMENTS, _VERDICTS = tables.judgements, tables.verdicts
_CHANGES, _INTERVALS = tables.changes, tables.intervals


def problems(store: Store, checked: Callable[[StoredSweep], None]) -> Iterator[str]:
    """Everything that is wrong, a sentence each; `checked` is told of each sweep that is done. Raises StoreError."""
    with store.using():
        sweeps = store.sweeps.all()
        with one_moment(store.engine) as connection:
            if store.engine.dialect.name == "sqlite":
                yield from _sqlite_problems(connection)
            yield from _certificate_problems(connection)
            for sweep in sweeps:
                yield from _row_problems(connection, sweep)
                yield from _judgement_problems(connection, sweep)
                yield from _change_problems(connection, sweep)
                checked(sweep)
            yield from _interval_problems(connection)


def _sqlite_problems(connection: Connection) -> Iterator[str]:
    said = connection.exec_driver_sql(f"PRAGMA integrity_check({SAID_MAX})").scalars().all()
    yield from (f"the database file is damaged: {line}" for line in said if line != "ok")
    for table, *_ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(SAID_MAX):
        yield f"table {table} has a row that belongs to nothing"


def _certificate_problems(connection: Connection) -> Iterator[str]:
    for page in pages(connection, select(_CERTIFICATES), _CERTIFICATES.c.digest, after=""):
        for record in page:
            if sha256(record.der).hexdigest() != record.digest:
                yield f"certificate {record.digest} is damaged: its bytes have another digest"


def _row_problems(connection: Connection, sweep: StoredSweep) -> Iterator[str]:
    unseen = 0
    rows = select(_ROWS).where(_ROWS.c.sweep_id == sweep.id)
    for page in pages(connection, rows, _ROWS.c.position, after=-1):
        for record in page:
            unseen += record.state != "seen"
            try:
                row_of(record)
            except DamagedError as error:
                yield str(error)
                continue
            try:
                _read_observation(connection, record)
            except DamagedError as error:
                yield f"sweep {sweep.id}: {error}"
    if unseen and sweep.state is State.FINISHED:
        yield f"sweep {sweep.id} is finished, but {unseen} of its rows were not measured"


def _read_observation(connection: Connection, record: Record[Any]) -> None:
    if record.observation is None:
        return
    with whole(f"the observation of row {record.code}"):
        data = unpack(record.observation)
        wanted = sorted(digests(data))
        statement = select(_CERTIFICATES.c.digest).where(_CERTIFICATES.c.digest.in_(wanted))
        ders = dict.fromkeys(connection.execute(statement).scalars(), b"")  # their bytes are looked at once
        evidence = parked_from(data, ders).evidence if record.state == "parked" else evidence_from(data, ders)
        if evidence.row.code != record.code:
            raise ValueError("it is about another row")


def _judgement_problems(connection: Connection, sweep: StoredSweep) -> Iterator[str]:
    rows = connection.execute(
        select(func.count()).select_from(_ROWS).where(_ROWS.c.sweep_id == sweep.id)
    ).scalar_one()
    judgements = connection.execute(select(_JUDGEMENTS).where(_JUDGEMENTS.c.sweep_id == sweep.id)).all()
    own = (sweep.ruleset, sweep.ruleset_version)
    is_over = sweep.state in (State.FINISHED, State.HELD)
    if is_over and own not in {(found.ruleset, found.ruleset_version) for found in judgements}:
        yield f"sweep {sweep.id} is over, but has no verdicts by its own rules ({' '.join(own)})"
    for judgement in judgements:
        count = 0
        name = f"{judgement.ruleset} {judgement.ruleset_version}"
        statement = select(_VERDICTS).where(_VERDICTS.c.judgement_id == judgement.id)
        for page in pages(connection, statement, _VERDICTS.c.position, after=-1):
            for record in page:
                count += 1
                try:
                    _read_verdicts(record)
                except DamagedError as error:
                    yield f"sweep {sweep.id}, judged by {name}: {error}"
        if is_over and count != rows:
            yield f"sweep {sweep.id} has {rows} rows, but {count} verdicts by {name}"


def _change_problems(connection: Connection, sweep: StoredSweep) -> Iterator[str]:
    return _unreadable(connection.execute(select(_CHANGES).where(_CHANGES.c.sweep_id == sweep.id)), change_of)


def _interval_problems(connection: Connection) -> Iterator[str]:
    """What is wrong with the history of every series; years of it are read some at a time."""
    columns = tuple(_INTERVALS.primary_key)
    statement = select(_INTERVALS).order_by(*columns).execution_options(yield_per=PAGE)
    return _unreadable(connection.execute(statement), interval_of)


def _unreadable(records: Iterable[Record[Any]], read: Callable[[Record[Any]], object]) -> Iterator[str]:
    """What `read` says of each record that it cannot read."""
    for record in records:
        try:
            read(record)
        except DamagedError as error:
            yield str(error)


def _read_verdicts(record: Record[Any]) -> None:
    with whole(f"the verdicts on row {record.position}"):
        printed = {verdict.indicator: verdict.cell for verdict in unpack_verdicts(record.reasons)}
        if any(printed.get(column, "") != getattr(record, column) for column in COLUMNS):
            raise ValueError("the printed cells are not theirs")
