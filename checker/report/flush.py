"""Brings a directory to the disk. Thousands of files at once where the system can (Linux syncfs), else one by one."""

import ctypes
import errno
import os
from pathlib import Path

_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})
"""Kernel, file system or sandbox without the call."""


def flush_tree(directory: Path) -> None:
    """Wait until everything below `directory` is on the disk. Raises OSError when it cannot be written there.

    Source: syncfs(2), which reports failed writes since Linux 5.8.
    """
    if not _file_system_flushed(directory):
        for folder, _, names in os.walk(directory):
            for name in names:
                flush(Path(folder, name))
            flush(Path(folder))


def flush(path: Path) -> None:
    """Wait until one file or directory is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _file_system_flushed(directory: Path) -> bool:
    """Flush the whole file system that has the directory; False where the system cannot."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError, TypeError):  # another C library or system
        return False
    syncfs.argtypes = (ctypes.c_int,)
    handle = os.open(directory, os.O_RDONLY)
    try:
        if syncfs(handle) == 0:
            return True
        number = ctypes.get_errno()
    finally:
        os.close(handle)
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(directory))
