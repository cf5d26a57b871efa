"""What a history strip is drawn of: runs of equal cells over the sweeps of the last months. Pure; says nothing in words.

Where sweeps stand is worked out once for all cells, a cell's drawing once for all languages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from checker.history.cells import NOT_MEASURED
from checker.history.past import Past
from checker.site.cells import look_of

WINDOW = timedelta(days=90)
MOST_MARKS = 100
WIDTH, HEIGHT = 600, 32

_BASE = HEIGHT - 2
_HEIGHTS = {"yes": 28, "remark": 21, "partial": 15, "no": 8, "broken": 8, "unknown": 28, "not-applicable": 3}
"""How high a mark stands: height tells the values apart where colour does not."""
_LIFTED = {"not-applicable": 12}
"""Marks that do not stand on the base line: `–` is drawn as a line in the middle."""
_LONGEST_STEPS = 1.5
"""A sweep's mark reaches to the next sweep, but no further than this many usual steps: then there is a gap."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring sweeps that printed the same; `first` and `last` are places in the window."""

    cell: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One cell over time: every run, and the `values` that it was measured to have, whatever could not be told between.

    `marks` are (kind, path data). `unmeasured` of the `asked` sweeps could not tell. `earlier`: it was measured before the window too.
    """

    runs: tuple[Run, ...]
    values: tuple[Run, ...]
    unmeasured: int
    asked: int
    earlier: bool
    marks: tuple[tuple[str, str], ...]


class Window:
    """The sweeps that strips show and where each stands, the same for every cell; and the last row's drawings.

    `rule_changes` are the places of sweeps by other rules than the one before, `rules` the path of their ticks.
    """

    def __init__(self, past: Past) -> None:
        newest = past.sweeps[-1].started
        oldest = next(place for place, sweep in enumerate(past.sweeps) if sweep.started >= newest - WINDOW)
        self._offset = max(oldest, len(past.sweeps) - MOST_MARKS)
        self.sweeps = past.sweeps[self._offset :]
        self._printed = past.printed
        self._lefts, self._rights = _places([sweep.started.timestamp() for sweep in self.sweeps])
        self.rule_changes = tuple(
            place
            for place, (before, now) in enumerate(pairwise(self.sweeps), start=1)
            if (before.ruleset, before.ruleset_version) != (now.ruleset, now.ruleset_version)
        )
        self.rules = "".join(f"M{self._lefts[place]} 0v{HEIGHT}" for place in self.rule_changes)
        self._code = ""
        self._drawings: dict[str, Drawing | None] = {}

    def drawing(self, code: str, column: str) -> Drawing | None:
        """One cell's drawing; None when no sweep of the window asked for it."""
        if code != self._code:
            self._code = code
            self._drawings = {}
        if column not in self._drawings:
            every = self._printed.cells(code, column)
            cells = every[self._offset :]
            earlier = any(cell and is_measured(cell) for cell in every[: self._offset])
            self._drawings[column] = self._drawn(cells, earlier=earlier) if any(cells) else None
        return self._drawings[column]

    def _drawn(self, cells: tuple[str, ...], *, earlier: bool) -> Drawing:
        runs = tuple(self._runs(cells))
        asked = sum(run.last - run.first + 1 for run in runs)
        told = [run for run in runs if is_measured(run.cell)]
        return Drawing(
            runs=runs,
            values=tuple(_values(told)),
            unmeasured=asked - sum(run.last - run.first + 1 for run in told),
            asked=asked,
            earlier=earlier,
            marks=self._marks(runs),
        )

    def _runs(self, cells: tuple[str, ...]) -> Iterator[Run]:
        """Runs of equal cells; where nothing was printed, or no sweep was made for long, one ends."""
        begun = 0
        for place in range(1, len(cells) + 1):
            if (
                place == len(cells)
                or cells[place] != cells[begun]
                or self._lefts[place] > self._rights[place - 1]
            ):
                if cells[begun]:
                    yield Run(cells[begun], begun, place - 1)
                begun = place

    def _marks(self, runs: tuple[Run, ...]) -> tuple[tuple[str, str], ...]:
        paths: dict[str, list[str]] = {}
        for run in runs:
            kind = _kind(run.cell)
            left, height = self._lefts[run.first], _HEIGHTS[kind]
            width = max(self._rights[run.last] - left - 1, 1)
            top = _BASE - height - _LIFTED.get(kind, 0)
            paths.setdefault(kind, []).append(f"M{left} {top}h{width}v{height}h-{width}z")
        return tuple((kind, "".join(parts)) for kind, parts in sorted(paths.items()))


def is_measured(cell: str) -> bool:
    """Whether a printed cell says something of the organisation in every part."""
    return NOT_MEASURED not in cell.split("/")


def _values(told: list[Run]) -> Iterator[Run]:
    """Runs that follow on each other with the same cell as one, whatever could not be measured between them."""
    begun: Run | None = None
    for run in told:
        if begun is not None and begun.cell == run.cell:
            begun = Run(begun.cell, begun.first, run.last)
            continue
        if begun is not None:
            yield begun
        begun = run
    if begun is not None:
        yield begun


def _kind(cell: str) -> str:
    """How a cell is drawn."""
    first, *rest = look_of(cell).split()
    if first == "yes" and rest:
        return "remark"
    return first if first in _HEIGHTS else "unknown"


def _places(seconds: list[float]) -> tuple[list[int], list[int]]:
    """Where the mark of each sweep begins and ends."""
    usual = max(median([later - earlier for earlier, later in pairwise(seconds)] or [1.0]), 1.0)
    scale = WIDTH / (seconds[-1] - seconds[0] + usual)
    ends = [
        min(later, at + usual * _LONGEST_STEPS) for at, later in pairwise([*seconds, seconds[-1] + usual])
    ]
    return (
        [round((at - seconds[0]) * scale) for at in seconds],
        [round((end - seconds[0]) * scale) for end in ends],
    )
