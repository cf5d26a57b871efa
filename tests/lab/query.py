"""A DNS query as bytes on the wire, read far enough for an authoritative server."""

import struct
from dataclasses import dataclass

import dns.name
from dns.flags import DO, QR
from dns.name import Name
from dns.rdatatype import RdataType

OPT_TYPE = 41
OPT_BYTES = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as read from the wire; `payload` is the UDP size that the asker takes, None without EDNS."""

    id: bytes
    flags: int
    name_wire: bytes
    rdtype: RdataType
    rdclass: int
    payload: int | None = None
    edns_version: int = 0
    dnssec_ok: bool = False

    @property
    def name(self) -> Name:
        """The name asked for."""
        return dns.name.from_wire(self.name_wire, 0)[0]


def read_query(wire: bytes) -> Query | None:
    """Read a query with one question and at most an OPT; None when it is none. Raises ValueError when malformed."""
    if len(wire) < 12:
        return None
    flags, questions, answers, authorities, additionals = struct.unpack_from("!HHHHH", wire, 2)
    if flags & QR:
        return None
    if (questions, answers, authorities) != (1, 0, 0) or additionals > 1:
        raise ValueError("not one question")
    end = 12
    while end < len(wire) and wire[end]:
        if wire[end] > 63:
            raise ValueError("compressed or malformed name")
        end += wire[end] + 1
    end += 1
    if len(wire) < end + 4 or end - 12 > 255:
        raise ValueError("the question is cut short")
    rdtype, rdclass = struct.unpack_from("!HH", wire, end)
    query = Query(
        id=wire[:2], flags=flags, name_wire=wire[12:end], rdtype=RdataType.make(rdtype), rdclass=rdclass
    )
    if additionals == 0:
        return query
    if len(wire) < end + 4 + OPT_BYTES:
        raise ValueError("the OPT record is cut short")
    owner, opt_type, payload, _, version, bits = struct.unpack_from("!BHHBBH", wire, end + 4)
    if owner != 0 or opt_type != OPT_TYPE:
        raise ValueError("a record that is no OPT")
    return Query(
        id=query.id,
        flags=flags,
        name_wire=query.name_wire,
        rdtype=query.rdtype,
        rdclass=rdclass,
        payload=payload,
        edns_version=version,
        dnssec_ok=bool(bits & DO),
    )
