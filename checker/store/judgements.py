"""Verdicts by sweep and ruleset: the printed cells to compare and count, and the reasons in full beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy import Row as Record

from checker.history.cells import NOT_MEASURED
from checker.history.changes import CellRow, cell_row
from checker.report.model import COLUMNS, RowResult
from checker.store import tables
from checker.store.errors import whole
from checker.store.packing import pack_verdicts, unpack_verdicts
from checker.store.reading import PAGE, pages, reading
from checker.store.stored_sweep import State
from checker.store.sweeps import row_of
from checker.store.times import read, required, written

_JUDGEMENTS, _VERDICTS, _ROWS = tables.judgements, tables.verdicts, tables.rows
_AS_IN_THE_FILE = tuple(column for column in _ROWS.c if column.name not in ("observation", "state"))
_OF_ITS_ROW = (_VERDICTS.c.judgement_id == _JUDGEMENTS.c.id) & (_VERDICTS.c.position == _ROWS.c.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One judging of a whole sweep: by which rules, with what software, when."""

    id: int
    sweep_id: str
    ruleset: str
    ruleset_version: str
    software: str
    judged: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row to be stored: its place in domains.csv, its verdicts, and the columns that were measured twice."""

    position: int
    result: RowResult
    remeasured: frozenset[str] = frozenset()


class Judgements:
    """The judgements of every sweep."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(
        self, judgement: Judgement, judged: Iterable[Judged], connection: Connection | None = None
    ) -> Judgement:
        """Store a judgement in place of an earlier one by the same rules; its `id` is given by the store."""
        if connection is None:
            with self._engine.begin() as own:
                return self.put(judgement, judged, own)
        connection.execute(
            delete(_JUDGEMENTS).where(
                _JUDGEMENTS.c.sweep_id == judgement.sweep_id,
                _JUDGEMENTS.c.ruleset == judgement.ruleset,
                _JUDGEMENTS.c.ruleset_version == judgement.ruleset_version,
            )
        )
        values = {
            "sweep_id": judgement.sweep_id,
            "ruleset": judgement.ruleset,
            "ruleset_version": judgement.ruleset_version,
            "software": judgement.software,
            "judged": written(judgement.judged),
        }
        number = connection.execute(
            insert(_JUDGEMENTS).values(**values).returning(_JUDGEMENTS.c.id)
        ).scalar_one()
        page: list[dict[str, object]] = []
        for row in judged:
            page.append(_record(number, row))
            if len(page) == PAGE:
                connection.execute(insert(_VERDICTS), page)
                page = []
        if page:
            connection.execute(insert(_VERDICTS), page)
        return replace(judgement, id=number)

    def of_sweep(self, sweep_id: str, connection: Connection | None = None) -> list[Judgement]:
        """The judgements of a sweep, oldest first."""
        statement = select(_JUDGEMENTS).where(_JUDGEMENTS.c.sweep_id == sweep_id).order_by(_JUDGEMENTS.c.id)
        with reading(connection or self._engine) as own:
            return [_judgement(record) for record in own.execute(statement)]

    def find(
        self, sweep_id: str, ruleset: str, version: str, connection: Connection | None = None
    ) -> Judgement | None:
        """The judgement of a sweep by these rules."""
        for judgement in self.of_sweep(sweep_id, connection):
            if (judgement.ruleset, judgement.ruleset_version) == (ruleset, version):
                return judgement
        return None

    def cells(self, judgement_id: int, connection: Connection | None = None) -> Iterator[CellRow]:
        """The table as printed, in the order of domains.csv."""
        columns = [_VERDICTS.c[column] for column in (*COLUMNS, "remeasured")]
        for record in self._records(judgement_id, columns, connection):
            row = row_of(record)
            with whole(f"the verdicts on row {row.code!a}"):
                cells = cell_row(
                    record.position,
                    row,
                    cells=tuple((column, str(getattr(record, column))) for column in COLUMNS),
                    remeasured=frozenset(filter(None, record.remeasured.split(","))),
                )
            yield cells

    def results(self, judgement_id: int) -> Iterator[tuple[int, RowResult]]:
        """Position and verdicts of every row, without details. Raises DamagedError on the way."""
        for record in self._records(judgement_id, [_VERDICTS.c.reasons]):
            yield record.position, RowResult(row=row_of(record), verdicts=unpack_verdicts(record.reasons))

    def of_row(self, judgement_id: int, code: str, connection: Connection | None = None) -> RowResult | None:
        """The verdicts of one row, without details; None when it has none. Raises DamagedError."""
        statement = (
            select(*_AS_IN_THE_FILE, _VERDICTS.c.reasons)
            .join(_JUDGEMENTS, _JUDGEMENTS.c.sweep_id == _ROWS.c.sweep_id)
            .join(_VERDICTS, _OF_ITS_ROW)
            .where(_JUDGEMENTS.c.id == judgement_id, _ROWS.c.code == code)
        )
        with reading(connection or self._engine) as own:
            record = own.execute(statement).first()
        return RowResult(row=row_of(record), verdicts=unpack_verdicts(record.reasons)) if record else None

    def last_measured(self, series: str, code: str, column: str, *, until: datetime) -> datetime | None:
        """When the last sweep began, at `until` or before, that could tell a cell; None when none could."""
        cell = _VERDICTS.c[column]
        statement = (
            select(tables.sweeps.c.started)
            .join(_ROWS, _ROWS.c.sweep_id == tables.sweeps.c.id)
            .join(_JUDGEMENTS, _JUDGEMENTS.c.sweep_id == tables.sweeps.c.id)
            .join(_VERDICTS, _OF_ITS_ROW)
            .where(tables.sweeps.c.series == series, tables.sweeps.c.method == "", _ROWS.c.code == code)
            .where(tables.sweeps.c.state == State.FINISHED.value, tables.sweeps.c.started <= written(until))
            .where(cell != "", cell.not_like(f"%{NOT_MEASURED}%"))
            .order_by(tables.sweeps.c.started.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            return read(connection.execute(statement).scalar())

    def first_asked(self, series: str, code: str, column: str, *, after: datetime) -> datetime | None:
        """When the first sweep began after `after` that asked for a cell, whatever it printed; None when none did."""
        statement = (
            select(tables.sweeps.c.started)
            .join(_ROWS, _ROWS.c.sweep_id == tables.sweeps.c.id)
            .join(_JUDGEMENTS, _JUDGEMENTS.c.sweep_id == tables.sweeps.c.id)
            .join(_VERDICTS, _OF_ITS_ROW)
            .where(tables.sweeps.c.series == series, tables.sweeps.c.method == "", _ROWS.c.code == code)
            .where(tables.sweeps.c.state == State.FINISHED.value, tables.sweeps.c.started > written(after))
            .where(_VERDICTS.c[column] != "")
            .order_by(tables.sweeps.c.started)
            .limit(1)
        )
        with reading(self._engine) as connection:
            return read(connection.execute(statement).scalar())

    def _records(
        self, judgement_id: int, columns: list[Any], connection: Connection | None = None
    ) -> Iterator[Record[Any]]:
        statement = (
            select(*_AS_IN_THE_FILE, *columns)
            .join(_JUDGEMENTS, _JUDGEMENTS.c.sweep_id == _ROWS.c.sweep_id)
            .join(_VERDICTS, _OF_ITS_ROW)
            .where(_JUDGEMENTS.c.id == judgement_id)
        )
        for page in pages(connection or self._engine, statement, _ROWS.c.position, after=-1):
            yield from page


def _record(number: int, row: Judged) -> dict[str, object]:
    return {
        "judgement_id": number,
        "position": row.position,
        "remeasured": ",".join(sorted(row.remeasured)),
        "reasons": pack_verdicts(row.result.verdicts),
        **{column: row.result.cell(column) for column in COLUMNS},
    }


def _judgement(record: Record[Any]) -> Judgement:
    with whole("a judgement"):
        return Judgement(
            id=record.id,
            sweep_id=record.sweep_id,
            ruleset=record.ruleset,
            ruleset_version=record.ruleset_version,
            software=record.software,
            judged=required(record.judged),
        )
