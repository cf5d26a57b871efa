"""A year of nights made from one: what must change from night to night does, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from checker.rulesets import RULESETS
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.bench_history import end
from tests.history.year import NEW_RULES, OLD_RULES, Year, read_measured
from tests.store.samples import INTERMEDIATE, LEAF, evidence, judged, judgement, row, sweep

NIGHTS = 6
WHOLE = NIGHTS - 1


@pytest.fixture
def year(tmp_path: Path) -> Year:
    with Store(str(tmp_path / "measured.db")) as store:
        measured = store.sweeps.begin(sweep(state=State.FINISHED), [row(0), row(1)])
        for number in (0, 1):
            store.observations.keep(measured.id, number, evidence(number, LEAF * 10, INTERMEDIATE * 10))
        for rules in (OLD_RULES, NEW_RULES):
            version = RULESETS[rules].version
            store.judgements.put(judgement(measured, ruleset=rules, version=version), [judged(0), judged(1)])
        return Year(read_measured(store), NIGHTS, whole=(WHOLE,))


def stored(store: Store, year: Year, number: int) -> list[Any]:
    begun = year.begin(store, number)
    return [found.data for found in store.observations.stored(begun.id)]


def test_a_night_is_stored_as_measured_with_its_own_times_and_certificates(
    tmp_path: Path, year: Year
) -> None:
    with Store(str(tmp_path / "checker.db")) as store:
        nights = [stored(store, year, number) for number in range(NIGHTS)]
        moments = [night[0]["vantage"]["checked_at"] for night in nights]
        chains = [night[0]["mail"]["hosts"][0]["sessions"][0]["handshake"]["chain"] for night in nights]
        assert len(set(moments)) == NIGHTS
        assert [len(night) for night in nights] == [2] * NIGHTS
        assert [evidence for _, evidence in store.observations.seen(year.sweep(WHOLE).id)] == [
            evidence(number, LEAF * 10, INTERMEDIATE * 10) for number in (0, 1)
        ]
        # the same certificate from night to night, but for renewals
        assert chains[0] == chains[1] or chains[1] == chains[2]
        used = frozenset(digest for chain in chains for digest in chain)
        assert store.observations.ders(used).keys() == used


def test_the_rules_change_in_the_middle(year: Year) -> None:
    rules = [year.sweep(number).ruleset for number in range(NIGHTS)]
    assert rules == [OLD_RULES] * 3 + [NEW_RULES] * 3


def test_nights_end_and_become_history(tmp_path: Path, year: Year) -> None:
    with Store(str(tmp_path / "checker.db")) as store:
        for number in range(NIGHTS):
            end(store, year, year.begin(store, number), number)
        sweeps = store.sweeps.all("domains")
        assert [found.started for found in sweeps] == [year.sweep(number).started for number in range(NIGHTS)]
        assert {found.state for found in sweeps} <= {State.FINISHED, State.HELD}
        assert store.intervals.standing_codes("domains") == {"R000", "R001"}
