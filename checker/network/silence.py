"""Destinations that met several rows with silence: the rows after them try for less long. Knows no sockets."""

from collections import OrderedDict
from dataclasses import dataclass, field

from checker.network.budget import Budget, current_budget

ROWS_IN_FULL = 2
"""Rows that wait in full for a connection to a silent destination."""
SHORT_WAIT_S = 2.0
"""What the rows after them wait, in seconds: long enough for a SYN that is lost once and sent again (RFC 6298 §2)."""
REMEMBERED = 4_096


@dataclass(slots=True)
class _Silent:
    rows: int = 0
    last: Budget | None = None


@dataclass(slots=True)
class Silence:
    """Remembers where nobody answered a connection attempt, by address and port, until somebody does.

    One dead address that many rows share would otherwise take its full wait from each of them, one after the other.
    """

    _places: OrderedDict[tuple[str, int], _Silent] = field(default_factory=OrderedDict)

    def wait_s(self, place: tuple[str, int], wait_s: float) -> float:
        """How long to wait for a connection there, when `wait_s` is usual."""
        silent = self._places.get(place)
        return min(wait_s, SHORT_WAIT_S) if silent is not None and silent.rows >= ROWS_IN_FULL else wait_s

    def kept(self, place: tuple[str, int]) -> None:
        """Nobody answered there: counted once a row."""
        silent = self._places.setdefault(place, _Silent())
        self._places.move_to_end(place)
        budget = current_budget.get()
        row = budget.row if budget else None
        if row is None or row is not silent.last:
            silent.rows += 1
            silent.last = row
        if len(self._places) > REMEMBERED:
            self._places.popitem(last=False)

    def broken(self, place: tuple[str, int]) -> None:
        """Somebody answered there, be it with a refusal."""
        self._places.pop(place, None)
