"""Prepared answers for protocols that OpenSSL no longer plays: a ServerHello flight or an alert. Bytes in, bytes out.

Nothing here finishes a handshake: the flight ends with ServerHelloDone, as far as a raw hello ever comes. What is
signed is signed for real, with the leaf's RSA key.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.certificates import Chain
from tests.lab.client_hello import (
    EXTENDED_MASTER_SECRET,
    RENEGOTIATION_INFO,
    SSL2,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    ClientHello,
)
from tests.lab.scenario import Tls

HANDSHAKE_FAILURE, PROTOCOL_VERSION, UNRECOGNIZED_NAME = 40, 70, 112
"""Alerts (RFC 8446 §6)."""

RC4, RC4_MD5, TRIPLE_DES, DES, AES128, AES256 = 0x0005, 0x0004, 0x000A, 0x0009, 0x002F, 0x0035
EXPORT = (0x0003, 0x0006, 0x0008)
"""RSA_EXPORT with RC4_40_MD5, RC2_CBC_40_MD5, DES40_CBC_SHA."""
DHE_RSA = (0x009F, 0x009E, 0x006B, 0x0067, 0x0039, 0x0033)
_NEEDS_TLS12 = frozenset({0x009F, 0x009E, 0x006B, 0x0067})
SSL2_KINDS = (0x010080, 0x0700C0)
"""SSL_CK_RC4_128_WITH_MD5, SSL_CK_DES_192_EDE3_CBC_WITH_MD5."""

PRIME_512 = int(
    "b1e6b7f9a6c9a944c44806bda0c5b211977854980e003f0a184103d2a5ae842b"
    "6e16803b909ed782ca2ee806a530478797356e622dc94f391c8c88fbfb16741f",
    16,
)
"""A safe prime; OpenSSL 3 takes none this short."""
_GENERATOR = 2
_EXPORT_EXPONENT = 65_537


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """What a server that is otherwise INTERMEDIATE also agrees to, up to which version."""

    suites: tuple[int, ...]
    limit: int = TLS12


WEAKNESSES = {
    Tls.RC4_TOO: Weakness(suites=(RC4, RC4_MD5)),
    Tls.EXPORT_TOO: Weakness(suites=EXPORT),
    # RFC 5469 §4: not in TLS 1.2, and servers that keep to it are found by an older hello only
    Tls.DES_TOO: Weakness(suites=(DES,), limit=TLS11),
    Tls.TRIPLE_DES_TOO: Weakness(suites=(TRIPLE_DES,)),
    Tls.DH_512: Weakness(suites=DHE_RSA),
}

_ONLY = {
    Tls.SSL3_ONLY: (SSL3, (AES256, AES128, TRIPLE_DES, RC4)),
    Tls.RC4_ONLY: (TLS10, (RC4,)),
}
"""Servers from before supported_versions and every other extension: (their one version, their suites)."""

CANNED = frozenset({Tls.SSL3_TOO, Tls.SSL2_TOO, *WEAKNESSES, *_ONLY})
"""The kinds that need this module, and an RSA leaf."""


def canned_answer(hello: ClientHello, kind: Tls, chain: Chain, *, acceptable: bool) -> bytes | None:
    """The prepared answer of a server of this kind to a hello; None when OpenSSL should speak.

    `acceptable` says whether the OpenSSL side of the server shares a version and a suite with the client.
    """
    if hello.ssl2_format and hello.version == SSL2:
        return ssl2_server_hello(hello, chain) if kind is Tls.SSL2_TOO else None
    if kind in _ONLY:
        only, suites = _ONLY[kind]
        if hello.version < only:
            return alert(PROTOCOL_VERSION, SSL3)
        return _choose(hello, only, suites, chain, extensions=False) or alert(HANDSHAKE_FAILURE, only)
    if kind is Tls.SSL3_TOO and hello.highest() == SSL3:
        suites = _ONLY[Tls.SSL3_ONLY][1]
        return _choose(hello, SSL3, suites, chain, extensions=False) or alert(HANDSHAKE_FAILURE, SSL3)
    if kind in WEAKNESSES and not acceptable:
        version = hello.highest(TLS12)
        if TLS10 <= version <= WEAKNESSES[kind].limit:
            return _choose(hello, version, WEAKNESSES[kind].suites, chain, extensions=True)
    return None


def alert(description: int, version: int) -> bytes:
    """A fatal alert record."""
    return _record(21, version, bytes((2, description)))


def ssl2_server_hello(hello: ClientHello, chain: Chain) -> bytes:
    """An SSLv2 SERVER-HELLO with the leaf and the kinds in common, or ERROR no cipher (SSL 0.2 draft §2.6, §2.7)."""
    kinds = b"".join(_number(kind, 3) for kind in SSL2_KINDS if kind in hello.suites)
    if not kinds:
        return _number(0x8003, 2) + b"\x00\x00\x01"
    leaf = chain[1][0].public_bytes(Encoding.DER)
    connection_id = secrets.token_bytes(16)
    sizes = b"".join(_number(len(part), 2) for part in (leaf, kinds, connection_id))
    body = b"\x04\x00\x01" + _number(SSL2, 2) + sizes + leaf + kinds + connection_id
    return _number(0x8000 | len(body), 2) + body


def _choose(
    hello: ClientHello, version: int, suites: Sequence[int], chain: Chain, *, extensions: bool
) -> bytes | None:
    for suite in suites:
        if suite in hello.suites and not (suite in _NEEDS_TLS12 and version < TLS12):
            return _flight(hello, version, suite, chain, extensions=extensions)
    return None


def _flight(hello: ClientHello, version: int, suite: int, chain: Chain, *, extensions: bool) -> bytes:
    """ServerHello in one record; Certificate, ServerKeyExchange where due and ServerHelloDone in another."""
    key, certificates = chain
    assert isinstance(key, rsa.RSAPrivateKey)
    random = secrets.token_bytes(32)
    body = _number(version, 2) + random + b"\x00" + _number(suite, 2) + b"\x00"
    if extensions and (extras := _extensions(hello)):
        body += _vector(extras, 2)
    listed = b"".join(_vector(one.public_bytes(Encoding.DER), 3) for one in certificates)
    rest = _message(11, _vector(listed, 3))
    if params := _key_exchange(suite):
        rest += _message(12, params + _signature(key, version, hello.random + random + params))
    rest += _message(14, b"")
    return _record(22, version, _message(2, body)) + _record(22, version, rest)


def _extensions(hello: ClientHello) -> bytes:
    extras = b""
    if hello.secure_renegotiation:
        extras += _number(RENEGOTIATION_INFO, 2) + b"\x00\x01\x00"
    if EXTENDED_MASTER_SECRET in hello.extensions:
        extras += _number(EXTENDED_MASTER_SECRET, 2) + b"\x00\x00"
    return extras


def _key_exchange(suite: int) -> bytes:
    """ServerDHParams (RFC 5246 §7.4.3) or, for EXPORT, a temporary 512-bit RSA key (RFC 2246 §7.4.3)."""
    if suite in DHE_RSA:
        public = pow(_GENERATOR, secrets.randbits(256), PRIME_512)
        return b"".join(_vector(_bytes(number), 2) for number in (PRIME_512, _GENERATOR, public))
    if suite in EXPORT:
        modulus = secrets.randbits(512) | 1 << 511 | 1
        return b"".join(_vector(_bytes(number), 2) for number in (modulus, _EXPORT_EXPONENT))
    return b""


def _signature(key: rsa.RSAPrivateKey, version: int, signed: bytes) -> bytes:
    if version >= TLS12:
        return b"\x04\x01" + _vector(key.sign(signed, padding.PKCS1v15(), hashes.SHA256()), 2)
    # RFC 4346 §4.7: MD5 and SHA-1 side by side, PKCS #1 block type 1 without DigestInfo
    digest = hashlib.md5(signed).digest() + hashlib.sha1(signed).digest()  # noqa: S324 - the old protocol's own
    size = key.key_size // 8
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest
    numbers = key.private_numbers()
    signature = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return _vector(signature.to_bytes(size, "big"), 2)


def _record(content_type: int, version: int, fragment: bytes) -> bytes:
    return bytes((content_type,)) + _number(version, 2) + _vector(fragment, 2)


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + _vector(body, 3)


def _vector(data: bytes, length_size: int) -> bytes:
    return _number(len(data), length_size) + data


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _bytes(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
