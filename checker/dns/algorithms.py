"""Which DNSSEC algorithms and digests count, as data with its source. Pure."""

from dataclasses import dataclass

SUPPORTED = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""DNSKEY algorithms that validate (RFC 8624 §3.1 as kept by RFC 9904; 5 and 7 still must be validated, RFC 9905)."""

DEPRECATED = frozenset({5, 7})
"""Validated, with a warning: RSA with SHA-1 (RFC 9905 §2)."""

DIGESTS = {2: "sha256", 4: "sha384"}
"""DS digest types that count (RFC 9904 §4)."""

SHA1_DIGEST = 1
"""Ignored when the DS RRset has a stronger digest of a usable kind, else accepted with a warning (RFC 4509 §3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much work one reply may cause before it is "too costly" (KeyTrap, CVE-2023-50387 and -50868).

    `nsec3_rounds` counts single runs of SHA-1: a name of 127 labels costs 129 without iterations, and that is honest.
    """

    signatures_per_rrset: int = 8
    keys_per_tag: int = 4
    failed_verifications: int = 16
    nsec3_rounds: int = 64 * 151
    nsec3_iterations_insecure: int = 150
    alias_hops: int = 11


CAPS = Caps()

SKEW_S = 300
"""Seconds by which a signature may be early or late (measuring.md, DNSSEC rule 5)."""
