"""Resolving and walking through zones that were delegated in awkward ways."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.name
import dns.rrset
import pytest

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Code, Status
from checker.dns.walk import Walker
from checker.observations.dns import LookupOutcome, RRset
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Signer, make_keys, valid_at
from tests.lab.zone_contents import TTL, ZoneContents

ROOT, TEST, A, B, SHARED, LAME = (f"192.0.2.{last}" for last in (1, 2, 3, 4, 5, 6))
KEYS = {
    apex: make_keys(dns.name.from_text(apex))
    for apex in (".", "test.", "signed.test.", "deep.signed.test.", "costly.test.")
}


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
        ("costly.test.", "NS", "ns.test."),
        ("loop1.test.", "CNAME", "loop2.test."),
        ("loop2.test.", "CNAME", "loop1.test."),
        ("to-unsigned.test.", "CNAME", "www.elsewhere.test."),
        ("dangling.test.", "CNAME", "nothing.signed.test."),
        *((f"chain{n}.test.", "CNAME", f"chain{n + 1}.test.") for n in range(13)),
        ("chain13.test.", "A", "192.0.2.99"),
    )
    put_ds(below, "signed.test.")
    put_ds(below, "costly.test.")
    signed = zone(
        "signed.test.",
        ["ns.test."],
        ("www.signed.test.", "A", "192.0.2.7"),
        ("deep.signed.test.", "NS", "ns.test."),
    )
    put_ds(signed, "deep.signed.test.")
    deep = zone("deep.signed.test.", ["ns.test."], ("www.deep.signed.test.", "A", "192.0.2.8"))
    costly = zone("costly.test.", ["ns.test."], ("www.costly.test.", "A", "192.0.2.12"))
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
            ServedZone(
                costly,
                signer=Signer(keys=KEYS["costly.test."], validity=valid_at(NOW)),
                denial="nsec3",
                iterations=151,
            ),
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
    responders = {address: Responder(zones) for address, zones in internet().items()}
    async with walking(responders, ROOT, (anchor(KEYS["."]),)) as walker:
        yield walker


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
        islander = Walker(walker.resolver, (anchor(KEYS["signed.test."]),))
        inside = await resolve_validated(islander, "www.deep.signed.test.", "A")
        outside = await resolve_validated(islander, "chain13.test.", "A")
    assert inside.status is Status.SECURE
    assert outside.reason is not None
    assert (outside.status, outside.reason.code) == (Status.INSECURE, Code.NO_ANCHOR)
    assert outside.records


async def test_a_wrong_anchor_is_bogus() -> None:
    async with running() as walker:
        wrong = RRset(name=".", type="DS", ttl=TTL, rdata=(KEYS["."].wrong_ds().to_wire() or b"",))
        resolved = await resolve_validated(Walker(walker.resolver, (wrong,)), "www.signed.test.", "A")
    assert resolved.status is Status.BOGUS


async def test_without_an_anchor_each_name_is_told_of_itself() -> None:
    async with running() as walker:
        islander = Walker(walker.resolver, (anchor(KEYS["signed.test."]),))
        steps = [await islander.walk(name) for name in ("www.plain.test.", "test.")]
    assert [step.chain.name for step in steps] == ["www.plain.test.", "test."]


async def test_an_anchor_of_an_unknown_algorithm_is_insecure() -> None:
    wire = KEYS["."].ds().to_wire() or b""
    unknown = RRset(name=".", type="DS", ttl=TTL, rdata=(wire[:2] + bytes([200]) + wire[3:],))
    async with running() as walker:
        resolved = await resolve_validated(Walker(walker.resolver, (unknown,)), "www.signed.test.", "A")
    assert resolved.reason is not None
    assert (resolved.status, resolved.reason.code) == (Status.INSECURE, Code.UNSUPPORTED_ALGORITHM)


@pytest.mark.parametrize(
    ("scenario", "name", "rdtype", "status"),
    [
        ("the root has no DS, and says so", ".", "DS", Status.SECURE),
        ("nor has an unsigned child", "plain.test.", "DS", Status.SECURE),
        ("too many iterations touch denials only", "www.costly.test.", "A", Status.SECURE),
        ("and those are insecure", "no.costly.test.", "A", Status.INSECURE),
    ],
)
async def test_what_a_secure_zone_says(scenario: str, name: str, rdtype: str, status: Status) -> None:
    async with running() as walker:
        resolved = await resolve_validated(walker, name, rdtype)
    assert resolved.status is status, resolved.reason


async def test_branching_delegations_are_followed_for_a_while_only() -> None:
    """Every zone has sixteen servers, all in other such zones (CVE-2020-8616)."""
    servers = [f"ns.branch{n}.test." for n in range(16)]
    branches = [(f"branch{n}.test.", "NS", server) for n in range(16) for server in servers]
    contents = zone("test.", ["ns.test."], ("ns.test.", "A", TEST), *branches)
    root = zone(
        ".", ["ns.root."], ("ns.root.", "A", ROOT), ("test.", "NS", "ns.test."), ("ns.test.", "A", TEST)
    )
    responders = {ROOT: Responder([served(root)]), TEST: Responder([served(contents)])}
    async with walking(responders, ROOT, ()) as walker:
        lookup = await walker.resolver.lookup("www.branch0.test", "A")
        asked = walker.resolver.network.counts["udp:53"]
    assert lookup.outcome is LookupOutcome.FAILED
    assert asked < 500
