"""The way down to a zone where its delegation is odd: loops, detours, dead ends, servers that lack the zone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from checker.dns.walk import Walker
from checker.observations.dns import LookupOutcome
from tests.dns.delegations import served, walking, zone
from tests.lab.responder import Responder
from tests.lab.zone_contents import TTL, ZoneContents

ROOT, TEST, OTHER, THIRD, HOST, LAME, SILENT = (f"192.0.2.{last}" for last in range(1, 8))
SILENT6 = "2001:db8::7"
LOOPBACK, PRIVATE = "127.0.0.1", "10.0.0.53"
DEPTH = 8
Change = Callable[[dns.message.Message], None]


class Silence:
    """A server that says nothing, and counts."""

    def __init__(self) -> None:
        self.asked = 0

    def respond(self, wire: bytes, *, is_tcp: bool) -> None:
        del wire, is_tcp
        self.asked += 1


class Lame:
    """A server that was never told of its zones and answers so to everything."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes:
        del is_tcp
        reply = dns.message.make_response(dns.message.from_wire(wire))
        self._change(reply)
        return reply.to_wire()


def refers(owner: str, *, authoritative: bool = False) -> Change:
    def change(reply: dns.message.Message) -> None:
        reply.flags |= dns.flags.AA if authoritative else 0
        reply.authority.append(dns.rrset.from_text(owner, TTL, "IN", "NS", "ns.test."))

    return change


def denies(owner: str, *, authoritative: bool, rcode: dns.rcode.Rcode = dns.rcode.NXDOMAIN) -> Change:
    def change(reply: dns.message.Message) -> None:
        reply.flags |= dns.flags.AA if authoritative else 0
        reply.set_rcode(rcode)
        reply.authority.append(dns.rrset.from_text(owner, TTL, "IN", "SOA", "ns. host. 1 2 3 4 5"))

    return change


def denies_plainly(reply: dns.message.Message) -> None:
    reply.flags |= dns.flags.AA
    reply.set_rcode(dns.rcode.NXDOMAIN)


def empty(_: dns.message.Message) -> None: ...


def delegate(parent: ZoneContents, apex: str, **servers: tuple[str, ...]) -> None:
    """NS records with their glue; `_` in a keyword stands for a dot."""
    for name, glue in servers.items():
        server = name.replace("_", ".") + "."
        parent.add(apex, "NS", server)
        for address in glue:
            parent.add(server, "AAAA" if ":" in address else "A", address)


def internet() -> dict[str, list[ZoneContents]]:
    root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT))
    delegate(root, "test.", ns_test=(TEST,))
    delegate(root, "other.", ns_other=(OTHER,))
    delegate(root, "third.", ns_third=(THIRD,))
    test = zone("test.", ["ns.test."], ("ns.test.", "A", TEST))
    delegate(test, "helper.test.", ns_helper_test=(HOST,))
    delegate(test, "far.test.", ns_provider_other=())
    delegate(test, "tangled1.test.", ns_tangled2_test=(), ns_helper_test=())
    delegate(test, "tangled2.test.", ns_tangled1_test=())
    delegate(test, "own.test.", ns_own_test=())
    delegate(test, "aliased.test.", alias_helper_test=())
    delegate(test, "loopback.test.", ns_loopback_test=(LOOPBACK, "::1"))
    delegate(test, "private.test.", ns1_private_test=(PRIVATE,), ns2_private_test=(HOST,))
    delegate(test, "onefamily.test.", ns_onefamily_test=(SILENT6, HOST))
    delegate(test, "nobody.test.", ns_nobody_test=("192.0.2.200",), ns2_nobody_test=(HOST,))
    delegate(test, "lame.test.", ns_lame_test=(LAME,))
    delegate(test, "halflame.test.", ns1_halflame_test=(LAME,), ns2_halflame_test=(HOST,))
    names = {f"ns{n}_victim_test": () for n in range(40)}
    delegate(test, "attack.test.", **names)
    delegate(test, "slowattack.test.", **{f"ns{n}_silent_test": () for n in range(40)})
    delegate(test, "silent.test.", ns_silent_test=(SILENT,))
    for n in range(DEPTH):
        delegate(test, f"deep{n}.test.", **{f"ns_deep{n + 1}_test": ()})
    delegate(test, f"deep{DEPTH}.test.", **{f"ns_deep{DEPTH}_test": (HOST,)})
    other = zone("other.", ["ns.other."], ("ns.other.", "A", OTHER))
    delegate(other, "provider.other.", ns_deep_third=())
    third = zone("third.", ["ns.third."], ("ns.third.", "A", THIRD))
    delegate(third, "deep.third.", ns_deep_third=(HOST,))
    hosted = [
        zone("helper.test.", ["ns.helper.test."], ("ns.helper.test.", "A", HOST)),
        zone("deep.third.", ["ns.deep.third."], ("ns.deep.third.", "A", HOST)),
        zone("provider.other.", ["ns.deep.third."], ("ns.provider.other.", "A", HOST)),
    ]
    hosted[0].add("alias.helper.test.", "CNAME", "ns.helper.test.")
    apexes = [
        "far",
        "tangled1",
        "tangled2",
        "aliased",
        "private",
        "onefamily",
        "nobody",
        "halflame",
        "loopback",
    ]
    for apex in (*apexes, *(f"deep{n}" for n in range(DEPTH + 1))):
        contents = zone(f"{apex}.test.", ["ns.helper.test."], (f"www.{apex}.test.", "A", "192.0.2.99"))
        contents.add(f"ns.{apex}.test.", "A", HOST)
        hosted.append(contents)
    # who went to loopback would be served there
    return {
        ROOT: [root],
        TEST: [test],
        OTHER: [other],
        THIRD: [third],
        HOST: hosted,
        LOOPBACK: hosted,
        "::1": hosted,
    }


@asynccontextmanager
async def running(lame: Change = empty, wait_s: float = 2.0) -> AsyncIterator[tuple[Walker, Silence]]:
    silence = Silence()
    responders: dict[str, object] = {
        address: Responder([served(contents) for contents in zones]) for address, zones in internet().items()
    }
    responders |= {LAME: Lame(lame), SILENT: silence, SILENT6: silence}
    async with walking(responders, ROOT, (), wait_s=wait_s) as walker:
        yield walker, silence


@pytest.mark.parametrize(
    ("scenario", "name", "outcome", "datagrams"),
    [
        ("servers under another top-level domain, theirs under a third", "www.far", "found", 14),
        ("a loop, and a server besides", "www.tangled1", "found", 8),
        ("a loop entered from the other side", "www.tangled2", "found", 12),
        ("its own server without glue", "www.own", "failed", 3),
        ("a server name that is an alias (RFC 2181 §10.3)", "www.aliased", "found", 8),
        ("glue on loopback is not visited", "www.loopback", "failed", 3),
        ("glue on a private network, and a server besides", "www.private", "found", 3),
        ("one family dead", "www.onefamily", "found", 4),
        ("nobody at one address", "www.nobody", "found", 4),
        ("servers in each other's zones five deep", "www.deep3", "found", 20),
        ("servers in each other's zones eight deep", "www.deep0", "failed", 30),
        ("forty server names that do not exist", "www.attack", "failed", 3 + 2 * 16),
    ],
)
async def test_way_down(scenario: str, name: str, outcome: str, datagrams: int) -> None:
    async with running() as (walker, _):
        lookup = await walker.resolver.lookup(f"{name}.test", "A")
        asked = walker.resolver.network.counts["udp:53"]
    assert lookup.outcome is LookupOutcome(outcome), lookup
    assert asked <= datagrams


async def test_silent_servers_of_forty_names_are_asked_a_few_times_only() -> None:
    async with running(wait_s=0.3) as (walker, silence):
        lookup = await walker.resolver.lookup("www.slowattack.test", "A")
    assert lookup.outcome is LookupOutcome.FAILED
    assert silence.asked <= 12, "one thorough question, after which it is left alone"


@pytest.mark.parametrize(
    ("scenario", "change"),
    [
        ("refers upwards", refers("test.")),
        ("refers to the root", refers(".")),
        ("refers upwards with authority", refers("test.", authoritative=True)),
        ("refers sideways", refers("helper.test.")),
        ("refers to itself", refers("lame.test.")),
        ("refers down, but not towards the name", refers("ftp.lame.test.")),
        ("says nothing", empty),
        ("denies by an empty root zone", denies(".", authoritative=True)),
        ("denies by the zone above", denies("test.", authoritative=True)),
        ("denies without authority, by another zone", denies("helper.test.", authoritative=False)),
        (
            "no such type, without authority, by another zone",
            denies("example.", authoritative=False, rcode=dns.rcode.NOERROR),
        ),
    ],
)
async def test_who_lacks_the_zone_says_nothing_of_it(scenario: str, change: Change) -> None:
    async with running(change) as (walker, _):
        alone = await walker.resolver.lookup("www.lame.test", "A")
        beside = await walker.resolver.lookup("www.halflame.test", "A")
    assert alone.outcome is LookupOutcome.FAILED
    assert beside.outcome is LookupOutcome.FOUND


@pytest.mark.parametrize(
    ("scenario", "change", "outcome"),
    [
        ("the zone's SOA, without authority", denies("lame.test.", authoritative=False), "nxdomain"),
        ("a zone further down", denies("www.lame.test.", authoritative=False), "nxdomain"),
        ("authority without any SOA", denies_plainly, "nxdomain"),
        (
            "a load balancer's own SOA",
            denies("example.", authoritative=True, rcode=dns.rcode.NOERROR),
            "nodata",
        ),
    ],
)
async def test_absence_that_is_believed(scenario: str, change: Change, outcome: str) -> None:
    async with running(change) as (walker, _):
        lookup = await walker.resolver.lookup("www.lame.test", "A")
    assert lookup.outcome is LookupOutcome(outcome)
