"""Authenticated denial: what a message's NSEC or NSEC3 records prove to be absent. Pure.

Source: RFC 4035 §5.4, RFC 5155 §8, RFC 6840 §4, RFC 9824 (compact answers), RFC 9276 (iterations).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from checker.dns.algorithms import CAPS
from checker.dns.nsec3 import HashedChain
from checker.dns.reasons import Code, Reason
from checker.dns.records import name_of, rdatas
from checker.dns.signatures import Key, Signed, Work, check_signatures
from checker.dns.type_bitmaps import has_type, is_parent_side
from checker.observations.dns import Message, RRset

_NXNAME = 128  # RFC 9824 §2: a compact answer's way to say that the name does not exist
_OPT_OUT = 0x01  # RFC 5155 §3.1.2.1
_SHA1 = 1


class Absence(Enum):
    """What has been proven of a name and type."""

    NODATA = auto()
    """The name exists (perhaps as an empty non-terminal, or by wildcard), the type does not."""
    NXDOMAIN = auto()
    NXNAME = auto()
    """A compact answer's way to say that the name does not exist (RFC 9824 §3.1)."""
    DELEGATION = auto()
    """The name is a zone cut without DS."""
    OPT_OUT = auto()
    """An opt-out span covers the name: there may be an unsigned delegation."""
    OPT_OUT_NXDOMAIN = auto()
    """The same, and no wildcard could answer in its place."""
    ITERATIONS = auto()
    """Properly signed NSEC3 with more iterations than are validated (RFC 9276 §3.2): insecure."""
    NOTHING = auto()
    """No proof."""
    TOO_COSTLY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """The NSEC and NSEC3 records of one message whose own signatures are good.

    `fault` is the first reason why some other NSEC or NSEC3 was left out; `exhausted` whether checking them had to be
    given up: then nothing is proven.
    """

    zone: dns.name.Name
    nsec: tuple[tuple[dns.name.Name, NSEC], ...]
    nsec3: tuple[tuple[dns.name.Name, NSEC3], ...]
    fault: Reason | None
    exhausted: bool = False


def gather(
    message: Message, zone: str, keys: tuple[Key, ...], now: datetime, work: Work | None = None
) -> Proofs:
    """Check the signature of every NSEC and NSEC3 in the authority section and keep the good ones."""
    work = work or Work()
    nsec: list[tuple[dns.name.Name, NSEC]] = []
    nsec3: list[tuple[dns.name.Name, NSEC3]] = []
    fault: Reason | None = None
    for rrset in message.authority:
        if rrset.type not in ("NSEC", "NSEC3"):
            continue
        checked = check_signatures(rrset, zone, keys, now, work)
        if isinstance(checked, Reason):
            if checked.code is Code.TOO_COSTLY:
                return Proofs(zone=name_of(zone), nsec=(), nsec3=(), fault=checked, exhausted=True)
            fault = fault or checked
            continue
        if not _stands_at_its_owner(rrset, checked):
            continue
        owner = name_of(rrset.name)
        for rdata in rdatas(rrset):
            if isinstance(rdata, NSEC):
                nsec.append((owner, rdata))
            elif isinstance(rdata, NSEC3) and rdata.algorithm == _SHA1 and not rdata.flags & ~_OPT_OUT:
                nsec3.append((owner, rdata))
    return Proofs(zone=name_of(zone), nsec=tuple(nsec), nsec3=tuple(nsec3), fault=fault)


def _stands_at_its_owner(rrset: RRset, signed: Signed) -> bool:
    """A denial record made from a wildcard proves nothing about the name it appears under."""
    owner = name_of(rrset.name)
    return signed.labels == len(owner.labels) - 1 - (1 if owner.is_wild() else 0)


def absence(proofs: Proofs, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Absence:
    """What the records prove about this name and type; for DS questions also whether the name is a zone cut."""
    if proofs.exhausted:
        return Absence.TOO_COSTLY
    by_nsec = _absence_by_nsec(proofs, name, rdtype) if proofs.nsec else Absence.NOTHING
    if by_nsec is not Absence.NOTHING or not proofs.nsec3:
        return by_nsec
    return _absence_by_nsec3(proofs, name, rdtype)


def no_closer_match(proofs: Proofs, name: dns.name.Name, wildcard_labels: int) -> Absence:
    """Whether nothing closer than the wildcard exists, so that it may answer for the name (RFC 4035 §5.3.4).

    NODATA or OPT_OUT stand for "proven"; `wildcard_labels` is the RRSIG's label count.
    """
    if proofs.exhausted:
        return Absence.TOO_COSTLY
    next_closer = dns.name.Name(name.labels[-(wildcard_labels + 2) :])
    for owner, nsec in proofs.nsec:
        if (
            _covers(owner, nsec.next, proofs.zone, name)
            and not _denied_below(owner, nsec.windows, name)
            and len(_encloser(owner, nsec, name).labels) == wildcard_labels + 1
        ):
            return Absence.NODATA
    if not proofs.nsec3:
        return Absence.NOTHING
    if _iterations(proofs) > CAPS.nsec3_iterations_insecure:
        return Absence.ITERATIONS
    chain = HashedChain(proofs.zone, proofs.nsec3)
    covering = chain.covering(next_closer)
    if chain.exhausted:
        return Absence.TOO_COSTLY
    if covering is None:
        return Absence.NOTHING
    return Absence.OPT_OUT if covering.flags & _OPT_OUT else Absence.NODATA


def _of_matching(
    name: dns.name.Name, windows: tuple[tuple[int, bytes], ...], rdtype: dns.rdatatype.RdataType
) -> Absence:
    """What a record at the very name proves about the type."""
    if has_type(windows, rdtype) or has_type(windows, dns.rdatatype.CNAME):
        return Absence.NOTHING
    if has_type(windows, _NXNAME):
        return Absence.NXNAME
    if rdtype == dns.rdatatype.DS:
        if has_type(windows, dns.rdatatype.SOA):
            # a child's apex says nothing about the parent's DS; the root has no parent
            return Absence.NODATA if name == dns.name.root else Absence.NOTHING
        return Absence.DELEGATION if has_type(windows, dns.rdatatype.NS) else Absence.NODATA
    return Absence.NOTHING if is_parent_side(windows) else Absence.NODATA


def _denied_below(owner: dns.name.Name, windows: tuple[tuple[int, bytes], ...], name: dns.name.Name) -> bool:
    """Whether the record may not speak about names below its owner: zone cut or DNAME (RFC 6840 §4.1)."""
    return (
        name != owner
        and name.is_subdomain(owner)
        and (is_parent_side(windows) or has_type(windows, dns.rdatatype.DNAME))
    )


def _covers(owner: dns.name.Name, following: dns.name.Name, zone: dns.name.Name, name: dns.name.Name) -> bool:
    """Canonical order (RFC 4034 §6.1): owner < name < next, the last record of a zone pointing at the apex."""
    last = following == zone
    return name.is_subdomain(zone) and owner < name and (last or name < following.canonicalize())


def _absence_by_nsec(proofs: Proofs, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Absence:
    for owner, nsec in proofs.nsec:
        if owner == name:
            return _of_matching(owner, nsec.windows, rdtype)
    for owner, nsec in proofs.nsec:
        if _denied_below(owner, nsec.windows, name) or not _covers(owner, nsec.next, proofs.zone, name):
            continue
        encloser = _encloser(owner, nsec, name)
        if encloser == name:
            return Absence.NODATA  # an empty non-terminal
        wildcard = dns.name.Name((b"*", *encloser.labels))
        return _wildcard_absence(proofs, wildcard, rdtype)
    return Absence.NOTHING


def _wildcard_absence(proofs: Proofs, wildcard: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Absence:
    for owner, nsec in proofs.nsec:
        if owner == wildcard:
            absent = _of_matching(owner, nsec.windows, rdtype)
            return Absence.NODATA if absent is Absence.DELEGATION else absent
    for owner, nsec in proofs.nsec:
        if _covers(owner, nsec.next, proofs.zone, wildcard) and not _denied_below(
            owner, nsec.windows, wildcard
        ):
            return Absence.NXDOMAIN
    return Absence.NOTHING


def _encloser(owner: dns.name.Name, nsec: NSEC, name: dns.name.Name) -> dns.name.Name:
    """The closest encloser of a name that the record covers: both of its ends exist, and so all that is above them."""
    ends = (_common(name, owner), _common(name, nsec.next.canonicalize()))
    return max(ends, key=lambda found: len(found.labels))


def _common(a: dns.name.Name, b: dns.name.Name) -> dns.name.Name:
    """The longest name that is an ancestor of, or equal to, both."""
    return a.split(a.fullcompare(b)[2])[1]


def _iterations(proofs: Proofs) -> int:
    return max(int(nsec3.iterations) for _, nsec3 in proofs.nsec3)


def _absence_by_nsec3(proofs: Proofs, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Absence:
    if _iterations(proofs) > CAPS.nsec3_iterations_insecure:
        return Absence.ITERATIONS
    chain = HashedChain(proofs.zone, proofs.nsec3)
    result = _absence_in_chain(chain, name, rdtype)
    return Absence.TOO_COSTLY if chain.exhausted else result


def _absence_in_chain(chain: HashedChain, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Absence:
    """RFC 5155 §8.4 to §8.7: match, else closest encloser, next closer and wildcard."""
    if matching := chain.matching(name):
        return _of_matching(name, matching.windows, rdtype)
    found = chain.closest_encloser(name)
    if found is None:
        return Absence.NOTHING
    encloser, at_encloser, next_closer = found
    if is_parent_side(at_encloser.windows) or has_type(at_encloser.windows, dns.rdatatype.DNAME):
        return Absence.NOTHING
    covering = chain.covering(next_closer)
    if covering is None:
        return Absence.NOTHING
    optional = bool(covering.flags & _OPT_OUT)
    wildcard = dns.name.Name((b"*", *encloser.labels))
    if at_wildcard := chain.matching(wildcard):
        absent = _of_matching(wildcard, at_wildcard.windows, rdtype)
        absent = Absence.NODATA if absent is Absence.DELEGATION else absent
        return Absence.OPT_OUT if optional else absent
    if chain.covering(wildcard):
        return Absence.OPT_OUT_NXDOMAIN if optional else Absence.NXDOMAIN
    return Absence.OPT_OUT if optional else Absence.NOTHING
