"""How we look at ourselves: the way to root servers over IPv4 and IPv6, UDP and TCP, the clock, the anchors.

Touches root servers only, few of them; it never judges anybody else.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import dns.name
import dns.rdatatype

from checker.dns.query import EDNS_PAYLOAD_BYTES, answers, write_query
from checker.dns.records import MalformedMessageError, parse_message
from checker.dns.tcp import DNS_PORT, ask_over_tcp
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.dns import Message, NameServer, RRset
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.vantage import Vantage
from checker.probes.root_trust import RootTrust, judge_root

ROOTS_TRIED = 3
"""Root servers per family and transport before the way is held to be shut."""
TRY_S = 3.0
"""Seconds for one root server, so that the whole check takes 9 s when everything is dropped."""
_BEST_FIRST = (Fact.YES, Fact.NO, Fact.NOT_TESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One address family and transport, and what came of it: a root server's message or words on the trouble."""

    family: int
    transport: str
    message: Message | None
    words: str


async def observe_vantage(
    network: Network, *, name: str, hints: tuple[NameServer, ...], anchors: tuple[RRset, ...]
) -> Vantage:
    """Ask root servers for their keys over each family and transport at once, the first good answer of each counts.

    `hints` are the root's servers, `anchors` the trust anchors (`checker.dns.anchors`). Takes under 10 s whatever the
    network does. Port 25 stays NOT_TESTED here.
    """
    ways = await asyncio.gather(
        *(_try_roots(network, hints, family, transport) for family in (4, 6) for transport in ("UDP", "TCP"))
    )
    root = _judge(ways, anchors, network.clock.now())
    return Vantage(
        name=name,
        checked_at=network.clock.now(),
        ipv4=_reached(way for way in ways if way.family == 4),
        ipv6=_reached(way for way in ways if way.family == 6),
        dns_udp=_reached(way for way in ways if way.transport == "UDP"),
        dns_tcp=_reached(way for way in ways if way.transport == "TCP"),
        clock=root.clock,
        clock_offset_s=root.offset_s,
        root_validates=root.validates,
        details=tuple(chain((way.words for way in ways), root.details)),
    )


def unusable(vantage: Vantage) -> str | None:
    """One English sentence, without its full stop, on why nothing can be measured from here, or None. Pure.

    A family that is missing costs some columns, not the sweep; this is about what every column needs.
    """
    if Fact.YES not in (vantage.ipv4, vantage.ipv6):
        return (
            "No root server answers over IPv4 or IPv6: this machine has no working way to the Internet's DNS"
        )
    if Fact.YES not in (vantage.dns_udp, vantage.dns_tcp):
        return "No root server answers over UDP or TCP port 53: DNS is blocked on the way out"
    if vantage.clock is Fact.NO:
        off = "ahead of" if vantage.clock_offset_s > 0 else "behind"
        hours = abs(vantage.clock_offset_s) / 3600
        return (
            f"The clock is at least {hours:.1f} hours {off} the root zone's signatures: no signature or certificate "
            "can be judged"
        )
    if vantage.root_validates is Fact.NO:
        return (
            "The root zone does not validate from the trust anchors: the anchors are out of date or do not belong "
            "to these root servers, or somebody on the way answers in their place"
        )
    return None


def _reached(ways: Iterable[_Way]) -> Fact:
    return Fact.of(any(way.message is not None for way in ways))


def _judge(ways: Iterable[_Way], anchors: tuple[RRset, ...], now: datetime) -> RootTrust:
    """The best of what the ways brought: one that was cut short or tampered with does not spoil the others."""
    messages = dict.fromkeys(way.message for way in ways if way.message is not None)
    judged = [judge_root(message, anchors, now) for message in messages] or [judge_root(None, anchors, now)]
    return min(judged, key=lambda root: (_BEST_FIRST.index(root.validates), _BEST_FIRST.index(root.clock)))


async def _try_roots(network: Network, hints: tuple[NameServer, ...], family: int, transport: str) -> _Way:
    """Ask one root server after another until one gives a NOERROR answer."""
    over = f"IPv{family} and {transport}"
    roots = [server for server in hints if server.address.version == family][:ROOTS_TRIED]
    trouble = "the root hints have no such address"
    for server in roots:
        try:
            async with asyncio.timeout(TRY_S):
                message = await _ask(network, server, transport)
        except TimeoutError:
            trouble = f"no answer within {TRY_S:g} s"
        except NetworkError as error:
            trouble = str(error)
        else:
            if message.rcode == "NOERROR":
                words = f"Root server {server.name} ({server.address}) answers over {over}."
                return _Way(family=family, transport=transport, message=message, words=words)
            trouble = f"answer {message.rcode}"
    words = f"No root server answers over {over} ({len(roots)} tried; the last: {trouble})."
    return _Way(family=family, transport=transport, message=None, words=words)


async def _ask(network: Network, server: NameServer, transport: str) -> Message:
    """The reply to ". DNSKEY". Raises NetworkError."""
    query = write_query(secrets.randbelow(1 << 16), dns.name.root, dns.rdatatype.DNSKEY, EDNS_PAYLOAD_BYTES)
    if transport == "UDP":
        wait_s = min(TRY_S, network.wait_s)
        wire = await network.ask(
            server.address, DNS_PORT, query, accept=lambda datagram: answers(query, datagram), wait_s=wait_s
        )
    else:
        wait_s = min(TRY_S, network.wait_s)
        wire = await ask_over_tcp(network, server.address, query, wait_s=wait_s, total_s=TRY_S)
    try:
        return parse_message(wire)
    except MalformedMessageError as error:
        raise NetworkError(Failure.MALFORMED, "an answer that is no DNS message") from error
