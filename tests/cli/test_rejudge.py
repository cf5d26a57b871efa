"""`checker rejudge` without anything to judge again: one sentence, and nothing is changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from checker.cli import main
from checker.rulesets import RULESETS
from checker.store import tables
from checker.store.store import Store
from tests.store.samples import night
from tests.store.stored_nights import Cells, StoredNight, concluded, https

STORE = ("--store", "checker.db")
OLD = "bilaga-a-2017"
VERSION = RULESETS["2026"].version
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store("checker.db") as store:
        yield store


def test_by_its_own_rules_there_is_nothing_to_do(store: Store, capsys: Captured) -> None:
    sweep = concluded(store, https("Ja"), 0, ruleset_version=VERSION).sweep
    assert main(["rejudge", *STORE]) == 2
    assert capsys.readouterr().err == (
        f"error: the sweep {sweep.id} is judged by 2026 {VERSION} already: name another --ruleset\n"
    )
    assert main(["rejudge", *STORE, "--ruleset", "2031"]) == 2
    assert "2031" in capsys.readouterr().err


def test_without_observations_nothing_is_judged(store: Store, capsys: Captured) -> None:
    sweep = concluded(store, https("Ja"), 0).sweep
    with store.transaction() as connection:
        connection.execute(update(tables.rows).values(observation=None))
    assert main(["rejudge", *STORE, "--ruleset", OLD]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"what was seen in the sweep {sweep.id} is not kept any more" in captured.err
    assert [one.ruleset for one in store.judgements.of_sweep(sweep.id)] == ["2026"]


def test_a_newer_version_of_the_same_rules_is_other_rules(store: Store, capsys: Captured) -> None:
    sweep = concluded(store, https("Ja"), 0, ruleset_version="0").sweep
    assert main(["rejudge", *STORE]) == 0
    assert "(2026 0) → " in capsys.readouterr().out
    assert [one.ruleset_version for one in store.judgements.of_sweep(sweep.id)] == ["0", VERSION]


def test_a_row_that_was_never_seen_keeps_its_cells(store: Store, capsys: Captured) -> None:
    what = StoredNight(
        rows={
            0: Cells(cells={"starttls": "Nej"}),
            1: Cells(cells={"starttls": "Ej mätt"}, seen=False),
            2: Cells(cells={"starttls": "Nej"}),
        }
    )
    sweep = concluded(store, what, 0).sweep
    assert main(["rejudge", *STORE, "--ruleset", OLD]) == 0
    judgement = store.judgements.find(sweep.id, OLD, RULESETS[OLD].version)
    assert judgement is not None
    assert [row.cell("starttls")[:2] for row in store.judgements.cells(judgement.id)] == ["Ja", "Ej", "Ja"]
    assert "Region 1 Åäö" in capsys.readouterr().out


def test_it_is_judged_again_as_often_as_one_likes_and_history_is_left_alone(
    store: Store, capsys: Captured
) -> None:
    sweep = concluded(store, https("Ja"), 0).sweep
    before = store.intervals.of_row("domains", "R000")
    for _ in range(2):
        assert main(["rejudge", sweep.id[:8], *STORE, "--ruleset", OLD]) == 0
    assert len(store.judgements.of_sweep(sweep.id)) == 2
    assert store.intervals.of_row("domains", "R000") == before
    assert replace(sweep, published=None) == store.sweeps.get(sweep.id)
    assert capsys.readouterr().err == ""
    assert sorted(path.name for path in Path().iterdir() if "checker.db" not in path.name) == []
    assert night(0) == sweep.started
