"""Servers of one zone that do not say the same: whoever validates finds the one that is right."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Status
from checker.dns.walk import Walker
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Keys, Signer, expired_at, make_keys
from tests.lab.zone_contents import TTL, ZoneContents

ROOT, ONE, TWO = (f"192.0.2.{last}" for last in range(1, 4))
APEX = dns.name.from_text("zone.test.")
ROOT_KEYS = make_keys(dns.name.root)
BEFORE, AFTER = (make_keys(APEX, split=True) for _ in range(2))
AFTER = replace(AFTER, pairs=(BEFORE.pairs[0], AFTER.pairs[1]))
"""One entry point, two zone keys: a rollover that has reached one server and not the other (RFC 6781 §4.1.1)."""
STRANGER = make_keys(APEX)


def contents(serial: int = 1, address: str = "192.0.2.90") -> ZoneContents:
    made = zone("zone.test.", ["ns1.zone.test.", "ns2.zone.test."], ("www.zone.test.", "A", address))
    made.nodes[APEX][dns.rdatatype.SOA] = dns.rrset.from_text(
        APEX, TTL, "IN", "SOA", f"ns1.zone.test. hostmaster.zone.test. {serial} 7200 900 1209600 300"
    )
    made.add("ns1.zone.test.", "A", ONE)
    made.add("ns2.zone.test.", "A", TWO)
    made.add("host.ent.zone.test.", "A", "192.0.2.95")
    return made


def signed(keys: Keys, *, serial: int = 1, address: str = "192.0.2.90") -> Responder:
    return Responder([served(contents(serial, address), keys)])


class Denies:
    """A server to which nothing exists, or only these names."""

    def __init__(self, inner: Responder, *absent: str, soa: bool = True) -> None:
        self._inner, self._soa = inner, soa
        self._absent = {dns.name.from_text(name) for name in absent}

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        if self._absent and query.question[0].name not in self._absent:
            return self._inner.respond(wire, is_tcp=is_tcp)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        reply.set_rcode(dns.rcode.NXDOMAIN)
        if self._soa:
            reply.authority.append(contents().soa)
        return reply.to_wire()


@asynccontextmanager
async def internet(one: object, two: object) -> AsyncIterator[Walker]:
    root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT))
    root.add("zone.test.", "NS", "ns1.zone.test.", "ns2.zone.test.")
    root.add("ns1.zone.test.", "A", ONE)
    root.add("ns2.zone.test.", "A", TWO)
    root.put(dns.rrset.from_rdata(APEX, TTL, BEFORE.ds()))
    responders = {ROOT: Responder([served(root, ROOT_KEYS)]), ONE: one, TWO: two}
    async with walking(responders, ROOT, (anchor(ROOT_KEYS),)) as walker:
        yield walker


def lame(apex: str) -> Responder:
    """What an empty zone further up says of all that should be below."""
    return Responder([served(zone(apex, ["ns.elsewhere."]))])


def expired() -> Responder:
    return Responder([ServedZone(contents(), signer=Signer(keys=BEFORE, validity=expired_at(NOW)))])


PAIRS: dict[str, Callable[[], tuple[object, object]]] = {
    "both alike": lambda: (signed(BEFORE), signed(BEFORE)),
    "one says that nothing exists": lambda: (Denies(signed(BEFORE)), signed(BEFORE)),
    "one denies this name": lambda: (Denies(signed(BEFORE), "www.zone.test."), signed(BEFORE)),
    "one denies it without SOA": lambda: (
        Denies(signed(BEFORE), "www.zone.test.", soa=False),
        signed(BEFORE),
    ),
    "one is unsigned": lambda: (Responder([served(contents())]), signed(BEFORE)),
    "one has let its signatures expire": lambda: (expired(), signed(BEFORE)),
    "one is signed by a stranger": lambda: (signed(STRANGER), signed(BEFORE)),
    "one has the zone key of tomorrow": lambda: (signed(AFTER), signed(BEFORE)),
    "one was never told of the zone": lambda: (lame("."), signed(BEFORE)),
    "one serves the zone above only": lambda: (lame("test."), signed(BEFORE)),
    "one refuses": lambda: (Responder([served(contents(), manner=Dns.REFUSED)]), signed(BEFORE)),
    "one is silent": lambda: (Responder([served(contents(), manner=Dns.SILENT)]), signed(BEFORE)),
    "one has no zones": lambda: (Responder([]), signed(BEFORE)),
}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("scenario", PAIRS)
async def test_one_right_server_of_two_is_enough(scenario: str, *, swapped: bool) -> None:
    one, two = PAIRS[scenario]()
    async with internet(*((two, one) if swapped else (one, two))) as walker:
        found = await resolve_validated(walker, "www.zone.test.", "A")
        absent = await resolve_validated(walker, "no.zone.test.", "A")
    assert (found.status, found.records) == (Status.SECURE, (f"www.zone.test. {TTL} IN A 192.0.2.90",))
    assert (absent.status, absent.rcode) == (Status.SECURE, "NXDOMAIN"), absent.reason


async def test_a_server_that_is_a_version_behind_is_right_as_well() -> None:
    old, new = signed(BEFORE), signed(BEFORE, serial=2, address="192.0.2.91")
    async with internet(old, new) as walker:
        resolved = await resolve_validated(walker, "www.zone.test.", "A")
    assert resolved.status is Status.SECURE
    assert resolved.records[0].split()[-1] in ("192.0.2.90", "192.0.2.91")


@pytest.mark.parametrize("name", ["host.ent.zone.test.", "ent.zone.test."])
async def test_an_empty_non_terminal_that_is_denied_too_strongly_hides_nothing_below(name: str) -> None:
    """RFC 8020 would have nothing below a denied name, but the denial is unsigned."""
    wrong = Denies(signed(BEFORE), "ent.zone.test.")
    async with internet(wrong, wrong) as walker:
        plain = await walker.resolver.lookup("host.ent.zone.test", "A")
        resolved = await resolve_validated(walker, name, "A")
    assert plain.values == ("192.0.2.95",)
    assert resolved.status is (Status.SECURE if name.startswith("host") else Status.BOGUS), resolved.reason


@pytest.mark.parametrize("apex", [".", "test."])
async def test_servers_that_were_never_told_of_a_signed_zone_are_not_bogus(apex: str) -> None:
    async with internet(lame(apex), lame(apex)) as walker:
        resolved = await resolve_validated(walker, "www.zone.test.", "A")
        lookup = await walker.resolver.lookup("www.zone.test", "A")
    assert resolved.status is Status.INDETERMINATE, resolved.reason
    assert not lookup.absent


async def test_without_dnssec_the_first_answer_stands() -> None:
    liar = Denies(Responder([served(contents())]), "www.zone.test.")
    async with internet(liar, liar) as walker:
        lookup = await walker.resolver.lookup("www.zone.test", "A")
    assert lookup.absent
