from ipaddress import ip_address

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checker.dns.exchange import Exchange
from checker.dns.query import answers, write_query
from checker.observations.dns import NameServer, Reply
from checker.observations.failure import Failure
from tests.dns.scripted import Reply as Script
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving

ADDRESS = ip_address("192.0.2.53")
SERVER = NameServer(name="ns.example.", address=ADDRESS)
NAME = dns.name.from_text("www.example.")
ZONE = dns.name.from_text("example.")


def answer(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    response.answer.append(dns.rrset.from_text(NAME, 60, "IN", "A", "192.0.2.1"))
    return response


def good(query: dns.message.Message) -> bytes:
    return answer(query).to_wire()


def error(rcode: dns.rcode.Rcode, *, question: bool = True) -> Script:
    def script(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        if not question:
            response.question = []
        return response.to_wire()

    return script


def truncated(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def silent(query: dns.message.Message) -> None:
    del query


def only_plain(query: dns.message.Message) -> bytes | None:
    return good(query) if query.edns < 0 else None


def formerr_to_edns(query: dns.message.Message) -> bytes:
    return good(query) if query.edns < 0 else error(dns.rcode.FORMERR, question=False)(query)  # type: ignore[return-value]


def badvers_to_edns(query: dns.message.Message) -> bytes:
    return good(query) if query.edns < 0 else error(dns.rcode.BADVERS)(query)  # type: ignore[return-value]


def small_only(query: dns.message.Message) -> bytes | None:
    return good(query) if query.payload <= 512 else None


def upper_case_question(query: dns.message.Message) -> bytes:
    wire = good(query)
    return wire.replace(b"\x03www\x07example", b"\x03WWW\x07EXAMPLE", 1)


def strays_first(query: dns.message.Message) -> list[bytes]:
    right = good(query)
    other_id = bytes([right[0] ^ 0xFF]) + right[1:]
    other_question = right.replace(b"\x03www", b"\x03xxx", 1)
    no_reply = right[:2] + bytes([right[2] & 0x7F]) + right[3:]
    return [other_id, other_question, no_reply, b"", b"\x00", right]


async def ask(server: ScriptedServer, *, thorough: bool = True, wait_s: float = 0.4) -> Reply:
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)], wait_s=wait_s))
        return await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE, thorough=thorough)


@pytest.mark.parametrize(
    ("scenario", "udp", "tcp", "transports"),
    [
        ("answers at once", good, None, ["udp"]),
        ("folds the question's case", upper_case_question, None, ["udp"]),
        ("strays before the answer", strays_first, None, ["udp"]),
        ("truncates: asked over TCP", truncated, good, ["udp", "tcp"]),
        ("FORMERR without a question to EDNS", formerr_to_edns, None, ["udp", "udp"]),
        ("BADVERS to EDNS", badvers_to_edns, None, ["udp", "udp"]),
        ("answers small payloads only", small_only, None, ["udp", "udp", "udp"]),
        ("TCP only", silent, good, ["udp", "udp", "udp", "tcp"]),
        ("drops EDNS, no TCP", only_plain, None, ["udp", "udp", "udp", "tcp", "udp"]),
    ],
)
async def test_awkward_servers_are_understood(
    scenario: str, udp: Script, tcp: Script | None, transports: list[str]
) -> None:
    server = ScriptedServer(udp, tcp)
    reply = await ask(server)
    assert reply.message is not None, reply.failure
    assert [rrset.name for rrset in reply.message.answer] == ["www.example."]
    assert [transport for transport, _ in server.asked] == transports


@pytest.mark.parametrize(
    ("scenario", "udp", "tcp", "failure"),
    [
        ("silent", silent, None, Failure.TIMEOUT),
        ("truncates, TCP closes", truncated, silent, Failure.CLOSED),
        ("garbage after the question", lambda q: good(q)[:-3], None, Failure.MALFORMED),
        (
            "TCP answers another question",
            truncated,
            lambda q: good(q).replace(b"\x03www", b"\x03xxx"),
            Failure.MALFORMED,
        ),
    ],
)
async def test_what_cannot_be_had_is_a_failure(
    scenario: str, udp: Script, tcp: Script | None, failure: Failure
) -> None:
    reply = await ask(ScriptedServer(udp, tcp), wait_s=0.2)
    assert (reply.message, reply.failure) == (None, failure)


@pytest.mark.parametrize("rcode", [dns.rcode.REFUSED, dns.rcode.SERVFAIL, dns.rcode.NXDOMAIN])
async def test_an_error_is_an_answer(rcode: dns.rcode.Rcode) -> None:
    reply = await ask(ScriptedServer(error(rcode)))
    assert reply.message is not None
    assert reply.message.rcode == dns.rcode.to_text(rcode)


async def test_a_silent_server_is_then_left_alone() -> None:
    server = ScriptedServer(silent)
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)], wait_s=0.1))
        for _ in range(3):
            assert (await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE)).failure is Failure.TIMEOUT
        silent_ones = len(server.asked)
        await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=dns.name.from_text("another."))
    assert silent_ones == 5
    assert len(server.asked) == 10  # silence about one zone says nothing about another


async def test_a_server_without_edns_is_asked_without_the_next_time() -> None:
    server = ScriptedServer(formerr_to_edns)
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)]))
        for _ in range(3):
            assert (await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE)).message is not None
    assert [query.edns >= 0 for _, query in server.asked] == [True, False, False, False]


async def test_ids_are_drawn_anew() -> None:
    server = ScriptedServer(good)
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)]))
        for _ in range(8):
            await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE)
    assert len({query.id for _, query in server.asked}) > 4


def test_a_query_asks_for_dnssec_with_a_safe_payload() -> None:
    query = dns.message.from_wire(write_query(7, NAME, dns.rdatatype.MX, 1232))
    assert (query.id, query.payload, query.edns) == (7, 1232, 0)
    assert query.ednsflags & dns.flags.DO
    assert not query.flags & dns.flags.RD
    assert not answers(query.to_wire(), query.to_wire())
