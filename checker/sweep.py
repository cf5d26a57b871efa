"""Runs the probes over the rows and the judges over what they saw; the only place that knows concurrency.

It opens no connection, publishes nothing, and keeps no more rows in memory than are under way.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from checker.columns import Columns, doubtful_probes, judge_row, not_measured, remeasured, worse_probes
from checker.network.clock import Clock
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence, Row
from checker.observations.vantage import Vantage
from checker.parking import Parked, WaitingRows
from checker.port25 import PortTwentyFive
from checker.report.model import NO_DETAILS, RowResult
from checker.row import Probes, measure
from checker.row_details import RowDetails
from checker.rulesets import Ruleset
from checker.second_attempt import with_second_attempt
from checker.verdict import Verdict

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """How a sweep goes about it: rows at once, seconds for one row, and seconds until a second attempt.

    `parking` is the directory where waiting rows are kept, in files without names; None takes the system's temporary
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where a sweep's observations go as they come, so that a sweep cut short need not ask anybody again.

    `seen` is given the evidence of each row that is done, before it is reported; `parked` a row that waits. Either may
    fail: the sweep ends with that error.
    """

    seen: Callable[[Evidence], Awaitable[None]]
    parked: Callable[[Parked], Awaitable[None]]


class Sweep:
    """One sweep over `rows`, which are read one at a time as there is room, judged in `columns` under `ruleset`.

    `on_progress` is called with each change of the tally; `describe` puts together what stands behind a row's
    verdicts, as its reader wants it. `stood` gives the cells by column that stood for a row (by its code) before this
    sweep: what is worse is measured a second time. `waiting` are rows that waited when the sweep was cut short.
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
        stood: Callable[[str], Mapping[str, str]] | None = None,
        waiting: Iterable[Parked] = (),
        keeping: Keeping | None = None,
    ) -> None:
        self._rows = iter(rows)
        self._columns = columns
        self._ruleset = ruleset
        self._probes = probes
        self._clock = clock
        self._options = options or SweepOptions()
        self._describe = describe or _no_details
        self._on_progress = on_progress or _show_nothing
        self._stood = stood or _nothing_stood
        self._from_before = waiting
        self._keeping = keeping
        self._tally = Tally()
        self._port25 = PortTwentyFive(vantage)
        self._slots = asyncio.Semaphore(self._options.concurrency)
        self._changed = asyncio.Event()
        self._judged: asyncio.Queue[RowResult | Exception | None] = (
            asyncio.Queue()
        )  # never more than there are slots
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def vantage(self) -> Vantage:
        """The vantage with what the sweep has learnt of port 25; final once the results have ended."""
        return self._port25.vantage

    @property
    def tally(self) -> Tally:
        """How far the sweep has come."""
        return self._tally

    def know(self, mail: MailObservation) -> None:
        """Learn of port 25 from a row that was measured before the sweep was cut short."""
        self._port25.see(mail)

    async def results(self) -> AsyncGenerator[RowResult, None]:
        """Yield every row once, as it is judged, in no order; to be read once, and closed (`aclosing`) if left early.

        A reader that is slow holds the sweep back. When the reading task is cancelled, everything under way is
        stopped; what had been judged has been yielded.
        """
        with WaitingRows(self._options.parking) as self._waiting:
            self._take_up()
            scheduler = asyncio.create_task(self._schedule(), name="sweep scheduler")
            scheduler.add_done_callback(lambda _: self._judged.put_nowait(None))
            try:
                while (result := await self._judged.get()) is not None:
                    if isinstance(result, Exception):
                        raise result
                    yield result
                    self._slots.release()
                await scheduler
            finally:
                for task in (scheduler, *self._tasks):
                    task.cancel()
                await asyncio.gather(scheduler, *self._tasks, return_exceptions=True)

    def _take_up(self) -> None:
        """Let the rows that waited when the sweep was cut short wait on: second attempts are due by now."""
        for parked in self._from_before:
            if parked.again:
                self._waiting.put_for_retest(replace(parked, due_s=_now()))
                self._count(awaiting_retest=1)
            else:
                self._waiting.put_for_port25(parked)
                self._count(awaiting_port25=1)

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
        result: RowResult | None = None
        seen: Parked | None = None
        failed: Exception | None = None
        spoilt = 0
        try:
            try:
                result, seen = self._settle(await self._measured(job))
            except Exception:
                row = job if isinstance(job, Row) else job.evidence.row
                log.exception("row %s is not measured, by an error of our own", row.code)
                result = RowResult(row=row, verdicts=not_measured(self._columns, row, self._ruleset))
                spoilt = 1
            failed = await self._keep(result, seen)
        finally:
            self._count(running=-1)
            self._changed.set()
        if failed is not None:
            self._judged.put_nowait(failed)
        elif result is None:
            self._slots.release()
        else:
            self._judged.put_nowait(result)
            self._count(judged=1, not_measured=spoilt)

    async def _keep(self, result: RowResult | None, seen: Parked | None) -> Exception | None:
        """Keep what was seen before anybody hears of it; the error comes back that ends the sweep."""
        if self._keeping is None or seen is None:
            return None
        try:
            if result is None:
                await self._keeping.parked(seen)
            else:
                await self._keeping.seen(seen.evidence)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader of the results is told
            return error
        return None

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

    def _settle(self, seen: Parked) -> tuple[RowResult | None, Parked]:
        """Judge; no result when the row was parked, for a second attempt first, for port 25 last."""
        evidence = seen.evidence
        if evidence.mail is not None and self._port25.see(evidence.mail):
            self._waiting.release_port25()
        evidence = replace(evidence, vantage=self.vantage)
        verdicts = judge_row(self._columns, evidence, self._ruleset)
        aside = replace(
            seen,
            evidence=evidence,
            again=self._to_be_seen_again(evidence.row, verdicts) - seen.retested,
            due_s=_now() + self._options.retest_after_s,
        )
        try:
            if aside.again:
                self._waiting.put_for_retest(aside)
                self._count(awaiting_retest=1)
                return None, aside
            if not self._port25.settled and any(verdict.awaits_port25 for verdict in verdicts):
                self._waiting.put_for_port25(aside)
                self._count(awaiting_port25=1)
                return None, aside
        except OSError as error:
            log.warning(
                "row %s cannot wait on disk and is reported as it stands: %s", evidence.row.code, error
            )
        result = RowResult(
            row=evidence.row,
            verdicts=verdicts,
            details=self._describe(evidence, self._ruleset),
            remeasured=remeasured(self._columns, evidence),
        )
        return result, aside

    def _to_be_seen_again(self, row: Row, verdicts: tuple[Verdict, ...]) -> frozenset[str]:
        """The probes behind what may pass, and behind what is worse than what stood."""
        if not self._options.retest:
            return frozenset()
        settled = self._port25.settled
        return doubtful_probes(self._columns, verdicts, port25_settled=settled) | worse_probes(
            self._columns, verdicts, self._stood(row.code), port25_settled=settled
        )

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


def _nothing_stood(_: str) -> Mapping[str, str]:
    """A sweep without a history."""
    return {}


def _show_nothing(_: Tally) -> None:
    """Progress for whoever did not ask for it."""


def _now() -> float:
    return asyncio.get_running_loop().time()
