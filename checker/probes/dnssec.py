"""The DNSSEC conversation: the chain to one domain, then every server address of the zone that holds it."""

import asyncio
import secrets
from collections.abc import Sequence

import dns.exception
import dns.name
import dns.rdatatype

from checker.dns.reasons import Status
from checker.dns.records import canonical_text, find, name_of
from checker.dns.responses import ZoneServers, server_names
from checker.dns.walk import Step, Walker
from checker.observations.dns import (
    ChainObservation,
    DnssecObservation,
    Lookup,
    LookupOutcome,
    NameServer,
    Reply,
    ServerView,
)
from checker.observations.failure import Failure

MAX_SERVERS = 26
"""Addresses of one zone that are asked: thirteen names over two families."""

Question = tuple[str, str]


async def observe_dnssec(domain: str, questions: Sequence[Question], walker: Walker) -> DnssecObservation:
    """Walk to the domain's zone and ask each of its server addresses for DNSKEY, SOA, NS and the row's RRsets.

    `questions` are (name, type) of the row, A-labels without trailing dot; those of other zones are left out. One
    random nonexistent name below the zone is asked besides. Servers are asked only where the chain is secure.
    """
    network = walker.resolver.network
    observed_at = network.clock.now()
    if network.policy.excludes_name(domain):
        return unobserved(domain, walker, Failure.EXCLUDED)
    name = canonical_text(dns.name.from_text(domain))
    existence = await walker.resolver.lookup(domain, "SOA")
    step = await walker.walk(name)
    nonexistent = ""
    views: tuple[ServerView, ...] = ()
    if step.standing.status is Status.SECURE and step.servers is not None and not step.standing.nonexistent:
        nonexistent = _below(f"x{secrets.token_hex(8)}", step.standing.zone)
        inside = await _inside(walker, step.standing.zone, name, questions)
        views = await _views(walker, step, step.servers, _wanted(step.standing.zone, inside, nonexistent))
    return DnssecObservation(
        domain=domain,
        observed_at=observed_at,
        existence=existence,
        chain=step.chain,
        views=views,
        nonexistent=nonexistent,
    )


def unobserved(domain: str, walker: Walker, failure: Failure) -> DnssecObservation:
    """The observation of a domain that was not asked: `failure` says why."""
    existence = Lookup(name=domain, type="SOA", outcome=LookupOutcome.FAILED, failure=failure)
    chain = ChainObservation(name=f"{domain}.", anchors=(), start=None, cuts=())
    now = walker.resolver.network.clock.now()
    return DnssecObservation(
        domain=domain, observed_at=now, existence=existence, chain=chain, failure=failure
    )


async def _inside(
    walker: Walker, zone: str, domain: str, questions: Sequence[Question]
) -> tuple[Question, ...]:
    """The questions whose names lie in the zone itself: what hangs below another cut is signed by others, or nobody."""
    row = [(canonical_text(dns.name.from_text(name)), rdtype) for name, rdtype in questions]
    below = dict.fromkeys(
        name for name, _ in row if name != domain and name_of(name).is_subdomain(name_of(zone))
    )
    steps = await asyncio.gather(*(walker.walk(name) for name in below))
    held = {domain, *(name for name, step in zip(below, steps, strict=True) if _holds(zone, step))}
    return tuple(question for question in row if question[0] in held)


def _holds(zone: str, step: Step) -> bool:
    """Whether the way down to a name ends in the zone, or broke off there without proof of a cut."""
    trusted = step.standing.trusted
    return trusted is not None and trusted.zone == zone


def _wanted(zone: str, inside: Sequence[Question], nonexistent: str) -> tuple[Question, ...]:
    denial = [(nonexistent, "A")] if nonexistent else []
    return tuple(dict.fromkeys([(zone, "DNSKEY"), (zone, "SOA"), (zone, "NS"), *inside, *denial]))


def _below(label: str, zone: str) -> str:
    try:
        return canonical_text(dns.name.from_text(label, name_of(zone)))
    except dns.exception.DNSException:  # a zone name so long that nothing fits below it
        return ""


async def _views(
    walker: Walker, step: Step, servers: ZoneServers, questions: tuple[Question, ...]
) -> tuple[ServerView, ...]:
    """All server addresses at once, the questions to one address one after the other."""
    known = await walker.resolver.servers(servers)
    first = await asyncio.gather(
        *(_view(walker, server, step.standing.zone, questions) for server in known[:MAX_SERVERS])
    )
    more = [name for view in first for name in _child_names(view, step.standing.zone)]
    every = await walker.resolver.servers(servers, more)
    rest = [server for server in every if server not in known][: max(0, MAX_SERVERS - len(known))]
    second = await asyncio.gather(*(_view(walker, server, step.standing.zone, questions) for server in rest))
    return (*first, *second)


async def _view(walker: Walker, server: NameServer, zone: str, questions: tuple[Question, ...]) -> ServerView:
    replies: list[Reply] = []
    for name, rdtype in questions:
        reply = await walker.resolver.exchange.ask(
            server, name_of(name), dns.rdatatype.from_text(rdtype), zone=name_of(zone)
        )
        replies.append(reply)
        if reply.message is None:
            break  # a silent server stays silent; the rest would only cost its patience and ours
    return ServerView(server=server, replies=tuple(replies))


def _child_names(view: ServerView, zone: str) -> tuple[dns.name.Name, ...]:
    """NS names that the zone itself publishes, by this server."""
    for reply in view.replies:
        if reply.type == "NS" and reply.name == zone and reply.message is not None:
            rrset = find(reply.message.answer, zone, "NS")
            return server_names(rrset) if rrset else ()
    return ()
