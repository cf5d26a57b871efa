"""The rows of a stored sweep as reports read them: verdicts from the store, details from what was seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from checker.cli.disk import real_disk
from checker.indicators.details import details_in_full
from checker.report.model import PendingRow, Results, RowResult
from checker.report.spool import Spool
from checker.row_details import RowDetails
from checker.rulesets import RULESETS

if TYPE_CHECKING:
    from checker.store.judgements import Judgement
    from checker.store.observations import KeptEvidence
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep


def stored_results(store: "Store", judgement: "Judgement") -> Results:
    """Reads the rows from the start, in the order of domains.csv, as often as it is called; without details."""
    return lambda: (result for _, result in store.judgements.results(judgement.id))


def pending_rows(store: "Store", sweep: "StoredSweep", results: Iterator[RowResult]) -> Iterator[PendingRow]:
    """These rows of a stored sweep, each with what the store keeps of it when it comes.

    There are no details where the observation is gone, or the ruleset is none of this program's.
    """
    kept = _Kept(store.observations.kept(sweep.id)) if sweep.ruleset in RULESETS else None
    for position, result in enumerate(results):
        evidence = kept.at(position) if kept else None
        if evidence is None or evidence.code != result.row.code:
            yield PendingRow(result)
        else:
            yield PendingRow(result, partial(_details, evidence, sweep))


def _details(kept: "KeptEvidence", sweep: "StoredSweep") -> RowDetails:
    """What was seen of a row, for readers. Touches no store. Raises DamagedError."""
    return details_in_full(sweep.to_be_judged(kept.read()), RULESETS[sweep.ruleset])


@contextmanager
def read_once(results: Results) -> Iterator[Results]:
    """The same rows for the block, however often they are read: from a file on disk that vanishes with it."""
    with Spool(real_disk()) as spool:
        for place, result in enumerate(results()):
            spool.put(place, result)
        yield spool.results


class _Kept:
    """Observations asked for by rising position."""

    def __init__(self, kept: "Iterator[KeptEvidence]") -> None:
        self._kept = kept
        self._next = next(kept, None)

    def at(self, position: int) -> "KeptEvidence | None":
        while self._next is not None and self._next.position < position:
            self._next = next(self._kept, None)
        return self._next if self._next is not None and self._next.position == position else None
