"""An authoritative server without its sockets: query bytes in, response bytes out."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import dns.exception
import dns.name
import dns.renderer
import dns.rrset
from dns.flags import AA, CD, DO, QR, RD, TC
from dns.name import Name
from dns.rcode import BADVERS, FORMERR, NOERROR, NOTIMP, NXDOMAIN, REFUSED, YXDOMAIN
from dns.rdataclass import IN
from dns.rdatatype import AAAA, ANY, CNAME, DS, NS, NSEC, RRSIG, A, RdataType
from dns.renderer import ADDITIONAL, ANSWER, AUTHORITY
from dns.rrset import RRset

from tests.lab.query import OPT_BYTES, Query, read_query
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone

PAYLOAD_MAX_BYTES = 4096
PLAIN_MAX_BYTES = 512
TCP_MAX_BYTES = 65_535
ALIASES_MAX = 16
OPCODE = 0x7800
META_TYPES = range(249, 256)
_RENDERER: Any = dns.renderer.Renderer  # dnspython leaves it untyped


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What is to be said, section by section. `glue` must fit (RFC 9471), `extra` may be left out."""

    dnssec_ok: bool = False
    rcode: int = NOERROR
    authoritative: bool = True
    answer: list[RRset] = field(default_factory=list)
    authority: list[RRset] = field(default_factory=list)
    glue: list[RRset] = field(default_factory=list)
    extra: list[RRset] = field(default_factory=list)

    def add(self, section: list[RRset], zone: ServedZone, *rrsets: RRset) -> None:
        """Add RRsets with their signatures, when those are asked for and there are any."""
        for rrset in rrsets:
            section.append(rrset)
            if self.dnssec_ok:
                section.extend(zone.signatures(rrset))

    def prove(self, zone: ServedZone, proof: Iterable[RRset]) -> None:
        """Add NSEC or NSEC3 RRsets to the authority section, each once."""
        said = {(rrset.name, rrset.rdtype) for rrset in self.authority}
        self.add(self.authority, zone, *(rrset for rrset in proof if (rrset.name, rrset.rdtype) not in said))


class Responder:
    """Answers for the zones of one server; the same question gets the same bytes from memory."""

    def __init__(self, zones: Iterable[ServedZone]) -> None:
        self._zones = {zone.contents.apex: zone for zone in zones}
        self._rendered: dict[tuple[bytes, int, int, int | None, bool], bytes | None] = {}

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        """The response to a query, or None where this server keeps silent."""
        try:
            query = read_query(wire)
        except ValueError:
            return wire[:2] + struct.pack("!HHHHH", QR | FORMERR, 0, 0, 0, 0)
        if query is None:
            return None
        if opcode := query.flags & OPCODE:
            # The header alone: what would be a question here is another kind of section there (RFC 2136 §2.3).
            return wire[:2] + struct.pack("!HHHHH", QR | opcode | NOTIMP, 0, 0, 0, 0)
        room = TCP_MAX_BYTES if is_tcp else _udp_room(query.payload)
        edns = None if query.payload is None else query.edns_version
        kind = query.rdclass << 16 | query.rdtype
        key = (query.name_wire.lower(), kind, room, edns, query.dnssec_ok)  # RD and CD are copied below
        if key not in self._rendered:
            self._rendered[key] = self._render(query, room)
        body = self._rendered[key]
        if body is None:
            return None
        flags = int.from_bytes(body[2:4], "big") | (query.flags & (RD | CD))
        return b"".join(
            (
                query.id,
                flags.to_bytes(2, "big"),
                body[4:12],
                query.name_wire,
                body[12 + len(query.name_wire) :],
            )
        )

    def _render(self, query: Query, room: int) -> bytes | None:
        answer = self._answer(query)
        if answer is None:
            return None
        attempts = (answer.glue + answer.extra, answer.glue)
        for additional in attempts:
            try:
                return _write(query, answer, additional, room, 0)
            except dns.exception.TooBig:
                continue
        cut = _Answer(rcode=answer.rcode, authoritative=answer.authoritative)
        return _write(query, cut, [], room, TC)

    def _answer(self, query: Query) -> _Answer | None:
        if query.payload is not None and query.edns_version > 0:
            return _Answer(rcode=BADVERS, authoritative=False)
        name = query.name
        zone = self._zone_for(name, query.rdtype)
        if zone is None or query.rdclass != IN:
            return _Answer(rcode=REFUSED, authoritative=False)
        if zone.manner is Dns.SILENT:
            return None
        unanswerable = query.rdtype in META_TYPES or query.rdtype == RRSIG
        if zone.manner is Dns.REFUSED or (unanswerable and query.rdtype != ANY):
            return _Answer(rcode=REFUSED, authoritative=False)
        answer = _Answer(dnssec_ok=query.dnssec_ok)
        _fill(answer, zone, name, query.rdtype)
        return answer

    def _zone_for(self, name: Name, rdtype: RdataType) -> ServedZone | None:
        """The deepest zone that holds the name; for DS at an apex the parent, if it is here (RFC 4035 §3.1.4.1)."""
        deepest = None
        ancestor = name
        while True:
            zone = self._zones.get(ancestor)
            if zone is not None:
                if not (rdtype == DS and ancestor == name):
                    return zone
                deepest = zone
            if ancestor == dns.name.root:
                return deepest
            ancestor = ancestor.parent()


def _fill(answer: _Answer, zone: ServedZone, name: Name, rdtype: RdataType) -> None:
    """Answer from one zone, following aliases that stay within it (RFC 1034 §4.3.2, RFC 6672 §3.2)."""
    contents = zone.contents
    for _ in range(ALIASES_MAX):
        if not name.is_subdomain(contents.apex):
            return
        cut = contents.cut_at_or_above(name)
        if cut is not None and not (rdtype == DS and cut == name):
            _refer(answer, zone, cut)
            return
        dname = contents.dname_above(name)
        if dname is not None:
            answer.add(answer.answer, zone, dname)
            try:
                target = name.relativize(dname.name).concatenate(dname[0].target)
            except dns.name.NameTooLong:
                answer.rcode = YXDOMAIN
                return
            answer.answer.append(dns.rrset.from_text(name, dname.ttl, IN, CNAME, target.to_text()))
            if rdtype in (CNAME, ANY):
                return
            name = target
            continue
        alias = _look_up(answer, zone, name, rdtype)
        if alias is None:
            return
        name = alias


def _refer(answer: _Answer, zone: ServedZone, cut: Name) -> None:
    """A referral: the NS RRset, DS or the proof that there is none, and glue."""
    contents = zone.contents
    if not answer.answer:
        answer.authoritative = False
    node = contents.nodes[cut]
    answer.authority.append(node[NS])
    if DS in node:
        if answer.dnssec_ok:
            answer.add(answer.authority, zone, node[DS])
    elif answer.dnssec_ok and zone.chain is not None:
        answer.prove(zone, zone.chain.no_type(cut))
    answer.glue.extend(_addresses(zone, node[NS]))


def _look_up(answer: _Answer, zone: ServedZone, name: Name, rdtype: RdataType) -> Name | None:
    """Answer for a name that the zone holds itself; the target when it was an alias to follow."""
    contents, chain = zone.contents, zone.chain if answer.dnssec_ok else None
    node, wildcard = contents.nodes.get(name), None
    if node is None:
        wildcard = Name((b"*", *contents.closest_encloser(name).labels))
        node = contents.nodes.get(wildcard)
    if node is None:
        answer.rcode = NXDOMAIN
        _deny(answer, zone, chain.no_name(name) if chain else [])
        return None
    found = list(node.values()) if rdtype == ANY else [node[rdtype]] if rdtype in node else []
    nsec = zone.chain.at(name) if rdtype == NSEC and zone.chain else None
    alias = node.get(CNAME) if not found and rdtype != NSEC else None
    found += [rrset for rrset in (nsec, alias) if rrset is not None]
    if not found:
        proof = [] if chain is None else chain.expanded_no_type(name) if wildcard else chain.no_type(name)
        _deny(answer, zone, proof)
        return None
    for rrset in found:
        signed = [rrset, *(zone.signatures(rrset) if answer.dnssec_ok else [])]
        answer.answer.extend(_renamed(each, name) if wildcard else each for each in signed)
        if rrset.rdtype == NS:
            answer.extra.extend(_addresses(zone, rrset))
    if wildcard and chain:
        answer.prove(zone, chain.expanded(name))
    return alias[0].target if alias is not None else None


def _deny(answer: _Answer, zone: ServedZone, proof: Iterable[RRset]) -> None:
    soa = zone.contents.soa
    ttl = min(soa.ttl, int(soa[0].minimum))  # RFC 2308 §3
    for rrset in (soa, *(zone.signatures(soa) if answer.dnssec_ok else ())):
        answer.authority.append(dns.rrset.from_rdata_list(rrset.name, ttl, list(rrset)))
    answer.prove(zone, proof)


def _addresses(zone: ServedZone, servers: RRset) -> list[RRset]:
    """The addresses that the zone holds for its or a delegation's name servers, as data or glue."""
    nodes = (zone.contents.nodes.get(server.target, {}) for server in servers)
    return [node[rdtype] for node in nodes for rdtype in (A, AAAA) if rdtype in node]


def _renamed(rrset: RRset, owner: Name) -> RRset:
    return dns.rrset.from_rdata_list(owner, rrset.ttl, list(rrset))


def _udp_room(payload: int | None) -> int:
    return PLAIN_MAX_BYTES if payload is None else max(PLAIN_MAX_BYTES, min(payload, PAYLOAD_MAX_BYTES))


def _write(query: Query, answer: _Answer, additional: list[RRset], room: int, flags: int) -> bytes:
    """Render a response with id 0 within `room` bytes. Raises dns.exception.TooBig."""
    flags |= QR | (AA if answer.authoritative else 0) | (answer.rcode & 0xF)
    renderer = _RENDERER(id=0, flags=flags, max_size=room - OPT_BYTES)
    renderer.add_question(query.name, query.rdtype, query.rdclass)
    for section, rrsets in ((ANSWER, answer.answer), (AUTHORITY, answer.authority), (ADDITIONAL, additional)):
        for rrset in rrsets:
            renderer.add_rrset(section, rrset, want_shuffle=False)
    if query.payload is not None:
        renderer.max_size = room
        bits = (answer.rcode >> 4 << 24) | (DO if query.dnssec_ok else 0)
        renderer.add_edns(0, bits, PAYLOAD_MAX_BYTES)
    renderer.write_header()
    return bytes(renderer.get_wire())
