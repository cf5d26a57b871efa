"""The bodies of a server's first messages: SSLv2 SERVER-HELLO, ServerHello, Certificate, ServerDHParams.

Bytes of one whole message in, values out; which messages may come when is `server_hello`'s business.
"""

from dataclasses import dataclass

MAX_CERTIFICATES = 16
"""Longer chains are cut off."""


class MalformedError(Exception):
    """Bytes that are not what the protocol allows here."""


class Fields:
    """Reads fields off the front of bytes. Raises MalformedError when there are too few."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes remain."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.left:
            raise MalformedError
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, size: int) -> int:
        """A big-endian number of `size` bytes."""
        return int.from_bytes(self.take(size))

    def vector(self, length_size: int) -> bytes:
        """A vector with its length in front, in `length_size` bytes (RFC 5246 §4.3)."""
        return self.take(self.number(length_size))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerHello:
    """What a server chose: wire numbers; `extensions` the numbers of those it answered."""

    version: int
    suite: int
    compression: int
    extensions: frozenset[int]


def server_hello(body: bytes) -> ServerHello:
    """A ServerHello (RFC 5246 §7.4.1.3). Raises MalformedError."""
    fields = Fields(body)
    version = fields.number(2)
    fields.take(32)  # the random
    if len(fields.vector(1)) > 32:  # the session id
        raise MalformedError
    suite, compression = fields.number(2), fields.number(1)
    extensions = _extension_numbers(fields.vector(2)) if fields.left else frozenset()
    return ServerHello(version=version, suite=suite, compression=compression, extensions=extensions)


def certificates(body: bytes) -> tuple[bytes, ...]:
    """The DER certificates of a Certificate message (RFC 5246 §7.4.2), leaf first. Raises MalformedError."""
    entries = Fields(Fields(body).vector(3))
    found: list[bytes] = []
    while entries.left and len(found) < MAX_CERTIFICATES:
        found.append(entries.vector(3))
    return tuple(found)


def dh_prime_bits(body: bytes) -> int:
    """The length of the prime in ServerDHParams (RFC 5246 §7.4.3). Raises MalformedError."""
    return int.from_bytes(Fields(body).vector(2)).bit_length()


def ssl2_version(body: bytes) -> int:
    """The version of an SSLv2 SERVER-HELLO, after its type byte. Raises MalformedError.

    An empty cipher list still speaks SSLv2. Source: draft-hickman-netscape-ssl-00.
    """
    fields = Fields(body)
    fields.take(2)  # session id hit, certificate type
    version = fields.number(2)
    fields.take(sum(fields.number(2) for _ in ("certificate", "ciphers", "connection id")))
    return version


def _extension_numbers(body: bytes) -> frozenset[int]:
    fields = Fields(body)
    numbers = set()
    while fields.left:
        numbers.add(fields.number(2))
        fields.vector(2)
    return frozenset(numbers)
