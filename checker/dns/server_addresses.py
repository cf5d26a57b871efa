"""The addresses of name servers, found by the resolver itself and kept for one sweep."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

import dns.name

from checker.dns.flights import Flights
from checker.dns.records import canonical_text
from checker.dns.remembered import Remembered
from checker.dns.responses import ZoneServers
from checker.observations.dns import Lookup, LookupOutcome, NameServer

MAX_SEARCHES = 100
"""Searches for name servers that one question may lead to, however the delegations branch (CVE-2020-8616)."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The zones whose servers are being looked for already, those servers, and how many searches the question led to.

    To come back to a zone or a server would lead in a circle; `searches` is one number, shared by all branches.
    """

    zones: frozenset[dns.name.Name] = frozenset()
    servers: frozenset[dns.name.Name] = frozenset()
    searches: list[int] = field(default_factory=lambda: [0])

    def into(self, zone: dns.name.Name) -> "Trail":
        """The same trail, one zone longer."""
        return replace(self, zones=self.zones | {zone})

    def towards(self, ns: dns.name.Name) -> "Trail | None":
        """The trail of the search for this server, which is hereby counted; None when it must not be made."""
        self.searches[0] += 1
        if ns in self.servers or self.searches[0] > MAX_SEARCHES:
            return None
        return replace(self, servers=self.servers | {ns})


Search = Callable[[dns.name.Name, str, Trail], Awaitable[Lookup]]

REMEMBERED_SERVER_NAMES = 8192
MAX_NESTING = 6
"""How deep the search for a name server's address may lead into further such searches."""
FLIGHT_WAIT_S = 2.0
"""How long to wait for another row's search for the same server name. Bounded, because two zones whose servers
lie in each other would otherwise wait for each other for ever."""


class ServerAddresses:
    """Looks name servers up by `search`, which resolves a name and type with the trail so far."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._known: Remembered[dns.name.Name, tuple[NameServer, ...]] = Remembered(REMEMBERED_SERVER_NAMES)
        self._flights = Flights()

    async def every(self, zone: ZoneServers, names: Iterable[dns.name.Name]) -> tuple[NameServer, ...]:
        """All addresses of all these servers of the zone, IPv4 and IPv6, looked up at once."""
        trail = Trail().into(zone.zone)
        batches = await asyncio.gather(*(self._of(ns, trail) for ns in _reachable(zone, names)))
        return tuple(server for batch in batches for server in batch)

    async def some(
        self, zone: ZoneServers, names: Iterable[dns.name.Name], trail: Trail, *, enough: int
    ) -> tuple[NameServer, ...]:
        """The addresses of the first `enough` of these servers that have any; none when the trail is a circle."""
        if zone.zone in trail.zones or len(trail.zones) >= MAX_NESTING:
            return ()
        found: list[NameServer] = []
        for ns in _reachable(zone, names):
            found.extend(await self._of(ns, trail.into(zone.zone)))
            if len({server.name for server in found}) >= enough:
                break
        return tuple(found)

    async def _of(self, ns: dns.name.Name, trail: Trail) -> tuple[NameServer, ...]:
        known = self._known.get(ns)
        if known is not None:
            return known
        towards = trail.towards(ns)
        if towards is None:
            return ()
        async with self._flights.turn(ns, wait_s=FLIGHT_WAIT_S):
            known = self._known.get(ns)
            if known is not None:
                return known
            lookups = await asyncio.gather(self._search(ns, "A", towards), self._search(ns, "AAAA", towards))
            text = canonical_text(ns)
            found = tuple(
                NameServer(name=text, address=address) for lookup in lookups for address in lookup.addresses
            )
            if any(lookup.outcome is LookupOutcome.FAILED for lookup in lookups):
                return found  # not kept: the half that failed may be found the next time
            return self._known.keep(ns, found)


def _reachable(zone: ZoneServers, names: Iterable[dns.name.Name]) -> list[dns.name.Name]:
    """Without glue the zone cannot be asked for the way to itself."""
    return [ns for ns in names if zone.glue or not ns.is_subdomain(zone.zone)]
