"""The first ClientHello of a connection, as a server reads it. Bytes in, values out; no sockets."""

from dataclasses import dataclass, field

SSL2, SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304

SERVER_NAME, SUPPORTED_VERSIONS, RENEGOTIATION_INFO, EXTENDED_MASTER_SECRET = 0, 43, 0xFF01, 23
"""Extension numbers (IANA)."""
HEARTBEAT = 15
EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF
DEFLATE = 1

HELLO_MAX_BYTES = 65_536
_HANDSHAKE, _CLIENT_HELLO = 22, 1


class MalformedHelloError(Exception):
    """The bytes are no ClientHello."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHello:
    """What a client offered. In an SSLv2 hello `version` may be 2 and `suites` hold three-byte cipher kinds."""

    version: int
    suites: tuple[int, ...]
    random: bytes = b""
    ssl2_format: bool = False
    compressions: bytes = b"\x00"
    extensions: dict[int, bytes] = field(default_factory=dict)

    def highest(self, limit: int = TLS13) -> int:
        """The highest version offered up to `limit`, as a server that knows supported_versions sees it; 0: none."""
        listed = self.extensions.get(SUPPORTED_VERSIONS)
        if listed is None:
            return min(self.version, TLS12, limit)
        return max((number for number in _numbers(listed[1:], 2) if SSL3 <= number <= limit), default=0)

    @property
    def server_name(self) -> str | None:
        """The SNI host name (RFC 6066 §3)."""
        data = self.extensions.get(SERVER_NAME, b"")
        return data[5:].decode("latin-1") if len(data) > 5 else None

    @property
    def secure_renegotiation(self) -> bool:
        """Whether RFC 5746 was offered, by extension or by signalling suite."""
        return RENEGOTIATION_INFO in self.extensions or EMPTY_RENEGOTIATION_INFO_SCSV in self.suites


def is_ssl2(data: bytes) -> bool:
    """Whether a connection starts with an SSLv2-format ClientHello (RFC 5246 appendix E.2)."""
    return len(data) >= 3 and bool(data[0] & 0x80) and data[2] == _CLIENT_HELLO


def missing(data: bytes) -> int:
    """How many more bytes the first hello needs at least; 0 when it is whole, or can never become one."""
    if len(data) < 5:
        return 5 - len(data)
    if is_ssl2(data):
        return max(0, 2 + (_number(data[:2]) & 0x7FFF) - len(data))
    message, at = b"", 0
    while len(data) >= at + 5:
        if data[at] != _HANDSHAKE or data[at + 1] != 3 or at > HELLO_MAX_BYTES:
            return 0
        end = at + 5 + _number(data[at + 3 : at + 5])
        message += data[at + 5 : end]
        at = end
        if len(message) >= 4 and len(message) >= 4 + _number(message[1:4]):
            return 0
    return at - len(data) if at > len(data) else at + 5 - len(data)


def parse_client_hello(data: bytes) -> ClientHello:
    """Read the first hello from the first bytes of a connection. Raises MalformedHelloError."""
    return _parse_ssl2(data) if is_ssl2(data) else _parse(data)


class _Reader:
    """Takes fields off the front of some bytes. Raises MalformedHelloError when they run out."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise MalformedHelloError(f"{size} bytes wanted, {self.left} left")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        return _number(self.take(size))

    def vector(self, length_size: int) -> bytes:
        return self.take(self.number(length_size))


def _parse_ssl2(data: bytes) -> ClientHello:
    reader = _Reader(data[3:])
    version = reader.number(2)
    specs_size, session_size, challenge_size = (reader.number(2) for _ in range(3))
    specs = reader.take(specs_size)
    reader.take(session_size)
    challenge = reader.take(challenge_size)
    return ClientHello(version=version, suites=_numbers(specs, 3), random=challenge, ssl2_format=True)


def _parse(data: bytes) -> ClientHello:
    records, message = _Reader(data), b""
    while records.left:
        if records.number(1) != _HANDSHAKE:
            raise MalformedHelloError("not a handshake record")
        records.take(2)
        message += records.vector(2)
    if message[:1] != bytes((_CLIENT_HELLO,)):
        raise MalformedHelloError("not a ClientHello")
    hello = _Reader(_Reader(message[1:]).vector(3))
    version, random = hello.number(2), hello.take(32)
    hello.vector(1)
    suites, compressions = hello.vector(2), hello.vector(1)
    extensions = {}
    if hello.left:
        listed = _Reader(hello.vector(2))
        while listed.left:
            number = listed.number(2)
            extensions[number] = listed.vector(2)
    return ClientHello(
        version=version,
        suites=_numbers(suites, 2),
        random=random,
        compressions=compressions,
        extensions=extensions,
    )


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _numbers(data: bytes, size: int) -> tuple[int, ...]:
    return tuple(_number(data[at : at + size]) for at in range(0, len(data), size))
