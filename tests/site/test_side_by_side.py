"""Work on many things is done once each, elsewhere or here, and what goes wrong elsewhere is known here."""

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.schedule.forked import Forked
from checker.schedule.watch import Watch
from checker.site import side_by_side as module
from checker.site.side_by_side import FEW, side_by_side
from checker.store.errors import DamagedError

MANY = 3 * FEW


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 2)


def check_no_children() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def noting_in(directory: Path) -> Callable[[int], bytes]:
    directory.mkdir(exist_ok=True)

    def note(thing: int) -> bytes:
        (directory / str(thing)).write_text(str(os.getpid()))
        return b""

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
    check_no_children()
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


@pytest.mark.parametrize("processors", [1, 2, 3])
@pytest.mark.parametrize("things", [0, 1, FEW, MANY + 1])
def test_what_each_gives_is_read_in_the_order_in_which_it_was_put(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int, things: int
) -> None:
    monkeypatch.setattr(module, "_processors", lambda: processors)

    def give(thing: int) -> bytes:
        return str(thing).encode() * (thing % 7)  # of many lengths, some of them none

    with side_by_side(give, things, tmp_path) as work:
        for thing in range(things):
            work.put(thing)
        given = list(work.given())
    assert given == [give(thing) for thing in range(things)]
    assert list(tmp_path.iterdir()) == []


def test_what_goes_wrong_is_raised_where_what_was_given_is_read(tmp_path: Path) -> None:
    def read() -> None:
        with side_by_side(kill_itself, MANY, tmp_path) as work:
            for thing in range(8):
                work.put(thing)
            list(work.given())

    with pytest.raises(ChildProcessError, match="ended from outside"):
        read()
    check_no_children()


def full_disk(thing: int) -> None:
    if thing == 7:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "index.html")


def put_many(room: Path, big: str = "") -> None:
    def do(thing: tuple[int, str]) -> bytes:
        full_disk(thing[0])
        return b""

    with side_by_side(do, MANY, room) as work:
        for thing in range(MANY):
            work.put((thing, big))


@pytest.mark.parametrize("size", [0, 200_000], ids=["small", "more than a pipe holds"])
def test_what_goes_wrong_elsewhere_is_raised_here(tmp_path: Path, size: int) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        put_many(tmp_path, "x" * size)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "index.html")
    check_no_children()


def kill_itself(thing: int) -> bytes:
    if thing == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return b""


def put_all(room: Path) -> None:
    with side_by_side(kill_itself, MANY, room) as work:
        for thing in range(MANY):
            work.put(thing)


def test_a_process_that_is_killed_is_missed(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError, match="ended from outside"):
        put_all(tmp_path)
    check_no_children()


def interrupted(directory: Path) -> None:
    with side_by_side(noting_in(directory), MANY, directory) as work:
        work.put(1)
        raise KeyboardInterrupt


def test_processes_end_with_a_block_that_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path)
    check_no_children()


class PairError(Exception):
    """Made of two things: it cannot be unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


LATE = {
    "a full disk": (OSError(errno.ENOSPC, "No space left on device"), OSError, "No space left"),
    "a damaged store": (DamagedError("row 7"), DamagedError, "row 7"),
    "a fault of ours": (KeyError("region"), KeyError, "region"),
    "what cannot be sent": (PairError("two ", "parts"), RuntimeError, "PairError: two parts"),
}


@pytest.mark.parametrize(("trouble", "kind", "words"), LATE.values(), ids=LATE)
def test_what_goes_wrong_long_before_the_block_ends(
    tmp_path: Path, trouble: Exception, kind: type[Exception], words: str
) -> None:
    def fail(_: int) -> bytes:
        raise trouble

    def work_on() -> None:
        with side_by_side(fail, MANY, tmp_path) as work:
            work.put(1)
            work.put(2)
            for number in work_numbers():
                os.waitid(
                    os.P_PID, number, os.WEXITED | os.WNOWAIT
                )  # until they have ended, still to be awaited

    with pytest.raises(kind, match=words) as caught:
        work_on()
    notes = "".join(getattr(caught.value, "__notes__", ()))
    assert ("in fail" in notes) == (kind in {KeyError, DamagedError}), (
        "where it happened is told of our own faults"
    )
    check_no_children()


def work_numbers() -> list[int]:
    """The processes that this one has."""
    return [int(number) for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def test_a_process_that_was_killed_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError) as caught:
        put_all(tmp_path)
    assert (
        caught.value.strerror
        == "a process that wrote pages was ended from outside, perhaps for want of memory"
    )


def test_where_no_process_can_be_had_all_is_done_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", refuse)
    with side_by_side(noting_in(tmp_path / "notes"), MANY, tmp_path) as work:
        for thing in range(MANY):
            work.put(thing)
    assert noted(tmp_path / "notes") == dict.fromkeys(range(MANY), os.getpid())


def test_within_the_process_of_a_nightly_sweep(tmp_path: Path) -> None:
    def night() -> int:
        with side_by_side(noting_in(tmp_path / "notes"), MANY, tmp_path) as work:
            for thing in range(MANY):
                work.put(thing)
        return os.getpid()

    with Watch(lambda: None) as watch:
        ended = Forked(watch).run(night)
    assert ended.died == ""
    found = noted(tmp_path / "notes")
    assert sorted(found) == list(range(MANY))
    assert len(set(found.values())) == 2
    assert not {ended.value, os.getpid()} & set(found.values())


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """What was sent and waits on the line is not done any more: the parent's locks are free for the next."""
    notes = tmp_path / "notes"
    note = noting_in(notes)
    reader, writer = os.pipe()  # kept open by every process of the family: closed when all have ended

    def do(thing: int) -> bytes:
        note(thing)
        if thing < 2:
            while os.getppid() != 1 and (tmp_path / "alive").exists():
                os.sched_yield()
        return b""

    (tmp_path / "alive").touch()
    parent = os.fork()
    if not parent:
        os.close(reader)
        try:
            with side_by_side(do, MANY, tmp_path) as work:
                for thing in range(MANY):
                    work.put(thing)
                signal.pause()
        finally:
            os._exit(1)
    os.close(writer)
    while not (notes / "1").exists():
        os.sched_yield()
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    (tmp_path / "alive").unlink()
    assert os.read(reader, 1) == b""
    os.close(reader)
    assert sorted(noted(notes)) == [0, 1]
