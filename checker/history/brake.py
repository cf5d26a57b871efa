"""The brake: a column where more went wrong at once than is plausible was most likely measured wrongly by us. Pure."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from checker.history.changes import NEEDS_CONFIRMATION, Differences


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakedColumn:
    """A column with `worse` cells out of `compared` gone for the worse or sideways at once."""

    column: str
    worse: int
    compared: int


def braked(differences: Differences, *, share: float = 0.3, least: int = 2) -> tuple[BrakedColumn, ...]:
    """The columns, in their order, where more than `share` of the compared cells went worse or sideways, and at least `least`.

    WORSENED and CHANGED count, whether confirmed or not: what is wrong here is wrong the second time as well. RULES and
    ENTRY have an innocent reason; IMPROVED accuses nobody. Cells that turned `Ej mätt` count neither as worse nor as
    compared, however many: they say nothing false of anybody, and the earlier verdicts keep standing.
    """
    worse = Counter(change.column for change in differences.of_kind(*NEEDS_CONFIRMATION))
    exact = Fraction(str(share))  # as it was written: 0.29 of 100 cells are 29
    return tuple(
        BrakedColumn(column=column, worse=worse[column], compared=compared)
        for column, compared in differences.compared
        if worse[column] >= least and worse[column] > exact * compared
    )
