"""Opens the database behind a store's URL and brings its tables up to date. Knows nothing of what is in them."""

import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from checker.store import postgresql
from checker.store.errors import LOST, RESTORE, StoreError, told
from checker.store.tables import metadata

HEAD = "0001"
"""The newest migration; a test holds it to checker/store/migrations."""

BUSY_S = 30.0
"""How long SQLite waits for another process's transaction."""
_RETRY_S = 0.05
_PRIVATE_FILE = 0o600
_SMALLEST_BYTES = 512
_OPENING_KEY = 0x6F70656E696E67  # "opening": any number that no other program of this database uses
_DRIVERS = {"postgresql": "postgresql+pg8000", "postgres": "postgresql+pg8000", "sqlite": "sqlite+pysqlite"}


def store_url(given: str) -> URL:
    """The database that a setting names: a path, `sqlite:///path` or `postgresql://user@host/name`. Raises StoreError."""
    if "\0" in given:
        raise StoreError("name holds a NUL")
    if "://" not in given:
        if given in ("", ":memory:"):
            raise StoreError("must be a file: it is to outlive this program")
        return URL.create("sqlite+pysqlite", database=given)
    scheme = given.partition("://")[0]
    if scheme not in _DRIVERS:
        raise StoreError("must be a file, sqlite:///FILE or postgresql://USER@HOST/NAME")
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise StoreError(f"address ({scheme}) cannot be read") from None
    if scheme == "sqlite":
        if url.database in (None, "", ":memory:") or url.query or url.host or url.username or url.port:
            raise StoreError("address (sqlite) must name a file: sqlite:///checker.db")
    else:
        postgresql.check_address(url)
    return url.set(drivername=_DRIVERS[scheme])


def store_name(url: URL) -> str:
    """The store as messages name it: the file, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    port = f":{url.port}" if url.port else ""
    host = url.query.get("host") or url.host or "localhost"
    return f"postgresql://{url.username or ''}@{host}{port}/{url.database or ''}"


def open_engine(url: URL, *, create: bool = True, busy_s: float = BUSY_S) -> Engine:
    """Connect, and make or migrate the tables. Raises StoreError.

    Without `create` a store that is not there is an error. A database that has tables and none of ours is left alone.
    """
    name = store_name(url)
    if url.get_backend_name() == "sqlite":
        _check_file(Path(str(url.database)), create=create)
        engine = create_engine(url, connect_args={"timeout": busy_s})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediately)
    else:
        arguments = postgresql.connect_arguments(url)
        engine = create_engine(url.set(query={}), connect_args=arguments, pool_pre_ping=True)
        postgresql.connect_within_deadlines(engine)
    try:
        with told(name):
            version = _version(engine, name)
            if engine.dialect.name == "sqlite":
                event.listen(engine, "begin", _StillThere(Path(str(url.database)), name), insert=True)
                _turn_on_wal(engine, busy_s)
            if version != HEAD:
                _bring_up_to_date(engine, name)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check_file(path: Path, *, create: bool) -> None:
    try:
        if not path.exists():
            if not create:
                raise StoreError(
                    f"{path}: there is no such store (checker sweep makes one; --store names another)"
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(_PRIVATE_FILE)  # its rows name people; what SQLite puts beside it is made alike
        elif not path.is_file():
            raise StoreError(f"{path}: is not a file; name one with --store")
        elif 0 < path.stat().st_size < _SMALLEST_BYTES:
            # SQLite would take it for a new one and write over it
            raise StoreError(f"{path}: is not a database, or is damaged; {LOST}")
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be opened or made: {error.strerror}; look at the permissions of the directories above"
        ) from None


def _set_up_sqlite(connection: Any, _: object) -> None:
    """FULL: what was committed survives a power cut."""
    # the driver's own transactions are off: we begin them ourselves, in one way (see _begin_immediately)
    connection.isolation_level = None
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _turn_on_wal(engine: Engine, busy_s: float) -> None:
    """WAL lets the site be rendered while a sweep writes. It stays on in the file, so not before it is known as ours."""
    deadline = time.monotonic() + busy_s
    while True:
        try:
            with engine.connect().execution_options(reads_only=True) as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA journal_mode = WAL").close()
        except engine.dialect.loaded_dbapi.OperationalError as error:
            # SQLite itself does not wait here
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise OperationalError(None, None, error) from None
            time.sleep(_RETRY_S)
        except engine.dialect.loaded_dbapi.DatabaseError as error:
            raise OperationalError(None, None, error) from None
        else:
            return


class _StillThere:
    """Called before every transaction: fails when the file was removed or replaced while it was open.

    SQLite would go on in a file without a name, and nobody would ever find what it wrote there.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._there = self._look()

    def __call__(self, _: Connection) -> None:
        if self._look() != self._there:
            raise StoreError(
                f"{self._name}: was removed or replaced while it was in use; put it back, or {RESTORE}"
            )

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def _begin_immediately(connection: Connection) -> None:
    """Wait for the write lock at the start: a read that turns into a write in WAL mode fails at once instead of waiting."""
    writes = connection.get_execution_options().get("reads_only", False) is False
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(engine: Engine, name: str) -> str:
    """The migration that the store stands at, "" for an empty database. Raises StoreError for others' and newer ones."""
    with engine.connect().execution_options(reads_only=True) as connection:
        return _version_over(connection, name)


def _version_over(connection: Connection, name: str) -> str:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return ""
    if not {"alembic_version", "sweeps", "rows"} <= tables:
        raise StoreError(f"{name}: is the database of another program; name another with --store")
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if not isinstance(version, str) or not version:
        raise StoreError(f"{name}: does not say which version of this program made it; {LOST}")
    if version > HEAD:
        raise StoreError(f"{name}: was made by a newer version of this program; upgrade it")
    return version


def _bring_up_to_date(engine: Engine, name: str) -> None:
    """One process does it: others that open the store at the same time wait for it, and find it done."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _OPENING_KEY})
        version = _version_over(connection, name)
        if not version:
            metadata.create_all(connection)
            connection.execute(
                text(
                    "CREATE TABLE alembic_version"
                    " (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)"
                )
            )
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        elif version != HEAD:
            migrate(connection)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision` over a connection with a transaction."""
    from alembic import command  # noqa: PLC0415 - start-up: only when there is something to migrate
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(files("checker.store") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
