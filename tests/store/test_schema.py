"""The tables, as the program makes them at once and as its migrations make them."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from checker.store.engine import HEAD, migrate
from checker.store.errors import StoreError
from checker.store.store import Store
from checker.store.tables import metadata
from tests.store.processes import OPEN, running
from tests.store.samples import begun

TOGETHER = 4


def described(connection: Connection) -> dict[str, Any]:
    """What the database says of its tables, comparable."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "indexes": sorted((index["name"] or "", index["column_names"]) for index in inspector.get_indexes(table)),
            "unique": sorted((unique["name"] or "", unique["column_names"]) for unique in inspector.get_unique_constraints(table)),
            "foreign": sorted((key["name"] or "", key["referred_table"], str(key["options"])) for key in inspector.get_foreign_keys(table)),
        }
        for table in sorted(inspector.get_table_names())
    }  # fmt: skip


def emptied(connection: Connection) -> None:
    there = MetaData()
    there.reflect(connection)
    there.drop_all(connection)


def test_migrations_make_the_tables_that_the_program_makes_at_once(store: Store) -> None:
    with store.transaction() as connection:
        at_once = described(connection)
        emptied(connection)
        assert described(connection) == {}
        migrate(connection)
        assert described(connection) == at_once
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_the_newest_migration_is_the_one_the_program_knows() -> None:
    versions = files("checker.store") / "migrations" / "versions"
    numbers = sorted(
        file.name[1:5]
        for file in versions.iterdir()
        if file.name.startswith("v") and file.name.endswith(".py")
    )
    assert numbers[-1] == HEAD
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_a_store_is_there_when_it_is_opened_again(address: str) -> None:
    with Store(address) as store:
        sweep = begun(store)
    with Store(address, create=False) as again:
        assert again.sweeps.all() == [sweep]


def test_programs_that_open_a_new_store_at_once_all_get_it(address: str) -> None:
    with ThreadPoolExecutor(TOGETHER) as pool:
        assert list(pool.map(lambda _: _opened(address), range(TOGETHER))) == ["0\n"] * TOGETHER


def _opened(address: str) -> str:
    with running(OPEN, address) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        return process.stdout.readline()


def test_a_store_of_a_newer_version_is_refused(address: str, store: Store) -> None:
    begun(store)
    with store.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="was made by a newer version of this program; upgrade it"):
        Store(address)
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


@pytest.mark.parametrize("version", [None, ""])
def test_a_store_that_does_not_say_its_version_is_refused(
    address: str, store: Store, version: str | None
) -> None:
    with store.transaction() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if version is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    with pytest.raises(StoreError, match="does not say which version"):
        Store(address)


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE recipes (name TEXT)",),
        ("CREATE TABLE rows (name TEXT)", "CREATE TABLE changes (name TEXT)"),
        ("CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('ae1027a6acf')"),
    ],
)  # fmt: skip
def test_the_database_of_another_program_is_left_alone(
    address: str, store: Store, statements: tuple[str, ...]
) -> None:
    with store.transaction() as connection:
        emptied(connection)
        for statement in statements:
            connection.execute(text(statement))
        before = described(connection)
    with pytest.raises(StoreError, match="is the database of another program; name another with --store"):
        Store(address)
    with store.engine.connect() as connection:
        assert described(connection) == before
