"""Shares the work on many organisations among processes, each with a processor of its own. Knows nothing of pages.

The processes are forks: they have all that their parent had, and touch none of its connections; what changes from one
organisation to the next is left for them in a file, so that the parent need not wait until they have done it. Where there is
one processor, or there are few organisations, nothing is forked.
"""

import errno
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar

T = TypeVar("T")

FEW = 100
"""Organisations that are done sooner than processes would be made."""
MOST = 4
"""Processes at most: other things run on the machine too."""


class Work(Generic[T]):
    """Takes things one at a time, and does them here or elsewhere."""

    def __init__(self, do: Callable[[T], None], lines: Sequence[Connection] = (), shelf: int = -1) -> None:
        self._do, self._lines, self._shelf = do, lines, shelf
        self._next = self._end = 0

    def put(self, thing: T) -> None:
        """Have it done; raises what an earlier one raised."""
        if not self._lines:
            self._do(thing)
            return
        data = pickle.dumps(thing)
        at, self._end = self._end, self._end + len(data)
        _write(self._shelf, data, at)
        line = self._lines[self._next]
        self._next = (self._next + 1) % len(self._lines)
        try:
            line.send((at, len(data)))
        except OSError:  # it has ended, and says why
            _raise_from(line)


@contextmanager
def side_by_side(do: Callable[[T], None], things: int, room: Path) -> Iterator[Work[T]]:
    """Work that is done when the block ends. `things` is how many there will be, `room` a directory for a file without a name.

    What `do` raises elsewhere is raised here. Everything that is put must be possible to pickle. Raises OSError.
    """
    workers = min(_processors(), MOST) if things >= FEW else 1
    if workers < 2:
        yield Work(do)
        return
    with TemporaryFile(dir=room) as shelf, _processes(do, workers, shelf.fileno()) as lines:
        yield Work(do, lines, shelf.fileno())
        for line in lines:
            try:
                line.send(None)
            except OSError:  # it has ended, and says why
                _raise_from(line)
        for line in lines:
            _raise_from(line)


@contextmanager
def _processes(do: Callable[[Any], None], workers: int, shelf: int) -> Iterator[Sequence[Connection]]:
    """A line to each of at most so many processes, as many as can be had; they have ended when the block has."""
    sys.stdout.flush()
    sys.stderr.flush()
    numbers: list[int] = []
    lines: list[Connection] = []
    try:
        for _ in range(workers):
            line, other = Pipe()
            with other:
                try:
                    numbers.append(_forked(lambda: _serve(do, other, shelf, (*lines, line))))  # noqa: B023 - called at once
                except (
                    OSError
                ):  # as many processes as we may have: the work is done with those that there are
                    line.close()
                    break
            lines.append(line)
        yield lines
    except BaseException:
        for number in numbers:  # what they write is thrown away; there may be much on their lines
            os.kill(number, signal.SIGKILL)
        raise
    finally:
        for line in lines:
            line.close()
        for number in numbers:
            os.waitpid(number, 0)


def _forked(serve: Callable[[], None]) -> int:
    """The number of a new process that does this and nothing else. Raises OSError.

    Not by `multiprocessing`, whose processes may have no children where they are a service's own.
    """
    number = os.fork()
    if number:
        return number
    try:
        serve()
    finally:
        os._exit(0)  # nothing that the parent has open is closed or said twice


def _raise_from(line: Connection) -> None:
    """Wait for how a process ended, and raise what it raised."""
    try:
        trouble = line.recv()
    except (EOFError, OSError):
        killed = "a process that wrote pages was ended from outside, perhaps for want of memory"
        raise ChildProcessError(errno.ECHILD, killed) from None
    if trouble is not None:
        raise trouble


def _serve(
    do: Callable[[Any], None], line: Connection, shelf: int, of_the_parent: tuple[Connection, ...]
) -> None:
    """The life of a process: it ends with its parent, whatever becomes of that."""
    parent = os.getppid()
    for end in of_the_parent:  # or nobody would ever see them closed
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told too, and ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    trouble: Exception | None = None
    try:
        while (place := line.recv()) is not None:
            if os.getppid() != parent:  # what it has sent may still wait on the line
                return
            at, length = place
            do(pickle.loads(os.pread(shelf, length, at)))  # noqa: S301 - the parent has just written it
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001 - it is raised in the parent
        trouble = _sendable(error)
    with suppress(OSError):  # the parent has gone, or given up
        line.send(trouble)


def _sendable(error: Exception) -> Exception:
    """The error as it survives the way to another process, with a note of where it happened when it is a fault of ours."""
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror, error.filename)
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, from the line above
    except Exception:  # noqa: BLE001 - whatever it is, it does not survive
        return RuntimeError("".join(traceback.format_exception_only(error)))
    return error


def _write(shelf: int, data: bytes, at: int) -> None:
    """All of it: the system may take less at once."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(shelf, rest, at)
        rest, at = rest[written:], at + written


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
