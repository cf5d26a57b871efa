"""How often a publisher renews its data, told from when it has done so. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from statistics import median

from checker.report.dates import stockholm_day

_LOOKED_AT = 30
"""Days with a sweep, the newest: a publisher that changes its habit is believed after half of them."""
_DAYS_MIN = 3
_BOUNDS = (("DAILY", 1, 1), ("WEEKLY", 6, 8), ("MONTHLY", 27, 32))
"""Names of the EU's vocabulary of frequencies, and the days between two sweeps that they stand for."""


def frequency(starts: Iterable[datetime]) -> str:
    """The name of the usual distance between days with a sweep, by the EU's vocabulary; "" of too few to tell.

    Several sweeps on one day count as one: most are repeated ones.
    """
    days = sorted({date.fromisoformat(stockholm_day(start)) for start in starts})[-_LOOKED_AT:]
    if len(days) < _DAYS_MIN:
        return ""
    usual = median((later - earlier).days for earlier, later in pairwise(days))
    return next((name for name, low, high in _BOUNDS if low <= usual <= high), "IRREG")
