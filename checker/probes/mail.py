"""How we look at a mail domain: its MX hosts, every address, one SMTP dialogue each. Concludes nothing."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from checker.dns.lookup import Lookups
from checker.network.budget import Budget, current_budget
from checker.network.door import Network
from checker.observations.dns import IPAddress, Lookup, LookupOutcome
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailObservation, MailSession, MailStage, MailState
from checker.probes.mail_hosts import Begun, MailHosts
from checker.probes.mail_session import hold_session
from checker.probes.mail_stop import turned_away
from checker.protocols.ca_store import CaStore
from checker.protocols.registrable_domain import registrable_domain

__all__ = ("MailHosts", "observe_mail")

MAX_MX_HOSTS = 10
"""MX hosts that are asked, by preference (notation.md)."""
MAX_ADDRESSES = 16
"""Addresses of one host that are asked, per family; large providers publish up to eight."""

HOST_WAITS = 10
"""Waits (`Network.wait_s`) that all dialogues with one host may take together: less than a row has by default."""
SHARE_OF_ROW = 0.9
"""The share of the row's remaining time that they may take at most, so that what was finished is reported."""
ROWS_TRY = 2
"""Rows that may run out of time over one host before the rest of it is left: a tarpit that many rows share would else
cost each of them all its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """What every dialogue of this observation needs."""

    network: Network
    lookups: Lookups
    ca_store: CaStore


async def observe_mail(
    domain: str,
    network: Network,
    lookups: Lookups,
    *,
    hosts: MailHosts,
    ca_store: CaStore,
    fresh: bool = False,
) -> MailObservation:
    """Look at the mail domain's MX hosts (RFC 5321 §5.1, RFC 7505) and hold a dialogue with each of their addresses.

    `domain` is an A-label name without trailing dot. Never raises for the network's trouble. `fresh` asks the hosts
    again, for a second attempt.
    """
    observed_at = network.clock.now()
    if network.policy.excludes_name(domain):
        nothing = Lookup(name=domain, type="MX", outcome=LookupOutcome.FAILED, failure=Failure.EXCLUDED)
        return _observation(domain, observed_at, nothing, failure=Failure.EXCLUDED)
    mx = await lookups.lookup(domain, "MX")
    records = sorted(_records(mx.values))
    named = [(preference, host) for preference, host in records if host]
    null = len(named) < len(records)
    nonexistent = mx.outcome is LookupOutcome.NXDOMAIN and not mx.aliases
    if mx.outcome is LookupOutcome.FAILED or nonexistent or (null and not named):
        return _observation(domain, observed_at, mx, null_mx=null)
    implicit = not named
    unique = {host: preference for preference, host in reversed(named)} or {domain: 0}
    chosen = sorted(unique.items(), key=lambda item: (item[1], item[0]))
    door = _Door(network=network, lookups=lookups, ca_store=ca_store)
    asked = chosen[:MAX_MX_HOSTS]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_shared(name, preference, door, hosts, fresh=fresh))
            for name, preference in asked
        ]
    return _observation(
        domain,
        observed_at,
        mx,
        null_mx_beside_others=null,
        implicit=implicit,
        hosts=tuple(task.result() for task in tasks),
        left_out=len(chosen) - len(asked),
    )


def _observation(
    domain: str,
    observed_at: datetime,
    mx: Lookup,
    *,
    null_mx: bool = False,
    null_mx_beside_others: bool = False,
    implicit: bool = False,
    hosts: tuple[MailHost, ...] = (),
    left_out: int = 0,
    failure: Failure | None = None,
) -> MailObservation:
    return MailObservation(
        domain=domain,
        observed_at=observed_at,
        mx=mx,
        null_mx=null_mx,
        null_mx_beside_others=null_mx_beside_others,
        implicit=implicit,
        hosts=hosts,
        left_out=left_out,
        failure=failure,
    )


def _records(values: Iterable[str]) -> list[tuple[int, str]]:
    """(preference, host) of MX values in presentation form; the null MX has the host "". RFC 1035 §3.3.9."""
    split = (value.partition(" ") for value in values)
    return [(int(preference), host.strip().removesuffix(".").lower()) for preference, _, host in split]


async def _shared(name: str, preference: int, door: _Door, hosts: MailHosts, *, fresh: bool) -> MailHost:
    host = await hosts.get(name, lambda begun: _probe(name, door, begun, fresh=fresh), fresh=fresh)
    return replace(host, preference=preference)


async def _probe(name: str, door: _Door, begun: Begun, *, fresh: bool) -> MailHost:
    """Resolve one mail host and hold a dialogue with each address that has had none, one after the other."""
    async with asyncio.TaskGroup() as group:
        ipv4 = group.create_task(door.lookups.lookup(name, "A"))
        ipv6 = group.create_task(door.lookups.lookup(name, "AAAA"))
    # IPv6 first: one greeting there decides a column of its own, and a host that says 421 is not asked again. The second
    # time IPv4 first: some hosts say 4xx to whoever comes over IPv6.
    families = (ipv4, ipv6) if fresh else (ipv6, ipv4)
    addresses = tuple(address for family in families for address in _addresses(family.result()))
    left: Failure | None = Failure.EXCLUDED
    if not door.network.policy.excludes_name(name, *ipv4.result().aliases, *ipv6.result().aliases):
        left = await _hold_sessions(name, addresses, door, begun)
    sessions = tuple(begun.sessions.get(address) or _not_probed(address, left) for address in addresses)
    return MailHost(name=name, preference=0, ipv4=ipv4.result(), ipv6=ipv6.result(), sessions=sessions)


async def _hold_sessions(
    name: str, addresses: tuple[IPAddress, ...], door: _Door, begun: Begun
) -> Failure | None:
    """Hold the dialogues that are missing in `begun`; say why the rest was left, None when asked to stop.

    The whole host has a time of its own, so that a row which meets a host with many silent addresses, and every other
    row that shares it, learns what there was to learn before its own time is up.
    """
    if begun.rows > ROWS_TRY:
        return Failure.ROW_DEADLINE
    before, known = current_budget.get(), len(begun.sessions)
    providers = (registrable_domain(name),)
    time_s = _host_time_s(door.network, before)
    try:
        async with asyncio.timeout(time_s) as timeout:
            budget = Budget(timeout, within=before)
            token = current_budget.set(budget)
            try:
                for address in addresses:
                    if any(map(_asks_us_to_stop, begun.sessions.values())):
                        return None
                    if address not in begun.sessions:
                        begun.sessions[address] = await hold_session(
                            address, name, door.network, ca_store=door.ca_store, providers=providers
                        )
            finally:
                current_budget.reset(token)
                budget.close()
    except TimeoutError:
        # It may have stood in the queue behind its own row's other hosts all the time: the next row tries it too.
        untried = len(begun.sessions) == known
        begun.unfinished = untried or time_s < HOST_WAITS * door.network.wait_s
        return Failure.ROW_DEADLINE
    return None


def _host_time_s(network: Network, budget: Budget | None) -> float:
    usual = HOST_WAITS * network.wait_s
    left = budget.row.left_s if budget else None
    return usual if left is None else min(usual, SHARE_OF_ROW * left)


def _addresses(lookup: Lookup) -> tuple[IPAddress, ...]:
    return tuple(dict.fromkeys(lookup.addresses))[:MAX_ADDRESSES] if lookup.values else ()


def _not_probed(address: IPAddress, failure: Failure | None) -> MailSession:
    return MailSession(address=address, state=MailState.NOT_PROBED, stage=MailStage.NONE, failure=failure)


def _asks_us_to_stop(session: MailSession) -> bool:
    return session.turned_away is not None or turned_away(session) is not None
