"""The store on a real PostgreSQL: every test of tests/store that is not about files, and what only a server does."""

import logging
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from checker.store.errors import StoreError
from checker.store.store import Store
from tests.daemons.postgresql import Postgresql
from tests.store import (
    test_archive,
    test_archive_import,
    test_integrity,
    test_intervals,
    test_judgements,
    test_lock,
    test_observations,
    test_outbox,
    test_retention,
    test_schema,
    test_sweeps,
)
from tests.store.fixtures import store
from tests.store.samples import begun, evidence, row_states
from tests.store.test_archive import other
from tests.store.test_archive_import import origin
from tests.store.test_retention import archive

__all__ = ["archive", "origin", "other", "store"]

pytestmark = pytest.mark.daemons

SHARED = (
    *(test_archive, test_archive_import, test_integrity, test_intervals, test_judgements, test_lock),
    *(test_observations, test_outbox, test_retention, test_schema, test_sweeps),
)
for module in SHARED:
    found = {name: value for name, value in vars(module).items() if name.startswith("test_")}
    assert not found.keys() & globals().keys(), f"two tests of one name: {found.keys() & globals().keys()}"
    globals().update(found)


@pytest.fixture
def address(postgresql_server: Postgresql) -> str:
    """A database of the test's own."""
    return postgresql_server.address(postgresql_server.database())


def refusal(address: str, secret: str) -> str:
    """What is said when it is opened: one line, without the password anywhere in it or in the traceback."""
    with pytest.raises(StoreError) as caught:
        Store(address)
    assert secret not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__suppress_context__
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_password_is_shown_nowhere(address: str, store: Store, postgresql_server: Postgresql) -> None:
    assert postgresql_server.password in address
    for shown in (store.name, repr(store), repr(store.engine), str(store.engine.url), repr(store.engine.url)):
        assert postgresql_server.password not in shown


def test_a_wrong_password(postgresql_server: Postgresql) -> None:
    told = refusal(postgresql_server.address(postgresql_server.database(), password="gissat"), "gissat")
    assert "password authentication failed" in told
    assert "look at the user and the password in the address" in told


def test_no_password(postgresql_server: Postgresql) -> None:
    address = f"postgresql://checker@127.0.0.1:{postgresql_server.port}/postgres"
    assert "asks for a password, and the address has none" in refusal(address, postgresql_server.password)


def test_no_such_user(postgresql_server: Postgresql) -> None:
    told = refusal(postgresql_server.address("postgres", user="nobody"), postgresql_server.password)
    assert "look at the user and the password" in told


def test_no_such_database(postgresql_server: Postgresql) -> None:
    told = refusal(postgresql_server.address("nowhere"), postgresql_server.password)
    assert 'database "nowhere" does not exist; make the database (createdb), or name another' in told


def test_no_server(postgresql_server: Postgresql) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"postgresql://checker:hemligt@127.0.0.1:{taken.getsockname()[1]}/checker"
        assert "cannot be reached" in refusal(address, "hemligt")
    assert "cannot be reached" in refusal(
        "postgresql://checker:hemligt@no-such-host.invalid/checker", "hemligt"
    )


def test_no_socket(postgresql_server: Postgresql) -> None:
    told = refusal("postgresql://checker:hemligt@/checker?host=/nowhere", "hemligt")
    assert told.startswith("postgresql://checker@/nowhere/checker: cannot be reached")


@pytest.mark.parametrize(
    ("scenario", "answer"),
    [
        ("a web server", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        ("nothing at all", b""),
        ("no TLS, then words", b"N" + b"HELLO, this is no PostgreSQL\r\n" * 4),
        ("TLS that is none", b"S" + b"garbage" * 10),
    ],
)
def test_something_else_answers(scenario: str, answer: bytes) -> None:
    with answering(answer) as port:
        told = refusal(f"postgresql://checker:hemligt@127.0.0.1:{port}/checker", "hemligt")
    assert f"postgresql://checker@127.0.0.1:{port}/checker: cannot be reached" in told, scenario


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that says the same to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(100)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(100)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_server_without_tls_where_it_is_asked_for(address: str, postgresql_server: Postgresql) -> None:
    for mode in ("require", "verify-full"):
        assert "refuses SSL" in refusal(f"{address}?sslmode={mode}", postgresql_server.password)
    for mode in ("disable", "prefer"):
        Store(f"{address}?sslmode={mode}").close()


def test_by_the_socket_as_well(postgresql_server: Postgresql) -> None:
    name, secret = postgresql_server.database(), postgresql_server.password
    place = f"host={postgresql_server.directory}"
    with Store(f"postgresql://checker:{secret}@:{postgresql_server.port}/{name}?{place}") as store:
        assert begun(store) == store.sweeps.named("2026")


def test_a_user_who_may_make_no_tables(postgresql_server: Postgresql) -> None:
    name = postgresql_server.database()
    postgresql_server.ask("CREATE ROLE reader LOGIN PASSWORD 'hemligt'")
    told = refusal(postgresql_server.address(name, user="reader", password="hemligt"), "hemligt")
    assert "permission denied" in told
    assert "the right to make and change tables" in told


def test_a_store_that_may_only_be_read(address: str, store: Store, postgresql_server: Postgresql) -> None:
    name = str(store.engine.url.database)
    postgresql_server.ask(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with Store(address) as opened, pytest.raises(StoreError, match="may not be written to"), opened.using():
        begun(opened)


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What goes wrong is told once, by us: no library logs it besides, with a traceback."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def dropped(server: Postgresql, store: Store) -> None:
    """End every connection to the store from the other side, and wait until they have ended."""
    ours = f"datname = '{store.engine.url.database}'"
    ended = server.ask(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {ours}")  # noqa: S608 - our own name
    assert ended
    assert all(done for (done,) in ended)


def test_a_connection_that_was_dropped_between_two_uses_is_made_anew(
    store: Store, postgresql_server: Postgresql
) -> None:
    sweep = begun(store)
    dropped(postgresql_server, store)
    assert store.sweeps.all() == [sweep]
    dropped(postgresql_server, store)
    store.observations.keep(sweep.id, 0, evidence())
    assert row_states(store, sweep.id) == {"seen": 1}


def test_a_connection_that_is_dropped_in_the_middle_keeps_nothing_and_is_told(
    store: Store, postgresql_server: Postgresql
) -> None:
    sweep = begun(store)

    def half() -> None:
        with store.using(), store.transaction() as connection:
            connection.execute(text("DELETE FROM rows"))
            dropped(postgresql_server, store)
            connection.execute(text("DELETE FROM sweeps"))

    with pytest.raises(StoreError) as caught:
        half()
    assert postgresql_server.password not in "".join(traceback.format_exception(caught.value))
    assert "see that" in str(caught.value)
    assert store.sweeps.all() == [sweep]
    assert row_states(store, sweep.id) == {"left": 1}


def test_a_lock_whose_connection_was_dropped_ends_quietly(
    store: Store, postgresql_server: Postgresql
) -> None:
    with store.lock():
        dropped(postgresql_server, store)
        assert store.sweeps.all() == []
    with store.lock():
        pass


def test_a_long_statement_is_not_cut_short_as_a_connection_attempt_is(store: Store) -> None:
    with store.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver._usock.gettimeout() == 300


def test_the_server_goes_away_and_comes_back(address: str, postgresql_server: Postgresql) -> None:
    with Store(address) as store:
        sweep = begun(store)
        postgresql_server.stop()
        try:
            with pytest.raises(StoreError) as caught, store.using():
                store.observations.keep(sweep.id, 0, evidence())
            told = "".join(traceback.format_exception(caught.value))
            assert postgresql_server.password not in told
            assert "what is stored is kept" in str(caught.value)
            assert "cannot be reached" in refusal(address, postgresql_server.password)
        finally:
            postgresql_server.start()
        store.observations.keep(sweep.id, 0, evidence())
        assert row_states(store, sweep.id) == {"seen": 1}
