"""DNS messages and records between wire form and the observations' frozen form. Pure; wire input is hostile."""

import functools
import struct
from collections.abc import Iterable
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from checker.dns.wire_names import MalformedNameError, WireNames
from checker.observations.dns import Message, RRset

MAX_RECORDS = 250
"""Records in one message past which it is not read: no honest answer to our questions comes near."""
CACHED_BYTES = 4_096
"""Replies up to this size are read once for all servers that send them; larger ones are rare and would fill memory."""

_HEADER = struct.Struct("!HHHHHH")
_FIXED = struct.Struct("!HHIH")
"""Of a record, between owner and RDATA: type, class, TTL, length."""
_QUESTION_BYTES = 4
"""Of a question, behind its name."""
_T = dns.rdatatype.RdataType
_REST = -1
_LAYOUTS: dict[int, tuple[int, int, int]] = {
    _T.A: (4, 0, 0),
    _T.AAAA: (16, 0, 0),
    _T.NS: (0, 1, 0),
    _T.CNAME: (0, 1, 0),
    _T.DNAME: (0, 1, 0),
    _T.PTR: (0, 1, 0),
    _T.MX: (2, 1, 0),
    _T.SOA: (0, 2, 20),
    _T.SRV: (6, 1, 0),
    _T.RRSIG: (18, 1, _REST),
    _T.NSEC: (0, 1, _REST),
}
"""Octets before, names, octets after: the types whose names may come with pointers (RFC 3597 §4) or must be told from
the rest. All others are taken as they came."""
_MUST_BE_READ = frozenset({_T.A, _T.AAAA, _T.NS, _T.CNAME, _T.DNAME, _T.MX, _T.SOA})
"""Types that resolving itself rests on: a message in which one is malformed is malformed."""


class MalformedMessageError(Exception):
    """The bytes are no DNS message that can be read."""


def parse_message(wire: bytes) -> Message:
    """Read a reply (RFC 1035 §4.1) without its id; RRs sorted into RRsets, RRSIGs beside what they cover.

    Raises MalformedMessageError. Bytes behind the last record are left aside.
    """
    # Servers of one zone send equal bytes but for the id: such replies are read once and are one value.
    return _read_once(wire[2:]) if len(wire) <= CACHED_BYTES else _read(wire[2:])


def _read(wire_after_id: bytes) -> Message:
    try:
        return _message(b"\0\0" + wire_after_id)
    except (dns.exception.DNSException, ValueError, struct.error) as error:
        raise MalformedMessageError(type(error).__name__) from error


_read_once = functools.lru_cache(maxsize=1024)(_read)


def _message(wire: bytes) -> Message:
    _, flags, questions, *counts = _HEADER.unpack_from(wire)
    if sum(counts) > MAX_RECORDS:
        raise MalformedMessageError("too many records")
    names, at = WireNames(wire), _HEADER.size
    for _ in range(questions):
        at = names.read(at, len(wire) - _QUESTION_BYTES)[1] + _QUESTION_BYTES
    sections: list[list[_Record]] = []
    for count in counts:
        records = []
        for _ in range(count):
            record, at = _record(wire, names, at)
            records.append(record)
        sections.append(records)
    answer, authority, additional = sections
    opt = next((record for record in additional if record.rdtype == dns.rdatatype.OPT), None)
    extended = opt.ttl >> 20 & 0xFF0 if opt is not None else 0  # RFC 6891 §6.1.3
    return Message(
        rcode=dns.rcode.to_text(dns.rcode.Rcode(flags & 0xF | extended)),
        authoritative=bool(flags & dns.flags.AA),
        answer=_section(answer),
        authority=_section(authority),
        additional=_section(additional),
        edns=opt is not None,
    )


class _Record(NamedTuple):
    name: str
    rdtype: int
    rdclass: int
    ttl: int
    rdata: bytes


def _record(wire: bytes, names: WireNames, at: int) -> tuple[_Record, int]:
    """The record at the offset, and the offset behind it."""
    name, at = names.read(at, len(wire))
    rdtype, rdclass, ttl, size = _FIXED.unpack_from(wire, at)
    start = at + _FIXED.size
    end = start + size
    if end > len(wire):
        raise MalformedMessageError("a record that is cut short")
    layout = _LAYOUTS.get(rdtype) if rdclass == dns.rdataclass.IN else None
    try:
        rdata = _uncompressed(wire, names, start, end, layout) if layout else wire[start:end]
    except MalformedNameError:
        if rdtype in _MUST_BE_READ:
            raise
        rdata = wire[start:end]  # as it came (RFC 3597): one odd record spoils no other
    return _Record(name.text, rdtype, rdclass, ttl, rdata), end


def _uncompressed(wire: bytes, names: WireNames, start: int, end: int, layout: tuple[int, int, int]) -> bytes:
    """RDATA of a known layout with its pointers followed. Raises MalformedNameError when it is of another."""
    before, count, after = layout
    at = start + before
    if count == 0:
        if at != end:
            raise MalformedNameError("RDATA of another length")
        return wire[start:end]
    if after == _REST and names.plain_end(at, end) is not None:
        return wire[start:end]
    parts = [wire[start:at]]
    for _ in range(count):
        name, at = names.read(at, end)
        parts.append(name.wire)
    if at > end or (after != _REST and at + after != end):
        raise MalformedNameError("RDATA of another length")
    parts.append(wire[at:end])
    return b"".join(parts)


@functools.lru_cache(maxsize=512)
def type_text(rdtype: int) -> str:
    """The mnemonic of a type, "TYPE65280" for one without (RFC 3597 §5)."""
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))


def _section(records: Iterable[_Record]) -> tuple[RRset, ...]:
    data: dict[tuple[str, str], tuple[int, list[bytes]]] = {}
    signatures: dict[tuple[str, str], list[bytes]] = {}
    for record in records:
        if record.rdclass != dns.rdataclass.IN or record.rdtype == dns.rdatatype.OPT:
            continue
        if record.rdtype == dns.rdatatype.RRSIG:
            covered = type_text(int.from_bytes(record.rdata[:2], "big"))
            signatures.setdefault((record.name, covered), []).append(record.rdata)
        else:
            key = record.name, type_text(record.rdtype)
            data.setdefault(key, (record.ttl, []))[1].append(record.rdata)
    keys = list(data) + [key for key in signatures if key not in data]
    return tuple(
        RRset(
            name=name,
            type=rdtype,
            ttl=data.get((name, rdtype), (0, []))[0],
            rdata=tuple(sorted(data.get((name, rdtype), (0, []))[1])),
            signatures=tuple(sorted(signatures.get((name, rdtype), []))),
        )
        for name, rdtype in keys
    )


def canonical_text(name: dns.name.Name) -> str:
    """Absolute lower-case presentation form: how observations write owner names."""
    return _canonical_text(name.labels)  # names themselves are slow to hash


@functools.lru_cache(maxsize=4096)
def _canonical_text(labels: tuple[bytes, ...]) -> str:
    return dns.name.Name(labels).canonicalize().to_text()


@functools.lru_cache(maxsize=4096)
def name_of(text: str) -> dns.name.Name:
    """The name behind an observation's text (absolute, lower case)."""
    return dns.name.from_text(text, dns.name.root).canonicalize()


def is_below(name: str, apex: str) -> bool:
    """Whether a name is the apex or stands below it; both as observations write them."""
    if "\\" in name:  # an escaped dot is no border between labels
        return name_of(name).is_subdomain(name_of(apex))
    return apex in (".", name) or name.endswith(f".{apex}")


@functools.lru_cache(maxsize=4096)
def rdata_of(rdtype: str, wire: bytes) -> dns.rdata.Rdata:
    """The record data behind an observation's wire RDATA; what cannot be read is of no known type (RFC 3597)."""
    kind = dns.rdatatype.from_text(rdtype)
    try:
        return dns.rdata.from_wire(dns.rdataclass.IN, kind, wire, 0, len(wire))
    except (dns.exception.DNSException, ValueError, struct.error):
        return dns.rdata.GenericRdata(dns.rdataclass.IN, kind, wire)


def rdatas(rrset: RRset) -> tuple[dns.rdata.Rdata, ...]:
    """All record data of an RRset as dnspython objects."""
    return tuple(rdata_of(rrset.type, wire) for wire in rrset.rdata)


def find(section: tuple[RRset, ...], name: str, rdtype: str) -> RRset | None:
    """The RRset of that owner and type with at least one record, or None."""
    for rrset in section:
        if rrset.type == rdtype and rrset.name == name and rrset.rdata:
            return rrset
    return None


def texts(rrset: RRset) -> tuple[str, ...]:
    """Presentation forms of all record data, sorted."""
    return tuple(sorted(rdata.to_text() for rdata in rdatas(rrset)))
