"""Which DNSSEC algorithms and digests count, as data with its source. Pure."""

from dataclasses import dataclass

SUPPORTED = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""DNSKEY algorithms that validate (RFC 8624 §3.1 as kept by RFC 9904; 5 and 7 still must be validated, RFC 9905)."""

RSA = frozenset({1, 5, 7, 8, 10})
"""Algorithms whose keys come in all sizes (RFC 3110, RFC 5155, RFC 5702)."""

DEPRECATED = frozenset({5, 7})
"""Validated, with a warning: RSA with SHA-1 (RFC 9905 §2)."""

DIGESTS = {2: "sha256", 4: "sha384"}
"""DS digest types that count (RFC 9904 §4)."""

SHA1_DIGEST = 1
"""Ignored when the DS RRset has a stronger digest of a usable kind, else accepted with a warning (RFC 4509 §3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much work one reply may cause before it is "too costly" (KeyTrap, CVE-2023-50387 and -50868).

    Beside each cap: the one of unbound 1.19.1 or BIND 9.20, and what honest zones need.
    """

    verifications_per_rrset: int = 8
    """unbound MAX_VALIDATE_RRSIGS 8. Two algorithms, double signatures and a chance collision of tags need 2 to 5."""
    verifications_per_message: int = 16
    """BIND max-validations-per-fetch 16. A denial needs 1 to 4; behind eleven wildcard aliases with NSEC3, 15."""
    verifications_per_alias: int = 3
    """For each CNAME of a long chain in one message, where the chain would otherwise multiply the work."""
    keys_per_tag: int = 4
    """Keys that share tag and algorithm; BIND gives up at the second. By chance two of them do once in 65,536 pairs."""
    ds_mismatches: int = 16
    """Digests that differ though tag and algorithm fit (unbound MAX_DS_MATCH_FAILURES 4 for each DS record)."""
    rsa_modulus_bits: int = 4096
    """RFC 5702 §2: keys of 512 (1024 for SHA-512) to 4096 bits; RFC 3110 §2."""
    rsa_exponent_bits: int = 64
    """OpenSSL OPENSSL_RSA_MAX_PUBEXP_BITS, there for moduli over 3072 bits only. Zones use 3, 65537 and 2**32 + 1."""
    nsec3_rounds: int = 40 * 151
    """Single runs of SHA-1. 150 iterations at the 34 labels of an IPv6 reverse name need 37 * 151, at 127 labels without
    iterations 129 (unbound MAX_NSEC3_CALCULATIONS: 8 names, 16 times over)."""
    nsec3_iterations_insecure: int = 150
    """RFC 9276 §3.2 lets a validator choose; 150 as in unbound, Knot Resolver and BIND 9.16 to 9.18."""
    alias_hops: int = 11


CAPS = Caps()

SKEW_S = 300
"""Seconds by which a signature may be early or late (measuring.md, DNSSEC rule 5)."""
