"""From an anchor or DS to a zone's keys: the link between parent and child (RFC 4035 §5.2). Pure."""

import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime

from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.dns.algorithms import CAPS, DIGESTS, SHA1_DIGEST, SUPPORTED
from checker.dns.reasons import Code, Reason
from checker.dns.records import find, name_of, rdata_of
from checker.dns.signatures import Key, check_signatures, may_sign, usable_keys
from checker.observations.dns import Message, RRset


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """A zone and the keys that its chain of trust vouches for."""

    zone: str
    keys: tuple[Key, ...]


def trust_zone(reply: Message, zone: str, anchors: RRset, now: datetime) -> Trusted | Reason:
    """The zone's keys, when a DS or DNSKEY of `anchors` leads to one that signs the DNSKEY RRset.

    One usable DS whose key signs is enough (RFC 4035 §5.2); all others are left aside.
    """
    return _trust_zone(reply, zone, anchors, now.replace(microsecond=0))


@functools.lru_cache(maxsize=512)  # servers of one zone say the same, and a chain is walked and then judged
def _trust_zone(reply: Message, zone: str, anchors: RRset, now: datetime) -> Trusted | Reason:
    dnskeys = find(reply.answer, zone, "DNSKEY")
    if dnskeys is None:
        return Reason(code=Code.DNSKEY_MISSING, zone=zone)
    entries = _entry_keys(dnskeys, zone, anchors)
    if isinstance(entries, Reason):
        return entries
    checked = check_signatures(dnskeys, zone, entries, now)
    if isinstance(checked, Reason):
        return checked
    return Trusted(zone=zone, keys=usable_keys(dnskeys))


def usable_ds(ds: RRset) -> tuple[bytes, ...]:
    """The DS records that count: supported algorithm and digest, SHA-1 only without a stronger one."""
    supported = [
        (digest, wire)
        for wire in ds.rdata
        for _, algorithm, digest, _ in (ds_fields(wire),)
        if algorithm in SUPPORTED and digest in {SHA1_DIGEST, *DIGESTS}
    ]
    stronger = [wire for digest, wire in supported if digest != SHA1_DIGEST]
    return tuple(stronger or [wire for _, wire in supported])


def opens(anchor: RRset) -> bool:
    """Whether a DS or DNSKEY RRset holds anything that may vouch for keys here: a supported algorithm and digest."""
    if anchor.type == "DS":
        return bool(usable_ds(anchor))
    return any(key.algorithm in SUPPORTED for key in usable_keys(anchor))


def ds_fields(ds: bytes) -> tuple[int, int, int, bytes]:
    """Key tag, algorithm, digest type and digest (RFC 4034 §5.1); the digest may be of any length."""
    padded = ds.ljust(4, b"\0")
    return int.from_bytes(padded[:2], "big"), padded[2], padded[3], ds[4:]


def _entry_keys(dnskeys: RRset, zone: str, anchors: RRset) -> tuple[Key, ...] | Reason:
    """The keys of the RRset that an anchor vouches for."""
    keys = usable_keys(dnskeys)
    if anchors.type == "DNSKEY":
        trusted = {
            wire
            for wire in anchors.rdata
            if isinstance(k := rdata_of("DNSKEY", wire), DNSKEY) and may_sign(k)
        }
        anchored = tuple(key for key in keys if key.wire in trusted)
        return anchored or Reason(code=Code.ANCHOR_MISMATCH, zone=zone)
    wanted = [ds_fields(wire) for wire in usable_ds(anchors)]
    found: list[Key] = []
    failed = 0
    alike: dict[tuple[int, int], list[Key]] = {}
    for key in keys:
        alike.setdefault((key.tag, key.algorithm), []).append(key)
    for tag, algorithm, digest_type, digest in wanted:
        same = alike.get((tag, algorithm), ())
        if len(same) > CAPS.keys_per_tag:
            return Reason(code=Code.TOO_COSTLY, zone=zone, record=f"{zone} DNSKEY")
        for key in same:
            if ds_digest(zone, key.wire, digest_type) == digest:
                found.append(key)
            else:
                failed += 1
        if failed > CAPS.ds_mismatches:
            return Reason(code=Code.TOO_COSTLY, zone=zone, record=f"{zone} DNSKEY")
    if not found:
        tags = ", ".join(str(tag) for tag in dict.fromkeys(tag for tag, *_ in wanted))
        return Reason(code=Code.NO_KEY_FOR_DS, zone=zone, params=(("tags", tags),))
    return tuple(dict.fromkeys(found))


def ds_fits(ds: bytes, zone: str, key: Key) -> bool:
    """Whether the DS record is one of the key's: tag, algorithm, and a digest that counts (RFC 4034 §5.1)."""
    tag, algorithm, digest_type, digest = ds_fields(ds)
    return (
        (key.tag, key.algorithm) == (tag, algorithm)
        and digest_type in {SHA1_DIGEST, *DIGESTS}
        and ds_digest(zone, key.wire, digest_type) == digest
    )


@functools.lru_cache(maxsize=1024)
def ds_digest(zone: str, key_wire: bytes, digest_type: int) -> bytes:
    """DS digest of a DNSKEY (RFC 4034 §5.1.4)."""
    algorithm = "sha1" if digest_type == SHA1_DIGEST else DIGESTS[digest_type]
    return hashlib.new(algorithm, name_of(zone).to_digestable() + key_wire, usedforsecurity=False).digest()
