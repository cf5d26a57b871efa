"""A disk that takes no more: one sentence that names what, exit code 3, the old site whole, and nothing kept is lost."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.survival.aftermath import check_site, check_tidy, sweeps
from tests.survival.moments import named
from tests.survival.runner import Ending, Place

SIZE = 6 * 1024 * 1024
"""Of the small file system: enough for a few sweeps and two sites."""
FREE_AND_RUN = ("free space", "run again")


def limited(size: int) -> Callable[[], None]:
    """What keeps every file that the program writes below a size: as a disk that is full, it takes no more."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def refused(ending: Ending, *words: str) -> None:
    assert ending.code == 3, ending.said
    errors = [line for line in ending.said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, ending.said
    assert [word for word in words if word not in errors[0]] == [], errors[0]
    assert "Traceback" not in ending.said


def test_a_store_that_may_not_grow(place: Place) -> None:
    refused(place.finish(prepare=limited(64 * 1024)), str(place.store), *FREE_AND_RUN)
    assert not place.site.exists()
    place.succeed()
    check_tidy(place)


@pytest.mark.daemons
def test_a_site_that_may_not_be_written(place: Place) -> None:
    """The results are larger than anything else that is written without a store."""
    arguments = ("--no-store",)
    place.succeed(arguments=arguments)
    old = check_site(place)
    size = max(path.stat().st_size for path in place.site.rglob("*") if path.is_file())
    refused(
        place.finish(arguments=arguments, prepare=limited(size - 1000)), str(place.site), "File too large"
    )
    assert check_site(place) == old
    place.succeed(arguments=arguments)
    check_tidy(place)


@contextmanager
def small_disk(directory: Path) -> Iterator[Path]:
    """A file system of its own on a file, mounted; skips the test where that is not allowed."""
    image = directory / "disk.img"
    mounted = directory / "disk"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZE + 2 * 1024 * 1024)
    for command in (
        ("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", str(image)),
        ("mount", "-o", "loop", str(image), str(mounted)),
    ):
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no file system can be mounted here: this needs root, mkfs.ext4 and loop devices")
    try:
        yield mounted
    finally:
        subprocess.run(("umount", str(mounted)), check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is free within the block."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (64 * 1024, 512):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass
        os.fsync(file.fileno())
    try:
        yield
    finally:
        ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path) as mounted:
        yield mounted


@pytest.fixture
def cramped(place: Place, disk: Path) -> Place:
    """A place on the small disk, where one sweep was made."""
    there = Place(directory=place.directory, lab=place.lab, output=disk / "published" / "site")
    there.succeed()
    return there


@pytest.mark.daemons
def test_full_before_the_start(cramped: Place, disk: Path) -> None:
    old = check_site(cramped)
    with filled(disk):
        refused(cramped.finish(), str(cramped.store), *FREE_AND_RUN)
        assert check_site(cramped) == old
    cramped.succeed()
    assert check_site(cramped) == sweeps(cramped.store)[-1].id != old
    check_tidy(cramped)


@pytest.mark.daemons
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("the sweep is begun", 1),
        ("a row is to be kept", 1),
        ("a row is kept", 3),
        ("a row set aside is to be kept", 1),
        ("every row is kept", 1),
        ("the verdicts are written", 1),
        ("the conclusion is committed", 1),
        ("the table is written, the organisations' pages are not", 1),
        ("the sites are exchanged", 1),
    ],
)
def test_full_at_some_moment(cramped: Place, disk: Path, name: str, number: int) -> None:
    old = check_site(cramped)
    with cramped.run(named(name), number) as run:
        assert run.ready()
        before = sweeps(cramped.store)[-1]
        with filled(disk):
            run.go_on()
            ending = run.ended()
            # what is written last may find room in what the store's log had before
            assert ending.code == 3 or (name, ending.code) == ("the sites are exchanged", 0), ending.said
            if ending.code:
                refused(ending, str(disk), "run again")
                assert ending.said.count("free space") == 1 or "put that right" in ending.said
            shown = check_site(cramped)
            assert shown == (before.id if name == "the sites are exchanged" else old)
    cramped.succeed()
    by_id = {sweep.id: sweep for sweep in sweeps(cramped.store)}
    assert {code: by_id[before.id].kept()[code] for code in before.kept()} == before.kept()
    assert len(by_id) == 2 + (ending.code == 0)
    assert all(sweep.published for sweep in by_id.values())
    check_tidy(cramped)


@pytest.mark.daemons
def test_no_room_for_what_need_not_be_kept(place: Place, disk: Path) -> None:
    """Waiting rows and judged rows lie elsewhere than store and site."""
    there = replace(place, scratch=disk / "temp")
    with there.run(named("the sweep is begun")) as run:
        assert run.ready()
        with filled(disk):
            run.go_on()
            ending = run.ended()
            refused(ending, str(there.temp), *FREE_AND_RUN)
    before = sweeps(place.store)[-1]
    assert not place.site.exists()
    there.succeed()
    (after,) = sweeps(place.store)
    assert {code: after.kept()[code] for code in before.kept()} == before.kept()
