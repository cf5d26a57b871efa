"""The authentication chain (RFC 4033 §2) as people read it: zone by zone, key by key, down to the row's own records.

Data alone, made by `checker.indicators.dnssec_chain` and shown by `checker.report`. Codes are those of findings.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ALGORITHMS = {
    1: "RSAMD5",
    3: "DSA",
    5: "RSASHA1",
    6: "DSA-NSEC3-SHA1",
    7: "RSASHA1-NSEC3-SHA1",
    8: "RSASHA256",
    10: "RSASHA512",
    12: "ECC-GOST",
    13: "ECDSAP256SHA256",
    14: "ECDSAP384SHA384",
    15: "ED25519",
    16: "ED448",
    17: "SM2SM3",
    23: "ECC-GOST12",
    253: "PRIVATEDNS",
    254: "PRIVATEOID",
}
"""Mnemonics of DNSSEC algorithm numbers (IANA, DNS Security Algorithm Numbers)."""

DIGESTS = {1: "SHA-1", 2: "SHA-256", 3: "GOST R 34.11-94", 4: "SHA-384", 5: "GOST R 34.11-2012", 6: "SM3"}
"""Names of DS digest types (IANA, DS RR Type Digest Algorithms)."""


class Mark(StrEnum):
    """What one link came to."""

    GOOD = "good"
    FAILED = "failed"
    """It was tried and does not hold."""
    UNUSED = "unused"
    """It is not needed: unsupported, weaker than its neighbour, revoked, or another one holds in its place."""


class Remark(StrEnum):
    """Why a DS record or a key is not GOOD."""

    NONE = ""
    NO_KEY = "no_key"
    """No key of the zone has this tag and algorithm."""
    OTHER_DIGEST = "other_digest"
    UNSUPPORTED = "unsupported"
    WEAKER = "weaker"
    """SHA-1 beside a stronger digest (RFC 4509 §3)."""
    REVOKED = "revoked"
    NO_ZONE_KEY = "no_zone_key"
    """Zone flag clear or protocol other than 3 (RFC 4034 §2.1)."""
    NOT_CHECKED = "not_checked"
    """One of more than are shown, or nothing was there to check it against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLink:
    """One RRSIG: by which key, when, and the finding code of what is wrong with it ("" when it holds)."""

    key_tag: int
    algorithm: int
    inception: datetime
    expiration: datetime
    mark: Mark
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchingLink:
    """One DS record, or one trust anchor (`digest_type` None where that is a DNSKEY)."""

    key_tag: int
    algorithm: int
    digest_type: int | None
    mark: Mark
    remark: Remark = Remark.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLink:
    """One DNSKEY. `vouched`: a DS or anchor fits it; `signs_keys`: its signature over the DNSKEY RRset holds.

    `bits` is the size of the modulus or curve, None where unknown; `entry_point` the SEP flag.
    """

    key_tag: int
    algorithm: int
    flags: int
    bits: int | None
    entry_point: bool
    vouched: bool
    signs_keys: bool
    mark: Mark
    remark: Remark = Remark.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A reason: its finding code, the zone and record it is about, and the value that shows it."""

    code: str
    zone: str
    record: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLink:
    """One zone on the way down: what vouches for it, its keys, the signatures over them, and how it stands.

    `status` is "secure", "insecure", "bogus" or "indeterminate"; `vouching_signatures` are those over the DS RRset,
    made by the parent; `anchored` when trust anchors stand in place of a DS RRset. `more` counts keys, DS records and
    signatures that are not shown.
    """

    name: str
    status: str
    anchored: bool
    vouching: tuple[VouchingLink, ...]
    vouching_signatures: tuple[SignatureLink, ...]
    keys: tuple[KeyLink, ...]
    signatures: tuple[SignatureLink, ...]
    trouble: Trouble | None
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTrouble:
    """One name-server address whose answer does not hold."""

    server: str
    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink:
    """One question to the zone's servers: what the best answer says, and the servers whose answers do not hold.

    `status` is that answer's; `kind` "positive", "alias", "nodata", "nxdomain" or "nothing"; `proof` "NSEC" or "NSEC3"
    where such records prove it. `valid` of `servers` addresses gave answers that hold. `random` marks the name that was
    made up to see how the zone denies.
    """

    name: str
    type: str
    status: str
    kind: str
    proof: str
    signatures: tuple[SignatureLink, ...]
    servers: int
    valid: int
    random: bool
    failing: tuple[ServerTrouble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HopLink:
    """A name that other zones answer for: how it stands, in which zone, and whether it is proven not to exist."""

    origin: str
    name: str
    zone: str
    status: str
    nonexistent: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationChain:
    """The chain to one name. `status` is that at its end; `nonexistent` the name proven not to exist, or "".

    `answers` are in the order in which the servers were asked; `unusable` are those that told nothing at all; `hops`
    lead out of the zone.
    """

    name: str
    status: str
    zones: tuple[ZoneLink, ...]
    nonexistent: str = ""
    answers: tuple[AnswerLink, ...] = ()
    unusable: tuple[ServerTrouble, ...] = ()
    hops: tuple[HopLink, ...] = ()
