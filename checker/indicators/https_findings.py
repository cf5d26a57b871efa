"""What an administrator should know about a host's https besides the cell. Decides no cell."""

from collections.abc import Iterator, Sequence

from checker.indicators import https_content, web_reading
from checker.indicators.certificates import certificate_findings
from checker.indicators.tls_configuration import judge_tls_configuration
from checker.observations.failure import OUR_OWN, Failure
from checker.observations.row import Evidence
from checker.observations.tls import Handshake, HelloReply, TlsOutcome
from checker.observations.web import VisitEnd, WebEndpoint, WebObservation
from checker.protocols.hsts import max_age
from checker.rulesets import Ruleset
from checker.verdict import Finding

_NO_SESSION = {
    TlsOutcome.SILENT: "https_tls_silent",
    TlsOutcome.NOT_TLS: "https_not_tls",
    TlsOutcome.ALERT: "https_tls_fails",
    TlsOutcome.BROKEN: "https_tls_fails",
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
        # the chain from http may have met there whom the visit from https did not
        silent = not web_reading.accepted(endpoint) and not web_reading.session(endpoint)
        if served and silent and first_https.failure not in OUR_OWN:
            refused = first_https.failure is Failure.REFUSED
            yield ruleset.finding(
                "https_address_refused" if refused else "https_address_silent", subject, host=web.host
            )
        dead = endpoint.http.end is VisitEnd.NO_ANSWER and len(endpoint.http.hops) == 1
        if http and dead and first_http.failure not in OUR_OWN:
            yield ruleset.finding("http_address_dead", subject, host=web.host)
        if first_http.status is None and endpoint.http.end is VisitEnd.NO_HTTP:
            yield ruleset.finding("http_no_reply", subject)
        last = endpoint.http.hops[-1]
        # the visit from https tells what came of a chain that we followed far enough to see it led there
        led = endpoint.http.end is VisitEnd.GAVE_UP and web_reading.leads_to_https(endpoint.http)
        unknown = web_reading.unknown_end(endpoint.http, evidence.vantage)
        if web_reading.http_answered(endpoint) and unknown and not led:
            yield https_content.not_tested(endpoint.http, web.host, ruleset)
        yield https_content.stays_here(endpoint.http, web.host, ruleset)
        if web_reading.scheme(last) == "http" and last.status in web_reading.AIMED_AT_US:
            yield ruleset.finding("http_blocked", web.host, url=last.url, status=last.status)
        if last.refresh and web_reading.scheme(last) == "http":
            yield ruleset.finding("http_refresh", web.host, url=last.refresh)
    if served:
        yield from _hsts(endpoints, web.host, ruleset)


def left_aside(evidence: Evidence, web: WebObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    """The families of the host's addresses that the vantage does not reach."""
    for version in (4, 6):
        if any(
            point.address.version == version and web_reading.lacks(evidence.vantage, point.address)
            for point in web.endpoints
        ):
            yield ruleset.finding(f"vantage_no_ipv{version}", web.host)


def _shown(endpoint: WebEndpoint, host: str) -> Handshake | HelloReply | None:
    """The session, ordinary or raw, that shows the address's certificate."""
    hops = (*endpoint.https.hops, *endpoint.http.hops)
    for hop in hops:
        seen = hop.handshake
        own = web_reading.is_https_at(hop, host)
        if own and seen is not None and seen.outcome is TlsOutcome.ESTABLISHED:
            return seen
    return endpoint.broad if web_reading.raw_session_only(endpoint) else None


def _hsts(endpoints: Sequence[WebEndpoint], host: str, ruleset: Ruleset) -> Iterator[Finding | None]:
    """What browsers make of HSTS on the host's own https pages, address by address (RFC 6797 §6.1)."""
    for endpoint in endpoints:
        pages = [hop for hop in endpoint.https.hops if hop.status and web_reading.is_https_at(hop, host)]
        ages = [max_age(hop.hsts) for hop in pages if hop.hsts is not None]
        if any(ages) or not pages:
            continue
        if 0 in ages:
            yield ruleset.finding("hsts_off", host)
        else:
            yield ruleset.finding("hsts_malformed" if ages else "hsts_missing", host)
