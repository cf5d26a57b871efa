"""Rows that wait on disk for a second attempt or for port 25: first in, first out.

Memory holds a few numbers and the row at the head, however many wait. Nothing here outlives the process, however it ends.
"""

import json
import os
import struct
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from checker.observations.codec import decode, encode
from checker.observations.row import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One waiting row: what was seen, the probes to run again when it is due, and those that had their second run.

    `due_s` is in the event loop's time; it holds when there is something to run `again`.
    """

    evidence: Evidence
    again: frozenset[str] = frozenset()
    retested: frozenset[str] = frozenset()
    due_s: float = 0.0


_LENGTH = struct.Struct(">Q")


class ParkingLot:
    """A queue in a file without a name, made in `directory` when it is needed; rows must be put in the order they become due."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._file: IO[bytes] | None = None
        self._start = 0
        self._end = 0
        self._count = 0
        self._head: Parked | None = None

    def __len__(self) -> int:
        return self._count

    def put(self, parked: Parked) -> None:
        """Write one row at the end. Raises OSError when the disk will not take it."""
        encoded = json.dumps(encode(parked), separators=(",", ":")).encode("ascii")
        handle = self._handle()
        try:
            _write(handle, _LENGTH.pack(len(encoded)) + encoded, self._end)
        except OSError:
            with suppress(OSError):  # the next row is written over what is left
                os.ftruncate(handle, self._end)
            raise
        self._end += _LENGTH.size + len(encoded)
        self._count += 1

    def head(self) -> Parked:
        """The row that has waited longest, left where it is; the lot must not be empty."""
        if self._head is None:
            place = self._start + _LENGTH.size
            encoded = os.pread(self._handle(), self._after_head() - place, place)
            self._head = decode(Parked, json.loads(encoded))
        return self._head

    def take(self) -> Parked:
        """The row that has waited longest, removed."""
        parked = self.head()
        self._start = self._after_head()
        self._count -= 1
        self._head = None
        if not self._count:
            os.ftruncate(self._handle(), 0)
            self._start = self._end = 0
        return parked

    def close(self) -> None:
        """Give the disk space back."""
        if self._file is not None:
            self._file.close()

    def _after_head(self) -> int:
        (length,) = _LENGTH.unpack(os.pread(self._handle(), _LENGTH.size, self._start))
        return int(self._start + _LENGTH.size + length)

    def _handle(self) -> int:
        if self._file is None:
            self._file = tempfile.TemporaryFile(  # noqa: SIM115 - closed by close()
                prefix="checker-parked-", dir=self._directory, buffering=0
            )
        return self._file.fileno()


def _write(handle: int, data: bytes, place: int) -> None:
    """All of it: a disk that is nearly full takes a part, and says so only when it is asked again."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(handle, rest, place)
        rest = rest[written:]
        place += written


class WaitingRows:
    """The rows of one sweep that wait on disk, and the order in which they go on; use as a context manager.

    `directory` is where their files without names are made, None the system's place for that.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._retests, self._port25 = ParkingLot(directory), ParkingLot(directory)
        self._released = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._retests.close()
        self._port25.close()

    def put_for_retest(self, parked: Parked) -> None:
        """Set a row aside until its `due_s`. Raises OSError."""
        self._retests.put(parked)

    def put_for_port25(self, parked: Parked) -> None:
        """Set a row aside until `release_port25`. Raises OSError."""
        self._port25.put(parked)

    def release_port25(self) -> None:
        """Let every row that waits for port 25 now go on."""
        self._released = len(self._port25)

    @property
    def due_s(self) -> float | None:
        """When the next second attempt is due, None when none waits."""
        return self._retests.head().due_s if self._retests else None

    @property
    def await_port25(self) -> bool:
        """Whether rows wait for port 25."""
        return bool(self._port25)

    def take(self, now_s: float) -> Parked | None:
        """The next row that may go on, if there is one: second attempts before released rows."""
        if self.due_s is not None and self.due_s <= now_s:
            return self._retests.take()
        if self._released:
            self._released -= 1
            return self._port25.take()
        return None
