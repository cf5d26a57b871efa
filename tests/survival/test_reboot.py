"""After a reboot in mid-sweep: what a process leaves that is gone without a word, and two that start at once."""

import os
from pathlib import Path

import pytest

from tests.survival.aftermath import check_site, check_tidy, sweeps
from tests.survival.moments import BETWEEN_RENAMES, named
from tests.survival.runner import Place


def litter(place: Place) -> None:
    """What runs of earlier days may have left, and a lock of a process that is no more."""
    for kind in ("new", "old"):
        left = place.site.parent / f".{place.site.name}.checker-{kind}-abcdefgh"
        left.mkdir()
        (left / ".checker-site").write_text("full\n")
        (left / "results.csv").write_text("half of it")
    (place.site.parent / f".{place.site.name}.checker-new-ijklmnop").mkdir()
    (place.site.parent / "checker.db.lock").write_text("999999999\n")


def test_the_next_start_goes_on_by_itself(place: Place) -> None:
    place.succeed()
    old = check_site(place)
    place.killed_at(named("a row set aside is kept"), 2)
    litter(place)
    wal = place.store.with_name("checker.db-wal")
    assert wal.stat().st_size > 0, "what was kept is in the log of a process that is no more"
    before = sweeps(place.store)[-1]
    assert any(state == "parked" for state, _ in before.rows.values())
    assert check_site(place) == old
    ending = place.finish()
    assert ending.code == 0
    assert f"going on with the sweep {before.id}" in ending.said
    after = sweeps(place.store)[-1]
    assert after.id == before.id
    assert {code: after.kept()[code] for code in before.kept()} == before.kept()
    check_tidy(place)


@pytest.mark.daemons
def test_of_two_that_start_at_once_one_runs(place: Place) -> None:
    place.killed_at(named("the site is built"))
    left = {path.name for path in place.site.parent.iterdir()}
    assert any(".checker-new-" in name for name in left)
    with place.run(named("the store is open")) as first:
        assert first.ready()
        there = _state(place.site.parent)
        second = place.finish()
        assert second.code == 3
        (line,) = second.said.splitlines()
        assert line.startswith("error: another sweep is under way")
        assert f"(process {first.process.pid})" in line
        assert _state(place.site.parent) == there
        first.go_on()
        assert first.ended().code == 0
    assert check_site(place) == sweeps(place.store)[-1].id
    check_tidy(place)


@pytest.mark.daemons
def test_one_that_starts_between_two_renames_of_another_touches_nothing(place: Place) -> None:
    place.succeed()
    with place.run(BETWEEN_RENAMES, exchange=False) as first:
        assert first.ready()
        assert not place.site.exists()
        assert place.finish().code == 3
        assert not place.site.exists(), "the old site was put back under the feet of the one that replaces it"
        first.go_on()
        assert first.ended().code == 0
    assert check_site(place) == sweeps(place.store)[-1].id
    check_tidy(place)


@pytest.mark.daemons
def test_two_that_make_the_store_at_once(place: Place) -> None:
    # both have found the store empty before either makes anything: whoever comes second finds the tables made
    moment = named("before the tables are made")
    with place.run(moment) as first, place.run(moment) as second:
        assert first.ready()
        assert second.ready()
        first.go_on()
        second.go_on()
        codes = sorted((first.ended().code, second.ended().code))
    assert codes in ([0, 3], [0, 0])
    assert {sweep.state for sweep in sweeps(place.store)} == {"finished"}


def _state(directory: Path) -> set[tuple[str, int, int]]:
    """Every file and directory with its number and time, but for what SQLite shares between processes."""
    return {
        (str(path), path.stat().st_ino, path.stat().st_mtime_ns)
        for path in directory.rglob("*")
        if not path.name.endswith(("-shm", "-wal")) and os.path.lexists(path)
    }
