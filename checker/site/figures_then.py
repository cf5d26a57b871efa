"""What each earlier sweep adds up to: n of N for every column, from printed cells alone. Pure; says nothing in words.

The same figures as `report.model.summary_of` counts from verdicts; a test holds the two together.
"""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from checker.history.cells import UnreadableCellError, read_cell
from checker.history.past import Past, PrintedTable
from checker.report.model import COLUMNS
from checker.verdict import Flag, Value, worst

_INITIAL_CONNECTION = frozenset({Flag.JA, Flag.A})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One column of one sweep: `yes` of `measured` rows, and beside them those that are no part of that figure."""

    yes: int
    measured: int
    not_measured: int
    not_applicable: int

    @property
    def share(self) -> float:
        """`yes` as a part of `measured`, from 0 to 1; ZeroDivisionError when nothing was measured."""
        return self.yes / self.measured


_known: WeakKeyDictionary[PrintedTable, dict[str, tuple[Figures, ...]]] = WeakKeyDictionary()


def figures_then(past: Past, column: str) -> tuple[Figures, ...]:
    """The figures of one column, for each sweep of the past."""
    known = _known.setdefault(past.printed, {})
    if column not in known:
        known[column] = tuple(_figures(column, tally) for tally in past.printed.tallies(column))
    return known[column]


def rows_then(past: Past) -> tuple[int, ...]:
    """The number of rows that each sweep printed something of."""
    known = [figures_then(past, column) for column in COLUMNS]
    return tuple(max(sum_of(figures) for figures in columns) for columns in zip(*known, strict=True))


def sum_of(figures: Figures) -> int:
    """Every row that was asked about the column."""
    return figures.measured + figures.not_measured + figures.not_applicable


@lru_cache(maxsize=1024)
def standing_of(column: str, cell: str) -> Value | bool:
    """Whether a printed cell has what its column asks about; UNKNOWN or NOT_APPLICABLE where it is no part of the figure.

    A text that no column prints, from a history that was made elsewhere, says nothing of the organisation: UNKNOWN.
    """
    try:
        read = read_cell(cell)
    except UnreadableCellError:
        return Value.UNKNOWN
    value = worst(read.values)
    if value in (Value.UNKNOWN, Value.NOT_APPLICABLE):
        return value
    match column:
        case "starttls":
            return value in (Value.YES, Value.PARTIAL)
        case "https":
            return value in (Value.YES, Value.BROKEN) or not _INITIAL_CONNECTION.isdisjoint(read.flags)
        case _:
            return value is Value.YES


def _figures(column: str, tally: Counter[str]) -> Figures:
    sums: Counter[Value | bool] = Counter()
    for cell, count in tally.items():
        if cell:
            sums[standing_of(column, cell)] += count
    return Figures(
        yes=sums[True],
        measured=sums[True] + sums[False],
        not_measured=sums[Value.UNKNOWN],
        not_applicable=sums[Value.NOT_APPLICABLE],
    )
