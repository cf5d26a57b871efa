"""How large a public key is. Pure; the key is hostile data and nothing is computed with it."""

import dns.dnssec
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.dns.algorithms import RSA

_FIXED = {13: 256, 14: 384, 15: 256, 16: 456}
"""RFC 6605 §4, RFC 8080 §3: curves have one size."""


def rsa_bits(key: bytes) -> tuple[int, int]:
    """Bits of the exponent and of the modulus of an RSA public key (RFC 3110 §2); 0 for what is not there."""
    if key[:1] > b"\0":
        length, start = key[0], 1
    else:
        length, start = int.from_bytes(key[1:3], "big"), 3
    return _bits(key[start : start + length]), _bits(key[start + length :])


def key_bits(key: DNSKEY) -> int | None:
    """Bits of an RSA modulus or of the curve; None for other algorithms and for a key without modulus."""
    if is_rsa(key):
        return rsa_bits(bytes(key.key))[1] or None
    return _FIXED.get(int(key.algorithm))


def is_rsa(key: DNSKEY) -> bool:
    """Whether the key's algorithm is one of RSA's, whose keys come in all sizes."""
    return int(key.algorithm) in RSA


def key_tag(key: DNSKEY) -> int:
    """The key tag (RFC 4034 appendix B)."""
    return dns.dnssec.key_id(key)


def _bits(number: bytes) -> int:
    return int.from_bytes(number, "big").bit_length()
