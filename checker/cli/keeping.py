"""A sweep and its store while rows come in: what is kept, what was there already, and what stood before."""

import asyncio
import functools
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Self

from checker.history.intervals import Interval
from checker.observations.row import Evidence, Row
from checker.parking import Parked
from checker.store.resume import resumable
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep, id_of
from checker.sweep import Keeping

log = logging.getLogger(__name__)


class Keeper:
    """Keeps one sweep over `rows`, a new one or one that was cut short at most `within` before.

    Use as a context manager around `begin` and everything after it: writing is done in a thread of its own, one row
    at a time, and what was handed in is written when the block ends.
    """

    def __init__(
        self, store: Store, series: str, rows: tuple[Row, ...], *, within: timedelta = timedelta(0)
    ) -> None:
        self._store, self._series, self._rows = store, series, rows
        self._within = within
        self._resumed: StoredSweep | None = None
        self._places = {row.code: place for place, row in enumerate(rows)}
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self.sweep: StoredSweep | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.shutdown()

    def begin(self, sweep: StoredSweep) -> StoredSweep:
        """Store the sweep as begun, or take up the one that was cut short, with today's rules and software."""
        sweep = replace(sweep, series=self._series)
        self._resumed, given_up = resumable(self._store, sweep, self._rows, within=self._within)
        for other, why in given_up:
            log.warning("the sweep %s was cut short and is not gone on with: %s", other.id, why)
        if self._resumed is None:
            self.sweep = self._store.sweeps.begin(self._in_a_second_of_its_own(sweep), self._rows)
            return self.sweep
        second_attempts = sweep.second_attempts and self._resumed.second_attempts
        self.sweep = replace(
            sweep, id=self._resumed.id, started=self._resumed.started, second_attempts=second_attempts
        )
        self._store.sweeps.update(self.sweep)
        left = len(self.left())
        log.info("going on with the sweep %s, which was cut short: %d rows are left", self.sweep.id, left)
        return self.sweep

    def _in_a_second_of_its_own(self, sweep: StoredSweep) -> StoredSweep:
        """Two sweeps of a short list may begin in one second, and history tells them apart by that."""
        while self._store.sweeps.begun(self._series, sweep.started):
            started = sweep.started + timedelta(seconds=1)
            sweep = replace(sweep, started=started, id=id_of(started))
        return sweep

    def stop(self, why: str) -> None:
        """Give the sweep up: what it measured may be wrong."""
        if self.sweep is not None:
            self._store.sweeps.update(replace(self.sweep, state=State.STOPPED, why=why))

    def seen(self) -> Iterator[tuple[int, Evidence]]:
        """The rows that were measured before the sweep was cut short, with their places."""
        if self._resumed is not None:
            yield from self._store.observations.seen(self._resumed.id)

    def waiting(self) -> Iterator[Parked]:
        """The rows that waited for a second look when it was."""
        if self._resumed is not None:
            for _, parked in self._store.observations.parked(self._resumed.id):
                yield parked

    def left(self) -> tuple[Row, ...]:
        """The rows that nothing was seen of yet."""
        if self._resumed is None:
            return self._rows
        known = self._store.observations.places(self._resumed.id)
        return tuple(row for place, row in enumerate(self._rows) if place not in known)

    def stood(self, ruleset: str, version: str) -> Callable[[str], Mapping[str, str]]:
        """The confirmed cells by column that stand for a row under these rules, by its code."""
        cells: dict[str, dict[str, str]] = {}
        for (code, column), standing in self._store.intervals.standing(self._series, self._places).items():
            interval = standing.confirmed
            if interval is not None and _by(interval, ruleset, version):
                cells.setdefault(code, {})[column] = interval.cell
        return lambda code: cells.get(code, {})

    @property
    def keeping(self) -> Keeping:
        """What the sweep calls with each row."""
        return Keeping(seen=self._keep, parked=self._park)

    async def _keep(self, evidence: Evidence) -> None:
        await self._write(self._store.observations.keep, evidence.row, evidence)

    async def _park(self, parked: Parked) -> None:
        await self._write(self._store.observations.park, parked.evidence.row, parked)

    async def _write(self, write: Callable[..., None], row: Row, seen: Evidence | Parked) -> None:
        assert self.sweep is not None
        writing = functools.partial(write, self.sweep.id, self._places[row.code], seen)
        written = self._writer.submit(writing)
        try:
            await asyncio.wrap_future(written)
        except asyncio.CancelledError:
            if written.cancelled():  # with us, before its turn: what was measured is kept all the same
                self._writer.submit(writing)
            raise


def _by(interval: Interval, ruleset: str, version: str) -> bool:
    return (interval.ruleset, interval.ruleset_version) == (ruleset, version)
