"""Waiting that a signal ends at once and that shows the process to be alive meanwhile. Never starts a thread."""

import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Protocol, Self

TICK_S = 30.0
"""The longest single wait: the wall clock may jump and the machine may sleep, and neither ends a wait."""

_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Waits(Protocol):
    """What the scheduler waits with; a test puts a clock of its own behind it."""

    def told(self) -> bool:
        """Whether a signal has asked for an end."""

    def wait(self, seconds: float, *others: Connection | int) -> float:
        """Wait until one of `others` can be read, a signal comes, or the seconds (at most TICK_S) are over.

        Gives the seconds that it took, by a clock that never jumps.
        """

    def in_child(self) -> None:
        """Give signals their ordinary meaning back, in a process that was forked."""


class Watch:
    """The real one; use as a context manager, in the main thread. `beat` is called before every wait."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._told = False
        self._beat = beat
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._before: dict[signal.Signals, signal.Handlers | Callable[[int, FrameType | None], object]] = {}

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in _STOPS:
            before = signal.getsignal(number)
            # Ctrl-C and hang-ups that a shell or nohup keeps from us stay away; SIGTERM is always meant.
            if before is not None and (before != signal.SIG_IGN or number == signal.SIGTERM):
                self._before[number] = before  # type: ignore[assignment]  # typeshed has int for what are Handlers
                signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        for number, before in self._before.items():
            signal.signal(number, before)
        os.close(self._reader)
        os.close(self._writer)

    def _note(self, *_: object) -> None:
        self._told = True

    def told(self) -> bool:
        """See `Waits`."""
        return self._told

    def wait(self, seconds: float, *others: Connection | int) -> float:
        """See `Waits`."""
        self._beat()
        began = time.monotonic()
        if not self._told or others:
            ready = wait([self._reader, *others], max(0.0, min(seconds, TICK_S)))
            if self._reader in ready:
                os.read(self._reader, 4096)
        return time.monotonic() - began

    def in_child(self) -> None:
        """See `Waits`."""
        signal.set_wakeup_fd(-1)
        for number in self._before:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
