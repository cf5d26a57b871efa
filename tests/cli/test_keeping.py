"""The keeper of a sweep: what it begins, and what it never confuses."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from checker.cli.keeping import Keeper
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.store.samples import NIGHT, row, sweep


def test_two_sweeps_that_begin_in_one_second_are_two_nights_to_history(tmp_path: Path) -> None:
    rows = (row(0),)
    with Store(str(tmp_path / "checker.db")) as store:
        begun = []
        for _ in range(3):
            with Keeper(store, "domains", rows) as keeper:
                one = keeper.begin(sweep(NIGHT))
                store.sweeps.update(replace(one, state=State.FINISHED))
                begun.append(one)
        with Keeper(store, "others", rows) as keeper:
            other = keeper.begin(sweep(NIGHT))
        assert [one.started - NIGHT for one in begun] == [timedelta(seconds=second) for second in range(3)]
        assert len({one.id for one in begun}) == 3
        assert other.started == NIGHT
        assert store.sweeps.get(begun[2].id) is not None
