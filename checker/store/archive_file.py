"""A file that is there whole or not at all: written beside its place, flushed to the disk, then put there."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PRIVATE = 0o700
_UNFINISHED = ".part"


@dataclass(slots=True, kw_only=True)
class NewFile:
    """A file that is being written; `wanted` may be taken back as long as it is not in its place."""

    file: IO[bytes]
    wanted: bool = True


@contextmanager
def replacing(target: Path) -> Iterator[NewFile]:
    """A file that takes the place of `target` when the block ends well and it is still wanted. Raises OSError.

    Files and directories made here are readable by their owner alone: rows hold the addresses of contact persons, and
    held sweeps what was never published. A file that a killed process left unfinished is removed.
    """
    target.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    _remove_unfinished(target)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=_UNFINISHED)
    path = Path(name)
    try:
        with open(handle, "w+b") as file:  # noqa: PTH123 - of a handle
            with suppress(OSError):  # some file systems have no locks; the name is ours alone even so
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            new = NewFile(file=file)
            yield new
            if new.wanted:
                file.flush()
                os.fsync(handle)
                path.replace(target)
                _sync(target.parent)
    finally:
        path.unlink(missing_ok=True)


def _remove_unfinished(target: Path) -> None:
    for path in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # whoever still writes it holds it
            path.unlink()


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
