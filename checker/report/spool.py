"""Judged rows parked on disk as JSON Lines, written in any order and read in that of domains.csv. Never holds rows."""

import json
import os
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from checker.observations import codec
from checker.observations.row import Row
from checker.report.model import RowResult, StandingCell
from checker.report.verdict_data import verdict_from
from checker.row_details import RowDetails

_ABSENT = -1


class Spool:
    """A place on disk for judged rows. Memory is sixteen bytes a row: where each line starts and how long it is.

    The file has no name and vanishes with the process, however that ends. `directory` should be a real disk:
    `/tmp` may be memory. Not for use from several threads.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = str(directory or tempfile.gettempdir())
        self._file = tempfile.TemporaryFile(prefix="checker-spool-", dir=directory)  # noqa: SIM115 - closed by close()
        self._starts = array("q")
        self._lengths = array("q")
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, index: int) -> bool:
        return 0 <= index < len(self._starts) and self._starts[index] != _ABSENT

    def __len__(self) -> int:
        """How many rows are there."""
        return sum(start != _ABSENT for start in self._starts)

    def put(self, index: int, result: RowResult) -> None:
        """Store the row that stands at `index` in domains.csv (from 0), in place of an earlier one. Raises OSError."""
        line = json.dumps(encode(result)).encode("ascii") + b"\n"
        missing = index + 1 - len(self._starts)
        if missing > 0:
            self._starts.extend([_ABSENT] * missing)
            self._lengths.extend([0] * missing)
        with self._telling_where():
            self._file.write(line)
        self._starts[index], self._lengths[index] = self._end, len(line)
        self._end += len(line)

    def get(self, index: int) -> RowResult:
        """The row at `index`; KeyError when it was never put."""
        if index not in self:
            raise KeyError(index)
        return self._read(index)

    def results(self) -> Iterator[RowResult]:
        """Every stored row in the order of domains.csv; call it again to read from the start."""
        for index, start in enumerate(self._starts):
            if start != _ABSENT:
                yield self._read(index)

    def close(self) -> None:
        """Give the disk space back."""
        with suppress(OSError):  # nobody reads it any more: what could not be written is not missed
            self._file.close()

    @contextmanager
    def _telling_where(self) -> Iterator[None]:
        """Name the directory when its disk takes no more: the file has no name."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._directory) from None

    def _read(self, index: int) -> RowResult:
        with self._telling_where():
            self._file.flush()
        line = os.pread(self._file.fileno(), self._lengths[index], self._starts[index])
        return decode(json.loads(line))


def encode(result: RowResult) -> dict[str, Any]:
    """The row as plain JSON values, without loss; enums are strings already."""
    return {
        "row": asdict(result.row),
        "verdicts": [asdict(verdict) for verdict in result.verdicts],
        "details": codec.encode(result.details),
        "remeasured": sorted(result.remeasured),
        "standing": [codec.encode(cell) for cell in result.standing],
    }


def decode(stored: dict[str, Any]) -> RowResult:
    """The row that `encode` was given."""
    return RowResult(
        row=Row(**stored["row"]),
        verdicts=tuple(map(verdict_from, stored["verdicts"])),
        details=codec.decode(RowDetails, stored["details"]),
        remeasured=frozenset(stored["remeasured"]),
        standing=tuple(codec.decode(StandingCell, cell) for cell in stored["standing"]),
    )
