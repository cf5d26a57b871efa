"""Records stored where some may be already, in SQLite and PostgreSQL, which say it each in its own dialect."""

from collections.abc import Mapping, Sequence

from sqlalchemy import JSON, Connection, Table, cast, func, select, text
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what is to happen `on_conflict`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put_all(connection: Connection, table: Table, records: Sequence[Mapping[str, object]]) -> None:
    """Store records of plain values in place of those with the same key."""
    if connection.dialect.name != "postgresql":
        connection.execute(_replacing(insert_into(connection, table), table), records)
        return
    # With ON CONFLICT neither SQLAlchemy nor the driver sends several rows at once: they go as one JSON value.
    names = table.columns.keys()
    given = func.json_populate_recordset(text(f"NULL::{table.name}"), cast(records, JSON))
    statement = insert_into(connection, table).from_select(names, select(given.table_valued(*names)))
    connection.execute(_replacing(statement, table))


def _replacing(
    statement: postgresql.Insert | sqlite.Insert, table: Table
) -> postgresql.Insert | sqlite.Insert:
    beside_key = [column.name for column in table.columns if not column.primary_key]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in beside_key},
    )
