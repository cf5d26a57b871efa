"""Names of a row that other zones answer for: secure, insecure or bogus there? A finding, never the cell. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checker.dns.chain import follow
from checker.dns.reasons import Code, Reason, Silence, Status
from checker.dns.validate import Kind, judge_answer
from checker.indicators.shown import shown_name, shown_record
from checker.observations.dns import DnssecObservation, Hop
from checker.rulesets import Ruleset
from checker.verdict import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedHop:
    """How a name stands in the zone that answers for it."""

    zone: str
    status: Status
    reason: Reason | None
    nonexistent: bool = False


def judge_hop(hop: Hop, now: datetime) -> JudgedHop:
    """The chain to the name's zone, and where that is secure what the zone says of the name."""
    standing = follow(hop.chain, now)
    zone = standing.zone
    if standing.status is not Status.SECURE or standing.trusted is None or standing.nonexistent:
        return JudgedHop(
            zone=zone, status=standing.status, reason=standing.reason, nonexistent=standing.nonexistent
        )
    if hop.reply is None or hop.reply.message is None:
        failure = hop.reply.failure if hop.reply is not None else None
        detail = failure.value if failure is not None else Silence.NONE_ANSWERS.value
        reason = Reason(code=Code.NO_ANSWER, zone=zone, record=hop.name, params=(("detail", detail),))
        return JudgedHop(zone=zone, status=Status.INDETERMINATE, reason=reason)
    answer = judge_answer(hop.reply.message, hop.name, hop.reply.type, standing.trusted, now)
    gone = answer.kind is Kind.NXDOMAIN and answer.status is not Status.BOGUS
    return JudgedHop(zone=zone, status=answer.status, reason=answer.reason, nonexistent=gone)


def hop_findings(observation: DnssecObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    """One finding for each zone that is insecure, and for each name whose answers do not validate."""
    insecure: dict[str, Hop] = {}
    for hop in observation.hops:
        judged = judge_hop(hop, observation.observed_at)
        if judged.status is Status.INSECURE:
            insecure.setdefault(judged.zone, hop)
        elif judged.status is Status.BOGUS:
            assert judged.reason is not None
            yield ruleset.finding(
                "dnssec_hop_bogus",
                shown_name(hop.name),
                origin=shown_record(hop.origin),
                zone=shown_name(judged.zone),
                reason=judged.reason.code.value,
            )
    for zone, hop in insecure.items():
        yield ruleset.finding(
            "dnssec_hop_insecure",
            shown_name(hop.name),
            origin=shown_record(hop.origin),
            zone=shown_name(zone),
        )
