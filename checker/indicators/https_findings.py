"""What an administrator should know about a host's https besides the cell. Decides no cell."""

from collections.abc import Iterator, Sequence

from checker.indicators import web_reading
from checker.indicators.certificates import certificate_findings
from checker.indicators.tls_configuration import judge_tls_configuration
from checker.indicators.web_reading import Content
from checker.observations.failure import OUR_OWN, Failure
from checker.observations.row import Evidence
from checker.observations.tls import Handshake, HelloReply, TlsOutcome
from checker.observations.web import Hop, Visit, VisitEnd, WebEndpoint, WebObservation
from checker.rulesets import Ruleset
from checker.verdict import Finding

_NO_SESSION = {
    TlsOutcome.SILENT: "https_tls_silent",
    TlsOutcome.NOT_TLS: "https_not_tls",
    TlsOutcome.ALERT: "https_tls_fails",
    TlsOutcome.BROKEN: "https_tls_fails",
}
_ERRORS = {
    VisitEnd.CONTENT: "https_error_status",
    VisitEnd.LOOP: "https_redirect_loop",
    VisitEnd.NO_HTTP: "https_no_reply",
    VisitEnd.BAD_LOCATION: "https_bad_location",
}


def no_session(endpoint: WebEndpoint, ruleset: Ruleset) -> Finding | None:
    """Why no TLS session is possible at an address that accepts TCP on 443."""
    seen = endpoint.https.hops[0].handshake
    return ruleset.finding(_NO_SESSION[seen.outcome], str(endpoint.address)) if seen else None


def tls_and_certificate(
    web: WebObservation, endpoints: Sequence[WebEndpoint], ruleset: Ruleset
) -> Iterator[Finding]:
    """What is wrong with TLS and certificate at the host's own addresses, each address for itself."""
    for endpoint in endpoints:
        seen = _shown(endpoint, web.host)
        if seen is None:
            continue
        subject = str(endpoint.address)
        ordinary = seen if isinstance(seen, Handshake) else endpoint.https.hops[0].handshake
        assert ordinary is not None, "a raw hello follows an ordinary one"
        yield from judge_tls_configuration(endpoint.facts, ordinary, ruleset, subject, broad=endpoint.broad)
        yield from certificate_findings(seen, web.host, ruleset, subject=subject, at=web.observed_at)


def about_content(
    classed: Sequence[tuple[WebEndpoint, Content]], best: Content, web: WebObservation, ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Where the visits from https ended; an address that did worse than the best one is named for itself."""
    for endpoint, content in classed:
        visit, last = endpoint.https, endpoint.https.hops[-1]
        if content.value > best.value and best.value < Content.BACK_TO_HTTP.value:
            yield ruleset.finding("https_content_differs", str(endpoint.address), url=last.url)
            continue
        match content:
            case Content.GOOD:
                yield ruleset.finding("https_final_page", web.host, url=last.url, status=last.status)
                if any(web_reading.scheme(hop) == "http" for hop in visit.hops):
                    yield ruleset.finding("https_via_http", web.host, url=_first_http(visit).url)
            case Content.SAME_ON_HTTP:
                yield ruleset.finding("https_same_error_on_http", web.host, url=last.url)
            case Content.BLOCKED:
                yield ruleset.finding("blocked", web.host, url=last.url, status=last.status)
            case Content.UNTESTED:
                yield _untested(visit, web.host, ruleset)
            case Content.BACK_TO_HTTP:
                yield ruleset.finding("https_back_to_http", web.host, url=last.url)
            case Content.GONE:
                code = _ERRORS.get(visit.end, "https_chain_dies")
                yield ruleset.finding(code, web.host, url=last.url, status=last.status or 0)


def around(
    evidence: Evidence, web: WebObservation, endpoints: Sequence[WebEndpoint], ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Addresses that do not answer beside others that do, HSTS, refreshes, and what the vantage could not reach."""
    yield from left_aside(evidence, web, ruleset)
    served = any(
        web_reading.session(endpoint) or web_reading.raw_session_only(endpoint) for endpoint in endpoints
    )
    http = any(map(web_reading.http_answered, endpoints))
    for endpoint in endpoints:
        first_http, first_https = endpoint.http.hops[0], endpoint.https.hops[0]
        subject = str(endpoint.address)
        if served and not web_reading.accepted(endpoint) and first_https.failure not in OUR_OWN:
            refused = first_https.failure is Failure.REFUSED
            yield ruleset.finding(
                "https_address_refused" if refused else "https_address_silent", subject, host=web.host
            )
        if http and endpoint.http.end is VisitEnd.NO_ANSWER and len(endpoint.http.hops) == 1:
            yield ruleset.finding("http_address_dead", subject, host=web.host)
        if first_http.status is None and endpoint.http.end is VisitEnd.NO_HTTP:
            yield ruleset.finding("http_no_reply", subject)
        last = endpoint.http.hops[-1]
        if web_reading.http_answered(endpoint) and web_reading.unknown_end(endpoint.http, evidence.vantage):
            yield _untested(endpoint.http, web.host, ruleset)
        if last.refresh and web_reading.scheme(last) == "http":
            yield ruleset.finding("http_refresh", web.host, url=last.refresh)
    if served and any(_lacks_hsts(endpoint, web.host) for endpoint in endpoints):
        yield ruleset.finding("hsts_missing", web.host)


def left_aside(evidence: Evidence, web: WebObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    """The families of the host's addresses that the vantage does not reach."""
    for version in (4, 6):
        if any(
            point.address.version == version and web_reading.lacks(evidence.vantage, point.address)
            for point in web.endpoints
        ):
            yield ruleset.finding(f"vantage_no_ipv{version}", web.host)


def _untested(visit: Visit, host: str, ruleset: Ruleset) -> Finding | None:
    last = visit.hops[-1]
    if visit.end is VisitEnd.UNRESOLVED:
        return ruleset.finding("redirect_unresolvable", host, url=last.url)
    if visit.end is VisitEnd.NOT_VISITED:
        return ruleset.finding("redirect_not_visited", host, url=last.url)
    return ruleset.finding("redirect_out_of_reach", host, url=last.url)


def _shown(endpoint: WebEndpoint, host: str) -> Handshake | HelloReply | None:
    """The session, ordinary or raw, that shows the address's certificate."""
    hops = (*endpoint.https.hops, *endpoint.http.hops)
    for hop in hops:
        seen = hop.handshake
        own = web_reading.is_https_at(hop, host)
        if own and seen is not None and seen.outcome is TlsOutcome.ESTABLISHED:
            return seen
    return endpoint.broad if web_reading.raw_session_only(endpoint) else None


def _lacks_hsts(endpoint: WebEndpoint, host: str) -> bool:
    answers = [hop for hop in endpoint.https.hops if hop.status and web_reading.is_https_at(hop, host)]
    return bool(answers) and not any(hop.hsts for hop in answers)


def _first_http(visit: Visit) -> Hop:
    return next(hop for hop in visit.hops if web_reading.scheme(hop) == "http")
