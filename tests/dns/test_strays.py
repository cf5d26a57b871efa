"""Datagrams that are no answer to the question: from elsewhere, with another id, of another kind, or too many."""

import asyncio
import socket
from collections.abc import Callable

import dns.message
import dns.rdatatype
import pytest

from checker.dns.exchange import Exchange
from checker.observations.failure import Failure
from tests.dns.scripted import Reply as Script
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving
from tests.dns.test_exchange import ADDRESS, NAME, SERVER, ZONE, ask, good


def other_id(wire: bytes) -> bytes:
    return bytes([wire[0] ^ 0xFF]) + wire[1:]


def other_question(wire: bytes) -> bytes:
    return wire.replace(b"\x03www", b"\x03xxx", 1)


def other_type(wire: bytes) -> bytes:
    return wire.replace(b"\x07example\x00\x00\x01", b"\x07example\x00\x00\x1c", 1)


def other_class(wire: bytes) -> bytes:
    return wire.replace(b"\x07example\x00\x00\x01\x00\x01", b"\x07example\x00\x00\x01\x00\x03", 1)


def a_query(wire: bytes) -> bytes:
    return wire[:2] + bytes([wire[2] & 0x7F]) + wire[3:]


def two_questions(wire: bytes) -> bytes:
    return wire[:4] + b"\0\2" + wire[6:]


def cut_in_the_header(wire: bytes) -> bytes:
    return wire[:11]


STRAYS = [other_id, other_question, other_type, other_class, a_query, two_questions, cut_in_the_header]


@pytest.mark.parametrize("stray", STRAYS)
async def test_a_stray_is_waited_past(stray: Callable[[bytes], bytes]) -> None:
    server = ScriptedServer(lambda query: [stray(good(query)), good(query)])
    reply = await ask(server)
    assert reply.message is not None
    assert len(server.asked) == 1


@pytest.mark.parametrize("stray", STRAYS)
async def test_a_stray_alone_is_no_answer(stray: Callable[[bytes], bytes]) -> None:
    reply = await ask(ScriptedServer(lambda query: stray(good(query))), thorough=False, wait_s=0.1)
    assert (reply.message, reply.failure) == (None, Failure.TIMEOUT)


@pytest.mark.parametrize(
    ("scenario", "script"),
    [
        ("twice the same", lambda query: [good(query), good(query)]),
        ("an answer, then another's", lambda query: [good(query), other_question(good(query))]),
    ],
)
async def test_the_first_answer_counts(scenario: str, script: Script) -> None:
    server = ScriptedServer(script)
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)]))
        for _ in range(3):
            reply = await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE)
            assert reply.message is not None
    assert len(server.asked) == 3


async def test_a_flood_of_strays_is_not_waited_out() -> None:
    reply = await ask(ScriptedServer(lambda query: [other_id(good(query))] * 33), thorough=False)
    assert reply.failure is Failure.MALFORMED


async def test_an_answer_from_another_address_is_not_taken() -> None:
    """As servers with several addresses send it, and forgers (RFC 5452 §9.1)."""
    loop = asyncio.get_running_loop()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere,
    ):
        asked.bind(("127.0.0.1", 0))
        elsewhere.bind(("127.0.0.2", 0))
        sent: list[bytes] = []

        def answer() -> None:
            wire, asker = asked.recvfrom(4096)
            sent.append(wire)
            elsewhere.sendto(good(dns.message.from_wire(wire)), asker)

        loop.add_reader(asked, answer)
        server = ScriptedServer(good)
        server.udp_port = asked.getsockname()[1]
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)], wait_s=0.1))
        reply = await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE, thorough=False)
        loop.remove_reader(asked)
    assert (reply.message, reply.failure) == (None, Failure.TIMEOUT)
    assert len(sent) == 1
