"""Following a chain of trust over replies that were collected: the same steps the walk took. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

import dns.name

from checker.dns.delegation import Cut, judge_ds
from checker.dns.lameness import is_lame
from checker.dns.reasons import Code, Reason, Silence, Status
from checker.dns.records import canonical_text, name_of
from checker.dns.trust import Trusted, opens, trust_zone
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
    usable = [anchor for anchor in anchors if opens(anchor)]
    if not usable:
        reason = Reason(code=Code.UNSUPPORTED_ALGORITHM, zone=zone, record=f"{zone} {anchors[0].type}")
        return Standing(status=Status.INSECURE, zone=zone, reason=reason)
    entered = [_keys(zone, anchor, reply, now) for anchor in usable]
    good = [standing for standing in entered if standing.status is Status.SECURE]
    return replace(good[0], ds=None) if good else replace(entered[-1], ds=None)


def down(standing: Standing, name: str, ds: Reply | None, now: datetime) -> Standing:
    """One label down: the DS reply judged.

    At a secure cut `trusted` is None and `ds` set: the child's keys are still to be entered. Where the reply leaves open
    whether there is a cut, `trusted` remains the parent's: an answer that the parent signed still holds.
    """
    assert standing.trusted is not None
    message = _message(ds, standing.zone)
    if message is None:
        return replace(_silent(standing.zone, f"{name} DS", ds), trusted=standing.trusted)
    judged = judge_ds(message, name, standing.trusted, now)
    if judged.cut is Cut.SECURE:
        return Standing(status=Status.SECURE, zone=name, ds=judged.ds)
    if judged.cut is Cut.NONE:
        return standing
    if judged.cut is Cut.NXDOMAIN:
        return replace(standing, nonexistent=True)
    if judged.cut is Cut.INSECURE:
        proven = judged.reason is not None and judged.reason.code in (Code.NO_DS, Code.UNSUPPORTED_ALGORITHM)
        trusted = None if proven else standing.trusted
        return Standing(status=Status.INSECURE, zone=name, trusted=trusted, reason=judged.reason)
    status = Status.BOGUS if judged.cut is Cut.BOGUS else Status.INDETERMINATE
    return Standing(status=status, zone=standing.zone, trusted=standing.trusted, reason=judged.reason)


def enter(standing: Standing, dnskey: Reply | None, now: datetime) -> Standing:
    """Into the child zone: its DNSKEY reply judged under the DS."""
    assert standing.ds is not None
    return _keys(standing.zone, standing.ds, dnskey, now)


def _keys(zone: str, vouching: RRset, dnskey: Reply | None, now: datetime) -> Standing:
    """The zone's keys under a DS or an anchor. A server without EDNS was not asked for signatures: never bogus."""
    message = _message(dnskey, zone)
    if message is None:
        return _silent(zone, f"{zone} DNSKEY", dnskey)
    trusted = trust_zone(message, zone, vouching, now)
    if isinstance(trusted, Trusted):
        return Standing(status=Status.SECURE, zone=zone, trusted=trusted, ds=vouching)
    if not message.edns:
        return _silent(zone, f"{zone} DNSKEY", dnskey)
    return Standing(status=Status.BOGUS, zone=zone, ds=vouching, reason=trusted)


def _message(reply: Reply | None, zone: str) -> Message | None:
    """The message of a reply that tells something of the zone: anything else is "nobody told us"."""
    message = reply.message if reply is not None else None
    if message is None or not message.tells:
        return None
    return None if is_lame(message, name_of(zone)) else message


def _silent(zone: str, record: str, reply: Reply | None) -> Standing:
    reason = Reason(code=Code.NO_ANSWER, zone=zone, record=record, params=(("detail", _silence(reply)),))
    return Standing(status=Status.INDETERMINATE, zone=zone, reason=reason)


def _silence(reply: Reply | None) -> str:
    if reply is None:
        return Silence.NO_SERVER.value
    if reply.message is None:
        return str(reply.failure.value if reply.failure else Silence.NONE_ANSWERS.value)
    if not reply.message.tells:
        return reply.message.rcode
    return (Silence.NOT_AUTHORITATIVE if reply.message.edns else Silence.NO_EDNS).value


def path(anchors: tuple[RRset, ...], name: str) -> tuple[str, ...]:
    """The names asked for DS on the way from the anchored zone down to `name`."""
    if not anchors:
        return ()
    return tuple(canonical_text(step) for step in labels_between(name_of(anchors[0].name), name_of(name)))
