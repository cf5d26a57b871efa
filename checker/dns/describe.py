"""The zones of an authentication chain, link by link, for people to read. Pure; judges by `chain`'s own steps.

Everything is capped: a hostile zone's thousand keys cost no more to describe than an honest zone's.
"""

from dataclasses import replace
from datetime import datetime

from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checker.authentication_chain import (
    KeyLink,
    Mark,
    Remark,
    SignatureLink,
    VouchingLink,
    ZoneLink,
)
from checker.dns.algorithms import SHA1_DIGEST, SUPPORTED
from checker.dns.chain import Standing, down, enter, start
from checker.dns.describe_answers import SHOWN, signature_links, trouble
from checker.dns.key_sizes import key_bits, key_tag
from checker.dns.reasons import Status
from checker.dns.records import find, rdata_of
from checker.dns.signatures import REVOKED, Key, may_sign, usable_keys
from checker.dns.trust import ds_fields, ds_fits, usable_ds
from checker.observations.dns import ChainObservation, Cut, Reply, RRset

_ENTRY_POINT = 0x0001
_Vouching = tuple[VouchingLink, bytes]
"""What vouches, and the wire of the key that it fits (empty: none)."""


def describe_zones(chain: ChainObservation, now: datetime) -> tuple[tuple[ZoneLink, ...], str]:
    """Every zone on the way down with its standing, and the name that was proven not to exist, or ""."""
    standing = start(chain.anchors, chain.name, chain.start, now)
    if not chain.anchors:
        return (), ""
    zones = [_anchored(chain, standing, now)]
    for cut in chain.cuts:
        if standing.status is not Status.SECURE:
            break
        above = standing
        standing = down(above, cut.name, cut.ds, now)
        if standing.nonexistent:
            return tuple(zones), cut.name
        if standing.status is Status.SECURE and standing.zone == above.zone:
            continue
        if standing.status is Status.SECURE:
            standing = enter(standing, cut.dnskey, now)
        zones.append(_below(cut, above, standing, now))
    return tuple(zones), ""


def _anchored(chain: ChainObservation, standing: Standing, now: datetime) -> ZoneLink:
    zone = chain.anchors[0].name
    dnskeys = _dnskeys(chain.start, zone)
    vouching = tuple(one for anchor in chain.anchors for one in _vouching(anchor, dnskeys, zone))
    return _zone(standing, zone, dnskeys, vouching, (), now=now)


def _below(cut: Cut, above: Standing, standing: Standing, now: datetime) -> ZoneLink:
    """The zone at a cut: its DS RRset as the zone above signs it, and its keys."""
    assert above.trusted is not None
    message = cut.ds.message if cut.ds is not None else None
    ds = find(message.answer, cut.name, "DS") if message is not None else None
    dnskeys = _dnskeys(cut.dnskey, cut.name)
    vouching = _vouching(ds, dnskeys, cut.name) if ds is not None else ()
    signatures = signature_links(ds, above.zone, above.trusted.keys, now)
    return replace(_zone(standing, cut.name, dnskeys, vouching, signatures, now=now), anchored=False)


def _zone(
    standing: Standing,
    name: str,
    dnskeys: RRset | None,
    vouching: tuple[_Vouching, ...],
    vouching_signatures: tuple[SignatureLink, ...],
    *,
    now: datetime,
) -> ZoneLink:
    usable = usable_keys(dnskeys) if dnskeys is not None else ()
    signatures = signature_links(dnskeys, name, usable, now)
    wires = sorted(dnskeys.rdata, key=_entry_points_first) if dnskeys is not None else []
    vouched = frozenset(wire for _, wire in vouching if wire)
    keys = tuple(link for wire in wires[:SHOWN] if (link := _key(wire, vouched, signatures)) is not None)
    counts = (len(wires), len(vouching), len(dnskeys.signatures) if dnskeys is not None else 0)
    return ZoneLink(
        name=name,
        status=standing.status.value,
        anchored=True,
        vouching=tuple(link for link, _ in vouching[:SHOWN]),
        vouching_signatures=vouching_signatures,
        keys=keys,
        signatures=signatures,
        trouble=trouble(standing.reason) if standing.reason else None,
        more=sum(max(0, count - SHOWN) for count in counts),
    )


def _entry_points_first(dnskey: bytes) -> tuple[bool, bytes]:
    return not dnskey[1:2] or not dnskey[1] & _ENTRY_POINT, dnskey


def _dnskeys(reply: Reply | None, zone: str) -> RRset | None:
    message = reply.message if reply is not None else None
    return find(message.answer, zone, "DNSKEY") if message is not None else None


def _vouching(vouching: RRset, dnskeys: RRset | None, zone: str) -> tuple[_Vouching, ...]:
    """The DS or DNSKEY records of an anchor or a parent, held against the zone's keys; past SHOWN only counted."""
    if vouching.type == "DNSKEY":
        found = [_anchor_key(wire, dnskeys) for wire in vouching.rdata]
    else:
        usable = frozenset(usable_ds(vouching))
        keys = usable_keys(dnskeys) if dnskeys is not None else None
        held = [_ds(wire, wire in usable, keys, zone) for wire in vouching.rdata[: 4 * SHOWN]]
        found = sorted(held, key=lambda one: one[0].mark is not Mark.GOOD)
        found += [held[0]] * (len(vouching.rdata) - len(held))
    good = any(link.mark is Mark.GOOD for link, _ in found)
    return tuple(
        (replace(link, mark=Mark.UNUSED), wire) if good and link.remark is Remark.NO_KEY else (link, wire)
        for link, wire in found
    )


def _anchor_key(wire: bytes, dnskeys: RRset | None) -> _Vouching:
    key = rdata_of("DNSKEY", wire)
    published = isinstance(key, DNSKEY) and dnskeys is not None and wire in dnskeys.rdata
    link = VouchingLink(
        key_tag=key_tag(key) if isinstance(key, DNSKEY) else 0,
        algorithm=int(key.algorithm) if isinstance(key, DNSKEY) else 0,
        digest_type=None,
        mark=Mark.GOOD if published else Mark.FAILED,
        remark=Remark.NONE if published else Remark.NO_KEY,
    )
    return link, wire if published else b""


def _ds(wire: bytes, usable: bool, keys: tuple[Key, ...] | None, zone: str) -> _Vouching:  # noqa: FBT001 - a fact
    tag, algorithm, digest_type, _ = ds_fields(wire)
    fitting = b""
    if not usable:
        known = algorithm in SUPPORTED and digest_type == SHA1_DIGEST
        mark, remark = Mark.UNUSED, Remark.WEAKER if known else Remark.UNSUPPORTED
    elif keys is None:
        mark, remark = Mark.UNUSED, Remark.NOT_CHECKED
    else:
        same = [key for key in keys if (key.tag, key.algorithm) == (tag, algorithm)][:SHOWN]
        fitting = next((key.wire for key in same if ds_fits(wire, zone, key)), b"")
        missing = Remark.OTHER_DIGEST if same else Remark.NO_KEY
        mark, remark = (Mark.GOOD, Remark.NONE) if fitting else (Mark.FAILED, missing)
    link = VouchingLink(key_tag=tag, algorithm=algorithm, digest_type=digest_type, mark=mark, remark=remark)
    return link, fitting


def _key(wire: bytes, vouched: frozenset[bytes], signatures: tuple[SignatureLink, ...]) -> KeyLink | None:
    key = rdata_of("DNSKEY", wire)
    if not isinstance(key, DNSKEY):
        return None
    tag, algorithm = key_tag(key), int(key.algorithm)
    good = {(link.key_tag, link.algorithm) for link in signatures if link.mark is Mark.GOOD}
    remark = _remark(key)
    return KeyLink(
        key_tag=tag,
        algorithm=algorithm,
        flags=int(key.flags),
        bits=key_bits(key),
        entry_point=bool(key.flags & _ENTRY_POINT),
        vouched=wire in vouched,
        signs_keys=(tag, algorithm) in good,
        mark=Mark.UNUSED if remark else Mark.GOOD,
        remark=remark,
    )


def _remark(key: DNSKEY) -> Remark:
    if key.flags & REVOKED:
        return Remark.REVOKED
    if not may_sign(key):
        return Remark.NO_ZONE_KEY
    return Remark.NONE if int(key.algorithm) in SUPPORTED else Remark.UNSUPPORTED
