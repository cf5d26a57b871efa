"""Changing messages at random, on the wire and record by record: what the fuzzed resolver is fed with."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from checker.observations.dns import Message, RRset

HEADER_BYTES = 12
_COUNTS = (4, 6, 8, 10)
_ODD_NAMES = (
    ".",
    "example.",
    "*.example.",
    "\\000.example.",
    "\\255\\.\\\\.example.",
    "a." * 126,
    "x" * 63 + ".example.",
    ("y" * 61 + ".") * 3 + "z" * 56 + ".example.",
    "www.elsewhere.test.",
)
_TYPES = (
    "A",
    "NS",
    "CNAME",
    "DNAME",
    "SOA",
    "DS",
    "DNSKEY",
    "RRSIG",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "TYPE65280",
)
_RCODES = ("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", "BADVERS", "BADCOOKIE")
_EXTREMES = (
    b"",
    b"\0",
    b"\xff",
    b"\0\0",
    b"\xff\xff",
    b"\0" * 4,
    b"\xff" * 4,
    b"\x80\0\0\0",
    b"\x7f\xff\xff\xff",
)

WireChange = Callable[[random.Random, bytearray], None]


def change_wire(draw: random.Random, wire: bytes, *, keep_id: bool = True) -> bytes:
    """A mutated copy of a message's bytes; mostly with its id, so that whoever asked looks at it."""
    data = bytearray(wire)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        draw.choice(_WIRE_CHANGES)(draw, data)
    if keep_id and len(data) >= 2:
        data[:2] = wire[:2]
    return bytes(data)


def _flip(draw: random.Random, data: bytearray) -> None:
    for _ in range(draw.choice((1, 1, 2, 8))):
        if data:
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _flip_behind_the_question(draw: random.Random, data: bytearray) -> None:
    start = min(len(data), HEADER_BYTES + 20)
    if start < len(data):
        data[draw.randrange(start, len(data))] = draw.choice(
            (0, 1, 0x3F, 0x40, 0x80, 0xC0, 0xFF, draw.randrange(256))
        )


def _cut(draw: random.Random, data: bytearray) -> None:
    if data:
        del data[draw.randrange(len(data)) :]


def _remove(draw: random.Random, data: bytearray) -> None:
    start, size = _span(draw, data)
    del data[start : start + size]


def _repeat(draw: random.Random, data: bytearray) -> None:
    start, size = _span(draw, data)
    at = draw.randrange(len(data) + 1)
    data[at:at] = data[start : start + size]


def _insert(draw: random.Random, data: bytearray) -> None:
    at = draw.randrange(len(data) + 1)
    data[at:at] = draw.choice(_EXTREMES) or draw.randbytes(draw.randrange(1, 40))


def _count(draw: random.Random, data: bytearray) -> None:
    if len(data) >= HEADER_BYTES:
        at = draw.choice(_COUNTS)
        known = int.from_bytes(data[at : at + 2], "big")
        data[at : at + 2] = draw.choice((0, known ^ 1, known + 1 & 0xFFFF, 251, 65535)).to_bytes(2, "big")


def _point(draw: random.Random, data: bytearray) -> None:
    """A compression pointer somewhere: to itself, forward, backward."""
    if len(data) > HEADER_BYTES + 2:
        at = draw.randrange(HEADER_BYTES, len(data) - 1)
        to = draw.choice((at, at + 2, HEADER_BYTES, at - 1, draw.randrange(len(data))))
        data[at : at + 2] = (0xC000 | to & 0x3FFF).to_bytes(2, "big")


def _flags(draw: random.Random, data: bytearray) -> None:
    if len(data) >= HEADER_BYTES:
        if draw.random() < 0.5:
            data[2] ^= draw.choice((0x80, 0x04, 0x02, 0x78, draw.randrange(256)))
        else:
            data[3] = data[3] & 0xF0 | draw.randrange(16)


def _span(draw: random.Random, data: bytearray) -> tuple[int, int]:
    return draw.randrange(len(data) + 1), draw.choice((1, 2, 4, 16, 64))


_WIRE_CHANGES: tuple[WireChange, ...] = (
    _flip,
    _flip_behind_the_question,
    _flip_behind_the_question,
    _cut,
    _remove,
    _repeat,
    _insert,
    _count,
    _point,
    _flags,
)


def change_message(draw: random.Random, message: Message, others: Sequence[Message]) -> Message:
    """A mutated copy of a message as read: records of `others` may turn up in it."""
    for _ in range(draw.choice((1, 1, 2, 3))):
        kind = draw.randrange(10)
        if kind == 0:
            message = replace(message, rcode=draw.choice(_RCODES))
        elif kind == 1:
            message = replace(message, authoritative=not message.authoritative, edns=draw.random() < 0.8)
        else:
            section = draw.choice(("answer", "answer", "authority", "additional"))
            known: tuple[RRset, ...] = getattr(message, section)
            stock = [rrset for other in others for rrset in (*other.answer, *other.authority)]
            changed = _section(draw, known, stock)
            message = replace(message, **{section: changed})  # type: ignore[arg-type]  # one of the three sections
    return message


def _section(draw: random.Random, section: tuple[RRset, ...], stock: list[RRset]) -> tuple[RRset, ...]:
    rrsets = list(section)
    kind = draw.randrange(5)
    if kind == 0 and rrsets:
        rrsets.pop(draw.randrange(len(rrsets)))
    elif kind == 1 and stock:
        rrsets.insert(draw.randrange(len(rrsets) + 1), draw.choice(stock))
    elif rrsets:
        at = draw.randrange(len(rrsets))
        rrsets[at] = change_rrset(draw, rrsets[at])
    return tuple(rrsets)


def change_rrset(draw: random.Random, rrset: RRset) -> RRset:
    """One property of an RRset changed."""
    kind = draw.randrange(8)
    if kind == 0:
        return replace(rrset, name=draw.choice(_ODD_NAMES))
    if kind == 1:
        return replace(rrset, type=draw.choice(_TYPES))
    if kind == 2:
        return replace(rrset, ttl=draw.choice((0, 1, 1 << 31, (1 << 32) - 1)))
    if kind == 3:
        return replace(rrset, signatures=())
    if kind in (4, 5):
        return replace(rrset, signatures=_changed_one(draw, rrset.signatures))
    return replace(rrset, rdata=_changed_one(draw, rrset.rdata))


def _changed_one(draw: random.Random, wires: tuple[bytes, ...]) -> tuple[bytes, ...]:
    known = list(wires)
    if known and draw.random() < 0.8:
        at = draw.randrange(len(known))
        known[at] = change_rdata(draw, known[at])
    elif known:
        known += [change_rdata(draw, known[0]) for _ in range(draw.choice((1, 5, 40)))]
    return tuple(known)


def change_rdata(draw: random.Random, wire: bytes) -> bytes:
    """RDATA cut short, lengthened, flipped, or with extreme values in a field."""
    data = bytearray(wire)
    kind = draw.randrange(5)
    if kind == 0:
        del data[draw.choice((0, 1, 2, 3, 4, draw.randrange(len(data) + 1))) :]
    elif kind == 1:
        data += draw.randbytes(draw.choice((1, 2, 33)))
    elif kind == 2:
        at = draw.randrange(len(data) + 1)
        extreme = draw.choice(_EXTREMES)
        data[at : at + len(extreme)] = extreme
    else:
        _flip(draw, data)
    return bytes(data)
