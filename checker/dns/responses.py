"""What a reply to an iterative question is: answer, alias, referral, absence, or nothing usable. Pure."""

import functools
from dataclasses import dataclass, replace
from enum import Enum, auto
from ipaddress import ip_address

import dns.name
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.NS import NS

from checker.dns.aliases import dname_above, renamed
from checker.dns.lameness import lacks_zone
from checker.dns.records import canonical_text, find, name_of, rdata_of, rdatas
from checker.observations.dns import IPAddress, Message, NameServer, RRset

MAX_SERVER_NAMES = 16
"""NS names of one delegation that are looked at (NXNSAttack, CVE-2020-8616)."""
MAX_GLUE = 48


class Shape(Enum):
    """The kind of a reply, as a resolver sees it before any validation."""

    ANSWER = auto()
    ALIAS = auto()
    REFERRAL = auto()
    NODATA = auto()
    NXDOMAIN = auto()
    UNUSABLE = auto()
    """An error code, a lame or upward referral, or an empty answer without authority: ask another server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneServers:
    """A zone and where it is served: NS names, and the addresses that came with the referral.

    `referred`: the names are the parent's word, not the zone's own.
    """

    zone: dns.name.Name
    names: tuple[dns.name.Name, ...]
    glue: tuple[NameServer, ...]
    referred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A classified reply: `rrset` for ANSWER, `target` for ALIAS, `below` for REFERRAL."""

    shape: Shape
    rrset: RRset | None = None
    target: dns.name.Name | None = None
    below: ZoneServers | None = None


@functools.lru_cache(maxsize=256)  # a reply is looked at when it is chosen and when it is used
def classify(message: Message, zone: dns.name.Name, name: dns.name.Name, rdtype: str) -> Response:
    """Tell what the reply of a server of `zone` is to (name, rdtype) (RFC 1034 §4.3.2, RFC 2308 §2).

    Who lacks the zone is not believed about absence, nor who is not authoritative and shows no SOA on the way to the name.
    """
    if not message.tells:
        return Response(shape=Shape.UNUSABLE)
    asked = canonical_text(name)
    if rrset := find(message.answer, asked, rdtype):
        return Response(shape=Shape.ANSWER, rrset=rrset)
    if alias := find(message.answer, asked, "CNAME"):
        record = rdata_of("CNAME", alias.rdata[0])
        assert isinstance(record, CNAME)
        return Response(shape=Shape.ALIAS, rrset=alias, target=record.target.canonicalize())
    dname = dname_above(message, asked, canonical_text(zone)) if message.answer else None
    if dname is not None and (target := renamed(asked, dname)):
        return Response(shape=Shape.ALIAS, rrset=dname, target=target)
    return _without_records(message, zone, name, rdtype)


def _without_records(message: Message, zone: dns.name.Name, name: dns.name.Name, rdtype: str) -> Response:
    """What a reply without an answer to the name is: a way further down, absence, or nothing usable."""
    apexes = [name_of(rrset.name) for rrset in message.authority if rrset.type == "SOA" and rrset.rdata]
    has_soa = any(apex.is_subdomain(zone) and name.is_subdomain(apex) for apex in apexes)
    believable = has_soa or (message.authoritative and not lacks_zone(message, zone))
    if message.rcode == "NXDOMAIN":
        return Response(shape=Shape.NXDOMAIN if believable else Shape.UNUSABLE)
    below = None if has_soa else referral(message, zone, name)
    if below is not None and not (rdtype == "DS" and below.zone == name):
        return Response(shape=Shape.REFERRAL, below=below)
    return Response(shape=Shape.NODATA if believable else Shape.UNUSABLE)


def referral(message: Message, zone: dns.name.Name, name: dns.name.Name) -> ZoneServers | None:
    """The delegation in the authority section, when it leads down from `zone` towards `name`."""
    for rrset in message.authority:
        owner = name_of(rrset.name)
        if rrset.type == "NS" and rrset.rdata and owner != zone and owner.is_subdomain(zone):
            if not name.is_subdomain(owner):
                continue
            return replace(delegation(message, zone, owner, rrset), referred=True)
    return None


def delegation(message: Message, asked: dns.name.Name, zone: dns.name.Name, ns: RRset) -> ZoneServers:
    """The servers of `zone` from its NS RRset in a message that a server of the zone `asked` sent."""
    return ZoneServers(zone=zone, names=server_names(ns), glue=_glue(message, asked, ns))


@functools.lru_cache(maxsize=512)  # the servers of an operator serve many zones
def server_names(ns: RRset) -> tuple[dns.name.Name, ...]:
    """The NS names of an RRset, at most MAX_SERVER_NAMES."""
    return tuple(
        rdata.target.canonicalize() for rdata in rdatas(ns)[:MAX_SERVER_NAMES] if isinstance(rdata, NS)
    )


def _glue(message: Message, zone: dns.name.Name, ns: RRset) -> tuple[NameServer, ...]:
    """Addresses for the NS names from the additional section, believed only below the answering zone."""
    names = {canonical_text(name) for name in server_names(ns) if name.is_subdomain(zone)}
    return tuple(
        NameServer(name=rrset.name, address=address)
        for rrset in message.additional
        if rrset.type in ("A", "AAAA") and rrset.name in names
        for address in addresses(rrset)
    )[:MAX_GLUE]


def addresses(rrset: RRset) -> tuple[IPAddress, ...]:
    """The addresses in an A or AAAA RRset."""
    return tuple(ip_address(wire) for wire in rrset.rdata)
