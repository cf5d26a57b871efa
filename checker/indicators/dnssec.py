"""DNSSEC: whether the zone that holds the domain validates from the root, on every server that answers.

Outcomes in order, per domain (notation.md, RFC 4035 §4.3):
1. `–` the domain does not exist.
2. `Ej mätt` it was not asked, our own anchor or the root does not validate from here, or nobody answered.
3. `Ja (trasig)` the chain is bogus for everyone, or from any server address that answers.
4. `Nej` proven insecure: no usable DS.
5. `Ja` the chain and every answering server validate.
A row with two domains prints both. Verdicts do not depend on the ruleset.
"""

from itertools import chain

from checker.dns.chain import Standing, follow
from checker.dns.reasons import Code, Reason, Silence, Status
from checker.dns.records import find
from checker.dns.signatures import usable_keys
from checker.indicators.dnssec_agreement import agreement_findings
from checker.indicators.dnssec_hops import hop_findings
from checker.indicators.dnssec_servers import all_keys, judge_servers
from checker.indicators.dnssec_signals import signal_findings
from checker.indicators.dnssec_zone import zone_findings
from checker.indicators.shown import shown_name, shown_record
from checker.observations.dns import DnssecObservation, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.row import Evidence
from checker.observations.vantage import Vantage
from checker.rulesets import Ruleset
from checker.verdict import Finding, Part, Value, Verdict, worst

NAME = "dnssec"
_NOT_ASKED = {Failure.ROW_DEADLINE: "row_deadline", Failure.EXCLUDED: "excluded_on_request"}


def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
    """The cell: one domain's verdict, or web/mail when the mail domain differs."""
    assert evidence.dnssec is not None
    judged = [_judge_domain(observation, evidence.vantage, ruleset) for observation in evidence.dnssec]
    values = tuple(value for value, _, _ in judged)
    findings = [finding for _, found, _ in judged for finding in found]
    if "dnssec" in evidence.second_attempt:
        findings += _found(ruleset.finding("second_attempt", evidence.row.domain))
    parts = (
        tuple(Part(subject=o.domain, value=value) for o, value in zip(evidence.dnssec, values, strict=True))
        if len(values) > 1
        else ()
    )
    return Verdict(
        indicator=NAME,
        value=worst(values),
        findings=tuple(dict.fromkeys(findings)),
        parts=parts,
        may_pass=any(passing for _, _, passing in judged),
    )


def _judge_domain(
    observation: DnssecObservation, vantage: Vantage, ruleset: Ruleset
) -> tuple[Value, list[Finding], bool]:
    """Value, findings, and whether the trouble behind the value may pass."""
    domain = observation.domain
    if observation.failure is not None:
        code = _NOT_ASKED.get(observation.failure, "unresolvable")
        return Value.UNKNOWN, _found(ruleset.finding(code, domain)), code == "unresolvable"
    existence = observation.existence
    if existence is not None and existence.outcome is LookupOutcome.NXDOMAIN and not existence.aliases:
        return Value.NOT_APPLICABLE, _found(ruleset.finding("domain_nonexistent", domain)), False
    standing = follow(observation.chain, observation.observed_at)
    if standing.nonexistent:
        return Value.NOT_APPLICABLE, _found(ruleset.finding("domain_nonexistent", domain)), False
    because = _because(standing.reason, ruleset, domain)
    if standing.status is Status.INDETERMINATE:
        return Value.UNKNOWN, because, True
    if standing.status is Status.INSECURE:
        no_anchor = standing.reason is not None and standing.reason.code is Code.NO_ANCHOR
        if no_anchor or _starts_here(observation, standing):
            return Value.UNKNOWN, because, False
        return Value.NO, because + _signed_anyway(observation, standing, ruleset), False
    if standing.status is Status.BOGUS:
        if _starts_here(observation, standing):
            # the anchored zone itself fails: our anchors or our way out, never the region's doing
            return Value.UNKNOWN, because, True
        return Value.BROKEN, because, False
    return _judge_servers(observation, standing, vantage, ruleset)


def _judge_servers(
    observation: DnssecObservation, standing: Standing, vantage: Vantage, ruleset: Ruleset
) -> tuple[Value, list[Finding], bool]:
    facts = ((4, vantage.ipv4), (6, vantage.ipv6))
    seen = judge_servers(
        observation, standing, frozenset(family for family, fact in facts if fact is Fact.NO)
    )
    zone = shown_name(standing.zone)
    findings: list[Finding] = []
    for server, reason in seen.bogus:
        findings += _because(reason, ruleset, server)
    if seen.bogus:
        findings += _found(
            ruleset.finding("dnssec_servers_bogus", zone, bogus=len(seen.bogus), answering=seen.answering)
        )
    for server, detail in seen.unusable:
        findings += _found(ruleset.finding("dnssec_server_unusable", server, zone=zone, detail=detail))
    for server, record, detail in seen.failed:
        findings += _found(
            ruleset.finding("dnssec_server_question_failed", server, record=record, detail=detail)
        )
    if not seen.answering:
        reason = Reason(
            code=Code.NO_ANSWER, zone=standing.zone, params=(("detail", Silence.NONE_ANSWERS.value),)
        )
        return Value.UNKNOWN, [*findings, *_because(reason, ruleset, observation.domain)], True
    if not seen.bogus:
        findings += _found(
            ruleset.finding("dnssec_secure", observation.domain, zone=zone, answering=seen.answering)
        )
    findings += _warnings(observation, standing, vantage, ruleset)
    return Value.BROKEN if seen.bogus else Value.YES, findings, False


def _warnings(
    observation: DnssecObservation, standing: Standing, vantage: Vantage, ruleset: Ruleset
) -> list[Finding]:
    """What does not touch the cell: the zone's habits, its servers' disagreements, the ways out of it."""
    keys = all_keys(observation, standing)
    found = chain(
        zone_findings(observation, standing, keys, ruleset),
        signal_findings(observation, standing, keys, ruleset),
        agreement_findings(observation, standing, vantage, ruleset),
        hop_findings(observation, ruleset),
    )
    return [finding for finding in found if finding is not None]


def _because(reason: Reason | None, ruleset: Ruleset, subject: str) -> list[Finding]:
    return _found(reason_finding(reason, ruleset, subject)) if reason is not None else []


def reason_finding(reason: Reason, ruleset: Ruleset, subject: str) -> Finding | None:
    """The finding that tells a reason; `subject` is whom it was met for, a domain or a server address."""
    words = ", ".join(value for _, value in reason.params) or "–"
    zone = shown_name(reason.zone)
    record = shown_record(reason.record) if reason.record else zone
    return ruleset.finding(reason.code.value, subject, zone=zone, record=record, detail=words)


def _starts_here(observation: DnssecObservation, standing: Standing) -> bool:
    anchors = observation.chain.anchors
    return (
        bool(anchors)
        and standing.trusted is None
        and standing.zone == anchors[0].name
        and not observation.chain.cuts
    )


def _signed_anyway(observation: DnssecObservation, standing: Standing, ruleset: Ruleset) -> list[Finding]:
    """A zone with keys but without DS: signed for nobody."""
    if standing.reason is None or standing.reason.code not in (Code.NO_DS, Code.OPT_OUT):
        return []
    last = observation.chain.cuts[-1] if observation.chain.cuts else None
    message = last.dnskey.message if last is not None and last.dnskey is not None else None
    if last is None or message is None or standing.zone != last.name:
        return []
    dnskeys = find(message.answer, standing.zone, "DNSKEY")
    signed = dnskeys is not None and usable_keys(dnskeys)
    return _found(ruleset.finding("dnssec_signed_without_ds", shown_name(standing.zone))) if signed else []


def _found(finding: Finding | None) -> list[Finding]:
    return [finding] if finding is not None else []
