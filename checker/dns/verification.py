"""One signature under one key: the signed bytes (RFC 4034 §3.1.8.1) and whether they fit. Pure; knows no time, no chain."""

import functools
import struct

import dns.dnssecalgs
import dns.exception
import dns.name
import dns.rdatatype
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from dns.dnssecalgs.base import GenericPublicKey
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.dns.algorithms import CAPS
from checker.dns.key_sizes import is_rsa, rsa_bits
from checker.dns.records import name_of, rdata_of
from checker.dns.rrsig import Rrsig, rrsig_of
from checker.dns.wire_names import MalformedNameError, WireNames

_AS_IT_STANDS = frozenset({"A", "AAAA", "DS", "DNSKEY", "NSEC", "NSEC3", "TXT"})
_NAMES_AFTER = {"NS": (0, 1), "CNAME": (0, 1), "DNAME": (0, 1), "MX": (2, 1), "SOA": (0, 2), "SRV": (6, 1)}
"""Octets before the names, and how many of these: they are in lower case (RFC 4034 §6.2; NSEC's not, RFC 6840 §5.1)."""


@functools.lru_cache(maxsize=4096)
def fits(name: str, rdtype: str, rdata: tuple[bytes, ...], rrsig_wire: bytes, key_wire: bytes) -> bool:
    """Whether the signature over an RRset is the key's. What was tried before is remembered, good or bad."""
    return verify(name, rdtype, rdata, rrsig_wire, key_wire)


def verify(name: str, rdtype: str, rdata: tuple[bytes, ...], rrsig_wire: bytes, key_wire: bytes) -> bool:
    """The same, worked out: the costly step. A key or signature of the wrong shape fits nothing, like a wrong one."""
    rrsig = rrsig_of(rrsig_wire)
    assert rrsig is not None
    try:
        _public_key(key_wire).verify(rrsig.signature, _signed(name, rdtype, rdata, rrsig))
    except (
        InvalidSignature,
        UnsupportedAlgorithm,
        dns.exception.DNSException,
        ValueError,
        IndexError,
        struct.error,
    ):
        return False
    return True


@functools.lru_cache(maxsize=256)
def _public_key(key_wire: bytes) -> GenericPublicKey:
    """The key, read once for all its signatures. Raises as the library does for a key of the wrong shape."""
    key = rdata_of("DNSKEY", key_wire)
    assert isinstance(key, DNSKEY)
    return dns.dnssecalgs.get_algorithm_cls(key.algorithm).public_cls.from_dnskey(key)


@functools.lru_cache(maxsize=1024)
def is_oversized(key_wire: bytes) -> bool:
    """Whether an RSA key is so large that trying it is too costly (RFC 3110 §2: modulus and exponent)."""
    key = rdata_of("DNSKEY", key_wire)
    if not isinstance(key, DNSKEY) or not is_rsa(key):
        return False
    exponent, modulus = rsa_bits(bytes(key.key))
    return exponent > CAPS.rsa_exponent_bits or modulus > CAPS.rsa_modulus_bits


def labels_of(name: str) -> int:
    """Labels as RRSIG counts them: without the root and without a leading asterisk (RFC 4034 §3.1.3)."""
    parsed = name_of(name)
    return len(parsed.labels) - 1 - (1 if parsed.is_wild() else 0)


def _signed(name: str, rdtype: str, rdata: tuple[bytes, ...], rrsig: Rrsig) -> bytes:
    """RRSIG RDATA without the signature, then every RR in canonical form and order (RFC 4034 §3.1.8.1, §6)."""
    owner = name_of(name)
    if rrsig.labels < labels_of(name):
        owner = dns.name.Name((b"*", *owner.labels[-(rrsig.labels + 1) :]))
    fixed = owner.to_digestable() + struct.pack(
        "!HHI", dns.rdatatype.from_text(rdtype), 1, rrsig.original_ttl
    )
    return rrsig.head + b"".join([fixed + data for data in _canonical(rdtype, rdata)])


@functools.lru_cache(maxsize=256)
def _canonical(rdtype: str, rdata: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The RDATA in canonical form and order, doubles left out, each behind its length: the same for every signature."""
    canonical = sorted({canonical_rdata(rdtype, wire) for wire in rdata})
    return tuple(struct.pack("!H", len(data)) + data for data in canonical)


def canonical_rdata(rdtype: str, wire: bytes) -> bytes:
    """RDATA in canonical form (RFC 4034 §6.2). The common types are done here: dnspython is quadratic in labels."""
    if rdtype in _AS_IT_STANDS:
        return wire
    start, count = _NAMES_AFTER.get(rdtype, (0, 0))
    names, at, uncompressed = WireNames(wire), start, 0
    try:
        for _ in range(count):
            name, at = names.read(at, len(wire))
            uncompressed += len(name.wire)
    except MalformedNameError:
        return wire
    if not count or at - start != uncompressed:
        return rdata_of(rdtype, wire).to_digestable()
    return wire[:start] + wire[start:at].lower() + wire[at:]  # lengths are under 64 and so no letters
