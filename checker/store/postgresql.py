"""Connects to PostgreSQL: what an address may ask for, and deadlines on every wait. Never shows a password."""

import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import URL, ExceptionContext

from checker.store.errors import StoreError

PORT = 5432
CONNECT_S = 10
ANSWER_S = 300
"""How long one statement may take: another program's transaction may have to end first."""
_BROKEN_TALK = (OSError, ValueError, LookupError, struct.error)
"""What pg8000 raises besides its own errors when something else than PostgreSQL answers."""


def check_address(url: URL) -> None:
    """Refuse what the address must not ask for. Raises StoreError."""
    unknown = url.query.keys() - {"host", "sslmode", "sslrootcert"}
    if unknown:
        raise StoreError(
            f"address has an unknown parameter {min(unknown)[:40]!a} (known: host, sslmode, sslrootcert)"
        )
    if not all(isinstance(value, str) for value in url.query.values()):
        raise StoreError("address has a parameter twice")
    if url.query.get("sslmode", "prefer") not in ("disable", "prefer", "require", "verify-full"):
        raise StoreError("sslmode must be disable, prefer, require or verify-full")
    try:
        (url.host or "").encode("idna")
    except UnicodeError:
        raise StoreError("address has a host that is no host name") from None


def connect_arguments(url: URL) -> dict[str, Any]:
    """What pg8000 is told besides host, port, user, password and database. Raises StoreError."""
    arguments: dict[str, Any] = {"timeout": CONNECT_S, "application_name": "checker"}
    directory = url.query.get("host")
    if directory:
        arguments |= {"unix_sock": f"{directory}/.s.PGSQL.{url.port or PORT}", "ssl_context": False}
    else:
        arguments["ssl_context"] = _tls(url.query)
    return arguments


def connect_within_deadlines(engine: Engine) -> None:
    """From now on connections of this engine are made here."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _notice_end)
    # many rows in one statement: the driver would send them one by one
    engine.dialect.use_insertmanyvalues_wo_returning = True


def _connect(dialect: Any, _: object, arguments: list[Any], named: dict[str, Any]) -> Any:
    try:
        connection = dialect.loaded_dbapi.connect(*arguments, **named)
    except _BROKEN_TALK as error:
        said = str(error) if isinstance(error, OSError) else "what answers is not PostgreSQL"
        raise dialect.loaded_dbapi.InterfaceError(said) from None
    except AttributeError:
        if named.get("password") is not None:
            raise
        # pg8000 1.31 has words for that with other ways of authentication only
        raise dialect.loaded_dbapi.InterfaceError(
            "it asks for a password, and the address has none"
        ) from None
    # pg8000 keeps the time-out for connecting on the socket, where it would cut long statements short
    connection._usock.settimeout(ANSWER_S)  # noqa: SLF001 - there is no public way
    # one that is dead cannot be said goodbye to; the pool would log that with a traceback
    connection.close = partial(_close, connection.close, dialect.loaded_dbapi.InterfaceError)
    return connection


def _notice_end(context: ExceptionContext) -> None:
    """A server that ends a connection says so, and SQLAlchemy takes that for a statement's own fault."""
    given = context.original_exception.args[:1]
    if given and isinstance(given[0], dict) and str(given[0].get("C")).startswith(("57P", "08")):
        context.is_disconnect = True


def _close(say_goodbye: Callable[[], None], trouble: type[Exception]) -> None:
    with suppress(trouble):
        say_goodbye()


def _tls(query: Mapping[str, Any]) -> Any:
    """The driver's `ssl_context`: None takes what the server offers, True insists, False does without."""
    match query.get("sslmode", "prefer"):
        case "disable":
            return False
        case "require":
            return True
        case "verify-full":
            import ssl  # noqa: PLC0415 - only here

            file = query.get("sslrootcert")
            try:
                return ssl.create_default_context(cafile=file)
            except OSError as error:
                shown = Path(str(file)).name
                raise StoreError(f"sslrootcert {shown} cannot be read: {error.strerror or error}") from None
        case _:
            return None
