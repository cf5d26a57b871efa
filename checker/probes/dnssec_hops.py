"""Where a row's records lead out of its own zone: aliases and MX hosts that other zones answer for."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.MX import MX

from checker.dns.algorithms import CAPS
from checker.dns.answer import secure_answer
from checker.dns.reasons import Status
from checker.dns.records import canonical_text, find, name_of, rdata_of, rdatas
from checker.dns.walk import Step, Walker
from checker.observations.dns import Hop, Message, Reply, ServerView

MAX_HOPS = 12
"""Names followed out of one zone: ten MX hosts and an alias or two."""

Question = tuple[str, str]
Lead = tuple[str, str, str]
"""Origin, the name it leads to, and the address type to ask there."""


async def observe_hops(
    walker: Walker, zone: str, inside: Sequence[Question], views: Sequence[ServerView]
) -> tuple[Hop, ...]:
    """Walk to each name that the answers to the row's own questions lead to, and ask other zones for its address.

    Names that `zone` itself turns out to hold are no hops: they may look so below it, or lie below a cut of it.
    Aliases are followed from there on, each as a hop of its own. The first answer that any server gave is taken.
    """
    leads = dict.fromkeys(
        lead for name, rdtype in inside for lead in _leads(name, rdtype, _answer(views, name, rdtype), zone)
    )
    followed = await asyncio.gather(*(_follow(walker, lead, zone) for lead in islice(leads, MAX_HOPS)))
    return tuple(dict.fromkeys(hop for hops in followed for hop in hops))


def _answer(views: Sequence[ServerView], name: str, rdtype: str) -> Message | None:
    for view in views:
        for reply in view.replies:
            if (reply.name, reply.type) == (name, rdtype) and reply.message is not None:
                return reply.message
    return None


def _leads(name: str, rdtype: str, message: Message | None, zone: str) -> Iterator[Lead]:
    """The ways out of the zone in one answer."""
    if message is None:
        return
    end = _alias_end(message, name, zone)
    if not name_of(end).is_subdomain(name_of(zone)):
        yield f"{name} CNAME", end, rdtype
        return
    mx = find(message.answer, end, "MX") if rdtype == "MX" else None
    for rdata in rdatas(mx) if mx is not None else ():
        host = rdata.exchange if isinstance(rdata, MX) else dns.name.root
        if host != dns.name.root and not _is_child(host, name_of(zone)):
            yield f"{name} MX", canonical_text(host), "A"


def _is_child(name: dns.name.Name, zone: dns.name.Name) -> bool:
    """Whether the name stands at or right below the apex: as good as never a zone of its own, and not asked about."""
    return name.is_subdomain(zone) and len(name.labels) <= len(zone.labels) + 1


def _alias_end(message: Message, name: str, zone: str) -> str:
    """Where the message's CNAMEs lead from the name, as far as the zone may tell; those made by a DNAME are among them."""
    for _ in range(CAPS.alias_hops):
        alias = find(message.answer, name, "CNAME") if name_of(name).is_subdomain(name_of(zone)) else None
        record = rdata_of("CNAME", alias.rdata[0]) if alias is not None else None
        if not isinstance(record, CNAME):
            break
        name = canonical_text(record.target)
    return name


async def _follow(walker: Walker, lead: Lead, zone: str) -> Iterable[Hop]:
    origin, name, rdtype = lead
    hops: list[Hop] = []
    for _ in range(CAPS.alias_hops):
        step = await walker.walk(name)
        secure = step.standing.status is Status.SECURE
        if secure and step.standing.zone == zone:
            break
        reply = await _address(walker, step, name, rdtype)
        hops.append(Hop(origin=origin, name=name, chain=step.chain, reply=reply))
        message = reply.message if reply is not None else None
        end = _alias_end(message, name, step.standing.zone) if message is not None else name
        if end == name:
            break
        origin, name = f"{name} CNAME", end
    return hops


async def _address(walker: Walker, step: Step, name: str, rdtype: str) -> Reply | None:
    """What the name's zone says of it, by the first server whose answer holds, as a resolver would ask on."""
    trusted, servers = step.standing.trusted, step.servers
    if step.standing.status is not Status.SECURE or step.standing.nonexistent or not (trusted and servers):
        return None
    _, reply = await secure_answer(walker, trusted, servers, name, dns.rdatatype.from_text(rdtype))
    return reply
