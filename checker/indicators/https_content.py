"""Where the visits to a web host ended, in words for its administrator. Decides no cell."""

from collections.abc import Iterator, Sequence

from checker.indicators import web_reading
from checker.indicators.web_reading import Content
from checker.observations.failure import Failure
from checker.observations.vantage import Vantage
from checker.observations.web import Visit, VisitEnd, WebEndpoint, WebObservation
from checker.rulesets import Ruleset
from checker.verdict import Finding

_ERRORS = {
    VisitEnd.CONTENT: "https_error_status",
    VisitEnd.LOOP: "https_redirect_loop",
    VisitEnd.NO_HTTP: "https_no_reply",
    VisitEnd.NO_TLS: "https_chain_no_tls",
    VisitEnd.UNRESOLVED: "https_chain_name_missing",
    VisitEnd.BAD_LOCATION: "https_bad_location",
}
_NO_REPLY = {
    Failure.TIMEOUT: "https_reply_late",
    Failure.MALFORMED: "https_reply_malformed",
    Failure.TOO_MUCH: "https_reply_malformed",
}


def about_content(
    classed: Sequence[tuple[WebEndpoint, Content]], best: Content, web: WebObservation, ruleset: Ruleset
) -> Iterator[Finding | None]:
    """Where the visits from https ended; an address that did worse than the best one is named for itself."""
    for endpoint, content in classed:
        visit, last = endpoint.https, endpoint.https.hops[-1]
        if content.value > best.value and best.value < Content.BACK_TO_HTTP.value:
            yield _worse(endpoint, content, best, web.host, ruleset)
            continue
        match content:
            case Content.GOOD:
                yield ruleset.finding("https_final_page", web.host, url=last.url, status=last.status)
                yield stays_here(visit, web.host, ruleset)
                yield _over_http(visit, "https_via_http", web.host, ruleset)
            case Content.SAME_ON_HTTP:
                yield ruleset.finding("https_same_error_on_http", web.host, url=last.url)
            case Content.BLOCKED:
                yield ruleset.finding("blocked", web.host, url=last.url, status=last.status)
            case Content.UNTESTED:
                yield not_tested(visit, web.host, ruleset)
                yield _over_http(visit, "https_sent_to_http", web.host, ruleset)
            case Content.BACK_TO_HTTP:
                yield ruleset.finding("https_back_to_http", web.host, url=last.url)
            case Content.GONE:
                yield ruleset.finding(_error(visit), web.host, url=last.url, status=last.status or 0)


def unsteady(endpoint: WebEndpoint, host: str, ruleset: Ruleset) -> Finding | None:
    """That a visit begun at https came to nothing where the one from http got its page over https."""
    last, subject = endpoint.https.hops[-1], str(endpoint.address)
    what = last.status or (last.failure.value if last.failure else endpoint.https.end.value)
    return ruleset.finding("https_visits_differ", subject, host=host, url=last.url, detail=what)


def astray_from_http(endpoint: WebEndpoint, vantage: Vantage, ruleset: Ruleset) -> Finding | None:
    """That http leads to https, but to no page there, where those who begin at https get one."""
    visit, last = endpoint.http, endpoint.http.hops[-1]
    led = web_reading.http_answered(endpoint) and web_reading.leads_to_https(visit)
    status = last.status or 0
    page = visit.end is VisitEnd.CONTENT and (status < 400 or status in web_reading.AIMED_AT_US)
    if not led or page or web_reading.unknown_end(visit, vantage):
        return None
    host, subject = web_reading.name(visit.hops[0]), str(endpoint.address)
    return ruleset.finding("http_leads_to_no_page", subject, host=host, url=last.url, status=status or "–")


def not_redirected(endpoint: WebEndpoint, ruleset: Ruleset) -> Finding | None:
    """Where port 80 of an address leaves its visitor, when that is on http."""
    hops = endpoint.http.hops
    host, url = web_reading.name(hops[0]), hops[-1].url
    return ruleset.finding("http_not_redirected", str(endpoint.address), host=host, url=url)


def not_tested(visit: Visit, host: str, ruleset: Ruleset) -> Finding | None:
    """Why we did not go, or did not get, where a visit leads."""
    last = visit.hops[-1]
    if visit.end is VisitEnd.UNRESOLVED:
        return ruleset.finding("redirect_unresolvable", host, url=last.url)
    if visit.end is VisitEnd.NOT_VISITED:
        return ruleset.finding("redirect_not_visited", host, url=last.url)
    if visit.end is VisitEnd.GAVE_UP:
        code = "redirects_too_slow" if last.failure else "redirects_too_many"
        return ruleset.finding(code, host, url=last.url)
    return ruleset.finding("redirect_out_of_reach", host, url=last.url)


def _error(visit: Visit) -> str:
    """Why a visit from https brought no content."""
    if visit.end is VisitEnd.NO_HTTP and (failure := visit.hops[-1].failure) in _NO_REPLY:
        return _NO_REPLY[failure]
    return _ERRORS.get(visit.end, "https_chain_dies")


def _worse(
    endpoint: WebEndpoint, content: Content, best: Content, host: str, ruleset: Ruleset
) -> Finding | None:
    """What an address lacks that another one of the host has."""
    last, subject = endpoint.https.hops[-1], str(endpoint.address)
    if best is not Content.GOOD:
        return ruleset.finding("https_content_differs", subject, host=host, url=last.url)
    if content is Content.BACK_TO_HTTP:
        return ruleset.finding("https_address_back_to_http", subject, host=host, url=last.url)
    if endpoint.https.end is VisitEnd.CONTENT:
        status = last.status or 0
        return ruleset.finding("https_address_error_status", subject, host=host, url=last.url, status=status)
    return ruleset.finding("https_content_differs", subject, host=host, url=last.url)


def stays_here(visit: Visit, host: str, ruleset: Ruleset) -> Finding | None:
    """A redirect that says nowhere to go ends the visit."""
    last = visit.hops[-1]
    if not web_reading.redirects_nowhere(visit):
        return None
    return ruleset.finding("redirect_without_location", host, url=last.url, status=last.status)


def _over_http(visit: Visit, code: str, host: str, ruleset: Ruleset) -> Finding | None:
    """The first http hop of a visit from https, if any."""
    url = next((hop.url for hop in visit.hops if web_reading.scheme(hop) == "http"), None)
    return ruleset.finding(code, host, url=url) if url else None
