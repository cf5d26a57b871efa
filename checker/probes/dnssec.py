"""The DNSSEC conversation: the chain to one domain, then every server address of the zone that holds it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import dns.exception
import dns.name
import dns.rdatatype

from checker.dns.questions import ask_each
from checker.dns.reasons import HOLDS
from checker.dns.records import canonical_text, find, name_of
from checker.dns.responses import ZoneServers, server_names
from checker.dns.trust import Trusted
from checker.dns.validate import judge_answer
from checker.dns.walk import Step, Walker
from checker.observations.dns import (
    ChainObservation,
    DnssecObservation,
    IPAddress,
    Lookup,
    LookupOutcome,
    NameServer,
    Reply,
    ServerView,
)
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.probes.dnssec_hops import observe_hops

MAX_SERVERS = 26
"""Addresses of one zone that are asked: thirteen names over two families."""

Question = tuple[str, str]
T = TypeVar("T")
U = TypeVar("U")


async def observe_dnssec(domain: str, questions: Sequence[Question], walker: Walker) -> DnssecObservation:
    """Walk to the domain's zone and ask each of its server addresses for DNSKEY, SOA, NS and the row's RRsets.

    `questions` are (name, type) of the row, A-labels without trailing dot; those of other zones are left out. One
    random nonexistent name below the zone is asked besides. Servers are asked only where the chain is secure; one of
    them also for CDS and CDNSKEY, and other zones about the names that the row's records lead to.
    """
    network = walker.resolver.network
    observed_at = network.clock.now()
    if network.policy.excludes_name(domain):
        return unobserved(domain, walker, Failure.EXCLUDED)
    name = canonical_text(dns.name.from_text(domain))
    step = await walker.walk(name)
    zone, servers, trusted = step.standing.zone, step.servers, step.standing.trusted
    if step.ended or servers is None or trusted is None:
        existence = await walker.resolver.lookup(domain, "SOA")
        return DnssecObservation(
            domain=domain, observed_at=observed_at, existence=existence, chain=step.chain
        )
    nonexistent = _below(f"x{secrets.token_hex(8)}", zone)
    inside = _below_apex(zone, questions)
    views, left_out = await _views(walker, zone, servers, _wanted(zone, inside, nonexistent))
    elsewhere = await _cut_off(walker, trusted, inside, views, observed_at)
    views = tuple(_without(view, elsewhere) for view in views)
    inside = tuple(question for question in inside if question[0] not in elsewhere)
    # What follows gives warnings only: slow servers, least of all other people's, must not cost the row its cell.
    tcp, signals, hops = await asyncio.gather(
        _within(network.wait_s, partial(_over_tcp, walker, zone, views), {}),
        _within(network.wait_s, partial(_signals, walker, zone, views), ()),
        _within(network.wait_s, partial(observe_hops, walker, zone, inside, views), ()),
    )
    return DnssecObservation(
        domain=domain,
        observed_at=observed_at,
        existence=None,
        chain=step.chain,
        views=tuple(replace(view, tcp=tcp.get(view.server, Fact.NOT_TESTED)) for view in views),
        nonexistent=nonexistent,
        delegation=tuple(map(canonical_text, servers.names)) if servers.referred else (),
        signals=signals,
        hops=hops,
        left_out=left_out,
    )


async def _within(wait_s: float, work: Callable[[], Awaitable[T]], otherwise: U) -> T | U:
    """What the work comes to, or `otherwise` when that takes too long.

    The work is begun here, not by the caller: a sweep that is stopped before this has begun leaves no work behind.
    """
    try:
        async with asyncio.timeout(wait_s):
            return await work()
    except TimeoutError:
        return otherwise


def unobserved(domain: str, walker: Walker, failure: Failure) -> DnssecObservation:
    """The observation of a domain that was not asked: `failure` says why."""
    existence = Lookup(name=domain, type="SOA", outcome=LookupOutcome.FAILED, failure=failure)
    chain = ChainObservation(name=f"{domain}.", anchors=(), start=None, cuts=())
    now = walker.resolver.network.clock.now()
    return DnssecObservation(
        domain=domain, observed_at=now, existence=existence, chain=chain, failure=failure
    )


def _below_apex(zone: str, questions: Sequence[Question]) -> tuple[Question, ...]:
    """The row's questions about names at or below the apex, perhaps below another cut."""
    row = ((canonical_text(dns.name.from_text(name)), rdtype) for name, rdtype in questions)
    return tuple(question for question in row if name_of(question[0]).is_subdomain(name_of(zone)))


async def _cut_off(
    walker: Walker,
    trusted: Trusted,
    questions: Sequence[Question],
    views: Sequence[ServerView],
    now: datetime,
) -> frozenset[str]:
    """The names that lie below a cut: what hangs there is signed by others, or by nobody.

    A name that any server answers for with the zone's own signatures is the zone's; the others are looked for.
    """

    def validates(reply: Reply) -> bool:
        message = reply.message
        if message is None:
            return False
        return judge_answer(message, reply.name, reply.type, trusted, now).status in HOLDS

    names = dict.fromkeys(name for name, _ in questions if name != trusted.zone)
    replies = [reply for view in views for reply in view.replies]
    doubtful = [
        name for name in names if not any(reply.name == name and validates(reply) for reply in replies)
    ]
    steps = await asyncio.gather(*(walker.walk(name) for name in doubtful))
    return frozenset(
        name for name, step in zip(doubtful, steps, strict=True) if not _holds(trusted.zone, step)
    )


def _without(view: ServerView, names: frozenset[str]) -> ServerView:
    kept = tuple(reply for reply in view.replies if reply.name not in names)
    return replace(view, replies=kept) if names else view


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
    walker: Walker, zone: str, servers: ZoneServers, questions: tuple[Question, ...]
) -> tuple[tuple[ServerView, ...], int]:
    """All server addresses at once, the questions to one address one after the other; and how many are left out."""
    known = _each_address(await walker.resolver.servers(servers))
    first = await asyncio.gather(*(_view(walker, server, zone, questions) for server in known[:MAX_SERVERS]))
    more = [name for view in first for name in _child_names(view, zone)]
    every = _each_address((*known, *await walker.resolver.servers(servers, more)))
    asked = every[:MAX_SERVERS]
    second = await asyncio.gather(*(_view(walker, server, zone, questions) for server in asked[len(first) :]))
    return (*first, *second), len(every) - len(asked)


def _each_address(servers: Iterable[NameServer]) -> tuple[NameServer, ...]:
    """Servers by address: two names for one address are one server."""
    by_address: dict[IPAddress, NameServer] = {}
    for server in servers:
        by_address.setdefault(server.address, server)
    return tuple(by_address.values())


async def _view(walker: Walker, server: NameServer, zone: str, questions: tuple[Question, ...]) -> ServerView:
    """One address's answers; a silent server stays silent, and the rest would only cost its patience and ours."""
    asked = [(name_of(name), dns.rdatatype.from_text(rdtype)) for name, rdtype in questions]
    replies = await ask_each(walker.resolver.exchange, server, asked, zone=name_of(zone))
    return ServerView(server=server, replies=replies)


async def _over_tcp(walker: Walker, zone: str, views: Sequence[ServerView]) -> dict[NameServer, Fact]:
    """Which of the servers that answered do so over TCP as well."""
    servers = [view.server for view in views if view.replies[0].message is not None]
    facts = await asyncio.gather(
        *(walker.resolver.exchange.answers_over_tcp(server, name_of(zone)) for server in servers)
    )
    return dict(zip(servers, facts, strict=True))


async def _signals(walker: Walker, zone: str, views: Sequence[ServerView]) -> tuple[Reply, ...]:
    """What the zone would have its parent publish (RFC 7344), by the first server that answers with signatures."""
    for view in views:
        keys = view.replies[0].message
        if keys is not None and keys.edns and find(keys.answer, zone, "DNSKEY"):
            asked = [(name_of(zone), kind) for kind in (dns.rdatatype.CDS, dns.rdatatype.CDNSKEY)]
            return await ask_each(walker.resolver.exchange, view.server, asked, zone=name_of(zone))
    return ()


def _child_names(view: ServerView, zone: str) -> tuple[dns.name.Name, ...]:
    """NS names that the zone itself publishes, by this server."""
    for reply in view.replies:
        if reply.type == "NS" and reply.name == zone and reply.message is not None:
            rrset = find(reply.message.answer, zone, "NS")
            return server_names(rrset) if rrset else ()
    return ()
