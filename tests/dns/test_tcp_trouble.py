"""TCP as servers speak it: in pieces, too early closed, truncated all the same, or not at all."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import dns.message
import dns.rdatatype
import pytest

from checker.dns.exchange import Exchange
from checker.observations.dns import Reply
from checker.observations.failure import Failure
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving
from tests.dns.test_exchange import ADDRESS, NAME, SERVER, ZONE, good, truncated

Speaks = Callable[[bytes, asyncio.StreamWriter], Awaitable[bool]]
"""Says something and whether the connection then stays open until the asker has gone."""


def framed(wire: bytes) -> bytes:
    return struct.pack("!H", len(wire)) + wire


def honest(query: bytes) -> bytes:
    return good(dns.message.from_wire(query))


def says(*parts: Callable[[bytes], bytes]) -> Speaks:
    async def speak(query: bytes, writer: asyncio.StreamWriter) -> bool:
        for part in parts:
            writer.write(part(query))
            await writer.drain()
        return False

    return speak


async def byte_by_byte(query: bytes, writer: asyncio.StreamWriter) -> bool:
    for octet in framed(honest(query)):
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(0)
    return False


async def promises_and_waits(query: bytes, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"\xff\xff" + honest(query))
    await writer.drain()
    return True


@asynccontextmanager
async def speaking(speak: Speaks | None) -> AsyncIterator[ScriptedServer]:
    """Truncates over UDP and speaks so over TCP; None refuses connections."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            if speak is not None and await speak(await reader.readexactly(length), writer):
                await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked has hung up, perhaps before asking: nothing to log
        finally:
            writer.close()

    async with serving(ScriptedServer(truncated)) as server:
        if speak is None:
            with socket.socket() as unused:
                unused.bind(("127.0.0.1", 0))
                server.tcp_port = unused.getsockname()[1]
                yield server
            return
        listener = await asyncio.start_server(conversation, "127.0.0.1", 0)
        server.tcp_port = listener.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            listener.close()
            await listener.wait_closed()


async def ask(speak: Speaks | None, *, thorough: bool) -> tuple[Reply, int]:
    async with speaking(speak) as server:
        network = ScriptedNetwork([(ADDRESS, server)], wait_s=0.3)
        reply = await Exchange(network).ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE, thorough=thorough)
        return reply, network.counts["tcp:53"]


@pytest.mark.parametrize(
    ("scenario", "speak"),
    [
        ("at once", says(lambda query: framed(honest(query)))),
        ("the length apart", says(lambda query: framed(honest(query))[:2], honest)),
        ("byte by byte", byte_by_byte),
        ("a second message behind", says(lambda query: framed(honest(query)) + framed(b"\0" * 12))),
    ],
)
async def test_what_is_an_answer(scenario: str, speak: Speaks) -> None:
    reply, connections = await ask(speak, thorough=True)
    assert reply.message is not None, reply.failure
    assert [rrset.name for rrset in reply.message.answer] == ["www.example."]
    assert connections == 1


@pytest.mark.parametrize(
    ("scenario", "speak", "failure"),
    [
        ("refused", None, Failure.REFUSED),
        ("nothing", says(), Failure.CLOSED),
        ("half a length", says(lambda _: b"\0"), Failure.CLOSED),
        ("half an answer", says(lambda query: framed(honest(query))[:-20]), Failure.CLOSED),
        ("an empty message", says(lambda _: b"\0\0"), Failure.MALFORMED),
        ("another's answer", says(lambda query: framed(honest(b"\0\0" + query[2:]))), Failure.MALFORMED),
        (
            "truncated here too",
            says(lambda query: framed(truncated(dns.message.from_wire(query)))),
            Failure.MALFORMED,
        ),
        ("an answer that calls itself truncated", says(lambda query: framed(cut(query))), Failure.MALFORMED),
        ("more promised than sent", promises_and_waits, Failure.TIMEOUT),
    ],
)
async def test_what_is_none(scenario: str, speak: Speaks | None, failure: Failure) -> None:
    reply, connections = await ask(speak, thorough=False)
    assert (reply.message, reply.failure) == (None, failure)
    assert connections == 1


def cut(query: bytes) -> bytes:
    """All of the answer, with TC set."""
    wire = honest(query)
    return wire[:2] + bytes([wire[2] | 0x02]) + wire[3:]


async def test_a_server_that_truncates_without_tcp_is_left_after_a_few_tries() -> None:
    reply, connections = await ask(None, thorough=True)
    assert reply.failure is Failure.REFUSED
    assert connections == 5
