"""Publishing under real kills: a child process is killed at every line of publish.py and exchange.py in turn."""

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from checker.report import publish as module
from checker.report.exchange import exchange_directories
from checker.report.publish import MARKER, NotReplaceableError, check_replaceable, publish, recover

FILES = {"index.html": "{} page", "deep/more.txt": "{} more"}


def build(name: str) -> Any:
    def fill(directory: Path) -> None:
        for path, text in FILES.items():
            (directory / path).parent.mkdir(exist_ok=True)
            (directory / path).write_text(text.format(name))

    return fill


def site_at(target: Path) -> str | None:
    """Which whole site stands at `target`, None when nothing does."""
    if not target.exists():
        return None
    names = {(target / path).read_text().split(" ")[0] for path in FILES}
    assert (target / MARKER).is_file()
    (name,) = names
    return name


def cannot_exchange(_one: Path, _other: Path) -> bool:
    return False


def killed_at_line(target: Path, nth: int, exchange: Any) -> bool:
    """Publish in a child that is killed (SIGKILL) when it reaches its nth line of ours; False when it ended before."""
    lines = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != module.__file__:
            return None
        if event == "line":
            lines += 1
            if lines == nth:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    child = os.fork()
    if child == 0:
        sys.settrace(trace)
        try:
            publish(target, build("new"), exchange=exchange)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize(
    ("before", "exchange"),
    [("old", exchange_directories), ("old", cannot_exchange), (None, exchange_directories)],
    ids=["exchanged in one step", "two renames", "no site before"],
)
def test_killed_anywhere_the_old_or_the_new_site_stands(
    tmp_path: Path, exchange: Any, before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # against power cuts, which a kill does not show
    target = tmp_path / "site"
    seen = set()
    nth = 0
    killed = True
    while killed:
        nth += 1
        if before:
            publish(target, build(before))
        assert site_at(target) == before
        killed = killed_at_line(target, nth, exchange)
        if exchange is exchange_directories:
            assert site_at(target) in {before, "new"}
        recover(target)
        assert site_at(target) in {before, "new"}
        seen.add(site_at(target))
        assert {path.name for path in tmp_path.iterdir()} <= {"site"}
        if not before:
            shutil.rmtree(target, ignore_errors=True)
    assert nth > 40
    assert seen == {before, "new"}


def test_a_program_killed_while_it_writes_leaves_the_old_site(tmp_path: Path) -> None:
    target = tmp_path / "site"
    publish(target, build("old"))
    program = (
        "import os, signal, sys; from pathlib import Path; from checker.report.publish import publish\n"
        "def build(directory):\n"
        "    (directory / 'index.html').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish(Path(sys.argv[1]), build)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(target)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert site_at(target) == "old"
    assert len(list(tmp_path.iterdir())) == 2
    recover(target)
    assert list(tmp_path.iterdir()) == [target]


def test_a_build_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "site"
    publish(target, build("old"))

    def fails(directory: Path) -> None:
        build("new")(directory)
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        publish(target, fails)
    assert site_at(target) == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_exchange_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "site"
    publish(target, build("old"))

    def fails(one: Path, other: Path) -> bool:
        raise OSError(5, "input/output error", str(one), None, str(other))

    with pytest.raises(OSError, match="input/output"):
        publish(target, build("new"), exchange=fails)
    assert site_at(target) == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_parents_are_made_and_an_empty_directory_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "site"
    check_replaceable(target)
    assert not (tmp_path / "a").exists()
    publish(target, build("new"))
    assert site_at(target) == "new"
    empty = tmp_path / "empty"
    empty.mkdir()
    publish(empty, build("new"))
    assert site_at(empty) == "new"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "empty"}


def test_the_site_is_readable_by_the_web_server_whatever_the_umask(tmp_path: Path) -> None:
    target = tmp_path / "site"
    before = os.umask(0o077)
    try:
        publish(target, build("new"))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (target, *target.rglob("*"))}
    assert modes == {
        "site": 0o755,
        "deep": 0o755,
        MARKER: 0o644,
        "index.html": 0o644,
        "more.txt": 0o644,
    }


def not_ours(tmp_path: Path) -> Path:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    return tmp_path / "thesis"


def a_link(tmp_path: Path) -> Path:
    publish(tmp_path / "real", build("old"))
    (tmp_path / "link").symlink_to("real")
    return tmp_path / "link"


def a_dangling_link(tmp_path: Path) -> Path:
    (tmp_path / "link").symlink_to("nowhere")
    return tmp_path / "link"


def a_file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("")
    return tmp_path / "file"


def below_a_file(tmp_path: Path) -> Path:
    return a_file(tmp_path) / "site"


def the_root(_tmp_path: Path) -> Path:
    return Path("/")


def a_mount(_tmp_path: Path) -> Path:
    return Path("/proc")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (not_ours, "is not empty and has no .checker-site"),
        (a_link, "is a symbolic link"),
        (a_dangling_link, "is a symbolic link"),
        (a_file, "is not a directory"),
        (below_a_file, "is not a directory"),
        (the_root, "cannot be replaced"),
        (a_mount, "is a mount point"),
    ],
)
def test_what_is_not_ours_is_never_replaced(tmp_path: Path, place: Any, reason: str) -> None:
    target = place(tmp_path)
    listing = sorted(tmp_path.rglob("*"))
    with pytest.raises(NotReplaceableError, match=reason):
        check_replaceable(target)
    with pytest.raises(NotReplaceableError, match=reason):
        publish(target, build("new"))
    assert sorted(tmp_path.rglob("*")) == listing


def test_a_directory_filled_during_the_sweep_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "site"

    def somebody_writes_there(directory: Path) -> None:
        build("new")(directory)
        target.mkdir()
        (target / "mine.txt").write_text("mine")

    with pytest.raises(NotReplaceableError, match="not empty"):
        publish(target, somebody_writes_there)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]
    assert list(tmp_path.iterdir()) == [target]


def test_some_columns_never_replace_a_full_site(tmp_path: Path) -> None:
    full, some = tmp_path / "full", tmp_path / "some"
    publish(full, build("old"))
    publish(some, build("old"), partial=True)
    with pytest.raises(NotReplaceableError, match="full site"):
        check_replaceable(full, partial=True)
    check_replaceable(some, partial=True)
    publish(some, build("new"))
    with pytest.raises(NotReplaceableError, match="full site"):
        publish(some, build("newer"), partial=True)


def test_recovery_touches_only_marked_or_empty_directories_of_our_names(tmp_path: Path) -> None:
    target = tmp_path / "site"
    publish(target, build("old"))
    kept = (
        ".site.checker-new-notes",
        ".site.checker-old-notes",
        ".other.checker-new-abc",
        "site.checker-new-abc",
    )
    for name in kept:
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text("mine")
    (tmp_path / ".other.checker-new-abc" / MARKER).touch()
    (tmp_path / ".site.checker-new-file").write_text("a file")
    (tmp_path / ".site.checker-new-link").symlink_to(tmp_path / ".other.checker-new-abc")
    (tmp_path / ".site.checker-new-empty").mkdir()
    recover(target)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"site", *kept, ".site.checker-new-file", ".site.checker-new-link"}
    assert all((tmp_path / name / "mine.txt").exists() for name in kept)


def test_recovery_leaves_a_directory_that_another_program_builds(tmp_path: Path) -> None:
    building = tmp_path / ".site.checker-new-abc"
    building.mkdir()
    (building / MARKER).touch()
    handle = os.open(building, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        recover(tmp_path / "site")
        assert building.is_dir()
    finally:
        os.close(handle)
    recover(tmp_path / "site")
    assert not building.exists()


def test_exchange_is_one_step_where_the_system_can(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        path.mkdir()
        (path / path.name).touch()
    if exchange_directories(one, other):
        assert (one / "other").exists()
        assert (other / "one").exists()
    else:
        assert (one / "one").exists()


def test_exchange_of_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    if sys.platform == "linux":
        with pytest.raises(FileNotFoundError):
            exchange_directories(tmp_path / "one", tmp_path / "other")
