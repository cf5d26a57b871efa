"""How a command ends: the five exit codes of the contract, the exception that carries them, and signals."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn


class ExitCode(IntEnum):
    """What scripts and cron jobs read. USAGE is also what the option parser itself uses."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    FAILED = 3
    PARTLY = 4


class Quit(Exception):  # noqa: N818 - an ending; not every one is an error
    """End the command with this code, saying `message` (one or more lines) on stderr."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Held(Quit):
    """Quit (FAILED) because the brake keeps what was measured from the site; the operator was told."""

    def __init__(self, message: str) -> None:
        super().__init__(ExitCode.FAILED, message)


class Busy(Quit):
    """Quit (FAILED) because somebody else sweeps with the same store; later it may go."""

    def __init__(self, message: str) -> None:
        super().__init__(ExitCode.FAILED, message)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does (KeyboardInterrupt): in good order, whatever is being done just then.

    Outside the main thread, where signals do not arrive, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt
