"""RRSIG over an RRset, checked against a zone's keys (RFC 4034 §3.1, RFC 4035 §5.3). Pure functions over records."""

import functools
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

import dns.dnssec
import dns.dnssecalgs
import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from checker.dns.algorithms import CAPS, SKEW_S, SUPPORTED
from checker.dns.reasons import Code, Reason
from checker.dns.records import name_of, rdata_of, rdatas
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A good signature: `labels` as signed (fewer than the owner's means wildcard), and its validity period."""

    labels: int
    algorithm: int
    tag: int
    inception: int
    expiration: int


def usable_keys(dnskeys: RRset) -> tuple[Key, ...]:
    """The keys of a DNSKEY RRset that may sign zone data, whatever their algorithm."""
    found = []
    for wire in dnskeys.rdata:
        key = rdata_of("DNSKEY", wire)
        if isinstance(key, DNSKEY) and may_sign(key):
            found.append(Key(wire=wire, tag=dns.dnssec.key_id(key), algorithm=int(key.algorithm)))
    return tuple(found)


def may_sign(key: DNSKEY) -> bool:
    """Zone flag set, protocol 3, not revoked."""
    return bool(key.flags & ZONE_KEY) and key.protocol == _PROTOCOL and not key.flags & REVOKED


def check_signatures(rrset: RRset, zone: str, keys: tuple[Key, ...], now: datetime) -> Signed | Reason:
    """The first good signature of the RRset by one of the zone's keys, or the reason why there is none.

    The reason is that of the signature that came furthest. Over `CAPS` it is TOO_COSTLY.
    """
    record = f"{rrset.name} {rrset.type}"
    if not rrset.signatures:
        return Reason(code=Code.SIGNATURE_MISSING, zone=zone, record=record)
    worst = Reason(code=Code.SIGNATURE_UNFIT, zone=zone, record=record)
    failed = 0
    tried = 0
    for wire in rrset.signatures:
        rrsig = rdata_of("RRSIG", wire)
        if not isinstance(rrsig, RRSIG) or (why := _unfit(rrset, rrsig, zone)):
            worst = _further(
                worst, Code.SIGNATURE_UNFIT, zone, record, why if isinstance(rrsig, RRSIG) else ""
            )
            continue
        candidates = [
            key for key in keys if key.tag == rrsig.key_tag and key.algorithm == int(rrsig.algorithm)
        ]
        if not candidates:
            worst = _further(worst, Code.SIGNATURE_UNFIT, zone, record, f"no key {rrsig.key_tag}")
            continue
        if when := _out_of_time(rrsig, now):
            worst = _further(worst, when, zone, record, _moment(rrsig, when))
            continue
        tried += 1
        if tried > CAPS.signatures_per_rrset or len(candidates) > CAPS.keys_per_tag:
            return Reason(code=Code.TOO_COSTLY, zone=zone, record=record)
        for key in candidates:
            if _verify(rrset, wire, key.wire):
                return Signed(
                    labels=rrsig.labels,
                    algorithm=key.algorithm,
                    tag=key.tag,
                    inception=rrsig.inception,
                    expiration=rrsig.expiration,
                )
            failed += 1
            if failed > CAPS.failed_verifications:
                return Reason(code=Code.TOO_COSTLY, zone=zone, record=record)
        worst = _further(worst, Code.SIGNATURE_WRONG, zone, record, f"key {rrsig.key_tag}")
    return worst


_FURTHER = (Code.SIGNATURE_UNFIT, Code.SIGNATURE_EARLY, Code.SIGNATURE_EXPIRED, Code.SIGNATURE_WRONG)


def _further(known: Reason, code: Code, zone: str, record: str, detail: str) -> Reason:
    if _FURTHER.index(code) < _FURTHER.index(known.code):
        return known
    return Reason(code=code, zone=zone, record=record, params=(("detail", detail),) if detail else ())


def _unfit(rrset: RRset, rrsig: RRSIG, zone: str) -> str:
    """English words on what disqualifies the RRSIG before any time or key is looked at, or ""."""
    if rrsig.signer.canonicalize() != name_of(zone):
        return f"signer {rrsig.signer.to_text()}"
    if not name_of(rrset.name).is_subdomain(name_of(zone)):
        return "owner outside the zone"
    if rrsig.labels > _labels(rrset.name):
        return "more labels signed than the owner has"
    if int(rrsig.algorithm) not in SUPPORTED:
        return f"algorithm {int(rrsig.algorithm)} not supported"
    if rrset.type == "DNSKEY" and rrset.name != zone:
        return "DNSKEY away from the apex"
    return ""


def _labels(name: str) -> int:
    """Labels as RRSIG counts them: without the root and without a leading asterisk (RFC 4034 §3.1.3)."""
    parsed = name_of(name)
    return len(parsed.labels) - 1 - (1 if parsed.is_wild() else 0)


def _before(a: int, b: int) -> bool:
    """Serial number arithmetic (RFC 1982 §3.2; RFC 4034 §3.1.5)."""
    return a != b and (b - a) % _SERIAL < _SERIAL_HALF


def _out_of_time(rrsig: RRSIG, now: datetime) -> Code | None:
    moment = int(now.timestamp())
    if _before((rrsig.expiration + SKEW_S) % _SERIAL, moment % _SERIAL):
        return Code.SIGNATURE_EXPIRED
    if _before((moment + SKEW_S) % _SERIAL, rrsig.inception):
        return Code.SIGNATURE_EARLY
    return None


def _moment(rrsig: RRSIG, code: Code) -> str:
    seconds = rrsig.expiration if code is Code.SIGNATURE_EXPIRED else rrsig.inception
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


@functools.lru_cache(maxsize=8192)
def _verify(rrset: RRset, rrsig_wire: bytes, key_wire: bytes) -> bool:
    """Whether the signature fits the RRset's canonical form (RFC 4034 §3.1.8.1) under the key; time apart."""
    rrsig = rdata_of("RRSIG", rrsig_wire)
    key = rdata_of("DNSKEY", key_wire)
    assert isinstance(rrsig, RRSIG)
    assert isinstance(key, DNSKEY)
    try:
        public_key = dns.dnssecalgs.get_algorithm_cls(key.algorithm).public_cls.from_dnskey(key)
        public_key.verify(rrsig.signature, signature_data(rrset, rrsig))
    except (
        InvalidSignature,
        UnsupportedAlgorithm,
        dns.exception.DNSException,
        ValueError,
        IndexError,
        struct.error,
    ):
        # a key or signature of the wrong shape fits nothing, like a wrong one
        return False
    return True


def signature_data(rrset: RRset, rrsig: RRSIG) -> bytes:
    """RRSIG RDATA without the signature, then every RR in canonical form and order (RFC 4034 §3.1.8.1, §6)."""
    owner = name_of(rrset.name)
    if rrsig.labels < _labels(rrset.name):
        owner = dns.name.Name((b"*", *owner.labels[-(rrsig.labels + 1) :]))
    head = struct.pack(
        "!HBBIIIH",
        rrsig.type_covered,
        int(rrsig.algorithm),
        rrsig.labels,
        rrsig.original_ttl,
        rrsig.expiration,
        rrsig.inception,
        rrsig.key_tag,
    ) + (rrsig.signer.to_digestable())
    fixed = owner.to_digestable() + struct.pack(
        "!HHI", dns.rdatatype.from_text(rrset.type), 1, rrsig.original_ttl
    )
    canonical = sorted({rdata.to_digestable() for rdata in rdatas(rrset)})
    return head + b"".join(fixed + struct.pack("!H", len(data)) + data for data in canonical)
