"""Runs the probes over the rows and the judges over what they saw; the only place that knows concurrency.

It opens no connection, publishes nothing, and keeps no more rows in memory than are under way.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.columns import Columns, doubtful_probes, judge_row, not_measured
from checker.network.clock import Clock
from checker.observations.row import Evidence, Row
from checker.observations.vantage import Vantage
from checker.parking import Parked, WaitingRows
from checker.port25 import PortTwentyFive
from checker.report.model import NO_DETAILS, RowResult
from checker.row import Probes, measure
from checker.row_details import RowDetails
from checker.rulesets import Ruleset
from checker.second_attempt import with_second_attempt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """How a sweep goes about it: rows at once, seconds for one row, and seconds until a second attempt.

    `parking` is where waiting rows are kept, in a private directory of their own; None takes the system's temporary
    directory.
    """

    concurrency: int = 50
    deadline_s: float = 120.0
    retest: bool = True
    retest_after_s: float = 60.0
    parking: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a sweep has come, in rows. `not_measured` are those that an error of our own spoilt (exit code 4)."""

    running: int = 0
    awaiting_retest: int = 0
    awaiting_port25: int = 0
    judged: int = 0
    not_measured: int = 0


class Sweep:
    """One sweep over `rows`, which are read one at a time as there is room, judged in `columns` under `ruleset`.

    `on_progress` is called with each change of the tally; `describe` puts together what stands behind a row's
    verdicts, as its reader wants it.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        *,
        columns: Columns,
        ruleset: Ruleset,
        probes: Probes,
        vantage: Vantage,
        clock: Clock,
        options: SweepOptions | None = None,
        describe: Callable[[Evidence, Ruleset], RowDetails] | None = None,
        on_progress: Callable[[Tally], None] | None = None,
    ) -> None:
        self._rows = iter(rows)
        self._columns = columns
        self._ruleset = ruleset
        self._probes = probes
        self._clock = clock
        self._options = options or SweepOptions()
        self._describe = describe or _no_details
        self._on_progress = on_progress or _show_nothing
        self._tally = Tally()
        self._port25 = PortTwentyFive(vantage)
        self._slots = asyncio.Semaphore(self._options.concurrency)
        self._changed = asyncio.Event()
        self._judged: asyncio.Queue[RowResult | None] = asyncio.Queue()  # never more than there are slots
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def vantage(self) -> Vantage:
        """The vantage with what the sweep has learnt of port 25; final once the results have ended."""
        return self._port25.vantage

    @property
    def tally(self) -> Tally:
        """How far the sweep has come."""
        return self._tally

    async def results(self) -> AsyncGenerator[RowResult, None]:
        """Yield every row once, as it is judged, in no order; to be read once, and closed (`aclosing`) if left early.

        A reader that is slow holds the sweep back. When the reading task is cancelled, everything under way is
        stopped; what had been judged has been yielded.
        """
        with TemporaryDirectory(
            prefix="checker-parked-", dir=self._options.parking, ignore_cleanup_errors=True
        ) as place:
            self._waiting = WaitingRows(Path(place))
            scheduler = asyncio.create_task(self._schedule(), name="sweep scheduler")
            scheduler.add_done_callback(lambda _: self._judged.put_nowait(None))
            try:
                while (result := await self._judged.get()) is not None:
                    yield result
                    self._slots.release()
                await scheduler
            finally:
                for task in (scheduler, *self._tasks):
                    task.cancel()
                await asyncio.gather(scheduler, *self._tasks, return_exceptions=True)

    async def _schedule(self) -> None:
        """Start rows, second attempts and released rows as slots become free, until nothing is left."""
        while True:
            await self._slots.acquire()
            job = await self._next_job()
            if job is None:
                return
            self._count(running=1)
            task = asyncio.create_task(self._work(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _next_job(self) -> Row | Parked | None:
        """What to do next, waiting for it when need be: due second attempts, released rows, new rows."""
        while True:
            self._changed.clear()
            if (parked := self._waiting.take(_now())) is not None:
                self._count(**{"awaiting_retest" if parked.again else "awaiting_port25": -1})
                return parked
            if (row := next(self._rows, None)) is not None:
                return row
            if self._tally.running or self._waiting.due_s is not None:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._waiting.due_s):
                        await self._changed.wait()
            elif self._waiting.await_port25:
                self._port25.close()
                self._waiting.release_port25()
            else:
                self._port25.close()
                return None

    async def _work(self, job: Row | Parked) -> None:
        result = None
        spoilt = 0
        try:
            result = self._settle(await self._measured(job))
        except Exception:
            row = job if isinstance(job, Row) else job.evidence.row
            log.exception("row %s is not measured, by an error of our own", row.code)
            result = RowResult(row=row, verdicts=not_measured(self._columns, row, self._ruleset))
            spoilt = 1
        finally:
            self._count(running=-1)
            self._changed.set()
        if result is None:
            self._slots.release()
        else:
            self._judged.put_nowait(result)
            self._count(judged=1, not_measured=spoilt)

    async def _measured(self, job: Row | Parked) -> Parked:
        """The job with what is seen now: all of a new row, the doubtful part of a second attempt."""
        if isinstance(job, Row):
            asked = frozenset(column.probe for column in self._columns)
            return Parked(evidence=await self._measure(job, asked, fresh=False))
        if not job.again:
            return job
        evidence = job.evidence
        try:
            second = await self._measure(evidence.row, job.again, fresh=True)
            evidence = with_second_attempt(evidence, second)
        except Exception:
            log.exception("row %s keeps its first attempt, by an error of our own", evidence.row.code)
        return Parked(evidence=evidence, retested=job.retested | job.again)

    async def _measure(self, row: Row, asked: frozenset[str], *, fresh: bool) -> Evidence:
        return await measure(
            row,
            asked,
            self._probes,
            vantage=self.vantage,
            clock=self._clock,
            deadline_s=self._options.deadline_s,
            fresh=fresh,
        )

    def _settle(self, seen: Parked) -> RowResult | None:
        """Judge; None when the row was parked, for a second attempt first, for port 25 last."""
        evidence = seen.evidence
        if evidence.mail is not None and self._port25.see(evidence.mail):
            self._waiting.release_port25()
        evidence = replace(evidence, vantage=self.vantage)
        verdicts = judge_row(self._columns, evidence, self._ruleset)
        settled = self._port25.settled
        doubtful = doubtful_probes(self._columns, verdicts, port25_settled=settled)
        again = doubtful - seen.retested if self._options.retest else frozenset()
        aside = replace(seen, evidence=evidence, again=again, due_s=_now() + self._options.retest_after_s)
        try:
            if again:
                self._waiting.put_for_retest(aside)
                self._count(awaiting_retest=1)
                return None
            if not settled and any(verdict.awaits_port25 for verdict in verdicts):
                self._waiting.put_for_port25(aside)
                self._count(awaiting_port25=1)
                return None
        except OSError as error:
            log.warning(
                "row %s cannot wait on disk and is reported as it stands: %s", evidence.row.code, error
            )
        return RowResult(row=evidence.row, verdicts=verdicts, details=self._describe(evidence, self._ruleset))

    def _count(self, **changes: int) -> None:
        now = {name: getattr(self._tally, name) + change for name, change in changes.items()}
        self._tally = replace(self._tally, **now)
        try:
            self._on_progress(self._tally)
        except Exception:
            log.exception("progress is not shown any more, by an error of our own")
            self._on_progress = _show_nothing


def _no_details(_: Evidence, __: Ruleset) -> RowDetails:
    """Details for whoever did not ask for them."""
    return NO_DETAILS


def _show_nothing(_: Tally) -> None:
    """Progress for whoever did not ask for it."""


def _now() -> float:
    return asyncio.get_running_loop().time()
