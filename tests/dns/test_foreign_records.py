"""Records that a server has no say about, or that nobody asked for: never believed, and never in the way."""

import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Status
from checker.dns.records import parse_message
from checker.dns.responses import Shape, classify
from checker.dns.walk import Walker
from checker.network.clock import Clock
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.signing import make_keys, valid_at
from tests.lab.zone_contents import TTL

ROOT, BANK, EVIL = "192.0.2.1", "192.0.2.2", "192.0.2.3"
RIGHT, FORGED, OWN = "192.0.2.90", "192.0.2.66", "192.0.2.91"
KEYS = {apex: make_keys(dns.name.from_text(apex)) for apex in (".", "evil.test.")}
Change = Callable[[dns.message.Message], None]


def section(name: str, owner: str, rdtype: str, *rdata: str, ttl: int = TTL) -> Change:
    def change(reply: dns.message.Message) -> None:
        getattr(reply, name).append(dns.rrset.from_text(owner, ttl, "IN", rdtype, *rdata))

    return change


def other_class(reply: dns.message.Message) -> None:
    reply.answer.append(dns.rrset.from_text("www.evil.test.", TTL, "CH", "TXT", "chaos"))
    unreadable = dns.rrset.from_text("www.evil.test.", TTL, dns.rdataclass.HS, "TYPE1", r"\# 3 010203")
    reply.answer.append(unreadable)


def all_at_once(reply: dns.message.Message) -> None:
    for change in POISON.values():
        if change is not all_at_once:
            change(reply)


POISON: dict[str, Change] = {
    "an answer for another name": section("answer", "www.bank.test.", "A", FORGED),
    "NS of another zone": section("authority", "bank.test.", "NS", "ns.evil.test."),
    "NS of the zone above": section("authority", "test.", "NS", "ns.evil.test."),
    "NS of the root": section("authority", ".", "NS", "ns.evil.test."),
    "an address for another's server": section("additional", "ns.bank.test.", "A", EVIL),
    "an address for the root's server": section("additional", "ns.root.", "A", EVIL),
    "SOA of the root": section("authority", ".", "SOA", "ns.evil.test. h.evil.test. 1 2 3 4 5"),
    "DS of another zone": section("authority", "bank.test.", "DS", f"1 13 2 {'00' * 32}"),
    "another class": other_class,
    "a TTL of 0": section("additional", "ns.bank.test.", "A", EVIL, ttl=0),
    "a TTL of 2^31": section("additional", "ns.bank.test.", "A", EVIL, ttl=1 << 31),
    "all at once": all_at_once,
}


class Evil:
    """An honest server but for what it adds, and for the TTL of all records if one is given."""

    def __init__(self, inner: Responder, change: Change, ttl: int | None = None) -> None:
        self._inner, self._change, self._ttl = inner, change, ttl

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        reply = self._inner.respond(wire, is_tcp=is_tcp)
        if reply is None:
            return None
        message = dns.message.from_wire(reply)
        self._change(message)
        wire = message.to_wire(max_size=65535)
        if self._ttl is None:
            return wire
        known, wanted = (struct.pack("!HI", dns.rdataclass.IN, ttl) for ttl in (TTL, self._ttl))
        return wire.replace(known, wanted)


@asynccontextmanager
async def internet(change: Change = lambda _: None, ttl: int | None = None) -> AsyncIterator[Walker]:
    """`evil.test.` is signed; `bank.test.` is not: it could be lied about."""
    root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT))
    root.add("bank.test.", "NS", "ns.bank.test.")
    root.add("ns.bank.test.", "A", BANK)
    root.add("evil.test.", "NS", "ns.evil.test.")
    root.add("ns.evil.test.", "A", EVIL)
    root.put(dns.rrset.from_rdata(dns.name.from_text("evil.test."), TTL, KEYS["evil.test."].ds()))
    bank = zone("bank.test.", ["ns.bank.test."], ("www.bank.test.", "A", RIGHT), ("ns.bank.test.", "A", BANK))
    evil = zone("evil.test.", ["ns.evil.test."], ("www.evil.test.", "A", OWN), ("ns.evil.test.", "A", EVIL))
    evil.add("alias.evil.test.", "CNAME", "www.bank.test.")
    evil.add("down.evil.test.", "NS", "ns.bank.test.")
    responders = {
        ROOT: Responder([served(root, KEYS["."])]),
        BANK: Responder(
            [
                served(bank),
                served(zone("down.evil.test.", ["ns.bank.test."], ("www.down.evil.test.", "A", RIGHT))),
            ]
        ),
        EVIL: Evil(Responder([served(evil, KEYS["evil.test."])]), change, ttl),
    }
    async with walking(responders, ROOT, (anchor(KEYS["."]),)) as walker:
        yield walker


@pytest.mark.parametrize("scenario", POISON)
async def test_poison_is_not_believed(scenario: str) -> None:
    async with internet(POISON[scenario]) as walker:
        resolver = walker.resolver
        for name, values in (
            ("www.evil.test", (OWN,)),
            ("www.bank.test", (RIGHT,)),
            ("alias.evil.test", (RIGHT,)),
            ("www.down.evil.test", (RIGHT,)),
            ("www.bank.test", (RIGHT,)),
        ):
            assert (await resolver.lookup(name, "A")).values == values
        assert [server.address.compressed for server in resolver.closest(dns.name.root).glue] == [ROOT]
        assert resolver.closest(dns.name.from_text("down.evil.test.")).glue == ()


@pytest.mark.parametrize("scenario", POISON)
async def test_poison_does_not_make_a_signed_answer_bogus(scenario: str) -> None:
    async with internet(POISON[scenario]) as walker:
        own = await resolve_validated(walker, "www.evil.test.", "A")
        absent = await resolve_validated(walker, "no.evil.test.", "A")
        alias = await resolve_validated(walker, "alias.evil.test.", "A")
    assert own.status is Status.SECURE, own.reason
    assert absent.status is Status.SECURE, absent.reason
    assert alias.status is Status.INSECURE, alias.reason
    assert [record.split()[-1] for record in alias.records] == ["www.bank.test.", RIGHT]


def test_a_dname_without_the_cname_that_follows_from_it_is_an_alias() -> None:
    name = dns.name.from_text("a.tree.evil.test.")
    reply = dns.message.make_response(dns.message.make_query(name, "A"))
    reply.flags |= dns.flags.AA
    reply.answer.append(dns.rrset.from_text("tree.evil.test.", TTL, "IN", "DNAME", "bank.test."))
    response = classify(parse_message(reply.to_wire()), dns.name.from_text("evil.test."), name, "A")
    assert (response.shape, response.target) == (Shape.ALIAS, dns.name.from_text("a.bank.test."))


def test_no_dname_of_another_zone_renames() -> None:
    name = dns.name.from_text("a.evil.test.")
    reply = dns.message.make_response(dns.message.make_query(name, "A"))
    reply.flags |= dns.flags.AA
    reply.answer.append(dns.rrset.from_text("test.", TTL, "IN", "DNAME", "bank."))
    response = classify(parse_message(reply.to_wire()), dns.name.from_text("evil.test."), name, "A")
    assert response.shape is Shape.NODATA


@pytest.mark.parametrize(
    ("ttl", "printed"), [(0, 0), (60, 60), (TTL, TTL), ((1 << 31) - 1, TTL), (1 << 31, 0), ((1 << 32) - 1, 0)]
)
async def test_a_printed_ttl_is_at_most_what_was_signed(ttl: int, printed: int) -> None:
    async with internet(ttl=ttl) as walker:
        resolved = await resolve_validated(walker, "www.evil.test.", "A")
    assert resolved.status is Status.SECURE, resolved.reason
    assert resolved.records == (f"www.evil.test. {printed} IN A {OWN}",)


@pytest.mark.parametrize(
    ("seconds_left", "printed"), [(TTL + 1, TTL), (TTL - 1, TTL - 1), (7, 7), (0, 0), (-100, 0)]
)
async def test_nor_is_it_longer_than_the_signature_lasts(seconds_left: int, printed: int) -> None:
    async with internet() as walker:
        ends = valid_at(NOW).expiration
        walker.resolver.network.clock = Clock(ends - timedelta(seconds=seconds_left))
        late = Walker(walker.resolver, walker.anchors)
        resolved = await resolve_validated(late, "www.evil.test.", "A")
    assert resolved.records == (f"www.evil.test. {printed} IN A {OWN}",), resolved.reason
