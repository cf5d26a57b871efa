"""Work on many things is done once each, elsewhere or here, and what goes wrong elsewhere is known here."""

import errno
import os
import signal
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest

from checker.site import side_by_side as module
from checker.site.side_by_side import FEW, side_by_side

MANY = 3 * FEW


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 2)


def noting_in(directory: Path) -> Callable[[int], None]:
    directory.mkdir(exist_ok=True)

    def note(thing: int) -> None:
        (directory / str(thing)).write_text(str(os.getpid()))

    return note


def noted(directory: Path) -> dict[int, int]:
    return {int(path.name): int(path.read_text()) for path in directory.iterdir()}


def test_a_few_are_done_here(tmp_path: Path) -> None:
    with side_by_side(noting_in(tmp_path / "notes"), FEW - 1, tmp_path) as work:
        for thing in range(FEW - 1):
            work.put(thing)
    assert noted(tmp_path / "notes") == dict.fromkeys(range(FEW - 1), os.getpid())


def test_with_one_processor_all_are_done_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 1)
    with side_by_side(noting_in(tmp_path / "notes"), MANY, tmp_path) as work:
        work.put(1)
    assert noted(tmp_path / "notes") == {1: os.getpid()}


def test_many_are_shared_and_all_are_done_when_the_block_ends(tmp_path: Path) -> None:
    with side_by_side(noting_in(tmp_path / "notes"), MANY, tmp_path) as work:
        for thing in range(MANY):
            work.put(thing)
    found = noted(tmp_path / "notes")
    assert sorted(found) == list(range(MANY))
    assert len(set(found.values())) == 2
    assert os.getpid() not in found.values()
    assert active_children() == []
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def full_disk(thing: int) -> None:
    if thing == 7:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "index.html")


def put_many(room: Path, big: str = "") -> None:
    def do(thing: tuple[int, str]) -> None:
        full_disk(thing[0])

    with side_by_side(do, MANY, room) as work:
        for thing in range(MANY):
            work.put((thing, big))


@pytest.mark.parametrize("size", [0, 200_000], ids=["small", "more than a pipe holds"])
def test_what_goes_wrong_elsewhere_is_raised_here(tmp_path: Path, size: int) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        put_many(tmp_path, "x" * size)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "index.html")
    assert active_children() == []


def kill_itself(thing: int) -> None:
    if thing == 7:
        os.kill(os.getpid(), signal.SIGKILL)


def put_all(room: Path) -> None:
    with side_by_side(kill_itself, MANY, room) as work:
        for thing in range(MANY):
            work.put(thing)


def test_a_process_that_is_killed_is_missed(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError, match="ended from outside"):
        put_all(tmp_path)
    assert active_children() == []


def interrupted(directory: Path) -> None:
    with side_by_side(noting_in(directory), MANY, directory) as work:
        work.put(1)
        raise KeyboardInterrupt


def test_processes_end_with_a_block_that_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path)
    assert active_children() == []
