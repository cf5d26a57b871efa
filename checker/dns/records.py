"""DNS messages and records between wire form and the observations' frozen form. Pure; wire input is hostile."""

import functools
from collections.abc import Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from checker.observations.dns import Message, RRset

MAX_RECORDS = 1_000
"""Records in one message past which it is not read: no honest answer to our questions comes near."""


class MalformedMessageError(Exception):
    """The bytes are no DNS message that can be read."""


def parse_message(wire: bytes) -> Message:
    """Read a reply (RFC 1035 §4.1) without its id; RRs sorted into RRsets, RRSIGs beside what they cover.

    Raises MalformedMessageError for anything that dnspython cannot read.
    """
    return _parse(wire[2:])


@functools.lru_cache(maxsize=1024)
def _parse(wire_after_id: bytes) -> Message:
    # Servers of one zone send equal bytes but for the id: such replies are read once and are one value.
    wire = b"\0\0" + wire_after_id
    if sum(int.from_bytes(wire[at : at + 2], "big") for at in (6, 8, 10)) > MAX_RECORDS:
        raise MalformedMessageError("too many records")
    try:
        message = dns.message.from_wire(wire, ignore_trailing=True, one_rr_per_rrset=False)
        return Message(
            rcode=dns.rcode.to_text(message.rcode()),
            authoritative=bool(message.flags & dns.flags.AA),
            answer=_section(message.answer),
            authority=_section(message.authority),
            additional=_section(message.additional),
            edns=message.edns >= 0,
        )
    except (
        dns.exception.DNSException,
        ValueError,
        IndexError,
        KeyError,
        OverflowError,
        RecursionError,
    ) as error:
        # dnspython lets a few plain exceptions of its rdata parsers through
        raise MalformedMessageError(type(error).__name__) from error


def _section(rrsets: Iterable[dns.rrset.RRset]) -> tuple[RRset, ...]:
    data: dict[tuple[str, str], tuple[int, list[bytes]]] = {}
    signatures: dict[tuple[str, str], list[bytes]] = {}
    for rrset in rrsets:
        if rrset.rdclass != dns.rdataclass.IN:
            continue
        name = canonical_text(rrset.name)
        if rrset.rdtype == dns.rdatatype.RRSIG:
            covered = signatures.setdefault((name, dns.rdatatype.to_text(rrset.covers)), [])
            covered.extend(rdata.to_wire() or b"" for rdata in rrset)
        else:
            _, wires = data.setdefault((name, dns.rdatatype.to_text(rrset.rdtype)), (rrset.ttl, []))
            wires.extend(rdata.to_wire() or b"" for rdata in rrset)
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
    return name.canonicalize().to_text()


@functools.lru_cache(maxsize=4096)
def name_of(text: str) -> dns.name.Name:
    """The name behind an observation's text (absolute, lower case)."""
    return dns.name.from_text(text, dns.name.root).canonicalize()


@functools.lru_cache(maxsize=4096)
def rdata_of(rdtype: str, wire: bytes) -> dns.rdata.Rdata:
    """The record data behind an observation's wire RDATA; it was parsed once, so it parses again."""
    return dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.from_text(rdtype), wire, 0, len(wire))


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
