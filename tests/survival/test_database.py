"""A store that is locked, damaged, taken away or not to be written to: one sentence, exit code 3, the old site stands."""

import ctypes
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.processes import WRITE, running
from tests.survival.aftermath import check_site, check_tidy, sweeps
from tests.survival.moments import named
from tests.survival.runner import Ending, Place

SLOW = pytest.mark.daemons
WAY_BACK = "checker store import FILE…"


@pytest.fixture
def swept(place: Place) -> Iterator[Place]:
    """A place where one sweep was made."""
    place.succeed()
    yield place
    assert check_site(place)


def refused(ending: Ending, place: Place, *words: str) -> None:
    """It ended in one line that names the store and has these words; on the site stands what stood."""
    assert ending.code == 3, ending.said
    errors = [line for line in ending.said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, ending.said
    assert str(place.store) in errors[0]
    assert all(word in errors[0] for word in words), errors[0]
    assert "Traceback" not in ending.said


@SLOW
def test_locked_for_a_while_is_waited_for(place: Place) -> None:
    with place.run(named("a row is to be kept")) as run:
        assert run.ready()
        with running(WRITE, str(place.store)):
            run.go_on()
            assert not run.ready(0.5), "it has ended"
        assert run.ended().code == 0
    assert check_site(place) == sweeps(place.store)[-1].id


@pytest.mark.parametrize(
    "name",
    [
        "a row is to be kept",
        pytest.param("every row is kept", marks=SLOW),
        pytest.param("the site is built", marks=SLOW),
    ],
)
def test_locked_for_ever(place: Place, name: str) -> None:
    with place.run(named(name), busy_s=0.2) as run:
        assert run.ready()
        before = sweeps(place.store)[-1]
        with running(WRITE, str(place.store)):
            run.go_on()
            refused(run.ended(), place, "another program has locked it", "run again")
    place.succeed()
    (after,) = sweeps(place.store)
    assert {code: after.kept()[code] for code in before.kept()} == before.kept()
    check_tidy(place)


def flip(store: Path) -> None:
    """In the middle of every page but the first."""
    data = bytearray(store.read_bytes())
    for place in range(4096, len(data), 4096):
        data[place : place + 64] = bytes(byte ^ 0xFF for byte in data[place : place + 64])
    store.write_bytes(data)


def damage_header(store: Path) -> None:
    data = bytearray(store.read_bytes())
    data[:16] = b"not a database.."
    store.write_bytes(data)


def cut(store: Path) -> None:
    store.write_bytes(store.read_bytes()[: store.stat().st_size // 2 - 100])


def cut_to_nearly_nothing(store: Path) -> None:
    store.write_bytes(store.read_bytes()[:100])


@pytest.mark.parametrize(
    "damage",
    [
        flip,
        pytest.param(damage_header, marks=SLOW),
        pytest.param(cut, marks=SLOW),
        pytest.param(cut_to_nearly_nothing, marks=SLOW),
    ],
)
def test_damaged(swept: Place, damage: Callable[[Path], None]) -> None:
    site = check_site(swept)
    damage(swept.store)
    refused(swept.finish(), swept, WAY_BACK)
    assert check_site(swept) == site


@SLOW
def test_a_damaged_observation_of_a_sweep_that_was_cut_short(place: Place) -> None:
    """It says why it does not go on with it, and measures anew."""
    place.killed_at(named("a row is kept"), 4)
    with closing(sqlite3.connect(place.store)) as connection, connection:
        connection.execute("UPDATE rows SET observation = x'00' WHERE code = 'A' AND state = 'seen'")
        changed = connection.execute("SELECT changes()").fetchone()
    assert changed == (1,)
    ending = place.finish()
    assert ending.code == 0
    assert "is not gone on with: what it had measured cannot be read" in ending.said
    first, second = sweeps(place.store)
    assert (first.state, second.state) == ("stopped", "finished")
    assert "row 'A'" in first.why
    assert check_site(place) == second.id


@SLOW
def test_a_damaged_observation_of_a_sweep_that_was_not_published(place: Place) -> None:
    place.killed_at(named("the conclusion is committed"))
    with closing(sqlite3.connect(place.store)) as connection, connection:
        connection.execute("UPDATE rows SET observation = x'00' WHERE code = 'A'")
    refused(place.finish(), place, "is damaged: the observation of row 'A'", WAY_BACK)
    assert not place.site.exists()


def test_taken_away_in_mid_sweep(swept: Place) -> None:
    site = check_site(swept)
    with swept.run(named("a row is kept"), 2) as run:
        assert run.ready()
        for path in swept.store.parent.glob("checker.db*"):
            path.unlink()
        run.go_on()
        refused(run.ended(), swept, "was removed or replaced while it was in use", WAY_BACK)
    assert check_site(swept) == site
    swept.succeed()
    (anew,) = sweeps(swept.store)
    assert check_site(swept) == anew.id
    check_tidy(swept)


def mortal() -> None:
    """Let permissions count for root as for anybody: drop CAP_DAC_OVERRIDE from what the program is started with."""
    prctl, drop, dac_override = ctypes.CDLL(None, use_errno=True).prctl, 24, 1
    prctl(drop, dac_override, 0, 0, 0)


@SLOW
def test_not_to_be_written_to(swept: Place) -> None:
    site = check_site(swept)
    swept.store.chmod(0o444)
    refused(swept.finish(prepare=mortal), swept, "may not be written to", "permissions")
    assert check_site(swept) == site
    swept.store.chmod(0o644)
    swept.succeed()
    assert len(sweeps(swept.store)) == 2
