"""Large results read some at a time: memory stays flat, and no cursor stays open while others write."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy import Row as Record

from checker.store.sweeps import PAGE


def pages(
    connection: Connection, statement: Select[Any], key: Any, *, after: object
) -> Iterator[list[Record[Any]]]:
    """The records in the order of the column `key`, which must be unique among them, from the first beyond `after`."""
    while True:
        page = list(connection.execute(statement.where(key > after).order_by(key).limit(PAGE)))
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = getattr(page[-1], key.name)
