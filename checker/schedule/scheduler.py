"""The scheduler: APScheduler in one thread, kept right when the clock jumps or the machine sleeps.

APScheduler waits for as long as it once reckoned, by a clock that stands still while a machine sleeps, and asks
`threading.Event`, which a signal handler must not set. So the loop is our own: it looks at the wall clock every half
minute and is woken by signals.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.debug import DebugExecutor  # type: ignore[import-untyped]  # APScheduler 3 has no types
from apscheduler.schedulers.base import BaseScheduler  # type: ignore[import-untyped]  # APScheduler 3 has no types
from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]  # APScheduler 3 has no types

from checker.schedule.fire_times import FireTimes
from checker.schedule.night import SANE_AHEAD, Nights
from checker.schedule.watch import TICK_S, Waits

_JOB = "sweep"
Clock = Callable[[], datetime]


class DueTimes(BaseTrigger):  # type: ignore[misc]  # as above
    """APScheduler's view of `FireTimes`, by the clock as it is now and not as it was before a long run."""

    def __init__(self, times: FireTimes, clock: Clock) -> None:
        self._times = times
        self._clock = clock

    def get_next_fire_time(self, previous_fire_time: datetime | None, _: datetime) -> datetime:
        """The first time after now, and after the one before when the clock was set back a little meanwhile."""
        now = self._clock()
        if previous_fire_time is not None and now < previous_fire_time <= now + SANE_AHEAD:
            return self._times.after(previous_fire_time)
        return self._times.after(now)


class NightlyScheduler(BaseScheduler):  # type: ignore[misc]  # as above
    """Sweeps when it is due until `waits` is told to end; `announce` is given the time of the next sweep whenever it changes."""

    def __init__(
        self,
        nights: Nights,
        times: FireTimes,
        *,
        waits: Waits,
        clock: Clock,
        announce: Callable[[datetime], None],
    ) -> None:
        # DebugExecutor runs a job where it is: here, in the only thread.
        super().__init__(timezone=UTC, executors={"default": DebugExecutor()})
        self._nights = nights
        self._times = times
        self._waits = waits
        self._now = clock
        self._announce = announce
        self._handled: datetime | None = None

    def run(self) -> None:
        """Catch up what was missed, then make every run that falls due."""
        missed = self._times.last_until(self._now())
        self._handled = missed
        self._nights.run(missed, starting=True)
        self.add_job(
            self._sweep,
            DueTimes(self._times, self._now),
            id=_JOB,
            misfire_grace_time=None,  # however late: a machine that slept through the night sweeps when it wakes
            coalesce=True,
        )
        self.start()
        announced: datetime | None = None
        while not self._waits.told():
            self._mind_the_clock()
            next_time = self.get_job(_JOB).next_run_time
            if next_time != announced:
                announced = next_time
                self._announce(next_time)
            self._waits.wait(min(self._process_jobs(), TICK_S))
        self.shutdown()

    def wakeup(self) -> None:
        """Nothing to do: the loop looks by itself."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002 - APScheduler's own signature
        """End; no run is under way, since there is only one thread."""
        super().shutdown(wait)

    def _sweep(self) -> None:
        due = max(self._times.last_until(self._now()), self.get_job(_JOB).next_run_time)
        self._handled = due
        self._nights.run(due)

    def _mind_the_clock(self) -> None:
        """Move the next run forward when the clock was put back so far that it would be days away."""
        now, planned = self._now(), self.get_job(_JOB).next_run_time
        expected = DueTimes(self._times, self._now).get_next_fire_time(self._handled, now)
        if expected < planned:
            self.modify_job(_JOB, next_run_time=expected)
