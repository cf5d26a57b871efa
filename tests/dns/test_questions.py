"""Several questions to one address: bundled where it is known to be able, each again by itself where something is odd."""

import struct
from collections.abc import Callable
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checker.dns.exchange import Exchange
from checker.dns.questions import ask_each
from checker.observations.dns import NameServer, Reply
from checker.observations.failure import Failure
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving

ADDRESS = ip_address("192.0.2.1")
SERVER = NameServer(name="ns.example.", address=ADDRESS)
ZONE = dns.name.from_text("example.")
TYPES = ("DNSKEY", "SOA", "NS", "A", "AAAA", "MX")
QUESTIONS = [(ZONE, dns.rdatatype.from_text(rdtype)) for rdtype in TYPES]
RDATA = {
    "A": "192.0.2.9",
    "AAAA": "2001:db8::9",
    "MX": "10 mx.example.",
    "NS": "ns.example.",
    "SOA": "ns.example. hostmaster.example. 1 2 3 4 5",
    "DNSKEY": "257 3 13 AAAA",
}


def honest(query: dns.message.Message) -> dns.message.Message:
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    rdtype = dns.rdatatype.to_text(query.question[0].rdtype)
    reply.answer.append(dns.rrset.from_text(ZONE, 60, "IN", rdtype, RDATA[rdtype]))
    return reply


def wired(query: dns.message.Message) -> bytes:
    return honest(query).to_wire()


class Odd:
    """Honest but for one type, about which the first `times` questions get something else."""

    def __init__(
        self,
        rdtype: str,
        instead: Callable[[dns.message.Message], bytes | list[bytes] | None],
        *,
        times: int = 1,
    ) -> None:
        self._rdtype, self._instead, self._left = dns.rdatatype.from_text(rdtype), instead, times

    def __call__(self, query: dns.message.Message) -> bytes | list[bytes] | None:
        if query.question[0].rdtype == self._rdtype and self._left:
            self._left -= 1
            return self._instead(query)
        return wired(query)


def nothing(_: dns.message.Message) -> None:
    return None


def truncated(query: dns.message.Message) -> bytes:
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def error(code: str) -> Callable[[dns.message.Message], bytes]:
    def instead(query: dns.message.Message) -> bytes:
        reply = dns.message.make_response(query)
        reply.set_rcode(dns.rcode.from_text(code))
        return reply.to_wire()

    return instead


def strays_first(query: dns.message.Message) -> list[bytes]:
    right = wired(query)
    other_id = struct.pack("!H", (query.id + 1) % 65536) + right[2:]
    return [other_id, b"\0", right[:2] + b"\0" * 10, right, right]


def garbage(query: dns.message.Message) -> bytes:
    return wired(query)[:-3]


async def ask(server: ScriptedServer, rounds: int = 2) -> tuple[Reply, ...]:
    """The replies of the last round: by then the address is known to be able."""
    replies: tuple[Reply, ...] = ()
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)]))
        for _ in range(rounds):
            replies = await ask_each(exchange, SERVER, QUESTIONS, zone=ZONE)
    return replies


def types(replies: tuple[Reply, ...]) -> list[str]:
    return [rrset.type for reply in replies if reply.message is not None for rrset in reply.message.answer]


@pytest.mark.parametrize("rdtype", ["DNSKEY", "NS", "MX"])
@pytest.mark.parametrize(
    ("scenario", "instead", "over_tcp"),
    [
        ("lost", nothing, 0),
        ("truncated", truncated, 1),
        ("wants a cookie", error("BADCOOKIE"), 0),
        ("an error about EDNS", error("FORMERR"), 0),
        ("unreadable", garbage, 0),
        ("strays before the answer", strays_first, 0),
    ],
)
async def test_what_is_odd_in_a_bundle_is_asked_again_by_itself(
    scenario: str,
    instead: Callable[[dns.message.Message], bytes | list[bytes] | None],
    over_tcp: int,
    rdtype: str,
) -> None:
    first = await ask(ScriptedServer(wired, wired), rounds=1)
    assert types(first) == list(TYPES)
    server = ScriptedServer(Odd(rdtype, instead, times=2), wired)
    assert types(await ask(server)) == list(TYPES)
    assert sum(transport == "tcp" for transport, _ in server.asked) <= 2 + 2 * over_tcp


async def test_the_first_contact_is_one_question_and_the_rest_follow_at_once() -> None:
    server = ScriptedServer(wired, wired)
    await ask(server, rounds=1)
    assert [dns.rdatatype.to_text(query.question[0].rdtype) for _, query in server.asked] == list(TYPES)
    assert len({query.id for _, query in server.asked}) == len(TYPES)


async def test_an_answer_is_matched_by_its_question_not_by_its_order() -> None:
    held: list[bytes] = []

    def late(query: dns.message.Message) -> list[bytes] | None:
        held.append(wired(query))
        if len(held) == 1:
            return [held[0]]
        return held[:0:-1] if len(held) == len(TYPES) else None

    replies = await ask(ScriptedServer(late, wired), rounds=1)
    assert types(replies) == list(TYPES)


async def test_a_server_that_falls_silent_is_left_after_one_question() -> None:
    asked = 0

    def dies(query: dns.message.Message) -> bytes | None:
        nonlocal asked
        asked += 1
        return wired(query) if asked == 1 else None

    server = ScriptedServer(dies)
    replies = await ask(server, rounds=1)
    assert types(replies) == ["DNSKEY"]
    assert (len(replies), replies[-1].failure) == (2, Failure.TIMEOUT)
    kinds = [dns.rdatatype.to_text(query.question[0].rdtype) for _, query in server.asked]
    assert {kind: kinds.count(kind) for kind in TYPES[2:]} == dict.fromkeys(TYPES[2:], 1)


async def test_a_server_without_edns_is_asked_one_by_one() -> None:
    def plain(query: dns.message.Message) -> bytes:
        reply = honest(query)
        reply.use_edns(False)
        return reply.to_wire()

    server = ScriptedServer(plain, plain)
    replies = await ask(server)
    assert types(replies) == list(TYPES)
    assert all(reply.message is not None and not reply.message.edns for reply in replies)
