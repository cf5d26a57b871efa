"""The ordinary handshake against a real OpenSSL server on loopback."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.network.tls_stream import TlsStream, handshake, permissive_context
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, TlsOutcome
from checker.protocols.client_hello import MAX_SUITES
from tests.lab.listener import Connection, Conversation, LabServer
from tests.lab.tls_session import TlsSession
from tests.protocols.made_certificates import make

PORT = 25
LEAF = make("mx.example.se", dns=("mx.example.se",))


def server_context(directory: Path, suites: str) -> ssl.SSLContext:
    """A server of TLS 1.2 that insists on its own order of suites."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (directory / "leaf.pem").write_bytes(LEAF.key_pem + LEAF.pem)
    context.load_cert_chain(directory / "leaf.pem")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


async def shaken(context: ssl.SSLContext) -> Handshake:
    async def hang_up(connection: Connection) -> None:
        await TlsSession(connection, context).handshake()

    async with met(hang_up) as (seen, _):
        return seen


@asynccontextmanager
async def met(conversation: Conversation) -> AsyncIterator[tuple[Handshake, TlsStream | None]]:
    """The ordinary handshake with a server, which is closed after it."""
    server = LabServer()
    server.listen(PORT, conversation)
    connection = socket.create_connection(("127.0.0.1", server.ports[PORT]))
    connection.setblocking(False)
    stream = Stream(connection, Limits(wait_s=2.0, total_s=4.0))
    try:
        yield await handshake(stream, "mx.example.se")
    finally:
        stream.close()
        await server.aclose()


async def test_a_server_that_would_rather_be_anonymous_still_shows_its_certificate(tmp_path: Path) -> None:
    seen = await shaken(server_context(tmp_path, "AECDH-AES256-SHA:ECDHE-ECDSA-AES128-SHA"))
    assert (seen.outcome, seen.suite) == (TlsOutcome.ESTABLISHED, "ECDHE-ECDSA-AES128-SHA")
    assert seen.chain == (LEAF.der,)


@pytest.mark.parametrize(
    ("said", "outcome", "number"),
    [
        (b"\x15\x03\x01\x00\x02\x01\x70", TlsOutcome.BROKEN, None),
        (b"\x15\x03\x01\x00\x02\x02\x70", TlsOutcome.ALERT, 112),
        (b"\x15\x03\x01\x00\x02\x02\x28", TlsOutcome.ALERT, 40),
        (b"\x16\x03\x01\x00\x02\x02\x28", TlsOutcome.BROKEN, None),
    ],
    ids=["a warning of the name", "a refusal of the name", "handshake_failure", "half a message"],
)
async def test_what_the_first_record_says_of_a_failure(
    said: bytes, outcome: TlsOutcome, number: int | None
) -> None:
    async def say(connection: Connection) -> None:
        await connection.read()
        await connection.write(said)

    async with met(say) as (seen, _):
        pass
    assert (seen.outcome, seen.alert) == (outcome, number)


def test_no_more_suites_than_servers_bear() -> None:
    assert 32 < len(permissive_context().get_ciphers()) <= MAX_SUITES


async def test_without_encryption_is_still_a_session(tmp_path: Path) -> None:
    seen = await shaken(server_context(tmp_path, "ECDHE-ECDSA-NULL-SHA"))
    assert (seen.outcome, seen.chain) == (TlsOutcome.ESTABLISHED, (LEAF.der,))


async def test_an_alert_inside_the_session_is_no_malformed_answer(tmp_path: Path) -> None:
    """In TLS 1.3 the client is done before the server has seen that it shows no certificate."""
    (tmp_path / "leaf.pem").write_bytes(LEAF.key_pem + LEAF.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "leaf.pem")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "leaf.pem")

    async def demand(connection: Connection) -> None:
        assert not await TlsSession(connection, context).handshake()
        await connection.drain()

    async with met(demand) as (seen, session):
        assert (seen.outcome, seen.version) == (TlsOutcome.ESTABLISHED, "TLSv1.3")
        assert session is not None
        with pytest.raises(NetworkError) as said:
            await session.read()
    assert said.value.failure is Failure.RESET
