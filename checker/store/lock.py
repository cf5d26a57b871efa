"""One sweep at a time over one store: a lock that ends with its process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text

from checker.store.errors import StoreError, told

_POSTGRESQL_KEY = 0x696E64696B6174  # "indikat": any number that no other program of this database uses


class AlreadySweepingError(Exception):
    """Another process measures or publishes with this store; the message says which and what to do."""


@contextmanager
def sweep_lock(engine: Engine, name: str) -> Iterator[None]:
    """Hold the store for one sweep. Raises AlreadySweepingError at once when it is held, never waits."""
    if engine.dialect.name == "postgresql":
        with _advisory_lock(engine, name):
            yield
    else:
        # by any other name it is the same store
        with _file_lock(Path(f"{os.path.realpath(str(engine.url.database))}.lock"), name):
            yield


@contextmanager
def _file_lock(path: Path, name: str) -> Iterator[None]:
    """The kernel's lock on a file beside the database; the file stays, it is the lock that counts."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadySweepingError(_held(name, _holder(handle))) from None
        except OSError as error:
            raise StoreError(f"{path}: this file system has no locks ({error.strerror})") from None
        with suppress(OSError):  # a full disk: the lock holds without its holder's number
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(engine: Engine, name: str) -> Iterator[None]:
    """PostgreSQL's lock of a session: the server gives it back when the connection ends."""
    with told(name):
        connection = engine.connect()
    with connection:
        with told(name):
            # not back to the pool: it is the end of the connection that frees the lock
            connection.detach()
            got = connection.execute(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": _POSTGRESQL_KEY}
            ).scalar()
            connection.commit()
        if not got:
            raise AlreadySweepingError(_held(name, ""))
        yield


def _holder(handle: int) -> str:
    said = os.pread(handle, 20, 0).strip()
    return f" (process {said.decode()})" if said.isdigit() else ""


def _held(name: str, who: str) -> str:
    return (
        f"another sweep is under way with {name}{who}: wait for its end, or name another store with --store"
    )
