"""The iterative resolver: from the root hints to the servers that are responsible, nothing in between.

It never validates: whoever needs the chain of trust asks `walk`. Delegations and name-server addresses are kept for
one sweep and in bounded number; answers are not kept at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import dns.exception
import dns.name
import dns.rdatatype

from checker.dns.algorithms import CAPS
from checker.dns.exchange import Exchange
from checker.dns.flights import Flights
from checker.dns.lookup import failed
from checker.dns.records import canonical_text, texts, type_text
from checker.dns.remembered import Remembered
from checker.dns.responses import Response, Shape, ZoneServers, classify, delegation
from checker.dns.server_addresses import ServerAddresses, Trail
from checker.dns.servers import ask_any
from checker.network.door import Network
from checker.observations.dns import Lookup, LookupOutcome, NameServer, Reply

REMEMBERED_ZONES = 4096
MAX_REFERRALS = 40

_OUTCOMES = {
    Shape.ANSWER: LookupOutcome.FOUND,
    Shape.NODATA: LookupOutcome.NODATA,
    Shape.NXDOMAIN: LookupOutcome.NXDOMAIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The last reply to one name and type, no alias followed; `response` is None when nobody gave a usable one."""

    servers: ZoneServers
    reply: Reply | None
    response: Response | None


class Resolver:
    """Resolves names from the root hints. One instance a sweep: it holds the shared cache of parents."""

    def __init__(self, network: Network, hints: Iterable[NameServer]) -> None:
        self.network = network
        self.exchange = Exchange(network)
        glue = tuple(hints)
        names = tuple(dict.fromkeys(dns.name.from_text(server.name) for server in glue))
        self.root = ZoneServers(zone=dns.name.root, names=names, glue=glue)
        self._zones: Remembered[dns.name.Name, ZoneServers] = Remembered(REMEMBERED_ZONES)
        self._addresses = ServerAddresses(self._search_server)
        self._flights = Flights()

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        """Resolve a name and type, CNAMEs followed (at most 11); see `Lookups`."""
        try:
            asked = dns.name.from_text(name).canonicalize()
        except (dns.exception.DNSException, UnicodeError) as error:
            return failed(name, rdtype, (), f"not a domain name: {error}")
        return await self._lookup(name, asked, dns.rdatatype.from_text(rdtype), Trail())

    async def _search_server(self, ns: dns.name.Name, rdtype: str, trail: Trail) -> Lookup:
        return await self._lookup(canonical_text(ns), ns, dns.rdatatype.from_text(rdtype), trail)

    async def _lookup(
        self,
        name: str,
        asked: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        trail: Trail,
    ) -> Lookup:
        text = type_text(rdtype)
        aliases: list[str] = []
        current = asked
        while True:
            found = await self.resolve(current, rdtype, trail)
            response = found.response
            if response is None:
                return failed(name, text, tuple(aliases), _why(found))
            while response is not None and response.shape is Shape.ALIAS:
                assert response.target is not None
                current = response.target
                aliases.append(canonical_text(current).rstrip("."))
                if len(aliases) > CAPS.alias_hops:
                    return failed(name, text, tuple(aliases), f"over {CAPS.alias_hops} CNAMEs")
                response = _carried(found, current, text)
            if response is None:
                continue  # the alias's target is asked for anew
            values = texts(response.rrset) if response.rrset is not None else ()
            outcome = _OUTCOMES[response.shape]
            return Lookup(name=name, type=text, outcome=outcome, values=values, aliases=tuple(aliases))

    async def resolve(
        self,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        trail: Trail | None = None,
    ) -> Resolution:
        """Ask for exactly this name and type, from the closest known zone down. For DS the parent is asked."""
        trail = trail or Trail()
        above = name.parent() if rdtype == dns.rdatatype.DS and name != dns.name.root else name
        zone = await self._below_root(above, name, rdtype, trail)
        for _ in range(MAX_REFERRALS):
            found = await self._step(zone, name, rdtype, trail)
            if not isinstance(found, ZoneServers):
                return found
            zone = found
        return Resolution(servers=zone, reply=None, response=None)

    async def _below_root(
        self, above: dns.name.Name, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, trail: Trail
    ) -> ZoneServers:
        """The closest known zone; one task at a time finds out about a top-level domain, then all know it.

        Nothing but the root is asked under that lock: a slow zone must not keep its whole top-level domain waiting.
        """
        if self.closest(above).zone == dns.name.root and len(above.labels) > 1:
            async with self._flights.turn(dns.name.Name(above.labels[-2:])):
                if self.closest(above).zone == dns.name.root:
                    await self._step(self.root, name, rdtype, trail)
        return self.closest(above)

    async def _step(
        self, zone: ZoneServers, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, trail: Trail
    ) -> Resolution | ZoneServers:
        """Ask one zone: the end, or the zone further down that it refers to."""
        reply = await self.ask_zone(zone, name, rdtype, trail)
        response = _response(reply, zone, name, rdtype)
        if response is None or response.shape is not Shape.REFERRAL:
            return Resolution(servers=zone, reply=reply, response=response)
        assert response.below is not None
        return self._zones.keep(response.below.zone, response.below)

    def closest(self, name: dns.name.Name) -> ZoneServers:
        """The closest enclosing zone whose servers are known; at worst the root."""
        while name != dns.name.root:
            if known := self._zones.get(name):
                return known
            name = name.parent()
        return self.root

    async def ask_zone(
        self,
        zone: ZoneServers,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        trail: Trail | None = None,
    ) -> Reply | None:
        """The first usable reply of the zone's servers to one question; those with glue are asked first.

        Glue for names outside the zone may be stale: when it leads nowhere, those names are looked up as well.
        """
        text = type_text(rdtype)

        def usable(reply: Reply) -> bool:
            message = reply.message
            return (
                message is not None and classify(message, zone.zone, name, text).shape is not Shape.UNUSABLE
            )

        reply = (
            await ask_any(self.exchange, zone.zone, zone.glue, (name, rdtype), usable) if zone.glue else None
        )
        if reply is not None and reply.message is not None and usable(reply):
            return reply
        named = {server.name for server in zone.glue}
        rest = [ns for ns in zone.names if canonical_text(ns) not in named]
        rest += [ns for ns in zone.names if ns not in rest and not ns.is_subdomain(zone.zone)]
        found = await self._addresses.some(zone, rest, trail or Trail(), enough=2)
        others = [server for server in found if server not in zone.glue]
        again = await ask_any(self.exchange, zone.zone, others, (name, rdtype), usable) if others else None
        return again or reply

    async def servers(self, zone: ZoneServers, more: Iterable[dns.name.Name] = ()) -> tuple[NameServer, ...]:
        """Every address of every server of the zone, IPv4 and IPv6; glue stands where the names do not resolve.

        `more` are NS names that only the zone itself publishes.
        """
        names = tuple(dict.fromkeys((*zone.names, *more)))
        resolved = await self._addresses.every(zone, names)
        have = {server.name for server in resolved}
        glue = [server for server in zone.glue if server.name not in have]
        return tuple(dict.fromkeys((*resolved, *glue)))

    async def zone_servers(self, zone: dns.name.Name) -> ZoneServers | None:
        """The servers of the zone with exactly this apex; None when none could be found.

        Known by referral, or by its own NS RRset where the parent's servers serve it too and so never refer.
        """
        known = await self._below_root(zone, zone, dns.rdatatype.NS, trail := Trail())
        for _ in range(MAX_REFERRALS):
            if known.zone == zone:
                return known
            found = await self._step(known, zone, dns.rdatatype.NS, trail)
            if isinstance(found, Resolution):
                break
            known = found
        else:
            return None
        if found.response is None or found.response.shape is not Shape.ANSWER:
            return None
        assert found.response.rrset is not None
        assert found.reply is not None
        assert found.reply.message is not None
        servers = delegation(found.reply.message, found.servers.zone, zone, found.response.rrset)
        if not servers.glue:
            # A server of parent and child that leaves out addresses: it is asked for them while it is the way there.
            there = replace(servers, glue=(found.reply.server,))
            servers = replace(there, glue=await self._addresses.every(there, servers.names) or there.glue)
        return self._zones.keep(zone, servers)


def _response(
    reply: Reply | None, zone: ZoneServers, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> Response | None:
    if reply is None or reply.message is None:
        return None
    response = classify(reply.message, zone.zone, name, type_text(rdtype))
    return None if response.shape is Shape.UNUSABLE else response


def _carried(found: Resolution, target: dns.name.Name, text: str) -> Response | None:
    """What the same reply says about an alias's target inside the zone; None when it has to be asked for."""
    assert found.reply is not None
    assert found.reply.message is not None
    if not target.is_subdomain(found.servers.zone):
        return None
    response = classify(found.reply.message, found.servers.zone, target, text)
    return response if response.shape in (Shape.ANSWER, Shape.ALIAS) else None


def _why(found: Resolution) -> str:
    zone = canonical_text(found.servers.zone)
    if found.reply is None:
        return f"no server of {zone} could be found"
    if found.reply.message is not None:
        return f"servers of {zone} answer {found.reply.message.rcode} or refer elsewhere"
    return f"servers of {zone}: {found.reply.failure.value if found.reply.failure else 'no answer'}"
