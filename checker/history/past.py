"""What earlier sweeps of a series printed, as the site shows it. Data alone; the store fills it."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from checker.history.changes import CellRow, Change
from checker.history.intervals import Interval
from checker.report.model import COLUMNS, SweepInfo

_ABSENT = 0
_WIDTH = len(COLUMNS)


class PrintedTable:
    """The printed cells of many sweeps: two bytes a cell, so that years of nights stay in memory.

    Sweeps are counted from 0, the oldest first. A cell that was not asked for, and a row that was not in the list, are "".
    """

    def __init__(self, sweeps: int) -> None:
        self.sweeps = sweeps
        self._texts: list[str] = [""]
        self._numbers: dict[str, int] = {"": _ABSENT}
        self._rows: dict[str, array[int]] = {}
        """Sweep by sweep, five cells each."""
        self._known: dict[tuple[str, ...], array[int]] = {}
        """Five cells as they come again and again."""

    def put(self, sweep: int, code: str, cells: tuple[str, ...]) -> None:
        """Note one row of one sweep: its five cells in the order of COLUMNS."""
        row = self._rows.get(code)
        if row is None:
            row = self._rows[code] = array("H", [_ABSENT]) * (self.sweeps * _WIDTH)
        numbers = self._known.get(cells)
        if numbers is None:
            if len(cells) != _WIDTH:
                raise ValueError(f"a row has {_WIDTH} cells, not {len(cells)}")
            numbers = self._known[cells] = array("H", map(self._number, cells))
        row[sweep * _WIDTH : (sweep + 1) * _WIDTH] = numbers

    @property
    def codes(self) -> tuple[str, ...]:
        """Every row that was in any of the sweeps, in the order in which they were put."""
        return tuple(self._rows)

    def cells(self, code: str, column: str) -> tuple[str, ...]:
        """What each sweep printed in one cell; nothing but "" for a row that is not known."""
        row = self._rows.get(code)
        if row is None:
            return ("",) * self.sweeps
        texts = self._texts
        return tuple([texts[number] for number in row[COLUMNS.index(column) :: _WIDTH]])

    def table(self, sweep: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The rows that one sweep printed something of: code and five cells."""
        texts, start = self._texts, sweep * _WIDTH
        for code, row in self._rows.items():
            numbers = row[start : start + _WIDTH]
            if any(numbers):
                yield code, tuple(texts[number] for number in numbers)

    def tallies(self, column: str) -> tuple[Counter[str], ...]:
        """How many rows printed each cell of one column, for each sweep; "" for those that did not."""
        texts = self._texts
        parts = (row[COLUMNS.index(column) :: _WIDTH] for row in self._rows.values())
        counted = (
            map(Counter, zip(*parts, strict=True))
            if self._rows
            else (Counter[int]() for _ in range(self.sweeps))
        )
        return tuple(
            Counter({texts[number]: count for number, count in numbers.items()}) for numbers in counted
        )

    def _number(self, cell: str) -> int:
        number = self._numbers.get(cell)
        if number is None:
            number = self._numbers[cell] = len(self._texts)
            self._texts.append(cell)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Everything that the site tells of time.

    `sweeps` are the finished ones of the series by our own method, the oldest first, also those after the one that the
    site shows; the places of `printed` are theirs. The functions read when they are called: `rows_of` a sweep's rows as printed then, in the order
    of its list; `changes_of` everything that changed with a sweep; `intervals_of` since when a row's cells have stood,
    by column, oldest first.
    """

    series: str
    sweeps: tuple[SweepInfo, ...]
    printed: PrintedTable
    rows_of: Callable[[SweepInfo], Iterator[CellRow]]
    changes_of: Callable[[SweepInfo], Sequence[Change]]
    intervals_of: Callable[[str], Sequence[Interval]]


def read_once(past: Past) -> Past:
    """The same past, which reads what changed with a sweep once and then keeps it: several pages tell of it."""
    known: dict[str, Sequence[Change]] = {}

    def changes_of(sweep: SweepInfo) -> Sequence[Change]:
        found = known.get(sweep.id)
        if found is None:
            found = known[sweep.id] = past.changes_of(sweep)
        return found

    return replace(past, changes_of=changes_of)
