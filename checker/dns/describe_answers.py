"""Signatures and answers as links of an authentication chain, for people to read. Pure."""

from dataclasses import replace
from datetime import UTC, datetime

from checker.authentication_chain import AnswerLink, Mark, SignatureLink, Trouble
from checker.dns.reasons import Reason, Status
from checker.dns.rrsig import rrsig_of
from checker.dns.signatures import Key, check_signatures
from checker.dns.trust import Trusted
from checker.dns.validate import Answer, Kind
from checker.dns.verification import labels_of
from checker.observations.dns import Message, RRset

SHOWN = 12
"""Records of one kind that are shown of one zone."""
_DENIALS = ("NSEC", "NSEC3")
_KINDS = {
    Kind.POSITIVE: "positive",
    Kind.ALIAS: "alias",
    Kind.NODATA: "nodata",
    Kind.DELEGATION: "nodata",
    Kind.NXDOMAIN: "nxdomain",
    Kind.REFERRAL: "nothing",
    Kind.NOTHING: "nothing",
}


def trouble(reason: Reason) -> Trouble:
    """A reason as it is shown."""
    detail = ", ".join(value for _, value in reason.params)
    return Trouble(code=reason.code.value, zone=reason.zone, record=reason.record, detail=detail)


def signature_links(
    rrset: RRset | None, zone: str, keys: tuple[Key, ...], now: datetime
) -> tuple[SignatureLink, ...]:
    """The RRset's signatures, each on its own, at most SHOWN. Beside one that holds the others are not needed."""
    links = []
    for wire in rrset.signatures[:SHOWN] if rrset is not None else ():
        rrsig = rrsig_of(wire)
        if rrset is not None and rrsig is not None:
            checked = check_signatures(replace(rrset, signatures=(wire,)), zone, keys, now)
            code = checked.code.value if isinstance(checked, Reason) else ""
            links.append(
                SignatureLink(
                    key_tag=rrsig.key_tag,
                    algorithm=rrsig.algorithm,
                    inception=datetime.fromtimestamp(rrsig.inception, UTC),
                    expiration=datetime.fromtimestamp(rrsig.expiration, UTC),
                    mark=Mark.FAILED if code else Mark.GOOD,
                    code=code,
                )
            )
    held = any(link.mark is Mark.GOOD for link in links)
    return tuple(replace(link, mark=Mark.UNUSED) if held and link.code else link for link in links)


def answer_link(
    question: tuple[str, str], answer: Answer, message: Message | None, trusted: Trusted | None, now: datetime
) -> AnswerLink:
    """One judged answer to (name, type), as the only server's."""
    rrset = answer.rrset
    denials = [one for one in message.authority if one.type in _DENIALS] if message is not None else []
    by_wildcard = (
        answer.signed is not None and rrset is not None and answer.signed.labels < labels_of(rrset.name)
    )
    proven = answer.status is Status.SECURE and (rrset is None or by_wildcard)
    if rrset is None and denials:
        rrset = denials[0]
    return AnswerLink(
        name=question[0],
        type=question[1],
        status=answer.status.value,
        kind=_KINDS[answer.kind],
        proof=denials[0].type if denials and proven else "",
        signatures=signature_links(rrset, trusted.zone, trusted.keys, now) if trusted is not None else (),
        servers=1,
        valid=int(answer.status in (Status.SECURE, Status.INSECURE)),
        random=False,
        failing=(),
    )
