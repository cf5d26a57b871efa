"""The rows of a stored sweep as reports read them: verdicts from the store, details from what was seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.cli.disk import real_disk
from checker.indicators.details import details_in_full
from checker.report.model import Results, RowResult
from checker.report.spool import Spool
from checker.rulesets import RULESETS

if TYPE_CHECKING:
    from checker.observations.row import Evidence
    from checker.store.judgements import Judgement
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep


def stored_results(store: "Store", judgement: "Judgement") -> Results:
    """Reads the rows from the start, in the order of domains.csv, as often as it is called; without details."""
    return lambda: (result for _, result in store.judgements.results(judgement.id))


def in_full(store: "Store", sweep: "StoredSweep", results: Results) -> Iterator[RowResult]:
    """These rows of a stored sweep with all the details that there are, each read from the store when it comes.

    There are none where the observation is gone, or the ruleset is none of this program's.
    """
    ruleset = RULESETS.get(sweep.ruleset)
    seen = _Seen(store.observations.seen(sweep.id)) if ruleset else None
    for position, result in enumerate(results()):
        evidence = seen.at(position) if seen else None
        if evidence is None or ruleset is None or evidence.row.code != result.row.code:
            yield result
        else:
            yield replace(result, details=details_in_full(sweep.to_be_judged(evidence), ruleset))


@contextmanager
def read_once(results: Results) -> Iterator[Results]:
    """The same rows for the block, however often they are read: from a file on disk that vanishes with it."""
    with Spool(real_disk()) as spool:
        for place, result in enumerate(results()):
            spool.put(place, result)
        yield spool.results


class _Seen:
    """Observations asked for by rising position."""

    def __init__(self, seen: "Iterator[tuple[int, Evidence]]") -> None:
        self._seen = seen
        self._next = next(seen, None)

    def at(self, position: int) -> "Evidence | None":
        while self._next is not None and self._next[0] < position:
            self._next = next(self._seen, None)
        return self._next[1] if self._next is not None and self._next[0] == position else None
