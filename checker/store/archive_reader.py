"""Reads an archive as what it may be: cut short, damaged, of another version, or made to harm. Never touches a store.

Memory holds one line, and the digests of the certificates that were read.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from checker.domains import ROWS_MAX
from checker.observations import codec
from checker.observations.row import Evidence
from checker.parking import Parked
from checker.store.archive_lines import (
    CertificateLine,
    EndLine,
    HeadLine,
    JudgementLine,
    Line,
    RowLine,
    VerdictLine,
)
from checker.store.archive_parsing import LineError, line_from
from checker.store.errors import StoreError
from checker.store.packing import lowered

LINE_MAX_BYTES = 32 * 1024 * 1024
"""More than the caps on all that is read of servers let an observation become."""
JUDGEMENTS_MAX = 1000
FREE_BYTES, INFLATION_MAX = 256 * 1024 * 1024, 500
"""A file may give this much, and beyond it so many times its own size: JSON with repetitions reaches a tenth of that."""


class ArchiveError(StoreError):
    """A file that is no whole archive, or could not be written; the message names it, and the line where it is damaged."""


def read_archive(path: Path) -> Iterator[Line]:
    """The lines of an archive, head first, each checked by itself and in its place.

    Raises ArchiveError on the way: whoever stores lines must take them back when it comes. That the file is whole is
    known when the iterator has ended, not before.
    """
    number = 0
    with _opened(path) as (packed, file):
        order = _Order()
        try:
            for data in _raw_lines(packed, file):
                number += 1
                line = line_from(data)
                order.check(line, data)
                yield line
            order.check_ended()
        except LineError as error:
            raise ArchiveError(f"{path}: line {max(number, 1)}: {error}") from None
        except _BrokenError as error:
            raise ArchiveError(f"{path}: after line {number}: {error}") from None


def read_head(path: Path) -> HeadLine:
    """The first line of an archive; nothing is known of the rest. Raises ArchiveError."""
    for line in read_archive(path):
        if isinstance(line, HeadLine):
            return line
    raise ArchiveError(f"{path}: line 1: is not the head of an archive of this program")


def read_end(path: Path) -> EndLine:
    """Read the whole archive; its last line comes back, which counts the others. Raises ArchiveError."""
    end = None
    for line in read_archive(path):
        end = line
    assert isinstance(end, EndLine)  # or it would not have ended well
    return end


class _BrokenError(Exception):
    """The file gives no further line; the message says why."""


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], gzip.GzipFile]]:
    if not path.is_file():
        raise ArchiveError(f"{path}: there is no such file")
    try:
        packed = path.open("rb")
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from None
    with packed, gzip.GzipFile(fileobj=packed, mode="rb") as file:
        yield packed, file


def _raw_lines(packed: IO[bytes], file: gzip.GzipFile) -> Iterator[bytes]:
    """Every line with its line feed. Raises _BrokenError and LineError."""
    total = 0
    while True:
        try:
            data = file.readline(LINE_MAX_BYTES + 1)
        except EOFError:
            raise _BrokenError("the file is cut short") from None
        except gzip.BadGzipFile as error:
            raise _BrokenError(f"is not gzip, or is damaged: {error}") from None
        except zlib.error as error:
            raise _BrokenError(f"is damaged: {error}") from None
        except OSError as error:
            raise _BrokenError(f"cannot be read: {error.strerror}") from None
        if not data:
            return
        if len(data) > LINE_MAX_BYTES:
            raise _BrokenError(f"a line is longer than {LINE_MAX_BYTES} bytes")
        if not data.endswith(b"\n"):
            raise _BrokenError("the last line is cut short")
        total += len(data)
        if total > FREE_BYTES + INFLATION_MAX * packed.tell():
            raise _BrokenError("there is more in it than a file of its size can hold")
        yield data


class _Order:
    """Whether each line stands where it may: the order of kinds, positions, certificates, and at the end the counts."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._before: Line | None = None
        self._known: set[bytes] = set()
        self._unused: set[str] = set()
        self._rows = self._observations = self._verdicts = 0
        self._next_verdict = 0
        self._judged: set[tuple[str, str]] = set()

    def check(self, line: Line, data: bytes) -> None:
        """Take the next line, as read and as it stood there. Raises LineError."""
        if isinstance(self._before, EndLine):
            raise LineError("stands after the end")
        if isinstance(line, HeadLine) != (self._before is None):
            raise LineError("is not the head of an archive of this program, or a second one")
        match line:
            case CertificateLine():
                self._certificate(line)
            case RowLine():
                self._row(line)
            case JudgementLine():
                self._judgement(line)
            case VerdictLine():
                self._verdict(line)
            case EndLine():
                self._end(line)
            case HeadLine():
                pass
        self._hash.update(data)
        self._before = line

    def check_ended(self) -> None:
        """Raise _BrokenError when there should be more."""
        if not isinstance(self._before, EndLine):
            raise _BrokenError("the file ends before its last line")

    def _certificate(self, line: CertificateLine) -> None:
        if self._judged:
            raise LineError("has a certificate behind the rows")
        key = bytes.fromhex(line.digest)
        if key in self._known:
            raise LineError("has a certificate that was there already")
        self._known.add(key)
        self._unused.add(line.digest)

    def _row(self, line: RowLine) -> None:
        if self._judged:
            raise LineError("has a row behind the first judgement")
        if line.position != self._rows:
            raise LineError(f"has row {line.position} where row {self._rows} should be")
        if self._rows == ROWS_MAX:
            raise LineError(f"is one row more than {ROWS_MAX}")
        self._rows += 1
        if line.observation is not None:
            self._observations += 1
            self._check_observation(line, line.observation)
        if self._unused:
            raise LineError(f"does not have certificate {min(self._unused)}, which stands before it")

    def _check_observation(self, line: RowLine, observation: dict[str, Any]) -> None:
        try:
            data = lowered(observation, self._known_certificate)
            if line.state == "parked":
                evidence = codec.decode(Parked, data).evidence
            else:
                evidence = codec.decode(Evidence, data)
        except codec.CodecError as error:
            raise LineError(f"has an observation that cannot be read: {str(error)[:200]}") from None
        except RecursionError:
            raise LineError("is nested too deep") from None
        if evidence.row.code != line.row.code:
            raise LineError("has the observation of another row")

    def _known_certificate(self, digest: str) -> bytes:
        if len(digest) != 64 or not _is_hex(digest) or bytes.fromhex(digest) not in self._known:
            raise LineError(f"refers to a certificate that is not there: {ascii(digest)[:70]}")
        self._unused.discard(digest)
        return b""

    def _judgement(self, line: JudgementLine) -> None:
        if self._unused:
            raise LineError("stands where a row should be")
        if line.rules in self._judged:
            raise LineError(f"is a second judgement by {line.ruleset} {line.ruleset_version}")
        if len(self._judged) == JUDGEMENTS_MAX:
            raise LineError(f"is one judgement more than {JUDGEMENTS_MAX}")
        self._judged.add(line.rules)
        self._next_verdict = 0

    def _verdict(self, line: VerdictLine) -> None:
        if not self._judged:
            raise LineError("has a verdict before any judgement")
        if not self._next_verdict <= line.position < self._rows:
            raise LineError(f"has a verdict on row {line.position}, which is not there or had one")
        self._next_verdict = line.position + 1
        self._verdicts += 1

    def _end(self, line: EndLine) -> None:
        if self._unused:
            raise LineError("stands where a row should be")
        counted = EndLine(
            certificates=len(self._known),
            rows=self._rows,
            observations=self._observations,
            judgements=len(self._judged),
            verdicts=self._verdicts,
            sha256=self._hash.hexdigest(),
        )
        if line.sha256 != counted.sha256:
            raise LineError("has another digest than that of the lines before: the file was changed")
        if line != counted:
            raise LineError("counts other lines than there are")


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text)
