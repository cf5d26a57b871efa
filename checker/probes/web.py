"""The web conversation: every address of a web host, from http and from https, each address pinned."""

import asyncio
from datetime import datetime

from checker.dns.lookup import Lookups
from checker.network.door import Network
from checker.observations.dns import IPAddress, Lookup, LookupOutcome
from checker.observations.failure import Failure
from checker.observations.tls import ChainTrust, TlsOutcome
from checker.observations.web import WebEndpoint, WebObservation
from checker.probes.tls_facts import broad_hello
from checker.probes.web_visit import Visits
from checker.protocols.chain_trust import CaStore, judge_chain
from checker.protocols.locations import WebUrl

ADDRESSES_PER_FAMILY = 10
"""Addresses of one family that are visited; a name may have hundreds."""


async def observe_web(host: str, network: Network, lookups: Lookups, *, ca_store: CaStore) -> WebObservation:
    """Visit http://host/ and https://host/ at every address of `host` (A-labels) that the policy allows.

    Chains of the host's own handshakes are judged against `ca_store` at the network's clock. Trouble is data:
    `failure` is EXCLUDED when the settings forbid the name or an alias of it, or addresses and no others are left.
    """
    observed_at = network.clock.now()
    if network.policy.excludes_name(host):
        ipv4, ipv6 = (
            Lookup(name=host, type=rdtype, outcome=LookupOutcome.FAILED, failure=Failure.EXCLUDED)
            for rdtype in ("A", "AAAA")
        )
        return _excluded(host, observed_at, ipv4, ipv6)
    ipv4, ipv6 = await asyncio.gather(lookups.lookup(host, "A"), lookups.lookup(host, "AAAA"))
    if network.policy.excludes_name(*ipv4.aliases, *ipv6.aliases):
        return _excluded(host, observed_at, ipv4, ipv6)
    found = [tuple(dict.fromkeys(lookup.addresses)) for lookup in (ipv4, ipv6)]
    capped = [address for family in found for address in family[:ADDRESSES_PER_FAMILY]]
    excluded = tuple(address for address in capped if network.policy.is_excluded(address))
    refused = tuple(
        address for address in capped if address not in excluded and network.policy.refusal(address)
    )
    allowed = [address for address in capped if address not in excluded and address not in refused]

    def trust(chain: tuple[bytes, ...]) -> ChainTrust:
        return judge_chain(chain, ca_store, observed_at)

    visits = Visits(host=host, network=network, lookups=lookups, trust=trust)
    async with asyncio.TaskGroup() as group:
        endpoints = [group.create_task(_endpoint(visits, address)) for address in allowed]
    return WebObservation(
        host=host,
        observed_at=observed_at,
        ipv4=ipv4,
        ipv6=ipv6,
        endpoints=tuple(endpoint.result() for endpoint in endpoints),
        refused_addresses=refused,
        excluded_addresses=excluded,
        left_out=sum(len(family) for family in found) - len(capped),
        failure=Failure.EXCLUDED if excluded and not allowed else None,
    )


def _excluded(host: str, observed_at: datetime, ipv4: Lookup, ipv6: Lookup) -> WebObservation:
    return WebObservation(
        host=host, observed_at=observed_at, ipv4=ipv4, ipv6=ipv6, endpoints=(), failure=Failure.EXCLUDED
    )


async def _endpoint(visits: Visits, address: IPAddress) -> WebEndpoint:
    """One address, one connection at a time: from http, from https, and the broad hello if TLS did not stand."""
    http = await visits.visit(WebUrl(scheme="http", host=visits.host, port=80), address)
    https = await visits.visit(WebUrl(scheme="https", host=visits.host, port=443), address)
    seen = https.hops[0].handshake
    broad = None
    if seen is not None and seen.outcome is not TlsOutcome.ESTABLISHED:
        broad = await broad_hello(visits.network, address, 443, visits.host)
    return WebEndpoint(address=address, http=http, https=https, broad=broad)
