"""The bare domain as a starting point, http and https, where the web host is another name. Decides no cell.

Two connections in most cases: a redirect to where the web host's own visits began is not followed again.
"""

import asyncio
from dataclasses import replace

from checker.dns.lookup import Lookups
from checker.network.door import Network
from checker.observations.dns import IPAddress
from checker.observations.failure import MAY_PASS
from checker.observations.tls import ChainTrust
from checker.observations.web import BareDomain, Visit, VisitEnd, WebObservation
from checker.probes.web_visit import Visits
from checker.protocols.chain_trust import CaStore, judge_chain
from checker.protocols.locations import WebUrl


class BareDomainRun:
    """One look at the bare domain after the web host was seen; on cancellation nothing is known of it."""

    def __init__(
        self, domain: str, web: WebObservation, network: Network, lookups: Lookups, *, ca_store: CaStore
    ) -> None:
        self._domain = domain
        self._web = web
        self._network = network
        self._lookups = lookups
        self._ca_store = ca_store
        self._seen: BareDomain | None = None

    @property
    def observation(self) -> BareDomain | None:
        """What was seen; None until then, and where there is nothing to look at."""
        return self._seen

    async def run(self) -> None:
        """Visit http://domain/ and https://domain/ at one address: IPv4, and IPv6 where nothing answers there.

        Run again it repeats only a look that met trouble which may have passed.
        """
        if self._seen is not None and not any(map(_troubled, (self._seen.http, self._seen.https))):
            return
        policy = self._network.policy
        if (
            self._domain == self._web.host
            or self._web.failure is not None
            or policy.excludes_name(self._domain)
        ):
            return
        ipv4, ipv6 = await asyncio.gather(
            self._lookups.lookup(self._domain, "A"), self._lookups.lookup(self._domain, "AAAA")
        )
        if policy.excludes_name(*ipv4.aliases, *ipv6.aliases):
            return
        found = [address for lookup in (ipv4, ipv6) for address in lookup.addresses[:1]]
        kept = [address for address in found if not policy.is_excluded(address)]
        if found and not kept:
            return
        refused = tuple(address for address in kept if policy.refusal(address))
        seen = BareDomain(domain=self._domain, ipv4=ipv4, ipv6=ipv6, refused_addresses=refused)
        self._seen = await self._visited(seen, [address for address in kept if address not in refused])

    async def _visited(self, seen: BareDomain, addresses: list[IPAddress]) -> BareDomain:
        visits = Visits(
            host=self._domain,
            network=self._network,
            lookups=self._lookups,
            trust=self._trust,
            known=_beginnings(self._web),
        )
        for address in addresses:
            http = await visits.visit(WebUrl(scheme="http", host=self._domain, port=80), address)
            https = await visits.visit(WebUrl(scheme="https", host=self._domain, port=443), address)
            seen = replace(seen, http=http, https=https)
            if not (_unanswered(http) and _unanswered(https)):
                break
        return seen

    def _trust(self, chain: tuple[bytes, ...]) -> ChainTrust:
        return judge_chain(chain, self._ca_store, self._web.observed_at)


def _beginnings(web: WebObservation) -> dict[str, Visit]:
    """The web host's visits by the URL where they began, the first address that answered counting for all."""
    visits = [visit for endpoint in web.endpoints for visit in (endpoint.http, endpoint.https)]
    return {visit.hops[0].url: visit for visit in reversed(visits) if not _unanswered(visit)}


def _troubled(visit: Visit | None) -> bool:
    last = visit.hops[-1] if visit else None
    return last is not None and (last.failure in MAY_PASS or (last.status or 0) >= 500)


def _unanswered(visit: Visit) -> bool:
    return visit.end is VisitEnd.NO_ANSWER and len(visit.hops) == 1
