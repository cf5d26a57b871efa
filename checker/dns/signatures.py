"""RRSIG over an RRset, checked against a zone's keys (RFC 4034 §3.1, RFC 4035 §5.3). Pure functions over records."""

import functools
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import dns.dnssec
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.dns.algorithms import CAPS, SKEW_S, SUPPORTED
from checker.dns.reasons import Code, Reason
from checker.dns.records import is_below, rdata_of
from checker.dns.rrsig import Rrsig, rrsig_of
from checker.dns.verification import fits, is_oversized, labels_of
from checker.observations.dns import RRset

ZONE_KEY = 0x0100
REVOKED = 0x0080
_PROTOCOL = 3
_SERIAL_HALF = 1 << 31
_SERIAL = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A DNSKEY that may sign zone data: zone flag, protocol 3, not revoked (RFC 4034 §2.1, RFC 5011 §2.1)."""

    wire: bytes
    tag: int
    algorithm: int


@dataclass(slots=True)
class Work:
    """Verifications that one message has caused so far; handed along while one answer in it is judged."""

    most_per_rrset: int = CAPS.verifications_per_rrset
    _for_message: int = 0
    _for_rrset: int = 0

    def next_rrset(self) -> None:
        """What follows is another RRset of the message."""
        self._for_rrset = 0

    def allows_one(self) -> bool:
        """Whether one more verification may follow, which is hereby counted."""
        self._for_message += 1
        self._for_rrset += 1
        return self._for_rrset <= self.most_per_rrset and self._for_message <= CAPS.verifications_per_message


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A good signature: `labels` as signed (fewer than the owner's means wildcard), TTL, and its validity period."""

    labels: int
    algorithm: int
    tag: int
    original_ttl: int
    inception: int
    expiration: int


def usable_keys(dnskeys: RRset) -> tuple[Key, ...]:
    """The keys of a DNSKEY RRset that may sign zone data, whatever their algorithm."""
    return tuple(key for wire in dnskeys.rdata if (key := _usable_key(wire)) is not None)


@functools.lru_cache(maxsize=1024)
def _usable_key(wire: bytes) -> Key | None:
    key = rdata_of("DNSKEY", wire)
    if not isinstance(key, DNSKEY) or not may_sign(key):
        return None
    return Key(wire=wire, tag=dns.dnssec.key_id(key), algorithm=int(key.algorithm))


def may_sign(key: DNSKEY) -> bool:
    """Zone flag set, protocol 3, not revoked."""
    return bool(key.flags & ZONE_KEY) and key.protocol == _PROTOCOL and not key.flags & REVOKED


def check_signatures(
    rrset: RRset, zone: str, keys: tuple[Key, ...], now: datetime, work: Work | None = None
) -> Signed | Reason:
    """The first good signature of the RRset by one of the zone's keys, or the reason why there is none.

    The reason is that of the signature that came furthest. Over `CAPS` it is TOO_COSTLY; `work` is what the RRset's
    message has cost before.
    """
    work = work or Work()
    work.next_rrset()
    record = f"{rrset.name} {rrset.type}"
    if not rrset.signatures:
        return Reason(code=Code.SIGNATURE_MISSING, zone=zone, record=record)
    worst = Reason(code=Code.SIGNATURE_UNFIT, zone=zone, record=record)
    for wire in rrset.signatures:
        rrsig = rrsig_of(wire)
        if rrsig is None:
            continue
        candidates = _candidates(rrsig, keys)
        if futile := _futile(rrset, rrsig, zone, candidates, now):
            worst = _further(worst, *futile)
            continue
        worst = _further(worst, Code.SIGNATURE_WRONG, str(rrsig.key_tag))
        for key in candidates:
            if is_oversized(key.wire):
                worst = _further(worst, Code.TOO_COSTLY, str(rrsig.key_tag))
                continue
            if len(candidates) > CAPS.keys_per_tag or not work.allows_one():
                return Reason(code=Code.TOO_COSTLY, zone=zone, record=record)
            if fits(rrset.name, rrset.type, rrset.rdata, wire, key.wire):
                return Signed(
                    labels=rrsig.labels,
                    algorithm=key.algorithm,
                    tag=key.tag,
                    original_ttl=rrsig.original_ttl,
                    inception=rrsig.inception,
                    expiration=rrsig.expiration,
                )
    return worst


def _candidates(rrsig: Rrsig, keys: tuple[Key, ...]) -> list[Key]:
    return [key for key in keys if key.tag == rrsig.key_tag and key.algorithm == rrsig.algorithm]


def _futile(
    rrset: RRset, rrsig: Rrsig, zone: str, candidates: list[Key], now: datetime
) -> tuple[Code, str] | None:
    """Why no key need be tried, with the value that shows it."""
    if unfit := unfitness(rrset, rrsig, zone):
        return unfit
    if not candidates:
        return Code.SIGNATURE_KEY_ABSENT, str(rrsig.key_tag)
    if when := out_of_time(rrsig, now):
        return when, _moment(rrsig, when)
    return None


_FURTHER = (
    Code.SIGNATURE_UNFIT,
    Code.SIGNATURE_UNSUPPORTED,
    Code.SIGNER_WRONG,
    Code.SIGNATURE_KEY_ABSENT,
    Code.SIGNATURE_EARLY,
    Code.SIGNATURE_EXPIRED,
    Code.SIGNATURE_WRONG,
    Code.TOO_COSTLY,
)
"""How far a signature came before it failed; the reason shown is that of the one that came furthest."""


def _further(known: Reason, code: Code, detail: str) -> Reason:
    if _FURTHER.index(code) < _FURTHER.index(known.code):
        return known
    return replace(known, code=code, params=(("detail", detail),) if detail else ())


def unfitness(rrset: RRset, rrsig: Rrsig, zone: str) -> tuple[Code, str] | None:
    """What disqualifies the RRSIG before any time or key is looked at, with the value that shows it."""
    if rrsig.signer != zone:
        return Code.SIGNER_WRONG, rrsig.signer
    if rrsig.algorithm not in SUPPORTED:
        return Code.SIGNATURE_UNSUPPORTED, str(rrsig.algorithm)
    away = rrset.type == "DNSKEY" and rrset.name != zone
    outside = not is_below(rrset.name, zone)
    if away or outside or rrsig.labels > labels_of(rrset.name):
        return Code.SIGNATURE_UNFIT, ""
    return None


def _before(a: int, b: int) -> bool:
    """Serial number arithmetic (RFC 1982 §3.2; RFC 4034 §3.1.5)."""
    return a != b and (b - a) % _SERIAL < _SERIAL_HALF


def out_of_time(rrsig: Rrsig, now: datetime) -> Code | None:
    """Whether the moment lies after, or before, the signature's validity period, SKEW_S apart."""
    moment = int(now.timestamp())
    if _before((rrsig.expiration + SKEW_S) % _SERIAL, moment % _SERIAL):
        return Code.SIGNATURE_EXPIRED
    if _before((moment + SKEW_S) % _SERIAL, rrsig.inception):
        return Code.SIGNATURE_EARLY
    return None


def _moment(rrsig: Rrsig, code: Code) -> str:
    seconds = rrsig.expiration if code is Code.SIGNATURE_EXPIRED else rrsig.inception
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
