"""The authentication chain behind a DNSSEC verdict, for people to read. Pure; it decides nothing.

What is shown comes from the same steps that the verdict rests on: `chain.follow` and `dnssec_servers`.
"""

from dataclasses import replace
from datetime import datetime

from checker.authentication_chain import AnswerLink, AuthenticationChain, HopLink, ServerTrouble, Trouble
from checker.dns.chain import Standing, follow
from checker.dns.describe import describe_zones
from checker.dns.describe_answers import answer_link, trouble
from checker.dns.reasons import Code, Reason, Status
from checker.dns.trust import Trusted
from checker.dns.validate import Answer, judge_answer
from checker.indicators.dnssec_hops import judge_hop
from checker.indicators.dnssec_servers import all_keys, fault, why_unusable
from checker.indicators.shown import shown_server
from checker.observations.dns import DnssecObservation, Message, Reply

_BEST_FIRST = (Status.SECURE, Status.INSECURE, Status.BOGUS, Status.INDETERMINATE)


def chain_of(observation: DnssecObservation) -> AuthenticationChain:
    """The chain to the observation's domain, with every question to the zone's servers and every way out of it."""
    now = observation.observed_at
    standing = follow(observation.chain, now)
    zones, nonexistent = describe_zones(observation.chain, now)
    chain = AuthenticationChain(
        name=observation.chain.name,
        status=standing.status.value,
        zones=zones,
        nonexistent=nonexistent,
        hops=_hops(observation),
    )
    if standing.status is not Status.SECURE or standing.trusted is None or nonexistent:
        return chain
    answers = _answers(observation, standing)
    unusable = tuple(
        ServerTrouble(server=shown_server(view.server), trouble=_silence(why, standing.zone))
        for view in observation.views
        if (why := why_unusable(view, standing.zone)) is not None
    )
    status = Status.SECURE if answers else Status.INDETERMINATE
    status = Status.BOGUS if any(_is_broken(answer) for answer in answers) else status
    return replace(chain, status=status.value, answers=answers, unusable=unusable)


def _is_broken(answer: AnswerLink) -> bool:
    return any(failing.trouble.code != Code.NO_ANSWER.value for failing in answer.failing)


def _silence(detail: str, zone: str) -> Trouble:
    return Trouble(code=Code.NO_ANSWER.value, zone=zone, record="", detail=detail)


def _answers(observation: DnssecObservation, standing: Standing) -> tuple[AnswerLink, ...]:
    trusted = Trusted(zone=standing.zone, keys=all_keys(observation, standing))
    replies: dict[tuple[str, str], list[Reply]] = {}
    for view in observation.views:
        if why_unusable(view, standing.zone) is None:
            for reply in view.replies:
                replies.setdefault((reply.name, reply.type), []).append(reply)
    links = (
        _answer(question, given, standing, trusted, now=observation.observed_at)
        for question, given in replies.items()
    )
    return tuple(replace(link, random=link.name == observation.nonexistent) for link in links)


def _answer(
    question: tuple[str, str], replies: list[Reply], standing: Standing, trusted: Trusted, *, now: datetime
) -> AnswerLink:
    """What the servers say to one question: the best answer, and the servers whose answers do not hold."""
    judged = [(reply, *_judged(reply, standing, trusted, now)) for reply in replies]
    reply, best, _ = min(judged, key=lambda one: _BEST_FIRST.index(one[1].status))
    failing = tuple(
        ServerTrouble(server=shown_server(one.server), trouble=trouble(reason))
        for one, _, reason in judged
        if reason
    )
    return replace(
        answer_link(question, best, reply.message, trusted, now),
        servers=len(replies),
        valid=len(replies) - len(failing),
        failing=failing,
    )


def _judged(
    reply: Reply, standing: Standing, trusted: Trusted, now: datetime
) -> tuple[Answer, Reason | None]:
    """The answer as it is judged alone, and why it does not hold, its aliases inside the zone included."""
    message = reply.message or _NOTHING
    answer = judge_answer(message, reply.name, reply.type, trusted, now)
    reason = fault(reply, trusted, standing, now)
    if reason is None and answer.status is Status.INDETERMINATE:
        reason = answer.reason
        if reply.message is None and reply.failure is not None and reason is not None:
            reason = replace(reason, params=(("detail", reply.failure.value),))
    return answer, reason


_NOTHING = Message(rcode="", authoritative=False, answer=(), authority=(), additional=(), edns=False)


def _hops(observation: DnssecObservation) -> tuple[HopLink, ...]:
    links = []
    for hop in observation.hops:
        judged = judge_hop(hop, observation.observed_at)
        links.append(
            HopLink(
                origin=hop.origin,
                name=hop.name,
                zone=judged.zone,
                status=judged.status.value,
                nonexistent=judged.nonexistent,
                trouble=trouble(judged.reason) if judged.reason else None,
            )
        )
    return tuple(dict.fromkeys(links))
