"""A table of printed cells added up by value and letter, for monitoring. Holds figures only, never rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from checker.history.cells import read_cell
from checker.verdict import Flag, Value, worst

LETTERS: dict[str, tuple[Flag, ...]] = {"starttls": (Flag.C,), "https": (Flag.JA, Flag.A, Flag.F, Flag.N)}
"""The letters that a column's cells can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The table of a sweep added up. A pair counts by its worse value; counts that are 0 may be left out.

    `not_measured` are the rows of which no column could be measured.
    """

    rows: int
    not_measured: int
    values: tuple[tuple[str, Value, int], ...]
    letters: tuple[tuple[str, Flag, int], ...]


class FiguresCounter:
    """Adds printed cells up, a row at a time; holds figures only."""

    def __init__(self) -> None:
        self._rows = self._not_measured = 0
        self._values: Counter[tuple[str, Value]] = Counter()
        self._letters: Counter[tuple[str, Flag]] = Counter()

    def add(self, cells: Iterable[tuple[str, str]]) -> None:
        """Count one row of (column, printed code); "" was not asked for. Raises UnreadableCellError."""
        read = [(column, read_cell(printed)) for column, printed in cells if printed]
        self._rows += 1
        self._not_measured += all(set(cell.values) == {Value.UNKNOWN} for _, cell in read)
        self._values.update((column, worst(cell.values)) for column, cell in read)
        self._letters.update((column, flag) for column, cell in read for flag in cell.flags)

    def figures(self) -> Figures:
        """The figures over the rows added so far."""
        return Figures(
            rows=self._rows,
            not_measured=self._not_measured,
            values=tuple((column, value, count) for (column, value), count in self._values.items()),
            letters=tuple((column, flag, count) for (column, flag), count in self._letters.items()),
        )
