"""Asking a zone: its addresses in order, the next one started when the one before is slow or of no use."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import dns.name
import dns.rdatatype

from checker.dns.exchange import UDP_SHARE_OF_WAIT, Exchange
from checker.observations.dns import NameServer, Reply
from checker.observations.failure import Failure

STAGGER_SHARE = 0.4
"""Of the wait for one datagram, after which the next server is asked beside the first."""
SERVERS_TRIED_PER_FAMILY = 4
"""So that a vantage point with one family only still finds it among the servers of a large zone."""

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

    Every server gets one quick datagram first; those that stayed silent are then asked thoroughly.
    """
    ordered = _first_of_each_family(exchange.ordered(servers, zone))

    def ask(server: NameServer, *, thorough: bool) -> Awaitable[Reply]:
        return exchange.ask(server, *question, zone=zone, thorough=thorough)

    stagger_s = exchange.network.wait_s / UDP_SHARE_OF_WAIT * STAGGER_SHARE
    quick = await _race([partial(ask, server, thorough=False) for server in ordered], usable, stagger_s)
    if quick.winner is not None:
        return quick.winner
    silent = [server for server in ordered if server in quick.silent]
    again = await _race([partial(ask, server, thorough=True) for server in silent], usable, stagger_s)
    return again.winner or again.telling or quick.telling


def _first_of_each_family(servers: list[NameServer]) -> list[NameServer]:
    chosen: list[NameServer] = []
    for server in servers:
        family = sum(other.address.version == server.address.version for other in chosen)
        if family < SERVERS_TRIED_PER_FAMILY:
            chosen.append(server)
    return chosen


class _Result:
    """What a race came to: the winner, the most telling loser, and who stayed silent."""

    def __init__(self) -> None:
        self.winner: Reply | None = None
        self.telling: Reply | None = None
        self.silent: set[NameServer] = set()

    def add(self, reply: Reply, usable: Usable) -> None:
        if reply.message is not None and usable(reply):
            self.winner = self.winner or reply
            return
        if reply.failure in (Failure.TIMEOUT, Failure.MALFORMED):
            self.silent.add(reply.server)
        if self.telling is None or (self.telling.message is None and reply.message is not None):
            self.telling = reply


async def _race(asks: list[Callable[[], Awaitable[Reply]]], usable: Usable, stagger_s: float) -> _Result:
    """Start the questions one after the other, `stagger_s` apart or as soon as one was of no use; first come wins."""
    result = _Result()
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
    return result
