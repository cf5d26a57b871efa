"""Changes to a server's first flight that break no signature: extensions of the ServerHello, records, warnings.

Bytes in, bytes out. Meant for clients that never come to Finished, but for what only cuts records up.
"""

import struct
from collections.abc import Callable, Iterator

HANDSHAKE, ALERT, SERVER_HELLO = 22, 21, 2
_EXTENSIONS_AFTER = 2 + 32
"""Where a ServerHello has the length of its session id."""

Extensions = dict[int, bytes]


def with_extensions(flight: bytes, change: Callable[[Extensions], None]) -> bytes:
    """The same flight, the ServerHello's extensions changed; an alert is left alone."""
    if len(flight) < 5:
        return flight
    kind, version, size = struct.unpack_from("!BHH", flight)
    record, rest = flight[5 : 5 + size], flight[5 + size :]
    if kind != HANDSHAKE or record[0] != SERVER_HELLO:
        return flight
    length = int.from_bytes(record[1:4], "big")
    body, others = record[4 : 4 + length], record[4 + length :]
    at = _EXTENSIONS_AFTER + 1 + body[_EXTENSIONS_AFTER] + 3
    extensions = dict(_extensions(body[at + 2 :]))
    change(extensions)
    listed = b"".join(struct.pack("!HH", number, len(data)) + data for number, data in extensions.items())
    body = body[:at] + struct.pack("!H", len(listed)) + listed
    record = bytes((SERVER_HELLO,)) + len(body).to_bytes(3, "big") + body + others
    return struct.pack("!BHH", kind, version, len(record)) + record + rest


def in_small_records(data: bytes, size: int) -> bytes:
    """The same, handshake records cut into ones of `size` bytes (RFC 5246 §6.2.1); ciphertext stays whole."""
    out, encrypted = b"", False
    for kind, version, content in _records(data):
        encrypted = encrypted or kind not in (HANDSHAKE, ALERT)
        step = size if kind == HANDSHAKE and not encrypted else max(1, len(content))
        for at in range(0, max(1, len(content)), step):
            part = content[at : at + step]
            out += struct.pack("!BHH", kind, version, len(part)) + part
    return out


def warning(description: int, version: int) -> bytes:
    """An alert record that is only a warning."""
    return struct.pack("!BHH", ALERT, version, 2) + bytes((1, description))


def _extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        number, size = struct.unpack_from("!HH", data, at)
        yield number, data[at + 4 : at + 4 + size]
        at += 4 + size


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at < len(data):
        kind, version, size = struct.unpack_from("!BHH", data, at)
        yield kind, version, data[at + 5 : at + 5 + size]
        at += 5 + size
