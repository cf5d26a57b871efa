"""Which of a zone's servers are asked, in what order, and what is remembered of them: counted, never timed."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address

import dns.name
import dns.rdatatype
import pytest

from checker.dns.exchange import Exchange
from checker.dns.iterate import Resolver
from checker.dns.servers import ask_any
from checker.network.addresses import IPAddress
from checker.observations.dns import LookupOutcome, NameServer, Reply
from tests.dns.delegations import served, walking, zone
from tests.dns.scripted import Reply as Script
from tests.dns.scripted import ScriptedNetwork, ScriptedServer, serving
from tests.dns.test_exchange import error, good, silent
from tests.lab.responder import Responder

NAME, ZONE = dns.name.from_text("www.example."), dns.name.from_text("example.")
REFUSED = error(dns.rcode.REFUSED)


class Distant(ScriptedNetwork):
    """Some addresses are further away than others, by seconds; what was asked is counted by address."""

    def __init__(
        self, servers: Sequence[tuple[IPAddress, ScriptedServer]], away: dict[IPAddress, float], wait_s: float
    ) -> None:
        super().__init__(servers, wait_s=wait_s)
        self._away = away
        self.asked: Counter[IPAddress] = Counter()

    async def ask(self, address: IPAddress, port: int, payload: bytes, **how: object) -> bytes:
        self.asked[address] += 1
        await asyncio.sleep(self._away.get(address, 0))
        return await super().ask(address, port, payload, **how)  # type: ignore[arg-type]  # handed on as they came


def servers_at(*addresses: str) -> list[NameServer]:
    return [NameServer(name=f"ns{n}.example.", address=ip_address(a)) for n, a in enumerate(addresses)]


def is_answer(reply: Reply) -> bool:
    return reply.message is not None and reply.message.rcode == "NOERROR"


@asynccontextmanager
async def network(
    scripts: Mapping[str, Script], away: Mapping[str, float] | None = None, *, wait_s: float = 0.4
) -> AsyncIterator[tuple[Exchange, Distant]]:
    """One scripted server an address."""
    running = {address: ScriptedServer(script) for address, script in scripts.items()}
    contexts = [serving(server) for server in running.values()]
    for context in contexts:
        await context.__aenter__()
    try:
        known = [(ip_address(address), server) for address, server in running.items()]
        distant = Distant(known, {ip_address(a): seconds for a, seconds in (away or {}).items()}, wait_s)
        yield Exchange(distant), distant
    finally:
        for context in contexts:
            await context.__aexit__(None, None, None)


async def ask(exchange: Exchange, servers: Sequence[NameServer], times: int) -> list[Reply]:
    replies = []
    for _ in range(times):
        reply = await ask_any(exchange, ZONE, servers, (NAME, dns.rdatatype.A), is_answer)
        assert reply is not None
        replies.append(reply)
    return replies


A, B, C = "192.0.2.1", "192.0.2.2", "192.0.2.3"


@pytest.mark.parametrize(
    ("scenario", "first", "away", "asked_of_first"),
    [
        ("dead", silent, {}, 1),
        ("slow", good, {A: 0.3}, 1),
        ("faster than the other", good, {B: 0.02}, 20),
    ],
)
async def test_the_better_of_two_is_asked(
    scenario: str, first: Script, away: dict[str, float], asked_of_first: int
) -> None:
    async with network({A: first, B: good}, away, wait_s=2.0) as (exchange, distant):
        replies = await ask(exchange, servers_at(A, B), 20)
    assert all(reply.message is not None for reply in replies)
    assert distant.asked[ip_address(A)] == asked_of_first
    assert sum(distant.asked.values()) <= 21


async def test_a_dead_server_stays_last_also_when_the_other_is_far_away() -> None:
    """Farther than an unknown server is taken to be: or else the dead one would be tried anew each time."""
    async with network({A: silent, B: good}, {B: 0.06}, wait_s=1.0) as (exchange, distant):
        await ask(exchange, servers_at(A, B), 8)
    assert distant.asked[ip_address(A)] == 1


async def test_servers_that_refuse_are_asked_in_turn_at_once() -> None:
    async with network({A: REFUSED, B: REFUSED, C: good}) as (exchange, distant):
        (reply,) = await ask(exchange, servers_at(A, B, C), 1)
    assert reply.server.address == ip_address(C)
    assert sum(distant.asked.values()) == 3


@pytest.mark.parametrize("dead", [1, 3, 6, 12])
async def test_the_last_living_one_of_thirteen_is_found(dead: int) -> None:
    addresses = [f"192.0.2.{n}" for n in range(1, 14)]
    scripts = {address: silent if n < dead else good for n, address in enumerate(addresses)}
    async with network(scripts) as (exchange, distant):
        replies = await ask(exchange, servers_at(*addresses), 3)
    assert all(is_answer(reply) for reply in replies)
    assert sum(distant.asked.values()) <= dead + 10, "the dead ones once"


async def test_most_dead_root_servers_do_not_matter() -> None:
    living = "192.0.2.13"
    root = zone(".", ["ns.root."], ("ns.root.", "A", living), ("www.test.", "A", "192.0.2.99"))
    async with walking({living: Responder([served(root)])}, living, ()) as walker:
        hints = servers_at(*(f"192.0.2.{n}" for n in range(1, 14)))
        resolver = Resolver(walker.resolver.network, hints)
        lookup = await resolver.lookup("www.test", "A")
    assert lookup.outcome is LookupOutcome.FOUND


async def test_one_lost_datagram_does_not_count_against_the_only_server() -> None:
    lost = []

    def first_lost(query: dns.message.Message) -> bytes | None:
        lost.append(query)
        return good(query) if len(lost) > 1 else None

    async with network({A: first_lost}) as (exchange, distant):
        (reply,) = await ask(exchange, servers_at(A), 1)
    assert is_answer(reply)
    assert distant.asked[ip_address(A)] == 2


async def test_a_server_whose_udp_port_is_closed_is_asked_over_tcp() -> None:
    async with network({A: good}) as (exchange, distant):
        server = distant._servers[ip_address(A)]
        server._tcp = good
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
            unused.bind(("127.0.0.1", 0))
            server.udp_port = unused.getsockname()[1]
        replies = await ask(exchange, servers_at(A), 2)
    assert [reply.transport for reply in replies] == ["tcp", "tcp"]
    assert distant.asked[ip_address(A)] == 4, "and the next time over TCP at once"
