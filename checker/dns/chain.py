"""Following a chain of trust over replies that were collected: the same steps the walk took. Pure."""

from dataclasses import dataclass
from datetime import datetime

import dns.name

from checker.dns.reasons import Code, Reason, Status
from checker.dns.records import canonical_text, name_of
from checker.dns.trust import Trusted, trust_zone
from checker.dns.validate import Cut, judge_ds
from checker.observations.dns import ChainObservation, Message, Reply, RRset


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the chain stands after a step.

    `zone` is the deepest zone reached; `trusted` its keys while SECURE; `ds` the RRset that vouches for it;
    `nonexistent` whether a secure parent proved that the way ends in NXDOMAIN.
    """

    status: Status
    zone: str
    trusted: Trusted | None = None
    ds: RRset | None = None
    reason: Reason | None = None
    nonexistent: bool = False


def labels_between(apex: dns.name.Name, name: dns.name.Name) -> tuple[dns.name.Name, ...]:
    """The names below `apex` down to and including `name`, one label longer each."""
    depth = len(name.labels)
    return tuple(name.split(count)[1] for count in range(len(apex.labels) + 1, depth + 1))


def follow(chain: ChainObservation, now: datetime) -> Standing:
    """The standing at the end of the chain, judged at `now`."""
    standing = start(chain.anchors, chain.name, chain.start, now)
    for cut in chain.cuts:
        if standing.status is not Status.SECURE or standing.nonexistent:
            break
        standing = down(standing, cut.name, cut.ds, now)
        if standing.ds is not None and standing.status is Status.SECURE and standing.trusted is None:
            standing = enter(standing, cut.dnskey, now)
    return standing


def start(anchors: tuple[RRset, ...], name: str, reply: Reply | None, now: datetime) -> Standing:
    """The first standing: the anchored zone's keys, or why there are none."""
    if not anchors:
        return Standing(status=Status.INSECURE, zone=".", reason=Reason(code=Code.NO_ANCHOR, zone=name))
    zone = anchors[0].name
    message = _message(reply)
    if message is None:
        return _silent(zone, f"{zone} DNSKEY", reply)
    reason: Reason | None = None
    for anchor in anchors:
        trusted = trust_zone(message, zone, anchor, now)
        if isinstance(trusted, Trusted):
            return Standing(status=Status.SECURE, zone=zone, trusted=trusted)
        reason = trusted
    return Standing(status=Status.BOGUS, zone=zone, reason=reason)


def down(standing: Standing, name: str, ds: Reply | None, now: datetime) -> Standing:
    """One label down: the DS reply judged.

    At a secure cut `trusted` is None and `ds` set: the child's keys are still to be entered.
    """
    assert standing.trusted is not None
    message = _message(ds)
    if message is None:
        return _silent(standing.zone, f"{name} DS", ds)
    judged = judge_ds(message, name, standing.trusted, now)
    if judged.cut is Cut.SECURE:
        return Standing(status=Status.SECURE, zone=name, ds=judged.ds)
    if judged.cut is Cut.NONE:
        return standing
    if judged.cut is Cut.NXDOMAIN:
        return Standing(
            status=Status.SECURE,
            zone=standing.zone,
            trusted=standing.trusted,
            ds=standing.ds,
            nonexistent=True,
        )
    if judged.cut is Cut.INSECURE:
        return Standing(status=Status.INSECURE, zone=name, reason=judged.reason)
    if judged.cut is Cut.BOGUS:
        return Standing(status=Status.BOGUS, zone=standing.zone, reason=judged.reason)
    return Standing(status=Status.INDETERMINATE, zone=standing.zone, reason=judged.reason)


def enter(standing: Standing, dnskey: Reply | None, now: datetime) -> Standing:
    """Into the child zone: its DNSKEY reply judged under the DS."""
    assert standing.ds is not None
    message = _message(dnskey)
    if message is None:
        return _silent(standing.zone, f"{standing.zone} DNSKEY", dnskey)
    trusted = trust_zone(message, standing.zone, standing.ds, now)
    if isinstance(trusted, Trusted):
        return Standing(status=Status.SECURE, zone=standing.zone, trusted=trusted, ds=standing.ds)
    return Standing(status=Status.BOGUS, zone=standing.zone, ds=standing.ds, reason=trusted)


def _message(reply: Reply | None) -> Message | None:
    """The message of a reply that can carry DNSSEC and is no error: anything else is "nobody told us"."""
    if reply is None or reply.message is None or not reply.message.edns:
        return None
    return reply.message if reply.message.rcode in ("NOERROR", "NXDOMAIN") else None


def _silent(zone: str, record: str, reply: Reply | None) -> Standing:
    detail = "no server known"
    if reply is not None:
        detail = (
            reply.message.rcode
            if reply.message
            else str(reply.failure.value if reply.failure else "no answer")
        )
        if reply.message is not None and not reply.message.edns and reply.message.rcode == "NOERROR":
            detail = "no EDNS"
    reason = Reason(code=Code.NO_ANSWER, zone=zone, record=record, params=(("detail", detail),))
    return Standing(status=Status.INDETERMINATE, zone=zone, reason=reason)


def path(anchors: tuple[RRset, ...], name: str) -> tuple[str, ...]:
    """The names asked for DS on the way from the anchored zone down to `name`."""
    if not anchors:
        return ()
    return tuple(canonical_text(step) for step in labels_between(name_of(anchors[0].name), name_of(name)))
