"""Resolving and walking through zones that were delegated in awkward ways."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_address

import dns.name
import dns.rrset
import pytest

from checker.dns.answer import resolve_validated
from checker.dns.iterate import Resolver
from checker.dns.reasons import Code, Status
from checker.dns.walk import Walker
from checker.network.addresses import IPAddress
from checker.network.clock import Clock
from checker.network.door import Network
from checker.observations.dns import LookupOutcome, NameServer, RRset
from tests.dns.world import NOW
from tests.lab.dns_server import DnsServer, start_dns
from tests.lab.responder import Responder
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Keys, Signer, make_keys, valid_at
from tests.lab.zone_contents import TTL, ZoneContents

ROOT, TEST, A, B, SHARED, LAME = (f"192.0.2.{last}" for last in (1, 2, 3, 4, 5, 6))
KEYS = {
    apex: make_keys(dns.name.from_text(apex)) for apex in (".", "test.", "signed.test.", "deep.signed.test.")
}


class DnsOnly(Network):
    """Leads the told addresses to their servers."""

    def __init__(self, servers: dict[IPAddress, DnsServer]) -> None:
        super().__init__(clock=Clock(NOW), wait_s=0.3)
        self._servers = servers

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        assert port == 53
        server = self._servers[address]
        return "127.0.0.1", server.udp_port if udp else server.tcp_port


def zone(apex: str, servers: Iterable[str], *records: tuple[str, str, str]) -> ZoneContents:
    contents = ZoneContents(apex)
    contents.add(
        apex, "SOA", f"{next(iter(servers))} hostmaster.{apex.removeprefix('.')} 1 7200 900 1209600 300"
    )
    contents.add(apex, "NS", *servers)
    for owner, rdtype, rdata in records:
        contents.add(owner, rdtype, rdata)
    return contents


def served(contents: ZoneContents, keys: Keys | None = None, manner: Dns = Dns.NORMAL) -> ServedZone:
    signer = Signer(keys=keys, validity=valid_at(NOW)) if keys else None
    return ServedZone(contents, signer=signer, manner=manner)


def put_ds(parent: ZoneContents, apex: str) -> None:
    parent.put(dns.rrset.from_rdata(dns.name.from_text(apex), TTL, KEYS[apex].ds()))


def internet() -> dict[str, list[ServedZone]]:
    """Zones by address. `test.` is signed; everything awkward hangs below it."""
    root = zone(
        ".", ["ns.root."], ("ns.root.", "A", ROOT), ("test.", "NS", "ns.test."), ("ns.test.", "A", TEST)
    )
    put_ds(root, "test.")
    below = zone(
        "test.",
        ["ns.test."],
        ("ns.test.", "A", TEST),
        ("elsewhere.test.", "NS", "ns.helper.test."),
        ("helper.test.", "NS", "ns.helper.test."),
        ("ns.helper.test.", "A", A),
        ("circle1.test.", "NS", "ns.circle2.test."),
        ("circle2.test.", "NS", "ns.circle1.test."),
        ("selfish.test.", "NS", "ns.sub.selfish.test."),
        ("half.test.", "NS", "ns.lame.test."),
        ("half.test.", "NS", "ns.helper.test."),
        ("ns.lame.test.", "A", LAME),
        ("signed.test.", "NS", "ns.test."),
        ("plain.test.", "NS", "ns.test."),
        ("loop1.test.", "CNAME", "loop2.test."),
        ("loop2.test.", "CNAME", "loop1.test."),
        ("to-unsigned.test.", "CNAME", "www.elsewhere.test."),
        ("dangling.test.", "CNAME", "nothing.signed.test."),
        *((f"chain{n}.test.", "CNAME", f"chain{n + 1}.test.") for n in range(13)),
        ("chain13.test.", "A", "192.0.2.99"),
    )
    put_ds(below, "signed.test.")
    signed = zone(
        "signed.test.",
        ["ns.test."],
        ("www.signed.test.", "A", "192.0.2.7"),
        ("deep.signed.test.", "NS", "ns.test."),
    )
    put_ds(signed, "deep.signed.test.")
    deep = zone("deep.signed.test.", ["ns.test."], ("www.deep.signed.test.", "A", "192.0.2.8"))
    plain = zone("plain.test.", ["ns.test."], ("www.plain.test.", "A", "192.0.2.9"))
    half = zone("half.test.", ["ns.lame.test.", "ns.helper.test."], ("www.half.test.", "A", "192.0.2.10"))
    return {
        ROOT: [served(root, KEYS["."])],
        # one server for a parent and its children: it never refers, it answers from the child at once
        TEST: [
            served(below, KEYS["test."]),
            served(signed, KEYS["signed.test."]),
            served(deep, KEYS["deep.signed.test."]),
            served(plain),
        ],
        A: [
            served(zone("helper.test.", ["ns.helper.test."], ("ns.helper.test.", "A", A))),
            served(zone("elsewhere.test.", ["ns.helper.test."], ("www.elsewhere.test.", "A", "192.0.2.11"))),
            served(half),
        ],
        LAME: [served(half, manner=Dns.REFUSED)],
    }


@asynccontextmanager
async def running() -> AsyncIterator[Walker]:
    servers: dict[IPAddress, DnsServer] = {}
    try:
        for address, zones in internet().items():
            servers[ip_address(address)] = await start_dns(Responder(zones))
        hints = [NameServer(name="ns.root.", address=ip_address(ROOT))]
        anchor = RRset(name=".", type="DS", ttl=TTL, rdata=(KEYS["."].ds().to_wire() or b"",))
        yield Walker(Resolver(DnsOnly(servers), hints), (anchor,))
    finally:
        for server in servers.values():
            await server.aclose()


@pytest.mark.parametrize(
    ("scenario", "name", "outcome"),
    [
        ("servers of another zone", "www.elsewhere.test", LookupOutcome.FOUND),
        ("one lame server of two", "www.half.test", LookupOutcome.FOUND),
        ("parent and child on one server", "www.signed.test", LookupOutcome.FOUND),
        ("alias into another zone", "to-unsigned.test", LookupOutcome.FOUND),
        ("alias to nothing", "dangling.test", LookupOutcome.NXDOMAIN),
        ("eleven aliases", "chain2.test", LookupOutcome.FOUND),
        ("thirteen aliases", "chain0.test", LookupOutcome.FAILED),
        ("aliases in a circle", "loop1.test", LookupOutcome.FAILED),
        ("servers in a circle", "www.circle1.test", LookupOutcome.FAILED),
        ("a server below its own zone, without glue", "www.selfish.test", LookupOutcome.FAILED),
    ],
)
async def test_lookup(scenario: str, name: str, outcome: LookupOutcome) -> None:
    async with running() as walker:
        lookup = await walker.resolver.lookup(name, "A")
    assert lookup.outcome is outcome, lookup


@pytest.mark.parametrize(
    ("scenario", "name", "status", "code"),
    [
        ("parent and child on one server", "www.signed.test.", Status.SECURE, None),
        ("three levels on one server", "www.deep.signed.test.", Status.SECURE, None),
        ("an unsigned child on its parent's server", "www.plain.test.", Status.INSECURE, Code.NO_DS),
        ("a secure alias into an unsigned zone", "to-unsigned.test.", Status.INSECURE, Code.NO_DS),
        ("a secure alias to a denied name", "dangling.test.", Status.SECURE, None),
        ("aliases in a circle", "loop1.test.", Status.INDETERMINATE, Code.NO_ANSWER),
    ],
)
async def test_resolve_validated(scenario: str, name: str, status: Status, code: Code | None) -> None:
    async with running() as walker:
        resolved = await resolve_validated(walker, name, "A")
    assert (resolved.status, resolved.reason and resolved.reason.code) == (status, code), resolved


async def test_an_island_below_an_unanchored_root() -> None:
    async with running() as walker:
        anchor = RRset(
            name="signed.test.", type="DS", ttl=TTL, rdata=(KEYS["signed.test."].ds().to_wire() or b"",)
        )
        islander = Walker(walker.resolver, (anchor,))
        inside = await resolve_validated(islander, "www.deep.signed.test.", "A")
        outside = await resolve_validated(islander, "chain13.test.", "A")
    assert inside.status is Status.SECURE
    assert outside.reason is not None
    assert (outside.status, outside.reason.code) == (Status.INSECURE, Code.NO_ANCHOR)
    assert outside.records


async def test_a_wrong_anchor_is_bogus() -> None:
    async with running() as walker:
        anchor = RRset(name=".", type="DS", ttl=TTL, rdata=(KEYS["."].wrong_ds().to_wire() or b"",))
        resolved = await resolve_validated(Walker(walker.resolver, (anchor,)), "www.signed.test.", "A")
    assert resolved.status is Status.BOGUS
