"""Name servers on loopback that change what they say at random, and what must hold for whoever asks them."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

import dns.name
import dns.rdatatype
import dns.rrset

from checker.dns.answer import Resolved, resolve_validated
from checker.dns.describe import describe_zones
from checker.dns.iterate import Resolver
from checker.dns.reasons import Status
from checker.dns.walk import Walker
from checker.indicators.dnssec import judge
from checker.observations.dns import Lookup, LookupOutcome, NameServer
from checker.observations.row import Evidence, Row
from checker.probes.dnssec import observe_dnssec
from checker.rulesets import RULESETS
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.mutations import change_wire
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.signing import Keys, make_keys
from tests.lab.zone_contents import TTL, ZoneContents
from tests.vantages import vantage

WAIT_S = 0.08
LONGEST_S = 400 * WAIT_S
"""No question may take longer: some hundred waits, each of which has its end."""
ROOT, TEST, CHILD, OTHER = (f"192.0.2.{last}" for last in range(1, 5))
QUESTIONS = (
    ("www.zone.test.", "A"),
    ("www.zone.test.", "AAAA"),
    ("zone.test.", "MX"),
    ("no.zone.test.", "A"),
    ("x.wild.zone.test.", "A"),
    ("alias.zone.test.", "A"),
    ("zone.test.", "DS"),
    ("zone.test.", "DNSKEY"),
    ("www.plain.test.", "A"),
    ("plain.test.", "DS"),
)


class Mutating:
    """A responder that changes a share of its replies; honest while `share` is 0."""

    def __init__(self, inner: Responder) -> None:
        self._inner = inner
        self.share = 0.0
        self.draw = random.Random()
        self.changed = 0

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        reply = self._inner.respond(wire, is_tcp=is_tcp)
        if reply is None or self.draw.random() >= self.share:
            return reply
        self.changed += 1
        kind = self.draw.random()
        if kind < 0.05:
            return None
        if kind < 0.1 and not is_tcp:
            return reply[:2] + bytes([reply[2] | 0x02]) + reply[3:]
        return change_wire(self.draw, reply, keep_id=kind < 0.95)


def _zones() -> tuple[dict[str, list[tuple[ZoneContents, Keys | None]]], Keys]:
    keys = {apex: make_keys(dns.name.from_text(apex)) for apex in (".", "test.", "zone.test.")}

    def vouch(parent: ZoneContents, apex: str) -> None:
        parent.put(dns.rrset.from_rdata(dns.name.from_text(apex), TTL, keys[apex].ds()))

    root = zone(
        ".", ["ns.root."], ("ns.root.", "A", ROOT), ("test.", "NS", "ns.test."), ("ns.test.", "A", TEST)
    )
    vouch(root, "test.")
    test = zone("test.", ["ns.test."], ("ns.test.", "A", TEST))
    for apex in ("zone.test.", "plain.test."):
        test.add(apex, "NS", f"ns1.{apex}", f"ns2.{apex}")
        test.add(f"ns1.{apex}", "A", CHILD)
        test.add(f"ns2.{apex}", "A", OTHER)
    vouch(test, "zone.test.")
    here = zone("zone.test.", ["ns1.zone.test.", "ns2.zone.test."], ("www.zone.test.", "A", "192.0.2.90"))
    here.add("zone.test.", "MX", "10 mail.zone.test.")
    here.add("*.wild.zone.test.", "A", "192.0.2.91")
    here.add("alias.zone.test.", "CNAME", "www.zone.test.")
    plain = zone(
        "plain.test.", ["ns1.plain.test.", "ns2.plain.test."], ("www.plain.test.", "A", "192.0.2.92")
    )
    for number, address in ((1, CHILD), (2, OTHER)):
        here.add(f"ns{number}.zone.test.", "A", address)
        plain.add(f"ns{number}.plain.test.", "A", address)
    below: list[tuple[ZoneContents, Keys | None]] = [(here, keys["zone.test."]), (plain, None)]
    above: dict[str, list[tuple[ZoneContents, Keys | None]]] = {
        ROOT: [(root, keys["."])],
        TEST: [(test, keys["test."])],
    }
    return {**above, CHILD: below, OTHER: below}, keys["."]


@dataclass(slots=True)
class Fuzzed:
    """The running servers, and the honest answers to compare with."""

    walker: Walker
    servers: tuple[Mutating, ...]
    truth: dict[tuple[str, str], Resolved] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """Replies that were changed so far."""
        return sum(server.changed for server in self.servers)

    async def run(self, seed: int) -> str:
        """One input: some question to servers that lie by this seed. Says what was asked; AssertionError if wrong."""
        draw = random.Random(seed)
        for server in self.servers:
            server.draw, server.share = random.Random(draw.random()), draw.choice((0.0, 0.1, 0.4, 1.0))
        resolver = Resolver(self.walker.resolver.network, self.walker.resolver.root.glue)
        name, rdtype = draw.choice(QUESTIONS)
        kind = draw.choice(("ask", "lookup", "resolve", "observe"))
        async with asyncio.timeout(LONGEST_S):
            if kind == "ask":
                await self._ask(resolver, name, rdtype)
            elif kind == "lookup":
                _well_formed(await resolver.lookup(name, rdtype))
            elif kind == "resolve":
                resolved = await resolve_validated(Walker(resolver, self.walker.anchors), name, rdtype)
                self._true(resolved)
            else:
                await _observe(Walker(resolver, self.walker.anchors))
        return kind

    async def _ask(self, resolver: Resolver, name: str, rdtype: str) -> None:
        server = NameServer(name="ns1.zone.test.", address=ip_address(CHILD))
        apex = dns.name.from_text("zone.test.")
        reply = await resolver.exchange.ask(
            server, dns.name.from_text(name), dns.rdatatype.from_text(rdtype), zone=apex
        )
        assert (reply.message is None) != (reply.failure is None)

    def _true(self, resolved: Resolved) -> None:
        honest = self.truth[resolved.name, resolved.type]
        for step in (hop.step for hop in resolved.answered):
            describe_zones(step.chain, NOW)
        if resolved.status is Status.SECURE:
            assert honest.status is Status.SECURE, resolved
            assert _data(resolved) == _data(honest), resolved


async def _observe(walker: Walker) -> None:
    observation = await observe_dnssec("zone.test", [("www.zone.test", "A"), ("zone.test", "MX")], walker)
    if observation.existence is not None:
        _well_formed(observation.existence)
    describe_zones(observation.chain, NOW)
    row = Row(code="X", region="X", domain="zone.test", web_host="www.zone.test", mail_domain="zone.test")
    for ruleset in RULESETS.values():
        judge(Evidence(row=row, vantage=vantage(NOW, name="lab"), dnssec=(observation,)), ruleset)


def _data(resolved: Resolved) -> set[tuple[str, str]]:
    """Records without their TTLs; case is nothing in names."""
    parts = [record.lower().split(" ", 2) for record in resolved.records]
    return {(owner, rest) for owner, _, rest in parts}


def _well_formed(lookup: Lookup) -> None:
    assert (lookup.outcome is LookupOutcome.FOUND) == bool(lookup.values), lookup
    assert (lookup.outcome is LookupOutcome.FAILED) == (lookup.failure is not None), lookup
    read: dict[str, Callable[[str], object]] = {
        "A": ip_address,
        "AAAA": ip_address,
        "MX": lambda value: (int(value.split(" ")[0]), dns.name.from_text(value.split(" ")[1])),
    }
    for value in lookup.values:
        read.get(lookup.type, str)(value)


@asynccontextmanager
async def fuzzed() -> AsyncIterator[Fuzzed]:
    """The servers, running."""
    zones, root_keys = _zones()
    responders = {
        address: Mutating(Responder([served(contents, keys) for contents, keys in known]))
        for address, known in zones.items()
    }
    async with walking(responders, ROOT, (anchor(root_keys),)) as walker:
        truth = {}
        for name, rdtype in QUESTIONS:
            resolved = await resolve_validated(walker, name, rdtype)
            truth[resolved.name, resolved.type] = resolved
        walker.resolver.network.wait_s = WAIT_S
        yield Fuzzed(walker=walker, servers=tuple(responders.values()), truth=truth)
