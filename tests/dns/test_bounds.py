"""What one sweep keeps and shares: parents are asked once, and nothing grows without bound."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address

import dns.name
import dns.rrset
import pytest
from dns.rdatatype import SOA

from checker.dns import exchange, iterate, server_addresses, walk
from checker.dns.answer import resolve_validated
from checker.dns.exchange import Exchange
from checker.dns.flights import Flights
from checker.dns.iterate import Resolver
from checker.dns.reasons import Status
from checker.dns.remembered import Remembered
from checker.dns.walk import Walker
from checker.observations.dns import LookupOutcome, NameServer
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving
from tests.dns.test_exchange import silent
from tests.lab.responder import Responder
from tests.lab.signing import make_keys
from tests.lab.zone_contents import TTL

ROOT, TEST, HOST = (f"192.0.2.{last}" for last in range(1, 4))
ZONES = 20
APEXES = [f"zone{n}.test." for n in range(ZONES)]
KEYS = {apex: make_keys(dns.name.from_text(apex)) for apex in (".", "test.")}
SHARED = make_keys(dns.name.from_text("zone0.test."))


@asynccontextmanager
async def internet() -> AsyncIterator[Walker]:
    """Twenty zones under one top-level domain; the first is signed, the odd ones have servers in the even ones."""
    root = zone(
        ".", ["ns.root."], ("ns.root.", "A", ROOT), ("test.", "NS", "ns.test."), ("ns.test.", "A", TEST)
    )
    root.put(dns.rrset.from_rdata(dns.name.from_text("test."), TTL, KEYS["test."].ds()))
    test = zone("test.", ["ns.test."], ("ns.test.", "A", TEST))
    test.put(dns.rrset.from_rdata(dns.name.from_text("zone0.test."), TTL, SHARED.ds()))
    leaves = []
    for n, apex in enumerate(APEXES):
        server = f"ns{n}.{APEXES[n - n % 2]}"
        test.add(apex, "NS", server)
        leaf = zone(apex, [server], (f"www.{apex}", "A", "192.0.2.9"))
        if n % 2 == 0:
            test.add(server, "A", HOST)
        leaves.append(leaf)
        leaves[n - n % 2].add(server, "A", HOST)
    responders = {
        ROOT: Responder([served(root, KEYS["."])]),
        TEST: Responder([served(test, KEYS["test."])]),
        HOST: Responder([served(leaves[0], SHARED), *map(served, leaves[1:])]),
    }
    async with walking(responders, ROOT, (anchor(KEYS["."]),), wait_s=10) as walker:
        yield walker


async def test_rows_at_once_ask_the_root_once() -> None:
    async with internet() as walker:
        lookups = await asyncio.gather(*(walker.resolver.lookup(f"www.{apex}", "A") for apex in APEXES[::2]))
        asked = walker.resolver.network.counts["udp:53"]
    assert {lookup.outcome for lookup in lookups} == {LookupOutcome.FOUND}
    assert asked == 1 + 2 * len(lookups)


async def test_chains_at_once_walk_the_parents_once() -> None:
    async with internet() as walker:
        network = walker.resolver.network
        await walker.walk("test.")
        before = network.counts["udp:53"]
        await asyncio.gather(*(walker.walk("zone0.test.") for _ in range(10)))
        together = network.counts["udp:53"] - before
        await walker.walk("zone0.test.")
    assert together == 3, "DS, the referral down, and DNSKEY, once for all"
    assert network.counts["udp:53"] == before + together


@pytest.mark.parametrize(
    ("scenario", "module", "name", "kept"),
    [
        ("server states", exchange, "REMEMBERED_SERVERS", lambda walker: walker.resolver.exchange._states),
        ("zones", iterate, "REMEMBERED_ZONES", lambda walker: walker.resolver._zones),
        (
            "name-server addresses",
            server_addresses,
            "REMEMBERED_SERVER_NAMES",
            lambda walker: walker.resolver._addresses._known,
        ),
        ("steps of chains", walk, "REMEMBERED_STEPS", lambda walker: walker._steps),
    ],
)
async def test_what_is_kept_is_bounded_and_its_loss_does_no_harm(
    scenario: str, module: object, name: str, kept: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, 2)
    async with internet() as served_by:
        root = served_by.resolver.root
        walker = Walker(Resolver(served_by.resolver.network, root.glue), served_by.anchors)
        for apex in (*APEXES, APEXES[0]):
            lookup = await walker.resolver.lookup(f"www.{apex}", "A")
            assert lookup.outcome is LookupOutcome.FOUND
            resolved = await resolve_validated(walker, f"www.{apex}", "A")
            expected = Status.SECURE if apex == APEXES[0] else Status.INSECURE
            assert resolved.status is expected, resolved.reason
    assert callable(kept)
    assert len(kept(walker)._entries) == 2


async def test_silence_is_kept_in_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "REMEMBERED_SERVERS", 3)
    zones = [dns.name.from_text(f"zone{n}.") for n in range(5)]
    address = ip_address(ROOT)
    async with serving(ScriptedServer(silent)) as server:
        asking = Exchange(ScriptedNetwork([(address, server)], wait_s=0.04))

        async def ask(*asked: dns.name.Name) -> int:
            """Datagrams that these questions cost."""
            before = asking.network.counts["udp:53"]
            for apex in asked:
                await asking.ask(NameServer(name="ns.", address=address), apex, SOA, zone=apex)
            return asking.network.counts["udp:53"] - before

        first, again, forgotten = await ask(*zones), await ask(*zones[2:]), await ask(zones[0])
    assert (first, again, forgotten) == (20, 0, 4)


def test_the_least_used_is_forgotten_first() -> None:
    remembered: Remembered[int, str] = Remembered(3)
    for number in range(3):
        remembered.keep(number, str(number))
    remembered.get(0)
    remembered.keep(3, "3")
    assert [remembered.get(number) for number in range(4)] == ["0", None, "2", "3"]


async def test_turns_vanish_with_their_users() -> None:
    flights = Flights()

    async def hold() -> None:
        async with flights.turn(dns.name.root):
            await asyncio.sleep(0)

    await asyncio.gather(*(hold() for _ in range(5)))
    assert not flights._flights
