"""What both web columns ask first: could the web host be looked at, and from here? Never looks at a visit."""

from collections.abc import Iterator

from checker.indicators.existence import domain_nonexistent
from checker.indicators.web_reading import lacks
from checker.observations.dns import LookupOutcome
from checker.observations.failure import Failure
from checker.observations.row import Evidence
from checker.observations.web import WebEndpoint, WebObservation
from checker.rulesets import Ruleset
from checker.verdict import Finding, Value, Verdict


def without_looking(
    evidence: Evidence, web: WebObservation, ruleset: Ruleset, indicator: str
) -> Verdict | None:
    """The verdict when the domain does not exist → `–`, or the host was not looked at → `Ej mätt`; else None."""
    if domain_nonexistent(evidence):
        finding = ruleset.finding("domain_nonexistent", evidence.row.domain)
        return verdict(indicator, Value.NOT_APPLICABLE, finding)
    match web.failure:
        case None:
            return None
        case Failure.EXCLUDED:
            return verdict(indicator, Value.UNKNOWN, ruleset.finding("excluded_on_request", web.host))
        case Failure.ROW_DEADLINE:
            return verdict(indicator, Value.UNKNOWN, ruleset.finding("row_deadline", web.host))
        case failure:
            finding = ruleset.finding("web_not_measured", web.host, detail=failure)
            return verdict(indicator, Value.UNKNOWN, finding)


def counted(evidence: Evidence, web: WebObservation) -> tuple[WebEndpoint, ...]:
    """The addresses whose answers and silence mean something: those of families that the vantage does not lack."""
    return tuple(endpoint for endpoint in web.endpoints if not lacks(evidence.vantage, endpoint.address))


def service_findings(evidence: Evidence, web: WebObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    """What is worth saying of the measurement and the host's addresses, whatever the verdict."""
    if "web" in evidence.second_attempt:
        yield ruleset.finding("second_attempt", web.host)
    if web.failure is not None:
        return
    for lookup in (web.ipv4, web.ipv6):
        if lookup.outcome is LookupOutcome.FAILED:
            yield ruleset.finding("web_lookup_failed", web.host, type=lookup.type)
    for address in web.refused_addresses:
        yield ruleset.finding("web_address_special_purpose", web.host, address=address)
    for address in web.excluded_addresses:
        yield ruleset.finding("excluded_on_request", f"{web.host} {address}")
    if web.left_out:
        yield ruleset.finding("web_addresses_left_out", web.host, left_out=web.left_out)


def verdict(indicator: str, value: Value, *findings: Finding | None, may_pass: bool = False) -> Verdict:
    """A verdict without letters; silent findings are dropped."""
    found = tuple(finding for finding in findings if finding)
    return Verdict(indicator=indicator, value=value, findings=found, may_pass=may_pass)


def unresolved(web: WebObservation) -> bool:
    """Whether one of the two address lookups came to nothing, so that there may be addresses we did not see."""
    return LookupOutcome.FAILED in (web.ipv4.outcome, web.ipv6.outcome)
