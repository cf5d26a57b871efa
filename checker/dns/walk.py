"""Walking down the chain of trust: asks for what `chain` judges, and asks other servers before it says bogus.

Standings of zones on the way are kept for one sweep in bounded number, so that parents are asked once.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import dns.name
import dns.rdatatype

from checker.dns.anchors import closest_anchors
from checker.dns.chain import Standing, down, enter, path, start
from checker.dns.flights import Flights
from checker.dns.iterate import Resolver
from checker.dns.reasons import Status
from checker.dns.records import name_of
from checker.dns.remembered import Remembered
from checker.dns.responses import ZoneServers
from checker.observations.dns import ChainObservation, Cut, Reply, RRset

REMEMBERED_STEPS = 2048
OTHER_SERVERS_TRIED = 12
"""Addresses asked one after the other before a bad answer is believed to be the zone's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A standing with the replies it rests on and the servers of its zone."""

    standing: Standing
    servers: ZoneServers | None
    chain: ChainObservation

    @property
    def ended(self) -> bool:
        """Whether nothing below can change the standing."""
        return self.standing.status is not Status.SECURE or self.standing.nonexistent


class Walker:
    """Chains of trust from the anchors, over one resolver."""

    def __init__(self, resolver: Resolver, anchors: tuple[RRset, ...]) -> None:
        self.resolver = resolver
        self.anchors = anchors
        self._steps: Remembered[tuple[str, str], Step] = Remembered(REMEMBERED_STEPS)
        self._flights = Flights()
        self._now = resolver.network.clock.now

    async def walk(self, name: str) -> Step:
        """The chain from the closest anchor down to `name` (absolute, lower case)."""
        anchors = closest_anchors(self.anchors, name_of(name))
        if not anchors:
            chain = ChainObservation(name=name, anchors=(), start=None, cuts=())
            return Step(standing=start((), name, None, self._now()), servers=None, chain=chain)
        apex = anchors[0].name
        step = await self._kept(apex, apex, lambda: self._start(anchors))
        for below in path(anchors, name):
            if step.ended:
                break
            above = step
            step = await self._kept(apex, below, lambda above=above, below=below: self._down(above, below))  # type: ignore[misc]
        return step

    async def _kept(self, apex: str, name: str, search: Callable[[], Awaitable[Step]]) -> Step:
        async with self._flights.turn(name_of(name)):
            known = self._steps.get((apex, name))
            if known is None:
                known = await search()
                if known.standing.status is not Status.INDETERMINATE:
                    self._steps.keep((apex, name), known)
            return known

    async def _start(self, anchors: tuple[RRset, ...]) -> Step:
        apex = anchors[0].name
        root = self.resolver.root
        servers = root if apex == "." else await self.resolver.zone_servers(name_of(apex))
        standing, reply = await self.best(
            servers, apex, dns.rdatatype.DNSKEY, lambda reply: start(anchors, apex, reply, self._now())
        )
        chain = ChainObservation(name=apex, anchors=anchors, start=reply, cuts=())
        return Step(standing=standing, servers=servers, chain=chain)

    async def _down(self, above: Step, name: str) -> Step:
        standing, ds = await self.best(
            above.servers,
            name,
            dns.rdatatype.DS,
            lambda reply: down(above.standing, name, reply, self._now()),
        )
        servers, dnskey = above.servers, None
        if standing.status is Status.SECURE and standing.zone == name and standing.trusted is None:
            servers = await self.resolver.zone_servers(name_of(name))
            cut = standing
            standing, dnskey = await self.best(
                servers, name, dns.rdatatype.DNSKEY, lambda reply: enter(cut, reply, self._now())
            )
        elif standing.status is Status.INSECURE and standing.zone == name:
            # asked for its own sake: a zone that is signed, but for nobody
            below = await self.resolver.zone_servers(name_of(name))
            dnskey = (
                await self.resolver.ask_zone(below, name_of(name), dns.rdatatype.DNSKEY) if below else None
            )
        step = Cut(parent=above.standing.zone, name=name, ds=ds, dnskey=dnskey)
        chain = ChainObservation(
            name=name, anchors=above.chain.anchors, start=above.chain.start, cuts=(*above.chain.cuts, step)
        )
        return Step(standing=standing, servers=servers, chain=chain)

    async def best(
        self,
        servers: ZoneServers | None,
        name: str,
        rdtype: dns.rdatatype.RdataType,
        judge: Callable[[Reply | None], Standing],
    ) -> tuple[Standing, Reply | None]:
        """The first good standing that any server's reply gives; the first bad one when none does."""
        standing, first = judge(None), None
        if servers is None:
            return standing, None
        async with aclosing(self.replies(servers, name, rdtype)) as replies:
            async for reply in replies:
                again = judge(reply)
                if again.status in (Status.SECURE, Status.INSECURE):
                    return again, reply
                if first is None or (
                    standing.status is Status.INDETERMINATE and again.status is Status.BOGUS
                ):
                    standing, first = again, reply
        return standing, first

    async def replies(
        self, servers: ZoneServers, name: str, rdtype: dns.rdatatype.RdataType
    ) -> AsyncGenerator[Reply, None]:
        """The zone's first usable reply, then its other servers', asked one after the other as they are wanted."""
        asked = await self.resolver.ask_zone(servers, name_of(name), rdtype)
        if asked is not None:
            yield asked
        for server in (await self.resolver.servers(servers))[:OTHER_SERVERS_TRIED]:
            if asked is None or server != asked.server:
                yield await self.resolver.exchange.ask(server, name_of(name), rdtype, zone=servers.zone)
