"""A row's deadline, which stands still while the row waits for its turn at a shared destination."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar


class Budget:
    """Extends one `asyncio.Timeout` by the time spent waiting for turns; overlapping waits count once.

    A part of a row's work may have a deadline of its own: its budget lies `within` the row's, and both stand still
    together.
    """

    def __init__(self, timeout: asyncio.Timeout, *, within: "Budget | None" = None) -> None:
        self._timeout = timeout
        self._within = within
        self._waiting = 0
        self._remaining_s: float | None = None
        self._closed = False

    def close(self) -> None:
        """The row is over: work that outlives it (a mail host shared with other rows) moves its clock no more."""
        self._closed = True

    @property
    def left_s(self) -> float | None:
        """Seconds until the deadline, those apart that are spent in queues; None without one."""
        if self._remaining_s is not None:
            return self._remaining_s
        deadline = self._timeout.when()
        return None if deadline is None else max(0.0, deadline - asyncio.get_running_loop().time())

    @property
    def row(self) -> "Budget":
        """The budget of the whole row."""
        return self if self._within is None else self._within.row

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the row's clock while any of its tasks stands in a queue."""
        if self._waiting == 0:
            self._stop()
        self._waiting += 1
        try:
            with self._within.paused() if self._within else nullcontext():
                yield
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._go_on()

    def _stop(self) -> None:
        deadline = self._timeout.when()
        if deadline is not None and self._adjustable:
            self._remaining_s = max(0.0, deadline - asyncio.get_running_loop().time())
            self._timeout.reschedule(None)

    def _go_on(self) -> None:
        if self._remaining_s is not None and self._adjustable:
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._remaining_s)
        self._remaining_s = None

    @property
    def _adjustable(self) -> bool:
        # the deadline may strike, or the row end, between two steps of the task that queues
        return not self._closed and not self._timeout.expired()


current_budget: ContextVar[Budget | None] = ContextVar("current_budget", default=None)
"""The budget of the row that the running task works for; None outside rows."""
