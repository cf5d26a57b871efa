"""What servers do instead of answering a question with EDNS, and what is then asked of them."""

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from checker.dns.exchange import Exchange
from checker.observations.dns import NameServer
from tests.dns.scripted import Reply as Script
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving
from tests.dns.test_exchange import ADDRESS, NAME, SERVER, ZONE, answer, ask, error, good, silent, truncated

BADCOOKIE = dns.rcode.Rcode(23)


def instead(rcode: dns.rcode.Rcode, plainly: dns.rcode.Rcode | None = None) -> Script:
    """This error for questions with EDNS; those without get the answer, or the other error."""

    def script(query: dns.message.Message) -> bytes:
        if query.edns < 0 and plainly is None:
            return good(query)
        response = dns.message.make_response(query)
        response.set_rcode(rcode if query.edns >= 0 or plainly is None else plainly)
        return response.to_wire()

    return script


def no_opt(query: dns.message.Message) -> bytes:
    response = answer(query)
    response.use_edns(False)
    return response.to_wire()


def wants_a_cookie(query: dns.message.Message) -> bytes:
    """RFC 7873 §5.2.3: its own cookie, and no answer."""
    response = dns.message.make_response(query)
    cookie = dns.edns.GenericOption(dns.edns.OptionType.COOKIE, bytes(range(24)))
    response.use_edns(0, options=[cookie])
    response.set_rcode(BADCOOKIE)
    return response.to_wire()


def refuses_and_truncates(query: dns.message.Message) -> bytes:
    """What servers that demand cookies tell those who send none."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    response.set_rcode(dns.rcode.REFUSED)
    return response.to_wire()


def large_replies_are_lost(query: dns.message.Message) -> bytes | None:
    return truncated(query) if query.payload <= 512 else None


def newer_edns(query: dns.message.Message) -> bytes:
    response = answer(query)
    response.use_edns(1)
    return response.to_wire()


def mixed_case(query: dns.message.Message) -> bytes:
    return good(query).replace(b"\x03www\x07example", b"\x03wWw\x07exAMPle")


@pytest.mark.parametrize(
    ("scenario", "udp", "tcp", "transports", "edns"),
    [
        ("NOTIMP to EDNS", instead(dns.rcode.NOTIMP), None, ["udp", "udp"], False),
        ("ignores EDNS", no_opt, None, ["udp"], False),
        ("fragments are lost, TCP works", large_replies_are_lost, good, ["udp"] * 3 + ["tcp"], True),
        ("demands a cookie", wants_a_cookie, good, ["udp", "tcp"], True),
        ("refuses without a cookie", refuses_and_truncates, good, ["udp", "tcp"], True),
        ("answers with a later version", newer_edns, None, ["udp"], True),
        ("mixes the question's case", mixed_case, None, ["udp"], True),
    ],
)
async def test_the_answer_is_had_all_the_same(
    scenario: str, udp: Script, tcp: Script | None, transports: list[str], *, edns: bool
) -> None:
    server = ScriptedServer(udp, tcp)
    reply = await ask(server)
    assert reply.message is not None, reply.failure
    assert [rrset.name for rrset in reply.message.answer] == ["www.example."]
    assert reply.message.edns is edns
    assert [transport for transport, _ in server.asked] == transports


@pytest.mark.parametrize(
    ("scenario", "udp", "tcp", "rcode"),
    [
        ("FORMERR whatever is asked", error(dns.rcode.FORMERR), None, "FORMERR"),
        ("SERVFAIL without EDNS", instead(dns.rcode.FORMERR, dns.rcode.SERVFAIL), None, "FORMERR"),
        ("REFUSED without EDNS", instead(dns.rcode.NOTIMP, dns.rcode.REFUSED), None, "NOTIMP"),
        ("demands a cookie over TCP too", wants_a_cookie, wants_a_cookie, "BADCOOKIE"),
    ],
)
async def test_an_error_all_along_costs_no_edns(
    scenario: str, udp: Script, tcp: Script | None, rcode: str
) -> None:
    server = ScriptedServer(udp, tcp)
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)]))
        first = await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE)
        again = await exchange.ask(SERVER, NAME, dns.rdatatype.A, zone=ZONE)
    assert first.message is not None
    assert first == again
    assert first.message.rcode == rcode
    assert all(query.edns >= 0 for _, query in server.asked[::2]), "EDNS is tried first each time"


@pytest.mark.parametrize("thorough", [True, False])
async def test_a_name_of_255_octets_is_asked_for(*, thorough: bool) -> None:
    longest = dns.name.from_text(".".join(["x" * 63] * 3 + ["y" * 61]))
    assert len(longest.to_wire() or b"") == 255
    server = ScriptedServer(error(dns.rcode.NXDOMAIN))
    async with serving(server):
        exchange = Exchange(ScriptedNetwork([(ADDRESS, server)]))
        reply = await exchange.ask(SERVER, longest, dns.rdatatype.A, zone=dns.name.root, thorough=thorough)
    assert reply.message is not None
    assert [query.question[0].name for _, query in server.asked] == [longest]


async def test_a_quick_question_costs_one_datagram() -> None:
    server = ScriptedServer(silent)
    await ask(server, thorough=False, wait_s=0.1)
    assert len(server.asked) == 1


async def test_equal_answers_are_one_value_whoever_sends_them() -> None:
    one, other = ScriptedServer(good), ScriptedServer(good)
    first, second = await ask(one), await ask(other)
    assert first.message is second.message
    assert isinstance(first.server, NameServer)
