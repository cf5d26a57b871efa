"""Work in a forked child: its memory goes back to the system, and its death is news instead of an end.

The parent must have no other threads (fork(2) copies only the one that calls), which is why everything around the
scheduler stays in the main thread.
"""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from checker.schedule.watch import Waits

T = TypeVar("T")
log = logging.getLogger(__name__)

STOPS_WITHIN_S = 60.0
"""How long a child that was told to end is waited for before it is killed; what it has stored stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Generic[T]):
    """How a child ended: with `value`, or with `died` saying how it came to no value."""

    value: T | None = None
    died: str = ""


def _nothing() -> None: ...


class Forked:
    """Runs functions in children of this process, one after the other."""

    def __init__(self, waits: Waits, *, stops_within_s: float = STOPS_WITHIN_S) -> None:
        self._waits = waits
        self._stops_within_s = stops_within_s

    def run(
        self,
        function: Callable[[], T],
        *,
        limit_s: float | None = None,
        meanwhile: Callable[[], None] = _nothing,
    ) -> Ended[T]:
        """Call `function` in a child and wait for what it gives, which must be picklable.

        `meanwhile` is called about every half minute. When this process is told to end, or after `limit_s`, the child gets
        SIGTERM, and SIGKILL when that does not help.
        """
        receiver, sender = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(
            target=_body, args=(function, sender, self._waits), daemon=True
        )
        with receiver:
            try:
                self._start(child)
            except OSError as error:
                return Ended(died=f"could not be started: {error.strerror or type(error).__name__}")
            finally:
                sender.close()
            value = self._awaited(child, receiver, limit_s, meanwhile)
        child.join()
        exit_code = child.exitcode
        child.close()
        if value is not None:
            return Ended(value=value[0])
        return Ended(died=_death(exit_code))

    def _start(self, child: Any) -> None:
        """Fork with signals held back: one that came between fork and the child's own handlers would be lost."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        try:
            child.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _awaited(
        self, child: Any, receiver: Connection, limit_s: float | None, meanwhile: Callable[[], None]
    ) -> tuple[Any] | None:
        """What the child gave, in a tuple; None when it ended without. It has ended when this returns."""
        value: tuple[Any] | None = None
        waited_s, told_for_s = 0.0, None
        while child.is_alive():
            if told_for_s is None and (self._waits.told() or (limit_s is not None and waited_s >= limit_s)):
                child.terminate()
                told_for_s = 0.0
            sources = (child.sentinel,) if value is not None else (child.sentinel, receiver)
            patience_s = self._stops_within_s - told_for_s if told_for_s is not None else limit_s
            passed_s = self._waits.wait(3600.0 if patience_s is None else patience_s, *sources)
            value = value or _given(receiver)
            waited_s += passed_s
            if told_for_s is not None:
                told_for_s += passed_s
                if told_for_s >= self._stops_within_s:
                    child.kill()
            elif not self._waits.told():
                meanwhile()
        return value or _given(receiver)


def _given(receiver: Connection) -> tuple[Any] | None:
    """The child's answer if it is there; a child that dies while it writes gave none."""
    try:
        return (receiver.recv(),) if receiver.poll() else None
    except (EOFError, OSError):
        return None


def _body(function: Callable[[], object], sender: Connection, waits: Waits) -> None:
    """The child. Its stdout leads nowhere: nobody reads tables that a service prints."""
    waits.in_child()
    os.setpgid(0, 0)  # Ctrl-C on a terminal reaches the parent, which tells the child once
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    sender.send(function())


def _death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        try:
            return f"was killed by {signal.Signals(-exit_code).name}"
        except ValueError:  # a real-time signal has no name
            return f"was killed by signal {-exit_code}"
    return f"ended with exit code {exit_code} and no result"
