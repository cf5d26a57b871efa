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
from checker.probes.mail_hosts import MailHosts
from checker.probes.mail_session import hold_session
from checker.protocols.ca_store import CaStore

__all__ = ("MailHosts", "observe_mail")

MAX_MX_HOSTS = 10
"""MX hosts that are asked, by preference (notation.md)."""
MAX_ADDRESSES = 16
"""Addresses of one host that are asked, per family; large providers publish up to eight."""

HOST_WAITS = 10
"""Waits (`Network.wait_s`) that all dialogues with one host may take together: less than a row has."""

_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})


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
    return [(int(preference), host.strip().rstrip(".").lower()) for preference, _, host in split]


async def _shared(name: str, preference: int, door: _Door, hosts: MailHosts, *, fresh: bool) -> MailHost:
    host = await hosts.get(name, lambda: _probe(name, door), fresh=fresh)
    return replace(host, preference=preference)


async def _probe(name: str, door: _Door) -> MailHost:
    """Resolve one mail host and hold a dialogue with each address, one after the other."""
    async with asyncio.TaskGroup() as group:
        ipv4 = group.create_task(door.lookups.lookup(name, "A"))
        ipv6 = group.create_task(door.lookups.lookup(name, "AAAA"))
    # IPv6 first: one greeting there decides a column of its own, and a host that says 421 is not asked again.
    addresses = _addresses(ipv6.result()) + _addresses(ipv4.result())
    sessions: list[MailSession] = []
    left: Failure | None = Failure.EXCLUDED
    if not door.network.policy.excludes_name(name, *ipv4.result().aliases, *ipv6.result().aliases):
        left = await _hold_sessions(name, addresses, door, sessions)
    sessions += [_not_probed(address, left) for address in addresses[len(sessions) :]]
    return MailHost(name=name, preference=0, ipv4=ipv4.result(), ipv6=ipv6.result(), sessions=tuple(sessions))


async def _hold_sessions(
    name: str, addresses: tuple[IPAddress, ...], door: _Door, sessions: list[MailSession]
) -> Failure | None:
    """Hold the dialogues one after the other into `sessions`; say why the rest was left, None when asked to stop.

    The whole host has a time of its own, so that a row which meets a host with many silent addresses, and every other
    row that shares it, learns what there was to learn before its own time is up.
    """
    before = current_budget.get()
    try:
        async with asyncio.timeout(HOST_WAITS * door.network.wait_s) as timeout:
            budget = Budget(timeout, within=before)
            token = current_budget.set(budget)
            try:
                for address in addresses:
                    providers = (provider_of(name),)
                    session = await hold_session(
                        address, name, door.network, ca_store=door.ca_store, providers=providers
                    )
                    sessions.append(session)
                    if _asks_us_to_stop(session):
                        return None
            finally:
                current_budget.reset(token)
                budget.close()
    except TimeoutError:
        return Failure.ROW_DEADLINE
    return None


def _addresses(lookup: Lookup) -> tuple[IPAddress, ...]:
    return tuple(dict.fromkeys(lookup.addresses))[:MAX_ADDRESSES] if lookup.values else ()


def _not_probed(address: IPAddress, failure: Failure | None) -> MailSession:
    return MailSession(address=address, state=MailState.NOT_PROBED, stage=MailStage.NONE, failure=failure)


def _asks_us_to_stop(session: MailSession) -> bool:
    """Whether the host said 4xx to us. 454 to STARTTLS speaks of its TLS (RFC 3207 §4), so only 421 counts there."""
    replies = (session.banner, session.ehlo, session.helo)
    temporary = any(reply is not None and 400 <= reply.code < 500 for reply in replies)
    return temporary or (session.starttls is not None and session.starttls.code == 421)


def provider_of(host: str) -> str:
    """A guess at the registrable domain that answers for a mail host: the last two labels, three below "co.uk".

    A guess is enough: it only decides which hosts are not asked at the same time.
    """
    labels = host.split(".")
    deep = len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3:] if deep else labels[-2:])
