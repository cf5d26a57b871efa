"""A row's deadline, which stands still while the row waits for its turn at a shared destination."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Budget:
    """Extends one `asyncio.Timeout` by the time spent waiting for turns; overlapping waits count once."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout
        self._waiting = 0
        self._remaining_s = 0.0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the row's clock while any of its tasks stands in a queue."""
        loop = asyncio.get_running_loop()
        deadline = self._timeout.when()
        if self._waiting == 0 and deadline is not None:
            self._remaining_s = max(0.0, deadline - loop.time())
            self._timeout.reschedule(None)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if self._waiting == 0 and not self._timeout.expired():
                self._timeout.reschedule(loop.time() + self._remaining_s)


current_budget: ContextVar[Budget | None] = ContextVar("current_budget", default=None)
"""The budget of the row that the running task works for; None outside rows."""
