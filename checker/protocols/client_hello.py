"""ClientHellos as bytes: SSLv2's own form, SSLv3 without extensions, TLS 1.0 to 1.2 with them.

Says how a hello is laid out, never which one to send. Same description and same random, same bytes.
"""

import struct
from dataclasses import dataclass

from checker.protocols.host_names import as_address

SSL2, SSL3, TLS10, TLS11, TLS12 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303
VERSION_NAMES = {SSL2: "SSLv2", SSL3: "SSLv3", TLS10: "TLSv1.0", TLS11: "TLSv1.1", TLS12: "TLSv1.2"}

RANDOM_BYTES = 32
MAX_SUITES = 64
"""Some servers fail on longer lists (measuring.md)."""

DEFLATE = 1
"""The compression method of RFC 3749."""

RENEGOTIATION_INFO_SCSV = 0x00FF
"""RFC 5746 §3.3: says in the suite list what SSLv3 has no extension for."""

SERVER_NAME, SUPPORTED_GROUPS, POINT_FORMATS, SIGNATURE_ALGORITHMS = 0, 10, 11, 13
HEARTBEAT, PADDING, EXTENDED_MASTER_SECRET, RENEGOTIATION_INFO = 15, 21, 23, 0xFF01

# RFC 8422 and RFC 7748: x25519, secp256r1, x448, secp521r1, secp384r1. No finite-field groups (RFC 7919), so that
# a server shows the prime of its own that it gives to older clients.
_GROUPS = (0x001D, 0x0017, 0x001E, 0x0019, 0x0018)
# RFC 8446 §4.2.3: ECDSA, EdDSA, PSS and PKCS #1 from SHA-256 up, then SHA-224, SHA-1 and DSA for old keys.
_SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080A, 0x080B, 0x0804, 0x0805, 0x0806),
    *(0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0402, 0x0502, 0x0602),
)

# All seven cipher kinds of SSLv2 (draft-hickman-netscape-ssl-00): RC4-128, RC4-40, RC2-128, RC2-40,
# IDEA-128, DES-64, 3DES-192; and OpenSSL's RC4-64.
_SSL2_CIPHERS = bytes.fromhex("010080 020080 030080 040080 050080 060040 0700c0 080080")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """One ClientHello to send: its name in measuring.md, the highest version it admits, what it offers.

    `version` is a wire number; `suites` IANA numbers in order of preference, at most 64 (none for SSLv2).
    """

    name: str
    version: int
    suites: tuple[int, ...] = ()
    deflate: bool = False
    heartbeat: bool = False

    @property
    def has_extensions(self) -> bool:
        """Whether extensions are sent: from TLS 1.0 up."""
        return self.version >= TLS10


def client_hello(hello: Hello, *, random: bytes, server_name: str | None) -> bytes:
    """The bytes of a hello, records included; `random` is 32 bytes.

    `server_name` becomes the SNI unless it is an address; a trailing dot is dropped (RFC 6066 §3).
    Source: RFC 5246 §7.4.1.2, RFC 6101 §5.6.1.2; CLIENT-HELLO in draft-hickman-netscape-ssl-00 for SSLv2.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"random must be {RANDOM_BYTES} bytes")
    if hello.version == SSL2:
        return _ssl2(random)
    before, after = _around_random(hello, _host_name(server_name))
    return before + random + after


def _ssl2(random: bytes) -> bytes:
    challenge = random[:16]
    body = struct.pack("!BHHHH", 1, SSL2, len(_SSL2_CIPHERS), 0, len(challenge)) + _SSL2_CIPHERS + challenge
    return struct.pack("!H", 0x8000 | len(body)) + body


def _host_name(server_name: str | None) -> bytes:
    name = (server_name or "").rstrip(".")
    return name.encode("ascii") if as_address(name.strip("[]")) is None else b""


def _around_random(hello: Hello, host_name: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the random."""
    if len(hello.suites) > MAX_SUITES:
        raise ValueError(f"{hello.name}: over {MAX_SUITES} suites")
    suites = struct.pack(f"!{len(hello.suites)}H", *hello.suites)
    methods = bytes((DEFLATE, 0)) if hello.deflate else b"\x00"
    after = b"\x00" + struct.pack("!H", len(suites)) + suites + bytes([len(methods)]) + methods
    if hello.has_extensions:
        extensions = _extensions(hello, host_name)
        extensions += _padding(4 + 2 + RANDOM_BYTES + len(after) + 2 + len(extensions))
        after += struct.pack("!H", len(extensions)) + extensions
    length = 2 + RANDOM_BYTES + len(after)
    # A record version of TLS 1.0 under a later hello is what OpenSSL and browsers send (RFC 5246 §E.1).
    record_version = min(hello.version, TLS10)
    return struct.pack(
        "!BHHB3sH", 22, record_version, 4 + length, 1, length.to_bytes(3), hello.version
    ), after


def _extensions(hello: Hello, host_name: bytes) -> bytes:
    """The extensions in the order OpenSSL 1.0.2 to 1.1.1 lay them, which middleboxes know."""
    parts = [_extension(RENEGOTIATION_INFO, b"\x00")]
    if host_name:
        entry = b"\x00" + struct.pack("!H", len(host_name)) + host_name
        parts.append(_extension(SERVER_NAME, struct.pack("!H", len(entry)) + entry))
    parts.append(_extension(POINT_FORMATS, b"\x01\x00"))
    parts.append(_extension(SUPPORTED_GROUPS, _numbers(_GROUPS)))
    if hello.heartbeat:
        parts.append(_extension(HEARTBEAT, b"\x01"))
    parts.append(_extension(EXTENDED_MASTER_SECRET, b""))
    if hello.version >= TLS12:
        parts.append(_extension(SIGNATURE_ALGORITHMS, _numbers(_SIGNATURES)))
    return b"".join(parts)


def _padding(message_bytes: int) -> bytes:
    """Padding to 512 bytes: some servers hang on hellos of 256 to 511 (RFC 7685)."""
    if not 256 <= message_bytes < 512:
        return b""
    return _extension(PADDING, bytes(max(1, 512 - message_bytes - 4)))


def _extension(number: int, body: bytes) -> bytes:
    return struct.pack("!HH", number, len(body)) + body


def _numbers(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"!H{len(values)}H", 2 * len(values), *values)
