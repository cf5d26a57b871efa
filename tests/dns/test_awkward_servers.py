"""Servers that answer oddly: what resolvers get by with is no fault, and what nobody told is never bogus."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from dns.rdatatype import DNSKEY, DS

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Status
from checker.dns.walk import Walker
from tests.dns.delegations import anchor, served, walking, zone
from tests.lab.responder import Responder
from tests.lab.signing import make_keys
from tests.lab.zone_contents import TTL, ZoneContents

ROOT, PARENT, CHILD, STALE, FIELD = (f"192.0.2.{last}" for last in range(1, 6))
KEYS = {
    apex: make_keys(dns.name.from_text(apex))
    for apex in (".", "test.", "zone.test.", "shared.test.", "moved.test.")
}
Change = Callable[[dns.message.Message, dns.message.Message], dns.message.Message]


class Awkward:
    """A responder whose messages are changed on the way out."""

    def __init__(self, inner: Responder, change: Change) -> None:
        self._inner, self._change = inner, change

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        reply = self._inner.respond(wire, is_tcp=is_tcp)
        if reply is None or dns.message.from_wire(reply).flags & dns.flags.TC:
            return reply
        return self._change(query, dns.message.from_wire(reply)).to_wire(max_size=65535)


def honest(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    return reply


def emptied(query: dns.message.Message, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> dns.message.Message:
    reply = dns.message.make_response(query)
    reply.set_rcode(rcode)
    return reply


def without_opt(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    reply.use_edns(False)
    return reply


def knows_no_edns(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    if query.edns >= 0:
        reply = emptied(query, dns.rcode.FORMERR)
    reply.use_edns(False)
    return reply


def refers_upwards(query: dns.message.Message, _: dns.message.Message) -> dns.message.Message:
    reply = emptied(query)
    reply.authority.append(dns.rrset.from_text(".", TTL, "IN", "NS", "ns.root."))
    return reply


def knows_no_ds(rcode: dns.rcode.Rcode) -> Change:
    def change(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
        return emptied(query, rcode) if query.question[0].rdtype == DS else reply

    return change


def odd_option(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    bad_text = dns.edns.GenericOption(dns.edns.OptionType(15), b"\0\1\xff\xfe")
    reply.use_edns(0, dns.flags.DO, options=[bad_text])
    return reply


def no_additional(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    if reply.flags & dns.flags.AA:
        reply.additional.clear()
    return reply


def delegate(parent: ZoneContents, apex: str, server: str, *glue: str) -> None:
    parent.add(apex, "NS", server)
    parent.put(dns.rrset.from_rdata(dns.name.from_text(apex), TTL, KEYS[apex].ds()))
    for address in glue:
        parent.add(server, "A", address)


@asynccontextmanager
async def internet(change: Change = honest, parents: Change = honest) -> AsyncIterator[Walker]:
    """`zone.test.` has a server that changes its answers; parents that change theirs serve `shared.test.` too."""
    root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT))
    delegate(root, "test.", "ns.test.", PARENT)
    test = zone("test.", ["ns.test."], ("ns.test.", "A", PARENT))
    delegate(test, "zone.test.", "ns.zone.test.", CHILD)
    delegate(test, "shared.test.", "ns.shared.test.")
    delegate(
        test, "moved.test.", "ns.field.test.", STALE
    )  # the zone that holds the server's name knows better
    test.add("field.test.", "NS", "ns.test.")
    field = zone("field.test.", ["ns.test."], ("ns.field.test.", "A", FIELD))
    shared = zone("shared.test.", ["ns.shared.test."], ("ns.shared.test.", "A", PARENT))
    shared.add("www.shared.test.", "A", "192.0.2.91")
    moved = zone("moved.test.", ["ns.field.test."], ("www.moved.test.", "A", "192.0.2.92"))
    here = zone("zone.test.", ["ns.zone.test."], ("ns.zone.test.", "A", CHILD))
    here.add("www.deep.zone.test.", "A", "192.0.2.90")
    both = [served(test, KEYS["test."]), served(shared, KEYS["shared.test."]), served(field)]
    responders = {
        ROOT: Responder([served(root, KEYS["."])]),
        PARENT: Awkward(Responder(both), parents),
        CHILD: Awkward(Responder([served(here, KEYS["zone.test."])]), change),
        STALE: Responder([]),
        FIELD: Responder([served(moved, KEYS["moved.test."])]),
    }
    async with walking(responders, ROOT, (anchor(KEYS["."]),)) as walker:
        yield walker


@pytest.mark.parametrize(
    ("scenario", "change", "status"),
    [
        ("as it should be", honest, Status.SECURE),
        ("signatures without OPT", without_opt, Status.SECURE),
        ("no EDNS at all", knows_no_edns, Status.INDETERMINATE),
        ("refers upwards", refers_upwards, Status.INDETERMINATE),
        ("no answer for DS: the signed address stands", knows_no_ds(dns.rcode.NOTIMP), Status.SECURE),
        ("an unsigned denial of DS", knows_no_ds(dns.rcode.NXDOMAIN), Status.SECURE),
        ("an EDNS option that cannot be read", odd_option, Status.SECURE),
    ],
)
async def test_a_child_that_is_awkward(scenario: str, change: Change, status: Status) -> None:
    async with internet(change) as walker:
        resolved = await resolve_validated(walker, "www.deep.zone.test.", "A")
    assert resolved.status is status, resolved.reason


async def test_parent_and_child_on_one_server_that_adds_no_addresses() -> None:
    async with internet(parents=no_additional) as walker:
        resolved = await resolve_validated(walker, "www.shared.test.", "A")
    assert resolved.status is Status.SECURE, resolved.reason


async def test_glue_that_is_stale() -> None:
    async with internet() as walker:
        resolved = await resolve_validated(walker, "www.moved.test.", "A")
        lookup = await walker.resolver.lookup("www.moved.test", "A")
    assert resolved.status is Status.SECURE, resolved.reason
    assert lookup.values == ("192.0.2.92",)


async def test_a_type_that_a_server_does_not_know_does_not_cost_it_edns() -> None:
    async with internet(knows_no_ds(dns.rcode.NOTIMP)) as walker:
        await resolve_validated(walker, "www.deep.zone.test.", "DS")
        reply = await walker.resolver.ask_zone(
            walker.resolver.closest(dns.name.from_text("zone.test.")),
            dns.name.from_text("zone.test."),
            DNSKEY,
        )
    assert reply is not None
    assert reply.message is not None
    assert reply.message.edns
