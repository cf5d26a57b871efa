"""Validation proper: from a trusted key or DS to the verdict on one reply. Pure functions over records.

Source: RFC 4035 §5, RFC 6840, RFC 5155 §8, RFC 9276 §3.2. Nothing here knows servers or sockets.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.DNAME import DNAME

from checker.dns.denial import Absence, Proofs, absence, gather, no_closer_match
from checker.dns.reasons import Code, Reason, Status
from checker.dns.records import canonical_text, find, name_of, rdata_of
from checker.dns.signatures import Signed, check_signatures
from checker.dns.trust import Trusted, usable_ds
from checker.observations.dns import Message, RRset


class Cut(Enum):
    """What the parent side says about a name on the way down."""

    SECURE = auto()
    INSECURE = auto()
    NONE = auto()
    """No zone cut at this name."""
    NXDOMAIN = auto()
    BOGUS = auto()
    INDETERMINATE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """The judged reply to a DS question; `ds` stands when the cut is SECURE."""

    cut: Cut
    ds: RRset | None = None
    reason: Reason | None = None


class Kind(Enum):
    """What a reply says, whatever its security."""

    POSITIVE = auto()
    ALIAS = auto()
    NODATA = auto()
    NXDOMAIN = auto()
    REFERRAL = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The judged reply to one question: `rrset` for POSITIVE, `target` for ALIAS (CNAME or DNAME)."""

    status: Status
    kind: Kind
    reason: Reason | None = None
    rrset: RRset | None = None
    target: str | None = None
    signed: Signed | None = None


def judge_ds(reply: Message, name: str, parent: Trusted, now: datetime) -> Delegation:
    """What a secure parent says about a cut at `name`: the reply to a DS question (RFC 4035 §5.2)."""
    ds = find(reply.answer, name, "DS")
    if ds is not None:
        checked = check_signatures(ds, parent.zone, parent.keys, now)
        if isinstance(checked, Reason):
            return Delegation(cut=Cut.BOGUS, reason=checked)
        if not usable_ds(ds):
            return Delegation(
                cut=Cut.INSECURE,
                ds=ds,
                reason=Reason(code=Code.UNSUPPORTED_ALGORITHM, zone=name, record=f"{name} DS"),
            )
        return Delegation(cut=Cut.SECURE, ds=ds)
    judged = judge_answer(reply, name, "DS", parent, now)
    if judged.kind is Kind.ALIAS and judged.status is Status.SECURE:
        return Delegation(cut=Cut.NONE)
    if judged.status is Status.BOGUS:
        return Delegation(cut=Cut.BOGUS, reason=judged.reason)
    if judged.status is Status.INDETERMINATE or judged.kind not in (Kind.NODATA, Kind.NXDOMAIN):
        return Delegation(cut=Cut.INDETERMINATE, reason=judged.reason)
    if judged.status is Status.INSECURE:
        return Delegation(cut=Cut.INSECURE, reason=judged.reason)
    return Delegation(cut=Cut.NXDOMAIN if judged.kind is Kind.NXDOMAIN else Cut.NONE)


def judge_answer(reply: Message, name: str, rdtype: str, trusted: Trusted, now: datetime) -> Answer:
    """The security of one reply from a server of a secure zone to the question (name, rdtype)."""
    if reply.rcode not in ("NOERROR", "NXDOMAIN"):
        reason = Reason(
            code=Code.NO_ANSWER,
            zone=trusted.zone,
            record=f"{name} {rdtype}",
            params=(("detail", reply.rcode),),
        )
        return Answer(status=Status.INDETERMINATE, kind=Kind.NOTHING, reason=reason)
    rrset = find(reply.answer, name, rdtype)
    if rrset is not None:
        return _positive(reply, rrset, trusted, now, Kind.POSITIVE)
    dname = _dname_above(reply, name, trusted.zone)
    if dname is not None:
        return _renamed(reply, dname, name, trusted, now)
    alias = find(reply.answer, name, "CNAME")
    if alias is not None:
        return _positive(reply, alias, trusted, now, Kind.ALIAS)
    if _refers_below(reply, name, trusted.zone) and rdtype != "DS":
        return Answer(status=Status.INDETERMINATE, kind=Kind.REFERRAL)
    return _absent(reply, name, rdtype, gather(reply, trusted.zone, trusted.keys, now))


def _positive(reply: Message, rrset: RRset, trusted: Trusted, now: datetime, kind: Kind) -> Answer:
    target = None
    if kind is Kind.ALIAS:
        cname = rdata_of("CNAME", rrset.rdata[0])
        assert isinstance(cname, CNAME)
        target = canonical_text(cname.target)
    checked = check_signatures(rrset, trusted.zone, trusted.keys, now)
    if isinstance(checked, Reason):
        return Answer(status=Status.BOGUS, kind=kind, reason=checked, rrset=rrset, target=target)
    owner = name_of(rrset.name)
    status, reason = Status.SECURE, None
    if checked.labels < len(owner.labels) - 1 - (1 if owner.is_wild() else 0):
        proven = no_closer_match(gather(reply, trusted.zone, trusted.keys, now), owner, checked.labels)
        status, reason = _WILDCARD[proven], _reason_for(proven, trusted.zone, f"{rrset.name} {rrset.type}")
    return Answer(status=status, kind=kind, reason=reason, rrset=rrset, target=target, signed=checked)


_WILDCARD = {
    Absence.NODATA: Status.SECURE,
    Absence.OPT_OUT: Status.INSECURE,
    Absence.ITERATIONS: Status.INSECURE,
    Absence.NOTHING: Status.BOGUS,
    Absence.TOO_COSTLY: Status.BOGUS,
}


def _reason_for(proven: Absence, zone: str, record: str) -> Reason | None:
    codes = {
        Absence.DELEGATION: Code.NO_DS,
        Absence.OPT_OUT: Code.OPT_OUT,
        Absence.ITERATIONS: Code.NSEC3_ITERATIONS,
        Absence.NOTHING: Code.DENIAL_WRONG,
        Absence.TOO_COSTLY: Code.TOO_COSTLY,
    }
    code = codes.get(proven)
    return Reason(code=code, zone=zone, record=record) if code else None


def _dname_above(reply: Message, name: str, zone: str) -> RRset | None:
    """A DNAME of the zone at a proper ancestor of the name (RFC 6672 §2.3)."""
    asked = name_of(name)
    for rrset in reply.answer:
        owner = name_of(rrset.name)
        above = rrset.type == "DNAME" and rrset.rdata and asked != owner and asked.is_subdomain(owner)
        if above and owner.is_subdomain(name_of(zone)):
            return rrset
    return None


def _renamed(reply: Message, dname: RRset, name: str, trusted: Trusted, now: datetime) -> Answer:
    """A DNAME is signed, the CNAME made from it is not: its target is worked out here (RFC 6672 §5.3.1)."""
    judged = _positive(reply, dname, trusted, now, Kind.POSITIVE)
    record = rdata_of("DNAME", dname.rdata[0])
    assert isinstance(record, DNAME)
    prefix = name_of(name).relativize(name_of(dname.name))
    try:
        target = canonical_text(prefix.concatenate(record.target))
    except dns.name.NameTooLong:
        reason = Reason(
            code=Code.NO_ANSWER,
            zone=trusted.zone,
            record=f"{dname.name} DNAME",
            params=(("detail", "YXDOMAIN"),),
        )
        return Answer(status=Status.INDETERMINATE, kind=Kind.NOTHING, reason=reason)
    return Answer(
        status=judged.status,
        kind=Kind.ALIAS,
        reason=judged.reason,
        rrset=dname,
        target=target,
        signed=judged.signed,
    )


def _refers_below(reply: Message, name: str, zone: str) -> bool:
    asked, apex = name_of(name), name_of(zone)
    return any(
        rrset.type == "NS"
        and rrset.rdata
        and (owner := name_of(rrset.name)) != apex
        and owner.is_subdomain(apex)
        and asked.is_subdomain(owner)
        for rrset in reply.authority
    )


def _absent(reply: Message, name: str, rdtype: str, proofs: Proofs) -> Answer:
    record = f"{name} {rdtype}"
    zone = canonical_text(proofs.zone)
    proven = absence(proofs, name_of(name), dns.rdatatype.from_text(rdtype))
    said = Kind.NXDOMAIN if reply.rcode == "NXDOMAIN" else Kind.NODATA
    if proven is Absence.NXNAME:
        return Answer(status=Status.SECURE, kind=Kind.NXDOMAIN)
    if proven is Absence.NODATA:
        # also under NXDOMAIN: some servers deny empty non-terminals too strongly; the records are what is signed
        return Answer(status=Status.SECURE, kind=Kind.NODATA)
    if proven is Absence.NXDOMAIN and said is Kind.NXDOMAIN:
        return Answer(status=Status.SECURE, kind=Kind.NXDOMAIN)
    if proven in (Absence.DELEGATION, Absence.OPT_OUT, Absence.ITERATIONS):
        return Answer(status=Status.INSECURE, kind=said, reason=_reason_for(proven, zone, record))
    if proven is Absence.TOO_COSTLY:
        return Answer(status=Status.BOGUS, kind=said, reason=_reason_for(proven, zone, record))
    if proofs.fault is not None:
        return Answer(status=Status.BOGUS, kind=said, reason=proofs.fault)
    code = Code.DENIAL_WRONG if proofs.nsec or proofs.nsec3 else Code.DENIAL_MISSING
    return Answer(status=Status.BOGUS, kind=said, reason=Reason(code=code, zone=zone, record=record))
