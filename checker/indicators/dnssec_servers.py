"""Each server address of a secure zone on its own: does what it says validate? Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checker.dns.algorithms import CAPS
from checker.dns.chain import Standing
from checker.dns.lameness import is_lame
from checker.dns.reasons import Reason, Silence, Status
from checker.dns.records import find, name_of
from checker.dns.signatures import Key
from checker.dns.trust import Trusted, trust_zone
from checker.dns.validate import Answer, Kind, judge_answer
from checker.indicators.shown import shown_record, shown_server
from checker.observations.dns import DnssecObservation, Message, Reply, ServerView

MOST_KEYS = 64
"""Keys of one zone over all its servers; an honest one has ten in the middle of a rollover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServersSeen:
    """What the servers came to: addresses that gave bogus answers, unusable ones, and how many answered.

    `bogus` has (address, reason), `unusable` (address, detail), `failed` (address, record, detail): a question that a
    server failed over while it answered others.
    """

    answering: int
    bogus: tuple[tuple[str, Reason], ...]
    unusable: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str, str], ...]


def judge_servers(
    observation: DnssecObservation, standing: Standing, lacking: frozenset[int] = frozenset()
) -> ServersSeen:
    """Judge all views under the zone's keys as the chain found them, and under each server's own DNSKEY RRset.

    `lacking` are the address families (4, 6) that the vantage point lacks: what could not be reached over them is left
    out.
    A server counts as answering when its first reply is neither a refusal nor lame, and has EDNS or signatures.
    """
    assert standing.trusted is not None
    trusted = Trusted(zone=standing.zone, keys=all_keys(observation, standing))
    bogus: list[tuple[str, Reason]] = []
    unusable: list[tuple[str, str]] = []
    failed: list[tuple[str, str, str]] = []
    answering = 0
    for view in observation.views:
        where = shown_server(view.server)
        trouble = why_unusable(view, standing.zone)
        if trouble is not None:
            if view.server.address.version not in lacking:
                unusable.append((where, trouble))
            continue
        answering += 1
        failed += [(where, *trouble) for trouble in _failed_questions(view)]
        reason = _first_fault(view, trusted, standing, observation.observed_at)
        if reason is not None:
            bogus.append((where, reason))
    return ServersSeen(
        answering=answering,
        bogus=tuple(bogus),
        unusable=tuple(unusable),
        failed=tuple(failed),
    )


def all_keys(observation: DnssecObservation, standing: Standing) -> tuple[Key, ...]:
    """The zone's keys over all servers whose DNSKEY RRset validates: during a rollover they may differ."""
    assert standing.trusted is not None
    keys = list(standing.trusted.keys)
    if standing.ds is None:
        return tuple(keys)
    for view in observation.views:
        for reply in view.replies:
            if reply.type == "DNSKEY" and reply.message is not None:
                trusted = trust_zone(reply.message, standing.zone, standing.ds, observation.observed_at)
                keys += trusted.keys if isinstance(trusted, Trusted) else ()
    return tuple(dict.fromkeys(keys))[:MOST_KEYS]


def why_unusable(view: ServerView, zone: str) -> str | None:
    """Why the server's replies say nothing about signatures, or None."""
    first = view.replies[0] if view.replies else None
    if first is None or first.message is None:
        return str(first.failure.value) if first is not None and first.failure else Silence.NOT_ASKED.value
    if not first.message.tells:
        return first.message.rcode
    if is_lame(first.message, name_of(zone)):
        return Silence.NOT_AUTHORITATIVE.value
    signed = any(rrset.signatures for rrset in first.message.answer)
    return None if first.message.edns or signed else Silence.NO_EDNS.value


def _failed_questions(view: ServerView) -> Iterator[tuple[str, str]]:
    """Later questions that got an error or silence: the record, and what came."""
    for reply in view.replies[1:]:
        record = shown_record(f"{reply.name} {reply.type}")
        if reply.message is None:
            yield record, str(reply.failure.value) if reply.failure else Silence.NONE_ANSWERS.value
        elif not reply.message.tells:
            yield record, reply.message.rcode


def _first_fault(view: ServerView, trusted: Trusted, standing: Standing, now: datetime) -> Reason | None:
    for reply in view.replies:
        reason = fault(reply, trusted, standing, now)
        if reason is not None:
            return reason
    return None


def fault(reply: Reply, trusted: Trusted, standing: Standing, now: datetime) -> Reason | None:
    """Why the reply does not validate, its aliases inside the zone included; None when it does or tells nothing."""
    message = reply.message
    if message is None or not message.tells:
        return None
    if reply.type == "DNSKEY" and standing.ds is not None:
        checked = trust_zone(message, standing.zone, standing.ds, now)
        return checked if isinstance(checked, Reason) and message.edns else None
    name = reply.name
    for _ in range(CAPS.alias_hops):
        answer = judge_answer(message, name, reply.type, trusted, now)
        if answer.status is Status.BOGUS:
            return answer.reason
        following = _inside(answer, message, trusted.zone, reply.type)
        if following is None:
            return None
        name = following
    return None


def _inside(answer: Answer, message: Message, zone: str, rdtype: str) -> str | None:
    """The alias's target when the same message answers for it inside the zone."""
    if (
        answer.kind is not Kind.ALIAS
        or answer.target is None
        or not name_of(answer.target).is_subdomain(name_of(zone))
    ):
        return None
    carried = find(message.answer, answer.target, rdtype) or find(message.answer, answer.target, "CNAME")
    return answer.target if carried else None
