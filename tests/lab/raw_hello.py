"""Raw hellos for the tests of the laboratory itself, and a reader of what comes back. Bytes only."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509

SSL3, TLS10, TLS11, TLS12 = 0x0300, 0x0301, 0x0302, 0x0303
RANDOM = bytes(range(32))
RENEGOTIATION, MASTER_SECRET = (0xFF01, b"\x00"), (23, b"")
BASIC = (
    (10, b"\x00\x04\x00\x17\x00\x18"),
    (11, b"\x01\x00"),
    (13, b"\x00\x08\x04\x03\x04\x01\x08\x04\x02\x01"),
    RENEGOTIATION,
    MASTER_SECRET,
)


def hello(
    version: int,
    suites: Sequence[int],
    *,
    extensions: Sequence[tuple[int, bytes]] = BASIC,
    compressions: bytes = b"\x00",
    record_version: int | None = None,
) -> bytes:
    listed = b"".join(struct.pack("!HH", number, len(data)) + data for number, data in extensions)
    offered = b"".join(struct.pack("!H", suite) for suite in suites)
    body = struct.pack("!H", version) + RANDOM + b"\x00" + struct.pack("!H", len(offered)) + offered
    body += bytes((len(compressions),)) + compressions
    if listed:
        body += struct.pack("!H", len(listed)) + listed
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    own = min(version, TLS10) if record_version is None else record_version
    return struct.pack("!BHH", 22, own, len(message)) + message


def ssl2_hello(version: int, kinds: Sequence[int]) -> bytes:
    specs = b"".join(kind.to_bytes(3, "big") for kind in kinds)
    body = struct.pack("!BHHHH", 1, version, len(specs), 0, 16) + specs + RANDOM[:16]
    return struct.pack("!H", 0x8000 | len(body)) + body


def sni(name: str) -> tuple[int, bytes]:
    raw = name.encode()
    return 0, struct.pack("!HBH", len(raw) + 3, 0, len(raw)) + raw


@dataclass(frozen=True)
class Seen:
    """What came back: record version, then an alert or the messages of the first flight."""

    version: int
    alert: int | None
    messages: dict[int, bytes]

    @property
    def _after_session(self) -> int:
        return 35 + self.messages[2][34]

    @property
    def suite(self) -> int:
        return int(struct.unpack_from("!H", self.messages[2], self._after_session)[0])

    @property
    def compression(self) -> int:
        return self.messages[2][self._after_session + 2]

    @property
    def extensions(self) -> bytes:
        return self.messages[2][self._after_session + 3 :]

    @property
    def leaf(self) -> x509.Certificate:
        certificates = self.messages[11]
        size = int.from_bytes(certificates[3:6], "big")
        return x509.load_der_x509_certificate(certificates[6 : 6 + size])


def read_flight(data: bytes) -> Seen:
    version = int(struct.unpack_from("!H", data, 1)[0])
    content, at = b"", 0
    while at < len(data):
        kind, _, size = struct.unpack_from("!BHH", data, at)
        if kind == 21:
            # an alert after a whole flight is the server's word on our leaving
            return Seen(version, data[at + 6] if at == 0 else None, split(content))
        content += data[at + 5 : at + 5 + size]
        at += 5 + size
    return Seen(version, None, split(content))


def split(content: bytes) -> dict[int, bytes]:
    messages, at = {}, 0
    while at < len(content):
        size = int.from_bytes(content[at + 1 : at + 4], "big")
        messages[content[at]] = content[at + 4 : at + 4 + size]
        at += 4 + size
    return messages
