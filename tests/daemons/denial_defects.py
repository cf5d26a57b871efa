"""Chains of NSEC and NSEC3 that lie or have holes, properly signed all the same (RFC 4035 §5.4, RFC 5155 §8)."""

from base64 import b32hexdecode
from typing import Any

import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdatatype import AAAA, NSEC, NSEC3, A, RdataType
from dns.rdtypes.ANY import NSEC as NSEC_RDATA
from dns.rdtypes.ANY import NSEC3 as NSEC3_RDATA
from dns.rrset import RRset

from tests.daemons.defects import Defects
from tests.daemons.drafts import Draft
from tests.lab.denial import OPT_OUT

DENIAL = Defects()


def _types(rdata: Any) -> set[RdataType]:
    return {
        RdataType.make(window * 256 + octet * 8 + bit)
        for window, bitmap in rdata.windows
        for octet, bits in enumerate(bitmap)
        for bit in range(8)
        if bits & 0x80 >> bit
    }


def _with_types(rrset: RRset, types: set[RdataType]) -> RRset:
    bitmap = NSEC_RDATA.Bitmap if rrset.rdtype == NSEC else NSEC3_RDATA.Bitmap
    return _with(rrset, windows=tuple(bitmap.from_rdtypes(sorted(types)).windows))


def _with(rrset: RRset, **changes: Any) -> RRset:
    return dns.rrset.from_rdata(rrset.name, rrset.ttl, rrset[0].replace(**changes))


@DENIAL.after("denial-missing")
def _missing(zone: Draft) -> None:
    """Without the records that deny what does not exist; what is left says nothing about those names."""
    for rrset in _denying_nothing(zone):
        zone.drop(rrset.name, rrset.rdtype)


def _denying_nothing(zone: Draft) -> list[RRset]:
    found = [rrset for label in ("nothing", "name") for rrset in zone.denials_of(zone.name(label))]
    return list({rrset.name: rrset for rrset in found}.values())


@DENIAL.after("denial-missing-www")
def _missing_www(zone: Draft) -> None:
    for rrset in zone.denials_of(zone.name("www")):
        zone.drop(rrset.name, rrset.rdtype)


@DENIAL.after("denial-next-too-near")
def _next_too_near(zone: Draft) -> None:
    """Ends right behind its owner and covers nothing."""
    for rrset in _denying_nothing(zone):
        if rrset.rdtype == NSEC:
            changed = _with(rrset, next=dns.name.Name((b"\0", *rrset.name.labels)))
        else:
            changed = _with(rrset, next=_one_more(rrset))
        zone.put(changed, resigned=True)


def _one_more(rrset: RRset) -> bytes:
    number = int.from_bytes(b32hexdecode(rrset.name.labels[0].upper()), "big") + 1
    return (number % (1 << 160)).to_bytes(20, "big")


@DENIAL.after("denial-next-too-far")
def _next_too_far(zone: Draft) -> None:
    """Spans over a name that exists: it is denied and answered at once."""
    if denials := zone.denials():
        over: Any = denials[1][0]
        zone.put(_with(denials[0], next=over.next), resigned=True)


@DENIAL.after("bitmap-has-type")
def _has_type(zone: Draft) -> None:
    for rrset in zone.denials_of(zone.name("www")):
        zone.put(_with_types(rrset, _types(rrset[0]) | {AAAA}), resigned=True)


@DENIAL.after("bitmap-lacks-type")
def _lacks_type(zone: Draft) -> None:
    for rrset in zone.denials_of(zone.name("www")):
        zone.put(_with_types(rrset, _types(rrset[0]) - {A}), resigned=True)


@DENIAL.after("bitmap-has-cname")
def _has_cname(zone: Draft) -> None:
    for rrset in zone.denials_of(zone.name("www")):
        zone.put(_with_types(rrset, _types(rrset[0]) | {dns.rdatatype.CNAME}), resigned=True)


@DENIAL.after("bitmap-of-delegation")
def _of_delegation(zone: Draft) -> None:
    """As if www were delegated: NS without SOA."""
    for rrset in zone.denials_of(zone.name("www")):
        zone.put(_with_types(rrset, _types(rrset[0]) | {dns.rdatatype.NS}), resigned=True)


@DENIAL.after("bitmap-of-dname")
def _of_dname(zone: Draft) -> None:
    for rrset in zone.denials_of(zone.name("www")):
        zone.put(_with_types(rrset, _types(rrset[0]) | {dns.rdatatype.DNAME}), resigned=True)


def _with_nsec3(zone: Draft) -> None:
    if zone.denial == "nsec":
        zone.denial = "nsec3"


for _name in ("opt-out-flag-turned", "nsec3-unknown-flag", "nsec3-unknown-hash", "nsec3-mixed-parameters"):
    DENIAL.before(_name)(_with_nsec3)


@DENIAL.after("opt-out-flag-turned")
def _opt_out_turned(zone: Draft) -> None:
    for rrset in zone.denials():
        if rrset.rdtype == NSEC3:
            flags: Any = rrset[0]
            zone.put(_with(rrset, flags=flags.flags ^ OPT_OUT), resigned=True)


@DENIAL.after("nsec3-unknown-flag")
def _unknown_flag(zone: Draft) -> None:
    """RFC 5155 §8.2: records with flags of unknown meaning are ignored."""
    for rrset in zone.denials():
        if rrset.rdtype == NSEC3:
            zone.put(_with(rrset, flags=2), resigned=True)


@DENIAL.after("nsec3-unknown-hash")
def _unknown_hash(zone: Draft) -> None:
    """RFC 5155 §8.1: records with an unknown hash algorithm are ignored."""
    for rrset in zone.denials():
        if rrset.rdtype == NSEC3:
            zone.put(_with(rrset, algorithm=2), resigned=True)


@DENIAL.after("nsec3-mixed-parameters")
def _mixed(zone: Draft) -> None:
    """RFC 5155 §8.2: records of one proof must share salt and iterations."""
    for rrset in zone.denials()[::2]:
        if rrset.rdtype == NSEC3:
            other: Any = rrset[0]
            zone.put(_with(rrset, iterations=other.iterations + 1), resigned=True)


@DENIAL.before("iterations-2500")
def _iterations_2500(zone: Draft) -> None:
    zone.denial, zone.iterations = "nsec3", 2500


@DENIAL.before("iterations-151")
def _iterations_151(zone: Draft) -> None:
    zone.denial, zone.iterations = "nsec3", 151


@DENIAL.before("iterations-2500-flipped")
def _iterations_2500_flipped(zone: Draft) -> None:
    _iterations_2500(zone)


@DENIAL.after("iterations-2500-flipped")
def _flipped(zone: Draft) -> None:
    """RFC 9276 §3.2: the signature counts first, or iterations would be a way to downgrade."""
    for rrset in zone.signatures(NSEC3):
        zone.change_signatures(rrset, lambda rrsig: rrsig.replace(signature=zone.rng.randbytes(64)))


@DENIAL.before("iterations-2500-flipped-a")
def _iterations_2500_flipped_a(zone: Draft) -> None:
    _iterations_2500(zone)


@DENIAL.after("iterations-2500-flipped-a")
def _flipped_a(zone: Draft) -> None:
    """Iterations make denial insecure, not what the zone itself has signed."""
    for rrset in zone.signatures(A):
        zone.change_signatures(rrset, lambda rrsig: rrsig.replace(signature=zone.rng.randbytes(64)))
