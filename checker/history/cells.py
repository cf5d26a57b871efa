"""Printed cells read back and compared: better, worse, or another thing. Pure; knows no reasons and no times.

History is kept as printed codes: they are stable (notation.md), and the table of 2017 has nothing else.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from checker.verdict import PRINTED, WORST_FIRST, Flag, Value

NOT_MEASURED = PRINTED[Value.UNKNOWN]
"""The cell that says nothing of the organisation."""

_VALUES = {text: value for value, text in PRINTED.items()}
_BEST_FIRST = tuple(
    value for value in reversed(WORST_FIRST) if value not in (Value.UNKNOWN, Value.NOT_APPLICABLE)
)
_REACHED = frozenset({Flag.JA, Flag.A})
"""Letters that say of a `Nej` that TLS works there: it is better than one without."""

_SINGLE = re.compile(
    "({})({})".format(
        "|".join(map(re.escape, _VALUES)),
        "".join(rf"(?: \({flag.value}\))?" for flag in Flag),
    )
)
"""A value and its letters, each at most once and in the order in which they are printed."""
_LETTER = re.compile(r"\((\w+)\)")


class UnreadableCellError(ValueError):
    """A text that no column prints; the message quotes it."""


class Direction(Enum):
    """Where a cell has gone. OTHER: neither better nor worse, or both at once (another letter, `–`)."""

    SAME = auto()
    BETTER = auto()
    WORSE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A printed cell taken apart: one value, or the two of a pair; letters only beside a single value."""

    values: tuple[Value, ...]
    flags: frozenset[Flag] = frozenset()

    @property
    def is_measured(self) -> bool:
        """Whether it says something of the organisation in every part."""
        return Value.UNKNOWN not in self.values


def read_cell(text: str) -> Cell:
    """Take a printed cell apart; two equal cells have one text. Raises UnreadableCellError."""
    parts = text.split("/", 2)
    if len(parts) == 2 and all(part in _VALUES for part in parts):
        return Cell(values=tuple(_VALUES[part] for part in parts))
    read = _SINGLE.fullmatch(text)
    if read is None:
        raise UnreadableCellError(f"no cell of the table: {text[:40]!a}")
    value, letters = read.groups()
    return Cell(values=(_VALUES[value],), flags=frozenset(map(Flag, _LETTER.findall(letters))))


def direction(before: str, now: str) -> Direction:
    """How a cell has gone from one printed code to another.

    The value counts first, in the order in which the parts of a pair compete (WORST_FIRST), a `Nej` behind which TLS
    works before one without; then the letters: one more is worse, one less is better, another one in its place is
    OTHER. Of a pair the worse part decides, then the parts one by one. To and from `–` is OTHER, and so is whatever
    cannot be compared: `Ej mätt` in any part, or a pair beside a single cell. Raises UnreadableCellError.
    """
    old, new = read_cell(before), read_cell(now)
    if old == new:
        return Direction.SAME
    if len(old.values) != len(new.values) or not (old.is_measured and new.is_measured):
        return Direction.OTHER
    parts = tuple(zip(old.values, new.values, strict=True))
    if any(then is not since and Value.NOT_APPLICABLE in (then, since) for then, since in parts):
        return Direction.OTHER
    ranks = [(_rank(then, old.flags), _rank(since, new.flags)) for then, since in parts]
    worst_then, worst_now = max(then for then, _ in ranks), max(since for _, since in ranks)
    if worst_then != worst_now:
        return Direction.WORSE if worst_now > worst_then else Direction.BETTER
    gained = any(since > then for then, since in ranks) or bool(new.flags - old.flags)
    lost = any(since < then for then, since in ranks) or bool(old.flags - new.flags)
    if gained and lost:
        return Direction.OTHER
    return Direction.WORSE if gained else Direction.BETTER


def _rank(value: Value, flags: frozenset[Flag]) -> float:
    """The higher the worse; a `–` that stayed one takes no part."""
    if value is Value.NOT_APPLICABLE:
        return -1.0
    rank = float(_BEST_FIRST.index(value))
    return rank - 0.5 if value is Value.NO and flags & _REACHED else rank
