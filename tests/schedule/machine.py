"""A machine whose clock moves when somebody waits, and a store and sweeps that do what a test tells them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from checker.schedule.cron import parse_cron
from checker.schedule.fire_times import FireTimes
from checker.schedule.forked import Ended
from checker.schedule.night import Nights, Outcome, Sweeping, Work
from checker.schedule.scheduler import NightlyScheduler
from checker.schedule.watch import TICK_S

T = TypeVar("T")
LONGEST_S = 600.0
"""Nights pass faster when the clock is looked at less often than TICK_S."""
STOCKHOLM = ZoneInfo("Europe/Stockholm")
MADE = Sweeping(outcome=Outcome.MADE)
FAILED = Sweeping(outcome=Outcome.PASSING, message="no root server answers")
WRONG = Sweeping(outcome=Outcome.WRONG, message="domains.csv: line 2: no domain")
BUSY = Sweeping(outcome=Outcome.BUSY, message="another sweep is under way")


class KilledError(Exception):
    """What a child ends with that is killed."""


def at(text: str) -> datetime:
    """A wall-clock time in Stockholm: "2026-11-22 03:15"."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


class Machine:
    """`plan` are things that happen at moments; each sweep takes `lasts` and ends as `endings` say, then as MADE."""

    def __init__(self, now: str, *, cron: str = "15 3 * * *", last: str | None = None) -> None:
        self.now = at(now)
        self.times = FireTimes(parse_cron(cron), STOCKHOLM)
        self.last = at(last) if last else None
        self.lasts = timedelta(minutes=5)
        self.endings: list[Sweeping | Exception] = []
        self.begun: list[str] = []
        self.reported: list[str] = []
        self.announced: list[str] = []
        self._plan: list[tuple[timedelta, Callable[[], None]]] = []
        self._awake = timedelta()
        self._told = False
        self._meanwhile: Callable[[], None] = lambda: None

    # -- the clock -----------------------------------------------------------------------------

    def clock(self) -> datetime:
        return self.now

    def told(self) -> bool:
        return self._told

    def stop(self) -> None:
        self._told = True

    def jump(self, to: str) -> None:
        """The wall clock is set, or the machine slept."""
        self.now = at(to)

    def after(self, happens: Callable[[], None], **passed: float) -> None:
        """Let something happen when so much time has passed, counted from the beginning."""
        self._plan.append((timedelta(**passed), happens))
        self._plan.sort(key=lambda entry: entry[0])

    def wait(self, seconds: float, *_: Connection | int) -> float:
        seconds = max(0.001, min(seconds, LONGEST_S))
        self._awake += timedelta(seconds=seconds)
        self.now = self.now.astimezone(UTC) + timedelta(seconds=seconds)
        while self._plan and self._plan[0][0] <= self._awake:
            self._plan.pop(0)[1]()
        return seconds

    def in_child(self) -> None: ...

    # -- children, the store, the sweep --------------------------------------------------------

    def run(
        self,
        function: Callable[[], T],
        *,
        limit_s: float | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Ended[T]:
        assert limit_s is None or limit_s > 0
        outer, self._meanwhile = self._meanwhile, meanwhile
        try:
            return Ended(value=function())
        except KilledError:
            return Ended(died="was killed by SIGKILL")
        finally:
            self._meanwhile = outer

    def sweep(self) -> Sweeping:
        ending = self.endings.pop(0) if self.endings else MADE
        started = self.now
        if ending is not BUSY:
            self.begun.append(self.times.local(started))
            passed = timedelta()
            while passed < self.lasts and not self._told:
                passed += timedelta(seconds=self.wait(TICK_S))
                self._meanwhile()
        if isinstance(ending, Exception):
            raise ending
        if ending is MADE:
            self.last = started
        return FAILED if self._told else ending

    def nights(self) -> Nights:
        work = Work(sweep=self.sweep, last_started=lambda: self.last, tell_failure=self.reported.append)
        return Nights(
            work,
            times=self.times,
            forked=self,
            waits=self,
            clock=self.clock,
            show=lambda _: None,
            retry_after_s=600,
        )

    def live(self, monkeypatch: pytest.MonkeyPatch, **passed: float) -> Nights:
        """Run a scheduler for so long; what it did is in `begun`, `reported` and `announced`."""
        machine = self

        class Clock:
            @staticmethod
            def now(_: object) -> datetime:
                return machine.now

        monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
        monkeypatch.setattr("checker.schedule.scheduler.TICK_S", LONGEST_S)
        self.after(self.stop, **passed)
        nights = self.nights()
        NightlyScheduler(
            nights,
            self.times,
            waits=self,
            clock=self.clock,
            announce=lambda moment: self.announced.append(self.times.local(moment)),
        ).run()
        return nights
