"""An event loop whose clock is put forward where others sleep: no test on it depends on how fast the machine is.

For tests whose servers run in the loop of those who ask them. What is sent over loopback can be read at once; when
nothing can be, and the loop would sleep, nothing will come before the next timer. The clock is then put to that timer
without sleeping. So a wait ends for what a test does, never for a machine that stood still meanwhile, and silence costs
no time.
"""

import asyncio
import selectors
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

START_S = 1000.0
"""What the clock shows at first: zero would pass for "never"."""
TURN_S = 1e-5
"""What one turn of the loop takes by its clock, so that time passes also for those who never sleep."""
GRACE_S = 0.05
"""Real seconds that the system gets to bring what was sent, before the clock is put forward."""


class _Selector(selectors.DefaultSelector):
    """Puts the clock forward instead of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = START_S
        self._threads = 0
        self._looked_at_s = 0.0

    def thread_begins(self) -> None:
        self._threads += 1
        if self._threads == 1:
            self._looked_at_s = time.monotonic()

    def thread_ends(self) -> None:
        self._threads -= 1

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._threads:
            return self._beside_threads(timeout)
        self.now_s += TURN_S
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        # twice: a process that is stopped while it waits goes on as if nothing had come
        ready = super().select(min(timeout, GRACE_S)) or super().select(0)
        if not ready:
            self.now_s += timeout
        return ready

    def _beside_threads(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        """By real time, since a thread cannot be seen to wait; but nobody is told that the machine stood still."""
        ready = super().select(timeout and min(timeout, GRACE_S))
        looked_at_s = time.monotonic()
        self.now_s += min(looked_at_s - self._looked_at_s, GRACE_S)
        self._looked_at_s = looked_at_s
        return ready


class UnhurriedLoop(asyncio.SelectorEventLoop):
    """The loop of a test that is not marked `real_time`."""

    def __init__(self) -> None:
        self._unhurried = _Selector()
        super().__init__(self._unhurried)

    def time(self) -> float:
        return self._unhurried.now_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        self._unhurried.thread_begins()
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_is_done)
        return future

    def _thread_is_done(self, _: asyncio.Future[T]) -> None:
        self._unhurried.thread_ends()
