"""Validation proper: from a trusted key or DS to the verdict on one reply. Pure functions over records.

Source: RFC 4035 §5, RFC 6840, RFC 5155 §8, RFC 9276 §3.2. Nothing here knows servers or sockets.
"""

import functools
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import dns.rdatatype
from dns.rdtypes.ANY.CNAME import CNAME

from checker.dns.algorithms import CAPS
from checker.dns.aliases import dname_above, leads_to, renamed
from checker.dns.denial import Absence, Proofs, absence, gather, no_closer_match
from checker.dns.lameness import is_lame
from checker.dns.reasons import Code, Reason, Silence, Status
from checker.dns.records import canonical_text, find, name_of, rdata_of
from checker.dns.signatures import Signed, Work, check_signatures
from checker.dns.trust import Trusted
from checker.observations.dns import Message, RRset


class Kind(Enum):
    """What a reply says, whatever its security."""

    POSITIVE = auto()
    ALIAS = auto()
    NODATA = auto()
    DELEGATION = auto()
    """NODATA for DS at a zone cut: securely no DS, so that the child is insecure."""
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


def judge_answer(reply: Message, name: str, rdtype: str, trusted: Trusted, now: datetime) -> Answer:
    """The security of one reply from a server of a secure zone to the question (name, rdtype).

    Without EDNS nobody asked for signatures: what then does not validate is INDETERMINATE, never bogus.
    """
    return _judge_answer(reply, name, rdtype, trusted, now.replace(microsecond=0))


@functools.lru_cache(maxsize=512)  # servers of one zone say the same
def _judge_answer(reply: Message, name: str, rdtype: str, trusted: Trusted, now: datetime) -> Answer:
    answer = _judged(reply, name, rdtype, trusted, now)
    if answer.status is Status.BOGUS and not reply.edns:
        return _nothing(trusted.zone, f"{name} {rdtype}", Silence.NO_EDNS)
    return answer


def _judged(reply: Message, name: str, rdtype: str, trusted: Trusted, now: datetime) -> Answer:
    record = f"{name} {rdtype}"
    if not reply.tells:
        return _nothing(trusted.zone, record, reply.rcode)
    rrset = find(reply.answer, name, rdtype)
    dname = dname_above(reply, name, trusted.zone)
    if dname is not None and (rrset is None or (rdtype == "CNAME" and not rrset.signatures)):
        return _renamed(_positive(reply, dname, trusted, now, Kind.POSITIVE), name, rrset, trusted.zone)
    if rrset is not None:
        return _positive(reply, rrset, trusted, now, Kind.POSITIVE)
    alias = find(reply.answer, name, "CNAME")
    if alias is not None:
        return _positive(reply, alias, trusted, now, Kind.ALIAS)
    if rdtype == "RRSIG" and any(known.name == name for known in reply.answer):
        return _nothing(trusted.zone, record, Silence.UNSIGNABLE)
    if rdtype != "DS" and _refers_below(reply, name, trusted.zone):
        nothing = _nothing(trusted.zone, record, Silence.REFERRAL)
        return Answer(status=nothing.status, kind=Kind.REFERRAL, reason=nothing.reason)
    if is_lame(reply, name_of(trusted.zone)):
        return _nothing(trusted.zone, record, Silence.NOT_AUTHORITATIVE)
    return _absent(reply, name, rdtype, gather(reply, trusted.zone, trusted.keys, now))


def _nothing(zone: str, record: str, detail: str) -> Answer:
    """The server did not tell."""
    reason = Reason(code=Code.NO_ANSWER, zone=zone, record=record, params=(("detail", detail),))
    return Answer(status=Status.INDETERMINATE, kind=Kind.NOTHING, reason=reason)


def _positive(reply: Message, rrset: RRset, trusted: Trusted, now: datetime, kind: Kind) -> Answer:
    target = None
    if kind is Kind.ALIAS:
        cname = rdata_of("CNAME", rrset.rdata[0])
        assert isinstance(cname, CNAME)
        target = canonical_text(cname.target)
    work = Work(most_per_rrset=_most(reply, kind))
    checked = check_signatures(rrset, trusted.zone, trusted.keys, now, work)
    if isinstance(checked, Reason):
        return Answer(status=Status.BOGUS, kind=kind, reason=checked, rrset=rrset, target=target)
    owner = name_of(rrset.name)
    status, reason = Status.SECURE, None
    if checked.labels < len(owner.labels) - 1 - (1 if owner.is_wild() else 0):
        proofs = gather(reply, trusted.zone, trusted.keys, now, work)
        proven = no_closer_match(proofs, owner, checked.labels)
        status, reason = _WILDCARD[proven], _reason_for(proven, proofs, f"{rrset.name} {rrset.type}")
    return Answer(status=status, kind=kind, reason=reason, rrset=rrset, target=target, signed=checked)


def _most(reply: Message, kind: Kind) -> int:
    """Verifications that one RRset of the reply may cause: every alias of a chain is judged as an answer of its own."""
    if kind is not Kind.ALIAS:
        return CAPS.verifications_per_rrset
    aliases = sum(rrset.type == "CNAME" for rrset in reply.answer)
    share = CAPS.verifications_per_message // max(1, aliases)
    return min(CAPS.verifications_per_rrset, max(CAPS.verifications_per_alias, share))


_WILDCARD = {
    Absence.NODATA: Status.SECURE,
    Absence.OPT_OUT: Status.INSECURE,
    Absence.ITERATIONS: Status.INSECURE,
    Absence.NOTHING: Status.BOGUS,
    Absence.TOO_COSTLY: Status.BOGUS,
}


def _reason_for(proven: Absence, proofs: Proofs, record: str) -> Reason | None:
    codes = {
        Absence.OPT_OUT: Code.OPT_OUT,
        Absence.OPT_OUT_NXDOMAIN: Code.OPT_OUT,
        Absence.ITERATIONS: Code.NSEC3_ITERATIONS,
        Absence.TOO_COSTLY: Code.TOO_COSTLY,
    }
    code = codes.get(proven)
    if code is None:
        return _no_proof(proofs, record) if proven is Absence.NOTHING else None
    return Reason(code=code, zone=canonical_text(proofs.zone), record=record)


def _no_proof(proofs: Proofs, record: str) -> Reason:
    if proofs.fault is not None:
        return proofs.fault
    code = Code.DENIAL_WRONG if proofs.nsec or proofs.nsec3 else Code.DENIAL_MISSING
    return Reason(code=code, zone=canonical_text(proofs.zone), record=record)


def _renamed(judged: Answer, name: str, made: RRset | None, zone: str) -> Answer:
    """A DNAME is signed, the CNAME made from it is not: its target is worked out here (RFC 6672 §5.3.1).

    `judged` holds the DNAME; `made` is that CNAME when it was asked for, and then the answer.
    """
    dname = judged.rrset
    assert dname is not None
    target = renamed(name, dname)
    if target is None:
        return _nothing(zone, f"{dname.name} DNAME", Silence.TOO_LONG_NAME)
    if made is not None and not leads_to(made, target):
        reason = Reason(code=Code.SIGNATURE_MISSING, zone=zone, record=f"{name} CNAME")
        return Answer(status=Status.BOGUS, kind=Kind.POSITIVE, reason=reason, rrset=made)
    return Answer(
        status=judged.status,
        kind=Kind.ALIAS if made is None else Kind.POSITIVE,
        reason=judged.reason,
        rrset=made or dname,
        target=canonical_text(target),
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
    proven = absence(proofs, name_of(name), dns.rdatatype.from_text(rdtype))
    said = Kind.NXDOMAIN if reply.rcode == "NXDOMAIN" else Kind.NODATA
    known = _ABSENT.get((said, proven))
    if known is None:
        proven = Absence.TOO_COSTLY if proven is Absence.TOO_COSTLY else Absence.NOTHING
        return Answer(status=Status.BOGUS, kind=said, reason=_reason_for(proven, proofs, record))
    status, kind = known
    return Answer(status=status, kind=kind, reason=_reason_for(proven, proofs, record))


_BOTH = (Kind.NODATA, Kind.NXDOMAIN)
_ABSENT: dict[tuple[Kind, Absence], tuple[Status, Kind]] = {
    # Also under NXDOMAIN: some servers deny empty non-terminals too strongly; the records are what is signed.
    **{(said, Absence.NODATA): (Status.SECURE, Kind.NODATA) for said in _BOTH},
    **{(said, Absence.DELEGATION): (Status.SECURE, Kind.DELEGATION) for said in _BOTH},
    **{(said, Absence.NXNAME): (Status.SECURE, Kind.NXDOMAIN) for said in _BOTH},
    **{(said, Absence.ITERATIONS): (Status.INSECURE, said) for said in _BOTH},
    **{(said, Absence.OPT_OUT_NXDOMAIN): (Status.INSECURE, said) for said in _BOTH},
    (Kind.NODATA, Absence.OPT_OUT): (Status.INSECURE, Kind.NODATA),
    (Kind.NXDOMAIN, Absence.NXDOMAIN): (Status.SECURE, Kind.NXDOMAIN),
}
"""What the reply's code and its records come to together; any other pair is bogus."""
