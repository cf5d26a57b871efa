"""The store behind a command: which one it is, opened, and its trouble as endings of the command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.exits import Busy, ExitCode, Quit

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.store.store import Store

FILE_NAME = "checker.db"
ARCHIVE_NAME = "archive"
PASSWORD_MAX_BYTES = 1000
DEFAULT_OUTPUT = Path("output/site")
_SERIES_MAX_CHARS = 100


def store_setting(settings: "Settings", output: Path = DEFAULT_OUTPUT) -> str:
    """The store's address: what is set, else a file in the parent of the site's directory. It may hold a password.

    Quits (USAGE) when it is a file inside that directory, which is replaced as a whole.
    """
    if settings.store is None:
        return str(output.parent / FILE_NAME)
    given = settings.store.removeprefix("sqlite:///")
    if "://" not in given:
        site, file = (Path(os.path.abspath(path)) for path in (output, given))  # noqa: PTH100 - links as given
        if file.is_relative_to(site):
            raise Quit(
                ExitCode.USAGE,
                f"--store: {given} lies inside the site, which is replaced as a whole; name another place",
            )
        return settings.store
    return _with_password(settings.store, settings)


def archive_directory(settings: "Settings", address: str) -> Path | None:
    """Where archives are kept, None for nowhere: what is set, else beside a store that is a file."""
    if settings.archive is not None:
        return None if settings.archive == "off" else Path(settings.archive)
    file = address.removeprefix("sqlite:///")
    return None if "://" in file else Path(file).parent / ARCHIVE_NAME


def may_forget(settings: "Settings", address: str) -> bool:
    """Whether what was seen may go from the store: it is archived first, or the settings want no archive."""
    return settings.archive == "off" or archive_directory(settings, address) is not None


def _with_password(address: str, settings: "Settings") -> str:
    """The address with the password of `store_password_file`. Quits (USAGE)."""
    path = settings.store_password_file
    if path is None:
        return address
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - start-up
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - start-up

    try:
        with path.open("rb") as file:
            password = file.read(PASSWORD_MAX_BYTES).decode().rstrip("\r\n")
        url = make_url(address)
    except (OSError, UnicodeDecodeError):
        raise Quit(ExitCode.USAGE, f"store_password_file {path}: cannot be read as text") from None
    except (ArgumentError, ValueError):
        return address  # opening it says what is wrong
    if url.password is not None:
        raise Quit(ExitCode.USAGE, "store_password_file: the store's address has a password already")
    return url.set(password=password).render_as_string(hide_password=False)


@contextmanager
def opened(address: str, *, create: bool = False) -> Iterator["Store"]:
    """The store, open for the block; whatever it refuses, there or later in the block, ends the command (FAILED)."""
    from checker.store.errors import DamagedError, StoreError  # noqa: PLC0415 - start-up
    from checker.store.store import Store  # noqa: PLC0415 - start-up

    try:
        with Store(address, create=create) as store, store.using():
            yield store
    except StoreError as error:
        raise Quit(ExitCode.FAILED, f"store {error}") from None
    except DamagedError as error:
        raise Quit(ExitCode.FAILED, f"store: {error} (checker store check says more)") from None


@contextmanager
def locked(store: "Store") -> Iterator[None]:
    """The store's lock for the block. Quits (FAILED) at once when a sweep holds it."""
    from checker.store.lock import AlreadySweepingError  # noqa: PLC0415 - start-up

    try:
        with store.lock():
            yield
    except AlreadySweepingError as error:
        raise Busy(str(error)) from None


def series_of(path: Path) -> str:
    """The name under which sweeps of one list belong together: that of its file, without its ending."""
    return path.stem[:_SERIES_MAX_CHARS]
