"""The ordinary handshake against a real OpenSSL server on loopback."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

from checker.network.stream import Limits, Stream
from checker.network.tls_stream import handshake
from checker.observations.tls import Handshake, TlsOutcome
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

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
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


async def test_without_encryption_is_still_a_session(tmp_path: Path) -> None:
    seen = await shaken(server_context(tmp_path, "ECDHE-ECDSA-NULL-SHA"))
    assert (seen.outcome, seen.chain) == (TlsOutcome.ESTABLISHED, (LEAF.der,))
