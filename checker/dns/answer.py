"""One RRset, resolved and validated: what `checker resolve` prints. Answers as a validating resolver would."""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

import dns.name
import dns.rdatatype

from checker.dns.algorithms import CAPS
from checker.dns.reasons import Code, Reason, Silence, Status
from checker.dns.records import canonical_text, is_below, name_of, texts
from checker.dns.responses import Shape, ZoneServers
from checker.dns.rrsig import rrsig_of
from checker.dns.trust import Trusted
from checker.dns.validate import Answer, Kind, judge_answer
from checker.dns.walk import Step, Walker
from checker.observations.dns import Reply

_WORST_FIRST = (Status.BOGUS, Status.INDETERMINATE, Status.INSECURE, Status.SECURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One name on the way: the chain to it, the judged answer, and the reply that this rests on."""

    name: str
    step: Step
    answer: Answer
    reply: Reply | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The outcome for the name asked: `records` in presentation form with owner and TTL, aliases first.

    `rcode` is the last server's ("" when nobody answered); `answered` has each name on the way, the asked one first.
    """

    name: str
    type: str
    status: Status
    rcode: str
    records: tuple[str, ...]
    reason: Reason | None
    answered: tuple[Answered, ...]


async def resolve_validated(walker: Walker, name: str, rdtype: str) -> Resolved:
    """Resolve by full name and validate every hop; the worst status of all hops is the answer's.

    Never raises for the network's trouble: that is INDETERMINATE. The caller has checked name and type.
    """
    current = canonical_text(dns.name.from_text(name))
    asked = current
    kind = dns.rdatatype.from_text(rdtype)
    text = dns.rdatatype.to_text(kind)
    statuses: list[Status] = []
    reasons: list[Reason | None] = []
    records: list[str] = []
    answered: list[Answered] = []
    rcode = ""
    for _ in range(CAPS.alias_hops + 1):
        step = await walker.walk(_above(current) if text == "DS" else current)
        answer, reply = await _answer(walker, step, current, kind)
        answered.append(Answered(name=current, step=step, answer=answer, reply=reply))
        statuses.append(answer.status)
        reasons.append(answer.reason)
        rcode = reply.message.rcode if reply is not None and reply.message is not None else rcode
        if answer.kind in (Kind.POSITIVE, Kind.ALIAS) and answer.rrset is not None:
            ttl = ttl_s(answer, walker.resolver.network.clock.now())
            owner = f"{answer.rrset.name} {ttl} IN {answer.rrset.type}"
            records.extend(f"{owner} {value}" for value in texts(answer.rrset))
        if answer.kind is not Kind.ALIAS or answer.target is None or answer.status is Status.BOGUS:
            break
        current = answer.target
    else:
        statuses.append(Status.INDETERMINATE)
        reasons.append(
            Reason(code=Code.NO_ANSWER, zone=current, params=(("detail", Silence.TOO_MANY_ALIASES.value),))
        )
    status = min(statuses, key=_WORST_FIRST.index)
    reason = reasons[statuses.index(status)]
    return Resolved(
        name=asked,
        type=text,
        status=status,
        rcode=rcode,
        records=tuple(records),
        reason=reason,
        answered=tuple(answered),
    )


def unresolved(name: str, rdtype: str, detail: str) -> Resolved:
    """INDETERMINATE, because the answer was not waited for."""
    asked = canonical_text(dns.name.from_text(name))
    reason = Reason(code=Code.NO_ANSWER, zone=asked, record=f"{asked} {rdtype}", params=(("detail", detail),))
    return Resolved(
        name=asked, type=rdtype, status=Status.INDETERMINATE, rcode="", records=(), reason=reason, answered=()
    )


def ttl_s(answer: Answer, now: datetime) -> int:
    """Seconds for which the answer's RRset may be kept: at most what was signed, and until then (RFC 4035 §5.3.3).

    A TTL with the highest bit set is 0 (RFC 2181 §8).
    """
    assert answer.rrset is not None
    ttl = answer.rrset.ttl if answer.rrset.ttl < 1 << 31 else 0
    if answer.signed is None:
        return ttl
    # serial arithmetic (RFC 4034 §3.1.5)
    left = (answer.signed.expiration - int(now.timestamp())) % (1 << 32)
    return min(ttl, answer.signed.original_ttl, left if left < 1 << 31 else 0)


def _above(name: str) -> str:
    parsed = name_of(name)
    return name if parsed == dns.name.root else canonical_text(parsed.parent())


async def _answer(
    walker: Walker, step: Step, name: str, rdtype: dns.rdatatype.RdataType
) -> tuple[Answer, Reply | None]:
    standing = step.standing
    if standing.trusted is not None and step.servers is not None:
        answer, reply = await secure_answer(walker, standing.trusted, step.servers, name, rdtype)
        # Where the way down was left open, what the zone above has signed still stands (RFC 4035 §5.3.1).
        if standing.status is Status.SECURE or answer.status is Status.SECURE:
            return answer, reply
        if standing.status is Status.INSECURE and _is_signed_by(answer, standing.trusted.zone):
            return answer, reply
    plain, reply = await _plain_answer(walker, name, rdtype)
    if standing.status is Status.INSECURE and plain.status is Status.INSECURE:
        return _with(plain, Status.INSECURE, standing.reason), reply
    if standing.status is Status.INSECURE:
        return plain, reply
    return Answer(status=standing.status, kind=Kind.NOTHING, reason=standing.reason), reply


def _is_signed_by(answer: Answer, zone: str) -> bool:
    """Whether a bogus answer is signed in the name of the zone or of one above it: no unsigned zone below said it.

    Only the zone that holds a name signs for it (RFC 4035 §5.3.1).
    """
    if answer.status is not Status.BOGUS or answer.rrset is None:
        return False
    rrsigs = map(rrsig_of, answer.rrset.signatures)
    return any(rrsig is not None and is_below(zone, rrsig.signer) for rrsig in rrsigs)


async def secure_answer(
    walker: Walker, trusted: Trusted, servers: ZoneServers, name: str, rdtype: dns.rdatatype.RdataType
) -> tuple[Answer, Reply | None]:
    """Ask the zone's servers until one gives an answer that holds; the first bad one stands otherwise."""
    now = walker.resolver.network.clock.now()
    text = dns.rdatatype.to_text(rdtype)
    first: tuple[Answer, Reply] | None = None
    asked: Reply | None = None
    async with aclosing(walker.replies(servers, name, rdtype)) as replies:
        async for reply in replies:
            asked = asked or reply
            if reply.message is None:
                continue
            answer = judge_answer(reply.message, name, text, trusted, now)
            if answer.status in (Status.SECURE, Status.INSECURE):
                return answer, reply
            if first is None or (first[0].status is Status.INDETERMINATE and answer.status is Status.BOGUS):
                first = answer, reply
    if first is not None:
        return first
    why = asked.failure.value if asked is not None and asked.failure else Silence.NONE_ANSWERS.value
    reason = Reason(
        code=Code.NO_ANSWER, zone=trusted.zone, record=f"{name} {text}", params=(("detail", why),)
    )
    return Answer(status=Status.INDETERMINATE, kind=Kind.NOTHING, reason=reason), asked


async def _plain_answer(
    walker: Walker, name: str, rdtype: dns.rdatatype.RdataType
) -> tuple[Answer, Reply | None]:
    """What the servers say where nothing can be validated."""
    found = await walker.resolver.resolve(name_of(name), rdtype)
    response = found.response
    if response is None:
        zone = canonical_text(found.servers.zone)
        record = f"{name} {dns.rdatatype.to_text(rdtype)}"
        reason = Reason(code=Code.NO_ANSWER, zone=zone, record=record)
        return Answer(status=Status.INDETERMINATE, kind=Kind.NOTHING, reason=reason), found.reply
    target = canonical_text(response.target) if response.target is not None else None
    return (
        Answer(status=Status.INSECURE, kind=_KINDS[response.shape], rrset=response.rrset, target=target),
        found.reply,
    )


_KINDS = {
    Shape.ANSWER: Kind.POSITIVE,
    Shape.ALIAS: Kind.ALIAS,
    Shape.NODATA: Kind.NODATA,
    Shape.NXDOMAIN: Kind.NXDOMAIN,
}


def _with(answer: Answer, status: Status, reason: Reason | None) -> Answer:
    return Answer(status=status, kind=answer.kind, reason=reason, rrset=answer.rrset, target=answer.target)
