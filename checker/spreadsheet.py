"""A CSV file as somebody's spreadsheet saved it: bytes to numbered lines and fields. Knows nothing of domains.

Every trouble is a Problem with its line, so that all of them can be reported at once.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE_END = re.compile(b"\r\n|\n|\r")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong; `line` counts from 1 and is None when it is about the file as a whole."""

    line: int | None
    message: str

    def __str__(self) -> str:
        """The problem as it is printed behind the file's name."""
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class UnreadableLineError(ValueError):
    """A line that cannot be split into fields, in words for the person who wrote it."""


def decoded_lines(data: bytes) -> tuple[tuple[tuple[int, str], ...], tuple[Problem, ...]]:
    """Decode UTF-8 (a BOM is tolerated) into (number, text) of all lines that are not blank.

    A line that is not UTF-8 is read as Windows-1252, so that what else is wrong with it is found too; the first of
    them is a problem that says how many there are.
    """
    if data.startswith(_UTF16_MARKS):
        return (), (Problem(line=None, message='is UTF-16; save it as "CSV UTF-8"'),)
    lines: list[tuple[int, str]] = []
    wrong: list[tuple[int, int]] = []
    for number, (start, raw) in enumerate(_raw_lines(data), start=1):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            wrong.append((number, start + error.start))
            text = raw.decode("windows-1252", errors="replace")
        if text.strip(", \t"):  # spreadsheets leave lines of commas behind
            lines.append((number, text))
    return tuple(lines), _encoding_problem(data, wrong)


def split_fields(line: str) -> list[str]:
    """Split one line into stripped fields (RFC 4180; no field of ours may hold a line break).

    Raises UnreadableLineError.
    """
    if found := _CONTROL.search(line):
        raise UnreadableLineError(
            f"has the control character U+{ord(found[0]):04X} at character {found.start() + 1}"
        )
    try:
        return [field.strip() for field in next(csv.reader([line], strict=True, skipinitialspace=True))]
    except csv.Error:
        raise UnreadableLineError(
            "has quotes that do not match; a quoted field ends on the line where it starts"
        ) from None


def separator_problem(header: str, expected: str) -> str | None:
    """Say that the header is separated by something else than commas, or None."""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if separator in header and "," not in header:
            return f"is separated by {word}; save it with commas: {expected}"
    return None


def _raw_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (byte position, bytes) of each line, without its end and without a BOM at the start."""
    start = len(_UTF8_MARK) if data.startswith(_UTF8_MARK) else 0
    for end in _LINE_END.finditer(data, start):
        yield start, data[start : end.start()]
        start = end.end()
    yield start, data[start:]


def _encoding_problem(data: bytes, wrong: list[tuple[int, int]]) -> tuple[Problem, ...]:
    if not wrong:
        return ()
    line, at = wrong[0]
    more = f" ({len(wrong)} such lines)" if len(wrong) > 1 else ""
    message = (
        f"is not UTF-8: byte {data[at]:#04x} at position {at}{more}, probably Latin-1 or Windows-1252; "
        'save the file as "CSV UTF-8", or convert it with: iconv -f WINDOWS-1252 -t UTF-8'
    )
    return (Problem(line=line, message=message),)
