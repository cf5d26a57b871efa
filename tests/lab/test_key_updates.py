"""A server that renews its keys for ever: OpenSSL completes the handshake with it, and our stream soon has enough."""

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from checker.network.errors import NetworkError
from checker.network.stream import Limits, Stream
from checker.network.tls_stream import MAX_WORDLESS_BYTES, handshake
from checker.observations.failure import Failure
from checker.observations.tls import TlsOutcome
from tests.lab.certificates import Authority
from tests.lab.hostile_scene import Scene
from tests.lab.hostility import KINDS
from tests.lab.listener import LabServer

HOST = "www.elak.se"


async def test_key_updates_without_end_are_too_much() -> None:
    authority = Authority(datetime(2026, 1, 1, tzinfo=UTC))
    scene = Scene(host=HOST, domain="elak.se", authority=authority)
    kind = next(kind for kind in KINDS if kind.name == "keys_renewed_for_ever")
    server = LabServer()
    server.listen(443, kind.conversations(scene)[443])
    try:
        reader = await _connected(server.ports[443])
        seen, session = await handshake(reader, HOST)
        assert (seen.outcome, seen.version) == (TlsOutcome.ESTABLISHED, "TLSv1.3")
        assert session is not None
        before = reader.received_bytes
        with pytest.raises(NetworkError) as caught:
            await session.read()
        assert caught.value.failure is Failure.TOO_MUCH
        assert reader.received_bytes - before <= 2 * MAX_WORDLESS_BYTES
        reader.close()
    finally:
        await server.aclose()


async def _connected(port: int) -> Stream:
    connection = socket.socket()
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    return Stream(connection, Limits(wait_s=5.0))
