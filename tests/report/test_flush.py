"""Whatever the system can, everything is brought to the disk, and trouble with that is told."""

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.report.flush import flush_tree


class Library:
    """A C library whose `syncfs` fails with `number`; 0 is success."""

    def __init__(self, number: int) -> None:
        def syncfs(_: int) -> int:
            ctypes.set_errno(number)
            return -1 if number else 0

        self.syncfs: Any = syncfs


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is flushed one by one."""
    seen: list[str] = []
    fsync: Callable[[int], None] = os.fsync

    def noting(handle: int) -> None:
        seen.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    return seen


def tree(directory: Path) -> Path:
    top = directory / "top"
    (top / "folder").mkdir(parents=True)
    (top / "page").write_text("page")
    (top / "folder" / "inner").write_text("inner")
    return top


def test_the_file_system_is_flushed_at_once(tmp_path: Path, flushed: list[str]) -> None:
    flush_tree(tree(tmp_path))
    assert flushed == []


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_one_by_one_where_the_system_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flushed: list[str], number: int
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library(number))
    flush_tree(tree(tmp_path))
    assert sorted(flushed) == ["folder", "inner", "page", "top"]


def test_one_by_one_with_a_library_that_has_no_such_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flushed: list[str]
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    flush_tree(tree(tmp_path))
    assert len(flushed) == 4


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library(errno.EIO))
    with pytest.raises(OSError, match="top") as caught:
        flush_tree(tree(tmp_path))
    assert caught.value.errno == errno.EIO
