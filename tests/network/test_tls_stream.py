"""The ordinary handshake against a real OpenSSL server on loopback."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import pytest

from checker.network.stream import Limits, Stream
from checker.network.tls_stream import handshake, permissive_context
from checker.observations.tls import Handshake, TlsOutcome
from checker.protocols.client_hello import MAX_SUITES
from tests.protocols.made_certificates import make

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
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with contextlib.suppress(ssl.SSLError, OSError):
            await writer.wait_closed()

    return await met(await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context))


async def met(server: asyncio.Server) -> Handshake:
    """The ordinary handshake with a server, which is closed after it."""
    connection = socket.create_connection(server.sockets[0].getsockname())
    connection.setblocking(False)
    stream = Stream(connection, Limits(wait_s=2.0, total_s=4.0))
    try:
        seen, _ = await handshake(stream, "mx.example.se")
    finally:
        stream.close()
        server.close()
        await server.wait_closed()
    return seen


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
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16_384)
        writer.write(said)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    seen = await met(await asyncio.start_server(say, "127.0.0.1", 0))
    assert (seen.outcome, seen.alert) == (outcome, number)


def test_no_more_suites_than_servers_bear() -> None:
    assert 32 < len(permissive_context().get_ciphers()) <= MAX_SUITES


async def test_without_encryption_is_still_a_session(tmp_path: Path) -> None:
    seen = await shaken(server_context(tmp_path, "ECDHE-ECDSA-NULL-SHA"))
    assert (seen.outcome, seen.chain) == (TlsOutcome.ESTABLISHED, (LEAF.der,))
