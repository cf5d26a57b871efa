"""Rows that wait on disk for a second attempt or for port 25: first in, first out, one file a row.

Memory holds a few numbers and the row at the head, however many wait. Nothing here outlives a sweep.
"""

import json
from dataclasses import dataclass
from pathlib import Path

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


class ParkingLot:
    """A queue in `directory`, which must exist and be private; rows must be put in the order they become due."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._first = 0
        self._end = 0
        self._head: Parked | None = None

    def __len__(self) -> int:
        return self._end - self._first

    def put(self, parked: Parked) -> None:
        """Write one row at the end. Raises OSError when the disk will not take it."""
        path = self._path(self._end)
        try:
            path.write_text(json.dumps(encode(parked), separators=(",", ":")), encoding="ascii")
        except OSError:
            path.unlink(missing_ok=True)
            raise
        self._end += 1

    def head(self) -> Parked:
        """The row that has waited longest, left where it is; the lot must not be empty."""
        if self._head is None:
            self._head = decode(Parked, json.loads(self._path(self._first).read_text(encoding="ascii")))
        return self._head

    def take(self) -> Parked:
        """The row that has waited longest, removed."""
        parked = self.head()
        self._path(self._first).unlink()
        self._first += 1
        self._head = None
        return parked

    def _path(self, number: int) -> Path:
        return self._directory / f"{number}.json"


class WaitingRows:
    """The rows of one sweep that wait on disk, below `directory`, and the order in which they go on."""

    def __init__(self, directory: Path) -> None:
        self._retests = _lot(directory / "retest")
        self._port25 = _lot(directory / "port25")
        self._released = 0

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


def _lot(directory: Path) -> ParkingLot:
    directory.mkdir()
    return ParkingLot(directory)
