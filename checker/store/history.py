"""Folds stored sweeps into the history of their series: what stood, what stands now, and what has changed by that."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import islice

from sqlalchemy import Connection, delete, insert, select

from checker.history.changes import CellRow, Change, Differences, Kind, SweepHead
from checker.history.compare import ChangeCollector, Findings
from checker.history.intervals import Interval, Key, Standing
from checker.history.standing import Step, advance, remove
from checker.observations import codec
from checker.observations.row import Evidence
from checker.report.feed_entries import Announcement
from checker.report.model import COLUMNS
from checker.store import tables
from checker.store.changes import change_of
from checker.store.errors import DamagedError
from checker.store.judgements import Judgement
from checker.store.reading import PAGE, reading
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.verdict import Finding

Judge = Callable[[Evidence, SweepHead], Mapping[str, str] | None]
"""A row's cells by column under the rules that a sweep was judged by; None when this program does not have them."""

_CHANGES = tables.changes


class NotNewerError(ValueError):
    """The sweep began before one that is folded in already: the history must be made anew, in the order of time."""


def fold(
    store: Store,
    sweep: StoredSweep,
    judgement: Judgement,
    connection: Connection,
    *,
    judge: Judge,
    findings: Findings | None = None,
) -> Differences:
    """Take a judged sweep into its series' history, within the caller's transaction; what has changed comes back.

    Raises NotNewerError (nothing is stored then, if the caller rolls back), and DamagedError.
    """
    before = _sweep_before(store, sweep, connection)
    known = _codes(before, connection)
    collector = ChangeCollector(old=before.head if before else None, new=sweep.head, findings=findings)
    rejudged = _Rejudged(store, sweep, judge)
    gone = set(store.intervals.standing_codes(sweep.series, connection))
    for page in _pages(store.judgements.cells(judgement.id, connection)):
        standings = store.intervals.standing(sweep.series, [row.code for row in page], connection)
        steps = [
            _advanced(
                standings.get((row.code, column), Standing()),
                row,
                column,
                sweep,
                rejudged,
                known=row.code in known,
            )
            for row in page
            for column in COLUMNS
        ]
        _store_steps(store, sweep, steps, standings, connection)
        for step in steps:
            collector.add_step(step)
        gone.difference_update(row.code for row in page)
    for code in sorted(gone):
        _remove(store, sweep, code, connection, collector)
    differences = collector.differences()
    store_changes(sweep, differences, connection)
    return differences


def rebuild(store: Store, series: str, connection: Connection, *, judge: Judge) -> int:
    """Make a series' history anew from its stored verdicts, in the order of time; how many sweeps it took.

    For imported sweeps, and for one that began earlier than another. Changes that cannot be told from those of the
    rules any more (the observations are gone) count as the rules'. Raises DamagedError.
    """
    return sum(1 for _ in refolded(store, series, connection, judge=judge))


def refolded(
    store: Store, series: str, connection: Connection, *, judge: Judge
) -> Iterator[tuple[str, Differences]]:
    """Do what `rebuild` does sweep by sweep: the id of each, and what changed with it. To be read to its end."""
    store.intervals.clear(series, connection)
    sweeps = [
        sweep for sweep in store.sweeps.all(series, State.FINISHED, connection=connection) if not sweep.method
    ]
    last = None
    for sweep in sweeps:
        judgement = store.judgements.find(sweep.id, sweep.ruleset, sweep.ruleset_version, connection)
        if judgement is None or sweep.started == last:
            continue
        connection.execute(delete(_CHANGES).where(_CHANGES.c.sweep_id == sweep.id))
        findings = stored_findings(store, judgement, connection)
        yield sweep.id, fold(store, sweep, judgement, connection, judge=judge, findings=findings)
        last = sweep.started


def store_changes(sweep: StoredSweep, differences: Differences, connection: Connection) -> None:
    """Keep what changed with a sweep, for feeds and for the site."""
    records = [
        {
            "sweep_id": sweep.id,
            "code": change.code,
            "column_name": change.column,
            "kind": change.kind.value,
            "change": json.dumps(codec.encode(change)),
            "announced": not change.unconfirmed and differences.old is not None,
        }
        for change in differences.changes
    ]
    if records:
        connection.execute(insert(_CHANGES), records)


def announcements(store: Store, series: str) -> Iterator[Announcement]:
    """What each sweep announced, the newest sweep first; sweeps that had nothing to tell are left out."""
    for sweep in reversed(store.sweeps.all(series, State.FINISHED)):
        changes = tuple(changes_of(store, sweep.id, announced=True))
        if changes:
            yield Announcement(sweep=sweep.head, changes=changes)


def changes_of(
    store: Store, sweep_id: str, connection: Connection | None = None, *, announced: bool = False
) -> list[Change]:
    """Everything that changed with one sweep, or only what was `announced`; by kind. Raises DamagedError."""
    statement = select(_CHANGES).where(_CHANGES.c.sweep_id == sweep_id)
    if announced:
        statement = statement.where(_CHANGES.c.announced)
    with reading(connection or store.engine) as own:
        found = [change_of(record) for record in own.execute(statement)]
    kinds = list(Kind)
    return sorted(
        found, key=lambda change: (kinds.index(change.kind), change.code, COLUMNS.index(change.column))
    )


def stored_findings(store: Store, judgement: Judgement, connection: Connection | None = None) -> Findings:
    """The findings behind stored verdicts; remembers the last row asked for."""
    of_row = lru_cache(maxsize=1)(lambda code: store.judgements.of_row(judgement.id, code, connection))

    def findings(code: str, column: str) -> tuple[Finding, ...]:
        result = of_row(code)
        verdict = result.verdict(column) if result else None
        return verdict.findings if verdict else ()

    return findings


class _Rejudged:
    """What the observation behind an interval reads as under a newer sweep's rules; remembers the last row asked for."""

    def __init__(self, store: Store, sweep: StoredSweep, judge: Judge) -> None:
        self._store, self._sweep, self._judge = store, sweep, judge
        self._cells = lru_cache(maxsize=1)(self._cells_of)

    def __call__(self, interval: Interval) -> str | None:
        cells = self._cells(interval.code, interval.last_measured)
        return cells.get(interval.column) if cells else None

    def _cells_of(self, code: str, started: datetime) -> Mapping[str, str] | None:
        sweep = self._store.sweeps.begun(self._sweep.series, started)
        if sweep is None:
            return None
        try:
            evidence = self._store.observations.of_row(sweep.id, code)
        except DamagedError:
            return None
        if evidence is None:
            return None
        return self._judge(sweep.to_be_judged(evidence), self._sweep.head)


def _advanced(
    standing: Standing, row: CellRow, column: str, sweep: StoredSweep, rejudged: _Rejudged, *, known: bool
) -> Step:
    try:
        return advance(standing, row=row, column=column, head=sweep.head, rejudged=rejudged, known=known)
    except ValueError as error:
        raise NotNewerError(str(error)) from None


def _remove(
    store: Store, sweep: StoredSweep, code: str, connection: Connection, collector: ChangeCollector
) -> None:
    row = store.sweeps.last_row(sweep.series, code, connection)
    if row is None:
        return
    standings = store.intervals.standing(sweep.series, [code], connection)
    try:
        steps = [
            remove(standing, row=row, column=column, head=sweep.head)
            for (_, column), standing in sorted(standings.items())
        ]
    except ValueError as error:
        raise NotNewerError(str(error)) from None
    _store_steps(store, sweep, steps, standings, connection)
    for step in steps:
        collector.add_step(step)


def _store_steps(
    store: Store,
    sweep: StoredSweep,
    steps: list[Step],
    before: Mapping[Key, Standing],
    connection: Connection,
) -> None:
    known = {interval for standing in before.values() for interval in standing.intervals}
    intervals: list[Interval] = []
    for step in steps:
        intervals.extend(step.closed)
        intervals.extend(interval for interval in step.standing.intervals if interval not in known)
    store.intervals.put(sweep.series, intervals, connection)


def _sweep_before(store: Store, sweep: StoredSweep, connection: Connection) -> StoredSweep | None:
    return store.sweeps.latest(sweep.series, State.FINISHED, before=sweep.started, connection=connection)


def _codes(sweep: StoredSweep | None, connection: Connection) -> frozenset[str]:
    if sweep is None:
        return frozenset()
    statement = select(tables.rows.c.code).where(tables.rows.c.sweep_id == sweep.id)
    return frozenset(connection.execute(statement).scalars())


def _pages(rows: Iterator[CellRow]) -> Iterator[list[CellRow]]:
    while page := list(islice(rows, PAGE)):
        yield page
