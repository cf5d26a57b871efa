"""Reading from the store: connections that wait for no writer, and large results some at a time. Never writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Select
from sqlalchemy import Row as Record

PAGE = 200
"""Rows that are read at once: memory stays flat however long a list is."""


@contextmanager
def reading(source: Engine | Connection) -> Iterator[Connection]:
    """A connection that never waits for a writer, or the caller's own, whose transaction must be seen."""
    if isinstance(source, Connection):
        yield source
        return
    with source.connect().execution_options(reads_only=True) as connection:
        yield connection


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the store as it is now, whatever others write meanwhile."""
    options: dict[str, Any] = {"reads_only": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection:
        yield connection


def pages(
    source: Engine | Connection, statement: Select[Any], key: Any, *, after: object
) -> Iterator[list[Record[Any]]]:
    """The records in the order of the column `key`, which must be unique among them, from the first beyond `after`.

    No cursor stays open between pages; over an engine no connection does either, and others may write meanwhile.
    """
    while True:
        with reading(source) as connection:
            page = list(connection.execute(statement.where(key > after).order_by(key).limit(PAGE)))
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = getattr(page[-1], key.name)
