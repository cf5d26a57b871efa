"""Writing a question and telling whether a datagram answers it. Pure bytes."""

import functools
import struct

import dns.name
import dns.rdatatype

HEADER_BYTES = 12
EDNS_PAYLOAD_BYTES = 1232
"""Avoids fragmentation on every common path (DNS Flag Day 2020; RFC 9715 §3.1 has 1400 as the upper bound)."""
SMALL_PAYLOAD_BYTES = 512
_DO = 0x8000
_OPT = 41
_IN = 1
_QR = 0x8000


def write_query(
    query_id: int, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, payload_bytes: int
) -> bytes:
    """One question with RD clear; with EDNS0 and DO (RFC 6891, RFC 3225) unless `payload_bytes` is 0."""
    edns = payload_bytes > 0
    header = struct.pack("!HHHHHH", query_id, 0, 1, 0, 0, int(edns))
    question = _question(name.labels, rdtype)
    option = struct.pack("!BHHIH", 0, _OPT, payload_bytes, _DO, 0) if edns else b""
    return header + question + option


@functools.lru_cache(maxsize=1024)  # every server of a zone is asked the same
def _question(labels: tuple[bytes, ...], rdtype: int) -> bytes:
    """The question section of an absolute name, in lower case (RFC 1035 §4.1.2)."""
    wire = b"".join([bytes((len(label),)) + label.lower() for label in labels])
    return wire + struct.pack("!HH", rdtype, _IN)


def answers(query: bytes, datagram: bytes) -> bool:
    """Whether the datagram is a reply to the query: id, QR and the question (RFC 5452 §9.1).

    The question's case is not compared (servers may fold it); an error without a question is taken by its id.
    """
    if len(datagram) < HEADER_BYTES or datagram[:2] != query[:2]:
        return False
    flags, questions = struct.unpack_from("!HH", datagram, 2)
    if not flags & _QR:
        return False
    if questions == 0:
        return bool(flags & 0xF)
    end = _question_end(query)
    return questions == 1 and datagram[HEADER_BYTES:end].lower() == query[HEADER_BYTES:end].lower()


def is_truncated(datagram: bytes) -> bool:
    """The TC bit (RFC 1035 §4.1.1)."""
    return bool(datagram[2] & 0x02)


def _question_end(query: bytes) -> int:
    at = HEADER_BYTES
    while query[at]:
        at += query[at] + 1
    return at + 5
