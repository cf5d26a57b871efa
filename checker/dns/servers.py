"""Asking a zone: its addresses in order, the next one started when the one before is slow or of no use."""

import asyncio
from collections.abc import Callable, Iterable

import dns.name
import dns.rdatatype

from checker.dns.exchange import Exchange
from checker.observations.dns import NameServer, Reply
from checker.observations.failure import Failure

STAGGER_SHARE = 0.4
"""Of the wait for one datagram, after which the next server is asked beside the first."""
SERVERS_TRIED = 8

Usable = Callable[[Reply], bool]


async def ask_any(
    exchange: Exchange,
    servers: Iterable[NameServer],
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    usable: Usable,
) -> Reply | None:
    """The first usable reply of any of the servers, or the most telling of the others; None without servers.

    Every server gets one quick datagram first; those that stayed silent are then asked thoroughly.
    """
    ordered = exchange.ordered(servers)[:SERVERS_TRIED]
    stagger_s = exchange.network.wait_s / 4 * STAGGER_SHARE
    best = await _race(exchange, ordered, name, rdtype, usable, stagger_s, thorough=False)
    if best.winner is not None:
        return best.winner
    silent = [server for server in ordered if server in best.silent]
    again = await _race(exchange, silent, name, rdtype, usable, stagger_s, thorough=True)
    return again.winner or again.telling or best.telling


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


async def _race(  # noqa: PLR0917 - the six things a race is about, in one private place
    exchange: Exchange,
    servers: list[NameServer],
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    usable: Usable,
    stagger_s: float,
    *,
    thorough: bool,
) -> _Result:
    result = _Result()
    waiting = list(servers)
    running: set[asyncio.Task[Reply]] = set()
    try:
        while result.winner is None and (waiting or running):
            if waiting:
                ask = exchange.ask(waiting.pop(0), name, rdtype, thorough=thorough)
                running.add(asyncio.ensure_future(ask))
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
