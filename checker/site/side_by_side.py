"""Shares the work on many organisations among processes, each with a processor of its own. Knows nothing of pages.

The processes are forks: they have all that their parent had, and touch none of its connections; what changes from one
organisation to the next is left for them in a file, so that the parent need not wait until they have done it, and what they
give lies in files too. Where there is one processor, or there are few organisations, nothing is forked.
"""

import errno
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
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
    """Takes things one at a time, and does them here or elsewhere. `done` are the shelves of what they came to."""

    def __init__(
        self, do: Callable[[T], bytes], shelf: int, done: Sequence[int], lines: Sequence[Connection] = ()
    ) -> None:
        self._do, self._shelf, self._done, self._lines = do, shelf, done, lines
        self._next = self._end = 0
        self._lengths: list[Sequence[int]] = []
        self._here: list[int] = []

    def put(self, thing: T) -> None:
        """Have it done; raises what an earlier one raised."""
        if not self._lines:
            self._here.append(_put_away(self._do(thing), self._done[0]))
            return
        data = pickle.dumps(thing)
        at, self._end = self._end, self._end + len(data)
        _write(self._shelf, data, at)
        line = self._lines[self._next]
        self._next = (self._next + 1) % len(self._lines)
        try:
            line.send((at, len(data)))
        except OSError:  # it has ended, and says why
            _how_it_ended(line)

    def finish(self) -> None:
        """Wait until everything is done; raises what any of it raised. Nothing can be put after it."""
        if self._lengths:
            return
        for line in self._lines:
            try:
                line.send(None)
            except OSError:  # it has ended, and says why
                _how_it_ended(line)
        self._lengths = [_how_it_ended(line) for line in self._lines] or [self._here]

    def given(self) -> Iterator[bytes]:
        """What each thing came to, in the order in which they were put. Waits as `finish` does."""
        self.finish()
        starts = [0] * len(self._lengths)
        for turn in range(sum(map(len, self._lengths))):
            place, who = divmod(turn, len(self._lengths))
            length = self._lengths[who][place]
            yield os.pread(self._done[who], length, starts[who])
            starts[who] += length


@contextmanager
def side_by_side(do: Callable[[T], bytes], things: int, room: Path) -> Iterator[Work[T]]:
    """Work that is done when the block ends. `things` is how many there will be, `room` a directory for files without a name.

    What `do` gives can be read within the block; what it raises elsewhere is raised here. Everything that is put must be
    possible to pickle. Raises OSError.
    """
    workers = min(_processors(), MOST) if things >= FEW else 1
    with ExitStack() as shelves:
        shelf, *done = (shelves.enter_context(TemporaryFile(dir=room)).fileno() for _ in range(workers + 1))
        if workers < 2:
            yield Work(do, shelf, done)
            return
        with _processes(do, shelf, done) as lines:
            work = Work(do, shelf, done, lines)
            yield work
            work.finish()


@contextmanager
def _processes(do: Callable[[Any], bytes], shelf: int, done: Sequence[int]) -> Iterator[Sequence[Connection]]:
    """A line to each of the processes, one for each shelf of what is done, or as many as can be had; they end with the block."""
    sys.stdout.flush()
    sys.stderr.flush()
    numbers: list[int] = []
    lines: list[Connection] = []
    try:
        for own in done:
            line, other = Pipe()
            with other:
                try:
                    numbers.append(_forked(lambda: _serve(do, other, shelf, own, (*lines, line))))  # noqa: B023 - called at once
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


def _how_it_ended(line: Connection) -> Sequence[int]:
    """Wait for the end of a process: the lengths of what it put on its shelf. Raises what it raised."""
    try:
        ending = line.recv()
    except (EOFError, OSError):
        killed = "a process that wrote pages was ended from outside, perhaps for want of memory"
        raise ChildProcessError(errno.ECHILD, killed) from None
    if isinstance(ending, Exception):
        raise ending
    lengths: Sequence[int] = ending
    return lengths


def _serve(
    do: Callable[[Any], bytes], line: Connection, shelf: int, done: int, of_the_parent: tuple[Connection, ...]
) -> None:
    """The life of a process: it ends with its parent, whatever becomes of that."""
    parent = os.getppid()
    for end in of_the_parent:  # or nobody would ever see them closed
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told too, and ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    lengths: list[int] = []
    ending: Exception | list[int] = lengths
    try:
        while (place := line.recv()) is not None:
            if os.getppid() != parent:  # what it has sent may still wait on the line
                return
            at, length = place
            thing = pickle.loads(os.pread(shelf, length, at))  # noqa: S301 - the parent has just written it
            lengths.append(_put_away(do(thing), done))
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001 - it is raised in the parent
        ending = _sendable(error)
    with suppress(OSError):  # the parent has gone, or given up
        line.send(ending)


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


def _put_away(data: bytes, shelf: int) -> int:
    """Write it after what is there; how long it is."""
    _write(shelf, data, os.lseek(shelf, 0, os.SEEK_END))
    return len(data)


def _write(shelf: int, data: bytes, at: int) -> None:
    """All of it: the system may take less at once."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(shelf, rest, at)
        rest, at = rest[written:], at + written


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
