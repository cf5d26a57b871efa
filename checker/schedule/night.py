"""One night's run: made once, not beside another sweep, and tried a second time when it failed. Never measures itself."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Protocol, TypeVar

from checker.schedule.fire_times import FireTimes
from checker.schedule.forked import Ended
from checker.schedule.watch import Waits

T = TypeVar("T")
log = logging.getLogger(__name__)

BUSY_DELAY_S = 300.0
"""How long to wait for a sweep by somebody else before looking again."""
LOOK_LIMIT_S = 120.0
"""For a look into the store."""
TELL_LIMIT_S = 900.0
"""For telling the operator, a slow mail server included."""
SANE_AHEAD = timedelta(days=1)
"""What lies further ahead than this was written under a clock that was wrong."""


class Outcome(Enum):
    """What became of a sweep. PASSING: it may go better soon. WRONG: it will not, before somebody mends something."""

    MADE = "made"
    BUSY = "busy"
    PASSING = "passing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """How a sweep ended; `message` says why when it was not MADE, `told` whether the operator knows already."""

    outcome: Outcome
    message: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the schedule is about; each is called in a child process.

    `sweep` measures and publishes. `last_started` gives when the newest sweep that came to an end began, None when there
    is none. `tell_failure` takes a sentence for the operator; None when there is nobody to tell but the log.
    """

    sweep: Callable[[], Sweeping]
    last_started: Callable[[], datetime | None]
    tell_failure: Callable[[str], None] | None = None


class Runs(Protocol):
    """See `checker.schedule.forked.Forked.run`."""

    def run(
        self,
        function: Callable[[], T],
        *,
        limit_s: float | None = None,
        meanwhile: Callable[[], None] = ...,
    ) -> Ended[T]:
        """Call `function` somewhere else and wait for what it gives."""


class Nights:
    """Makes the runs that are due. `show` is given what is going on, in a few words; `clock` the time in UTC."""

    def __init__(
        self,
        work: Work,
        *,
        times: FireTimes,
        forked: Runs,
        waits: Waits,
        clock: Callable[[], datetime],
        show: Callable[[str], None],
        retry_after_s: float,
    ) -> None:
        self._work = work
        self._times = times
        self._forked = forked
        self._waits = waits
        self._clock = clock
        self._show = show
        self._retry_after_s = retry_after_s
        self._next = clock()
        self.interrupted = False
        """Whether a sweep was cut short because this process was told to end."""

    def run(self, due: datetime, *, starting: bool = False) -> None:
        """Make the run that was due at `due`, unless a sweep was begun since. When it returns, nothing is due.

        `starting`: this is what the program finds when it starts.
        """
        since, retried = due, False
        self._next = self._times.after(max(due, self._clock()))
        while not self._waits.told():
            if self._made(since, due, starting=starting):
                return
            log.info("sweeping: due %s", self._times.local(due))
            self._show(f"sweeping since {self._times.local(self._clock())}")
            ended = self._forked.run(self._work.sweep, meanwhile=self._say_what_is_skipped)
            if not self._waits.told():
                self._say_what_is_skipped()
            ending = ended.value or Sweeping(outcome=Outcome.PASSING, message=f"the sweep {ended.died}")
            if self._waits.told() and ending.outcome is not Outcome.MADE:
                self.interrupted = ending.outcome is not Outcome.BUSY
                return
            match ending.outcome:
                case Outcome.MADE:
                    log.info("the sweep of %s is done", self._times.local(due))
                    return
                case Outcome.BUSY:
                    due, since = self._wait_for_the_other(due, since, ending.message)
                case Outcome.PASSING if not retried:
                    retried = True
                    log.warning(
                        "the sweep of %s failed and is tried again in %g s: %s",
                        self._times.local(due),
                        self._retry_after_s,
                        ending.message,
                    )
                    self._show("waiting to try a failed sweep again")
                    since = self._clock()  # what was stored of it does not count as made
                    self._pause(self._retry_after_s)
                case _:
                    self._fail(
                        f"the sweep of {self._times.local(due)} failed: {ending.message}", told=ending.told
                    )
                    return
            starting = False

    def _made(self, since: datetime, due: datetime, *, starting: bool) -> bool:
        """Whether a sweep was begun at `since` or later, which is as good. A store that cannot say has none."""
        looked = self._forked.run(self._work.last_started, limit_s=LOOK_LIMIT_S)
        if self._waits.told():
            return True
        if looked.died:
            log.warning("cannot see when the last sweep was made: the look into the store %s", looked.died)
        last = looked.value
        if last is None or last < since:
            return False
        if last > self._clock() + SANE_AHEAD:
            # By that time nothing would be due for long; but a restart is no reason to measure when it may be right.
            log.warning("the last sweep is dated %s, which is ahead of the clock", self._times.local(last))
            return starting
        if not starting:
            log.info(
                "the sweep due %s was made already, at %s", self._times.local(due), self._times.local(last)
            )
        return True

    def _wait_for_the_other(self, due: datetime, since: datetime, message: str) -> tuple[datetime, datetime]:
        """Wait a while for a sweep that somebody else makes; the run to make next, and since when a sweep counts."""
        log.warning("waiting, and looking again in %g s: %s", BUSY_DELAY_S, message)
        self._show("waiting for another sweep to end")
        self._pause(BUSY_DELAY_S)
        if self._clock() < self._next or self._waits.told():
            return due, since
        self._fail(f"the sweep of {self._times.local(due)} was not made: {message}")
        due = self._times.last_until(self._clock())
        self._next = self._times.after(self._clock())
        return due, due

    def _say_what_is_skipped(self) -> None:
        now = self._clock()
        if now >= self._next:
            self._fail(
                f"the sweep of {self._times.local(self._next)} is skipped: an earlier one is still going"
            )
            self._next = self._times.after(now)

    def _fail(self, reason: str, *, told: bool = False) -> None:
        log.error("%s", reason)
        if told or self._work.tell_failure is None:
            return
        telling = self._forked.run(partial(self._work.tell_failure, reason), limit_s=TELL_LIMIT_S)
        if telling.died and not self._waits.told():
            log.error("the operator could not be told: telling %s", telling.died)

    def _pause(self, seconds: float) -> None:
        while seconds > 0 and not self._waits.told():
            seconds -= self._waits.wait(seconds)
