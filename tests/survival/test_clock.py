"""A clock that jumps: what cannot be gone on with is said, history and site stay right."""

import sqlite3
from contextlib import closing

import pytest

from tests.survival.aftermath import check_site, sweeps
from tests.survival.moments import named
from tests.survival.runner import Place

DAY_S = 86400.0


@pytest.mark.daemons
def test_a_sweep_that_began_in_the_future_is_not_gone_on_with(place: Place) -> None:
    place.killed_at(named("a row is kept"), 2, ahead_s=DAY_S)
    ending = place.finish()
    assert ending.code == 0
    assert "is not gone on with: it began in the future: the clock has been set back since" in ending.said
    real, ahead = sweeps(place.store)
    assert (real.state, ahead.state) == ("finished", "stopped")
    assert check_site(place) == real.id


@pytest.mark.daemons
def test_a_sweep_before_the_last_one_is_concluded_and_published(place: Place) -> None:
    place.succeed(ahead_s=DAY_S)
    ending = place.finish()
    assert ending.code == 0, ending.said
    earlier, later = sweeps(place.store)
    assert earlier.started < later.started
    assert (earlier.state, later.state) == ("finished", "finished")
    assert check_site(place) == earlier.id
    with closing(sqlite3.connect(place.store)) as connection:
        intervals = connection.execute(
            "SELECT DISTINCT since, last_measured, ended FROM intervals"
        ).fetchall()
    assert (earlier.started, later.started, None) in intervals, "the history is in the order of time"


def test_a_sweep_before_the_last_one_that_is_not_published_yet_is_published(place: Place) -> None:
    place.succeed(ahead_s=DAY_S)
    place.killed_at(named("the conclusion is committed"))
    before = sweeps(place.store)
    ending = place.finish()
    assert ending.code == 0, ending.said
    assert [sweep.id for sweep in sweeps(place.store)] == [sweep.id for sweep in before], (
        "it is measured anew"
    )
    assert check_site(place) == before[0].id


@pytest.mark.parametrize("jump_s", [pytest.param(DAY_S, marks=pytest.mark.daemons), -DAY_S])
def test_a_jump_in_mid_sweep_ends_it_no_earlier_than_it_began(place: Place, jump_s: float) -> None:
    place.succeed(jump_s=jump_s)
    (sweep,) = sweeps(place.store)
    assert sweep.finished is not None
    assert sweep.started <= sweep.finished
    assert check_site(place) == sweep.id
