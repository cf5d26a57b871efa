"""Asking a zone: its addresses in order, the next one started when the one before is slow or of no use."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import dns.name
import dns.rdatatype

from checker.dns.exchange import UDP_SHARE_OF_WAIT, Exchange
from checker.observations.dns import NameServer, Reply
from checker.observations.failure import Failure

STAGGER_SHARE = 0.4
"""Of the wait for one datagram, after which the next server is asked beside the first."""
SERVERS_PER_FAMILY = 4
"""Asked in one round, so that a vantage point with one family only finds it early among the servers of a large zone."""
MAX_ROUNDS = 4
"""Rounds of quick questions: thirteen names over two families, however many of them are dead."""
_DEAF = frozenset({Failure.TIMEOUT, Failure.MALFORMED, Failure.REFUSED, Failure.RESET, Failure.CLOSED})
"""What a quick question may fail with at a server that a thorough one reaches, over TCP for example."""

Usable = Callable[[Reply], bool]
Question = tuple[dns.name.Name, dns.rdatatype.RdataType]


async def ask_any(
    exchange: Exchange,
    zone: dns.name.Name,
    servers: Iterable[NameServer],
    question: Question,
    usable: Usable,
) -> Reply | None:
    """The first usable reply of any of the zone's servers, or the most telling of the others; None without servers.

    Every server gets one quick datagram first; the best of those that stayed silent are then asked thoroughly.
    """
    rounds = _rounds(exchange.ordered(servers, zone))

    def ask(server: NameServer, *, thorough: bool) -> Awaitable[Reply]:
        return exchange.ask(server, *question, zone=zone, thorough=thorough)

    stagger_s = exchange.network.wait_s / UDP_SHARE_OF_WAIT * STAGGER_SHARE
    result = _Result()
    for chosen in rounds:
        await _race([partial(ask, server, thorough=False) for server in chosen], usable, stagger_s, result)
        if result.winner is not None:
            return result.winner
    silent = [server for chosen in rounds for server in chosen if server in result.silent]
    best = _rounds(silent)[:1]
    for chosen in best:
        await _race([partial(ask, server, thorough=True) for server in chosen], usable, stagger_s, result)
    return result.winner or result.telling


def _rounds(servers: list[NameServer]) -> list[list[NameServer]]:
    """The servers in their order, SERVERS_PER_FAMILY of each family a round."""
    seen: Counter[int] = Counter()
    rounds: list[list[NameServer]] = []
    for server in servers:
        number = seen[server.address.version] // SERVERS_PER_FAMILY
        seen[server.address.version] += 1
        while number >= len(rounds):
            rounds.append([])
        rounds[number].append(server)
    return rounds[:MAX_ROUNDS]


class _Result:
    """What the races came to: the winner, the most telling loser, and who stayed silent."""

    def __init__(self) -> None:
        self.winner: Reply | None = None
        self.telling: Reply | None = None
        self.silent: set[NameServer] = set()

    def add(self, reply: Reply, usable: Usable) -> None:
        if reply.message is not None and usable(reply):
            self.winner = self.winner or reply
            return
        if reply.failure in _DEAF:
            self.silent.add(reply.server)
        if self.telling is None or (self.telling.message is None and reply.message is not None):
            self.telling = reply


async def _race(
    asks: list[Callable[[], Awaitable[Reply]]], usable: Usable, stagger_s: float, result: _Result
) -> None:
    """Start the questions one after the other, `stagger_s` apart or as soon as one was of no use; first come wins."""
    waiting = list(asks)
    running: set[asyncio.Future[Reply]] = set()
    try:
        while result.winner is None and (waiting or running):
            if waiting:
                running.add(asyncio.ensure_future(waiting.pop(0)()))
            done, running = await asyncio.wait(
                running, timeout=stagger_s if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                result.add(task.result(), usable)
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
