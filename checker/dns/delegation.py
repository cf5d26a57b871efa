"""What a secure parent says about a cut: the reply to a DS question, judged (RFC 4035 §5.2). Pure."""

import functools
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from checker.dns.reasons import Code, Reason, Status
from checker.dns.records import find
from checker.dns.signatures import check_signatures
from checker.dns.trust import Trusted, usable_ds
from checker.dns.validate import Kind, judge_answer
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


def judge_ds(reply: Message, name: str, parent: Trusted, now: datetime) -> Delegation:
    """What a secure parent says about a cut at `name`: the reply to a DS question (RFC 4035 §5.2)."""
    return _judge_ds(reply, name, parent, now.replace(microsecond=0))


@functools.lru_cache(maxsize=512)  # a chain is walked and then judged
def _judge_ds(reply: Message, name: str, parent: Trusted, now: datetime) -> Delegation:
    ds = find(reply.answer, name, "DS")
    if ds is not None:
        checked = check_signatures(ds, parent.zone, parent.keys, now)
        if isinstance(checked, Reason):
            return Delegation(cut=Cut.BOGUS if reply.edns else Cut.INDETERMINATE, reason=checked)
        if not usable_ds(ds):
            return Delegation(
                cut=Cut.INSECURE,
                ds=ds,
                reason=Reason(code=Code.UNSUPPORTED_ALGORITHM, zone=name, record=f"{name} DS"),
            )
        return Delegation(cut=Cut.SECURE, ds=ds)
    judged = judge_answer(reply, name, "DS", parent, now)
    if judged.status is not Status.SECURE:
        return Delegation(cut=_CUTS[judged.status], reason=judged.reason)
    if judged.kind is Kind.DELEGATION:
        reason = Reason(code=Code.NO_DS, zone=parent.zone, record=f"{name} DS")
        return Delegation(cut=Cut.INSECURE, reason=reason)
    return Delegation(cut=Cut.NXDOMAIN if judged.kind is Kind.NXDOMAIN else Cut.NONE)


_CUTS = {
    Status.BOGUS: Cut.BOGUS,
    Status.INDETERMINATE: Cut.INDETERMINATE,
    Status.INSECURE: Cut.INSECURE,  # behind an opt-out span, also one that a wildcard answers from
}
