"""HTTPS: whether the web host can be visited encrypted, and whether the visitor is led there."""

from dataclasses import replace

from checker.indicators import https_content, https_findings, web_reading
from checker.indicators.bare_domain import bare_domain_findings
from checker.indicators.tls_configuration import lost_by_accident
from checker.indicators.web_reading import Content
from checker.indicators.web_service import counted, service_findings, unresolved, verdict, without_looking
from checker.observations.failure import MAY_PASS
from checker.observations.row import Evidence
from checker.observations.vantage import Vantage
from checker.observations.web import WebEndpoint, WebObservation
from checker.rulesets import Ruleset
from checker.verdict import Finding, Flag, Severity, Value, Verdict

NAME = "https"
_IN_VAIN = frozenset({Content.GONE, Content.BLOCKED})


def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
    """Judge the web host's https (notation.md, HTTPS; RFC 9110 §4.2.2).

    In order, first match wins:

    1. the domain does not exist → `–`; the host was not looked at or could not be resolved → `Ej mätt`
    2. neither A nor AAAA → `–`
    3. no address that we may visit, or that this vantage reaches → `Ej mätt`
    4. nothing answered on 80 or 443 on any address → `Ej mätt`
    5. 443 accepts TCP on some address but no TLS session is possible there → `Ja (trasig)`
    6. no 443 on any address: http leads to https on this host → `Ja (trasig)`, else `Nej`; when it leads to another
       port than 443, which we do not visit, or when our own trouble hid 443 → `Ej mätt`
    7. content by the best address and the better of its two visits over https (port 80 may have led there too): chains from https end on http → `Nej (ja)`, content cannot be had → `Nej (A)`; a chain
       that we do not follow to its end (where it leads, how long it is, how long it takes) is not tested and neither
    8. otherwise `Ja`, with `(F)` and `(N)`

    Several addresses. That something works is decided by the best address: content over https from one of them is
    content, and the others become findings (a host with one family broken is not `Nej`). That something is wrong is
    decided by any of them: no TLS session after TCP, faults of TLS and certificate, no way from http to https.

    The bare domain, where the web host is another name, gives findings and never the cell.
    """
    web = evidence.web
    assert web is not None, "judged only when web was asked for"
    judged = without_looking(evidence, web, ruleset, NAME) or _by_addresses(evidence, web, ruleset)
    around = (*bare_domain_findings(evidence, ruleset), *service_findings(evidence, web, ruleset))
    findings = (*judged.findings, *(found for found in around if found))
    return replace(judged, findings=tuple(dict.fromkeys(findings)))


def _by_addresses(evidence: Evidence, web: WebObservation, ruleset: Ruleset) -> Verdict:
    if web.ipv4.absent and web.ipv6.absent:
        return verdict(NAME, Value.NOT_APPLICABLE, ruleset.finding("web_host_no_address", web.host))
    if not (web.ipv4.values or web.ipv6.values):
        return verdict(NAME, Value.UNKNOWN, ruleset.finding("unresolvable", web.host), may_pass=True)
    endpoints = counted(evidence, web)
    if not any(map(web_reading.http_answered, endpoints)) and not any(map(web_reading.accepted, endpoints)):
        reasons = tuple(https_findings.left_aside(evidence, web, ruleset))
        if endpoints and not reasons:
            reasons = (ruleset.finding("web_no_answer", web.host),)
        return verdict(NAME, Value.UNKNOWN, *reasons, may_pass=_passing(endpoints) or unresolved(web))
    judged = _listening(evidence, web, endpoints, ruleset)
    around = https_findings.around(evidence, web, endpoints, ruleset)
    return replace(judged, findings=(*judged.findings, *(finding for finding in around if finding)))


def _listening(
    evidence: Evidence, web: WebObservation, endpoints: tuple[WebEndpoint, ...], ruleset: Ruleset
) -> Verdict:
    """Rules 5 to 8, for a host where something answered."""
    broken = [endpoint for endpoint in endpoints if web_reading.no_session(endpoint)]
    if broken:
        reasons = (https_findings.no_session(endpoint, ruleset) for endpoint in broken)
        tls = https_findings.tls_and_certificate(web, endpoints, ruleset)
        return verdict(NAME, Value.BROKEN, *reasons, *tls, may_pass=True)
    if not any(web_reading.session(point) or web_reading.raw_session_only(point) for point in endpoints):
        return _without_listener(web, endpoints, ruleset)
    return _over_tls(evidence, web, endpoints, ruleset)


def _without_listener(web: WebObservation, endpoints: tuple[WebEndpoint, ...], ruleset: Ruleset) -> Verdict:
    if any(map(web_reading.tls_unknown, endpoints)):
        finding = ruleset.finding("web_not_measured", web.host, detail="local")
        return verdict(NAME, Value.UNKNOWN, finding, may_pass=True)
    passing = _passing(endpoints) or unresolved(web)
    published = [
        hop for point in endpoints for hop in point.http.hops if web_reading.is_https_at(hop, web.host)
    ]
    # "https://host:80/" is asked as well, and comes to nothing when no session was had here
    if any(web_reading.port(hop) == 443 or hop.handshake is not None for hop in published):
        finding = ruleset.finding("https_published_but_dead", web.host)
        return verdict(NAME, Value.BROKEN, finding, may_pass=True)  # be it refused: servers are restarted
    if published:
        finding = ruleset.finding("redirect_not_visited", web.host, url=published[0].url)
        return verdict(NAME, Value.UNKNOWN, finding)
    elsewhere = [
        hop.url for point in endpoints for hop in point.http.hops if web_reading.scheme(hop) == "https"
    ]
    finding = (
        ruleset.finding("https_on_other_host_only", web.host, url=elsewhere[0])
        if elsewhere
        else ruleset.finding("https_not_offered", web.host)
    )
    return verdict(NAME, Value.NO, finding, may_pass=passing)


def _over_tls(
    evidence: Evidence, web: WebObservation, endpoints: tuple[WebEndpoint, ...], ruleset: Ruleset
) -> Verdict:
    tls = tuple(https_findings.tls_and_certificate(web, endpoints, ruleset))
    from_http = tuple(endpoint.http for endpoint in endpoints)
    classed, unsteady = [], []
    for endpoint in filter(web_reading.session, endpoints):
        content = web_reading.content(endpoint.https, from_http, web.host, evidence.vantage)
        if content in _IN_VAIN and (page := web_reading.page_from_http(endpoint.http, web.host)):
            unsteady.append(https_content.unsteady(endpoint, web.host, ruleset))
            classed.append((replace(endpoint, https=page), Content.GOOD))
        else:
            classed.append((endpoint, content))
    raw_only = [endpoint for endpoint in endpoints if web_reading.raw_session_only(endpoint)]
    best = min((content.value for _, content in classed), default=Content.UNTESTED.value)
    said = tuple(https_content.about_content(classed, Content(best), web, ruleset))
    tried = (*(point for point, _ in classed), *raw_only)
    best_of_all = best == Content.GOOD.value and not raw_only
    passing = any(map(_lost, raw_only)) or (
        not best_of_all and any(web_reading.may_pass(point.https) for point in tried)
    )
    if best == Content.BACK_TO_HTTP.value:
        return _flagged(Value.NO, (Flag.JA,), (*said, *tls), may_pass=passing)
    if best == Content.GONE.value:
        return _flagged(Value.NO, (Flag.A,), (*said, *tls), may_pass=passing)
    astray = tuple(
        https_content.astray_from_http(point, evidence.vantage, ruleset)
        for point, content in classed
        if content is Content.GOOD
    )
    not_tested = tuple(ruleset.finding("https_content_not_tested", str(point.address)) for point in raw_only)
    left = [endpoint for endpoint in endpoints if _left_on_http(endpoint, evidence.vantage)]
    not_led = tuple(https_content.not_redirected(endpoint, ruleset) for endpoint in left)
    passing = passing or any(web_reading.may_pass(endpoint.http) for endpoint in left)
    insecure = any(found.severity is Severity.FAULT for found in tls)
    flags = tuple(flag for flag, holds in ((Flag.F, insecure), (Flag.N, bool(not_led))) if holds)
    return _flagged(
        Value.YES, flags, (*said, *unsteady, *astray, *not_tested, *not_led, *tls), may_pass=passing
    )


def _lost(endpoint: WebEndpoint) -> bool:
    seen, raw = endpoint.https.hops[0].handshake, endpoint.broad
    return seen is not None and raw is not None and lost_by_accident(seen, raw)


def _left_on_http(endpoint: WebEndpoint, vantage: Vantage) -> bool:
    """Whether port 80 leaves the visitor on http; a chain that ends out of our sight proves nothing."""
    visit = endpoint.http
    led = web_reading.leads_to_https(visit) or web_reading.unknown_end(visit, vantage)
    return web_reading.http_answered(endpoint) and not led


def _passing(endpoints: tuple[WebEndpoint, ...]) -> bool:
    return any(web_reading.failures(endpoint) & MAY_PASS for endpoint in endpoints)


def _flagged(
    value: Value, flags: tuple[Flag, ...], findings: tuple[Finding | None, ...], *, may_pass: bool
) -> Verdict:
    return replace(verdict(NAME, value, *findings, may_pass=may_pass), flags=flags)
