"""The rows of a stored sweep as reports read them."""

import pickle
from collections.abc import Iterator
from pathlib import Path

from checker.cli.stored_results import pending_rows, read_once, stored_results
from checker.indicators.details import details_in_full
from checker.report.model import RowResult
from checker.rulesets import RULESETS
from checker.store.store import Store
from tests.store.samples import LEAF, begun, evidence, judged, judgement

RULES = RULESETS["2026"]


def test_details_are_those_of_the_whole_observation(tmp_path: Path) -> None:
    with Store(str(tmp_path / "checker.db")) as store:
        sweep = begun(store, 2)
        store.observations.keep(sweep.id, 1, evidence(1, LEAF))
        put = store.judgements.put(judgement(sweep), [judged(0), judged(1)])
        carried = pickle.dumps(list(pending_rows(store, sweep, stored_results(store, put)())))
    unseen, seen = (pending.in_full() for pending in pickle.loads(carried))  # noqa: S301 - our own
    assert unseen.details.mail_hosts == ()
    assert seen.details == details_in_full(sweep.to_be_judged(evidence(1, LEAF)), RULES)
    assert seen.details.mail_hosts
    assert seen.verdicts == judged(1).result.verdicts


def test_rows_are_read_from_the_store_once_however_often_they_are_asked_for() -> None:
    rows = [judged(0).result, judged(1).result]
    readings = 0

    def results() -> Iterator[RowResult]:
        nonlocal readings
        readings += 1
        return iter(rows)

    with read_once(results) as again:
        assert [list(again()), list(again())] == [rows, rows]
    assert readings == 1
