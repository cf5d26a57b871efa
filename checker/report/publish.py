"""Replaces a published directory as a whole: whenever the program is killed, the old or the new site stands complete.

Never touches a directory that is not marked as ours.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from checker.report.exchange import exchange_directories
from checker.report.flush import flush, flush_tree

MARKER = ".checker-site"
"""The file that says a directory is a site of ours and may be replaced."""

FULL, PARTIAL = "full\n", "partial\n"
"""What the marker holds; a marker with anything else in it counts as that of a full site."""

_PUBLIC_DIRECTORY, _PUBLIC_FILE = 0o755, 0o644


class NotReplaceableError(Exception):
    """The output directory must not or cannot be replaced; the message says why (usage error: exit 2)."""


def check_replaceable(target: Path, *, partial: bool = False) -> None:
    """Say before any measuring whether `target` could be published to; changes nothing on disk.

    Raises NotReplaceableError: a symbolic link, a file, a mount point, a non-empty directory without our mark, a full
    site when `partial` (a sweep with `--only`), or a place where we may not write.
    """
    target = _absolute(target)
    if target.is_symlink():
        raise NotReplaceableError(f"{target} is a symbolic link: give the directory that it points to")
    if target.is_dir():
        _check_directory(target, partial=partial)
    elif target.exists():
        raise NotReplaceableError(f"{target} is not a directory")
    _check_parent(target.parent)


def recover(target: Path) -> None:
    """Clean up after runs that were killed: put an old site back that was half exchanged, remove what was left.

    Only directories beside `target` that bear our names and our mark (or are empty) are touched, and none that a
    running program still builds. Call it when the program starts.
    """
    target = _absolute(target)
    if not target.parent.is_dir():
        return
    if not os.path.lexists(target):
        _put_old_site_back(target)
    for leftover in (*_leftovers(target, "new"), *_leftovers(target, "old")):
        with _locked(leftover) as ours:
            if ours:
                _remove_own(leftover)


def publish(
    target: Path,
    build: Callable[[Path], None],
    *,
    partial: bool = False,
    exchange: Callable[[Path, Path], bool] = exchange_directories,
) -> None:
    """Let `build` fill a fresh directory beside `target`, then put it in the place of `target` as a whole.

    When `build` raises, the fresh directory is removed and `target` stands as it was. `exchange` swaps two directories
    in one step, or returns False where the system cannot; then two renames do, with `recover` at the next start.
    Raises NotReplaceableError like `check_replaceable`, before building and again before replacing.
    """
    target = _absolute(target)
    recover(target)
    check_replaceable(target, partial=partial)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=_prefix(target, "new"), dir=target.parent))
    with _locked(fresh):
        try:
            (fresh / MARKER).write_text(PARTIAL if partial else FULL, encoding="utf-8")
            build(fresh)
            _make_public_and_durable(fresh)
            check_replaceable(target, partial=partial)
            retired = _replace(target, fresh, exchange)
        except BaseException:
            _remove_own(fresh)
            raise
        if retired is not None:
            _remove_own(retired)


def _replace(target: Path, fresh: Path, exchange: Callable[[Path, Path], bool]) -> Path | None:
    """Put `fresh` at `target`; where the site that stood there is now, None when none did."""
    retired: Path | None = None
    if target.is_dir():
        retired = fresh
        if not exchange(fresh, target):
            retired = Path(tempfile.mkdtemp(prefix=_prefix(target, "old"), dir=target.parent))
            try:
                target.rename(retired)  # a directory may be renamed onto an empty one (POSIX rename)
                fresh.rename(target)
            except BaseException:
                if not os.path.lexists(target):
                    retired.rename(target)
                raise
    else:
        fresh.rename(target)
    flush(target.parent)
    return retired


def _absolute(target: Path) -> Path:
    """The path without `.` and `..`; its last component is not followed when it is a link."""
    absolute = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow the link that we must see
    if not absolute.name:
        raise NotReplaceableError(f"{absolute} cannot be replaced: give a directory below it")
    return absolute


def _check_directory(target: Path, *, partial: bool) -> None:
    if target.is_mount():
        raise NotReplaceableError(
            f"{target} is a mount point and cannot be replaced: give a directory below it"
        )
    marker = target / MARKER
    if not marker.is_file():
        if any(target.iterdir()):
            raise NotReplaceableError(f"{target} is not empty and has no {MARKER}: it is not ours to replace")
    elif partial and marker.read_bytes()[:64] != PARTIAL.encode():
        raise NotReplaceableError(
            f"{target} holds a full site, which --only must not replace: give another directory"
        )


def _check_parent(parent: Path) -> None:
    existing = next(path for path in (parent, *parent.parents) if os.path.lexists(path))
    if not existing.is_dir():
        raise NotReplaceableError(f"{existing} is not a directory")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise NotReplaceableError(f"no permission to write in {existing}, where the new site is built")


def _prefix(target: Path, kind: str) -> str:
    return f".{target.name}.checker-{kind}-"


def _leftovers(target: Path, kind: str) -> list[Path]:
    prefix = _prefix(target, kind)
    with os.scandir(target.parent) as entries:
        found = [
            Path(entry.path)
            for entry in entries
            if entry.name.startswith(prefix) and entry.is_dir(follow_symlinks=False)
        ]
    return sorted(found)


def _put_old_site_back(target: Path) -> None:
    """Undo the first of two renames: nothing stands at `target`, and the old site waits beside it."""
    waiting = [path for path in _leftovers(target, "old") if (path / MARKER).is_file()]
    if waiting:
        max(waiting, key=lambda path: path.stat().st_ctime_ns).rename(target)
        flush(target.parent)


def _remove_own(directory: Path) -> None:
    """Remove a directory of ours, its mark last, so that a removal cut short can be taken up again.

    What cannot be removed stays for the next start: the site is in place by then.
    """
    if (directory / MARKER).is_file():
        for entry in list(directory.iterdir()):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != MARKER:
                entry.unlink(missing_ok=True)
        (directory / MARKER).unlink(missing_ok=True)
    with suppress(OSError):  # not empty and not marked: not ours, it stays
        directory.rmdir()


@contextmanager
def _locked(directory: Path) -> Iterator[bool]:
    """Hold the directory as in use for as long as this process lives; False when that cannot be had.

    It cannot when another process holds it or has just removed it, or where the file system knows no locks.
    """
    handle: int | None = None
    try:
        try:
            handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        if handle is not None:
            os.close(handle)


def _make_public_and_durable(directory: Path) -> None:
    """Give everything the permissions of a public site, whatever the umask, and flush it to the disk."""
    for folder, _, names in os.walk(directory):
        for name in names:
            Path(folder, name).chmod(_PUBLIC_FILE)
        Path(folder).chmod(_PUBLIC_DIRECTORY)
    flush_tree(directory)
