"""www via IPv6: whether the web host answers over IPv6."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv6Address

from checker.indicators.web_reading import answered, failures
from checker.indicators.web_service import service_findings, verdict, without_looking
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import MAY_PASS, OUR_OWN
from checker.observations.row import Evidence
from checker.observations.vantage import Vantage
from checker.observations.web import WebEndpoint, WebObservation
from checker.rulesets import Ruleset
from checker.verdict import Finding, Value, Verdict

NAME = "www_ipv6"


def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
    """Judge whether the web host answers over IPv6 (notation.md, www via IPv6; RFC 4291, RFC 6890).

    In order:

    1. the domain does not exist → `–`; the host was not looked at → `Ej mätt`
    2. some AAAA address answered, with an HTTP response or a TLS handshake → `Ja`; dead ones are a finding
    3. AAAA could not be resolved → `Ej mätt`
    4. no AAAA, or special-purpose ones only, which do not count → `Nej`, from any vantage
    5. AAAA that were not all asked (excluded, past the cap, our own trouble), no IPv6 here → `Ej mätt`
    6. the host answered over IPv4 in this observation → `Nej`; over neither family → `Ej mätt`
    """
    web = evidence.web
    assert web is not None, "judged only when web was asked for"
    judged = without_looking(evidence, web, ruleset, NAME) or _by_addresses(evidence, web, ruleset)
    findings = (*judged.findings, *(found for found in service_findings(evidence, web, ruleset) if found))
    return replace(judged, findings=tuple(dict.fromkeys(findings)))


def _by_addresses(evidence: Evidence, web: WebObservation, ruleset: Ruleset) -> Verdict:
    endpoints = [endpoint for endpoint in web.endpoints if _counts(endpoint)]
    dead = [endpoint for endpoint in endpoints if not answered(endpoint)]
    if len(dead) < len(endpoints):
        some_dead = _dead(dead, web, ruleset) if evidence.vantage.ipv6 is Fact.YES else ()
        return verdict(NAME, Value.YES, *some_dead)
    if web.ipv6.outcome is LookupOutcome.FAILED:
        finding = ruleset.finding("unresolvable", web.host)
        return verdict(NAME, Value.UNKNOWN, finding, may_pass=True)
    excluded = any(address.version == 6 for address in web.excluded_addresses)
    if not endpoints and not excluded:
        code = "www_ipv6_special_purpose" if web.ipv6.values else "www_ipv6_no_aaaa"
        return verdict(NAME, Value.NO, ruleset.finding(code, web.host))
    if excluded:
        return verdict(NAME, Value.UNKNOWN, ruleset.finding("excluded_on_request", web.host))
    if evidence.vantage.ipv6 is not Fact.YES:
        return verdict(NAME, Value.UNKNOWN, ruleset.finding("vantage_no_ipv6", web.host))
    return _silent(dead, evidence.vantage, web, ruleset)


def _silent(dead: list[WebEndpoint], vantage: Vantage, web: WebObservation, ruleset: Ruleset) -> Verdict:
    """IPv6 works from here and no AAAA address answered: theirs, or nobody's trouble."""
    passing = any(failures(endpoint) & MAY_PASS for endpoint in dead)
    if any(failures(endpoint) & OUR_OWN for endpoint in dead) or _past_the_cap(web):
        finding = ruleset.finding("www_ipv6_not_all_asked", web.host)
        return verdict(NAME, Value.UNKNOWN, finding, may_pass=True)
    if any(endpoint.address.version == 4 and answered(endpoint) for endpoint in web.endpoints):
        return verdict(NAME, Value.NO, *_dead(dead, web, ruleset), may_pass=passing)
    code = "vantage_no_ipv4" if vantage.ipv4 is Fact.NO else "www_ipv6_neither_family"
    finding = ruleset.finding(code, web.host)
    return verdict(NAME, Value.UNKNOWN, finding, may_pass=passing)


def _past_the_cap(web: WebObservation) -> bool:
    """Whether there are AAAA addresses that were not looked at; `left_out` counts those of both families."""
    looked_at = (
        *(endpoint.address for endpoint in web.endpoints),
        *web.refused_addresses,
        *web.excluded_addresses,
    )
    return bool(web.left_out) and not set(web.ipv6.addresses) <= set(looked_at)


def _dead(dead: list[WebEndpoint], web: WebObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    for endpoint in dead:
        yield ruleset.finding("www_ipv6_address_dead", web.host, address=endpoint.address)


def _counts(endpoint: WebEndpoint) -> bool:
    """IPv4-mapped addresses do not count as AAAA even where private ones may be visited."""
    return isinstance(endpoint.address, IPv6Address) and endpoint.address.ipv4_mapped is None
