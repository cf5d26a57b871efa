"""Shares the work on many organisations among processes, each with a processor of its own. Knows nothing of pages.

The processes are forks: they have all that their parent had, and touch none of its connections; what changes from one
organisation to the next is sent to them. Where there is one processor, or there are few organisations, nothing is forked.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

T = TypeVar("T")

FEW = 100
"""Organisations that are done sooner than processes would be made."""
MOST = 4
"""Processes at most: other things run on the machine too."""


class Work(Generic[T]):
    """Takes things one at a time, and does them here or elsewhere."""

    def __init__(self, do: Callable[[T], None], lines: tuple[Connection, ...]) -> None:
        self._do, self._lines, self._next = do, lines, 0

    def put(self, thing: T) -> None:
        """Have it done; raises what an earlier one raised."""
        if not self._lines:
            self._do(thing)
            return
        line = self._lines[self._next]
        self._next = (self._next + 1) % len(self._lines)
        try:
            line.send(thing)
        except OSError:  # it has ended, and says why
            _raise_from(line)


@contextmanager
def side_by_side(do: Callable[[T], None], things: int) -> Iterator[Work[T]]:
    """Work that is done when the block ends. `things` is how many there will be.

    What `do` raises elsewhere is raised here. Everything that is put must be possible to pickle.
    """
    workers = min(_processors(), MOST) if things >= FEW else 1
    if workers < 2:
        yield Work(do, ())
        return
    sys.stdout.flush()
    sys.stderr.flush()
    context = get_context("fork")
    processes: list[BaseProcess] = []
    lines: list[Connection] = []
    try:
        for _ in range(workers):
            line, other = context.Pipe()
            lines.append(line)
            process = context.Process(target=_serve, args=(do, other, tuple(lines)), daemon=True)
            process.start()
            other.close()
            processes.append(process)
        yield Work(do, tuple(lines))
        for line in lines:
            line.send(None)
        for line in lines:
            _raise_from(line)
    finally:
        for line in lines:
            line.close()
        for started in processes:
            started.join()


def _raise_from(line: Connection) -> None:
    """Wait for how a process ended, and raise what it raised."""
    try:
        trouble = line.recv()
    except (EOFError, OSError):
        raise ChildProcessError("a process that wrote pages was ended from outside") from None
    if trouble is not None:
        raise trouble


def _serve(do: Callable[[Any], None], line: Connection, of_the_parent: tuple[Connection, ...]) -> None:
    """The life of a process: it ends with its parent, whatever becomes of that."""
    for end in of_the_parent:  # or nobody would ever see them closed
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told too, and closes the line
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    trouble: Exception | None = None
    try:
        while (thing := line.recv()) is not None:
            do(thing)
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001 - it is raised in the parent
        trouble = error
    line.send(trouble)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
