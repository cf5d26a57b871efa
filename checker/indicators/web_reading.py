"""Reading a web observation: which addresses count, what answered there, where a chain led. Decides no cell."""

from dataclasses import replace
from enum import Enum, auto
from urllib.parse import urlsplit

from checker.observations.dns import IPAddress
from checker.observations.fact import Fact
from checker.observations.failure import MAY_PASS, OUR_OWN, Failure
from checker.observations.tls import TlsOutcome
from checker.observations.vantage import Vantage
from checker.observations.web import Hop, Visit, VisitEnd, WebEndpoint
from checker.protocols.locations import REDIRECTS

AIMED_AT_US = frozenset({401, 403, 407, 429})
"""Statuses that may be meant for this client rather than for everybody (notation.md, HTTPS rule 5)."""


class Content(Enum):
    """What a visit that started at https came to."""

    GOOD = auto()
    SAME_ON_HTTP = auto()
    """An error that http gives this client as well: not https's fault."""
    BLOCKED = auto()
    UNTESTED = auto()
    """We did not, or could not, go where the chain leads."""
    BACK_TO_HTTP = auto()
    GONE = auto()


def lacks(vantage: Vantage, address: IPAddress) -> bool:
    """Whether the vantage has no means to reach this family, so that silence there proves nothing."""
    return (vantage.ipv4 if address.version == 4 else vantage.ipv6) is Fact.NO


def scheme(hop: Hop) -> str:
    """The hop's scheme, http or https."""
    return urlsplit(hop.url).scheme


def name(hop: Hop) -> str:
    """The host in the hop's URL."""
    return urlsplit(hop.url).hostname or ""


def port(hop: Hop) -> int:
    """The port in the hop's URL, written or implied."""
    return urlsplit(hop.url).port or (443 if scheme(hop) == "https" else 80)


def is_https_at(hop: Hop, host: str) -> bool:
    """Whether the hop asks for https on this host, on whatever port."""
    return scheme(hop) == "https" and name(hop) == host


def http_answered(endpoint: WebEndpoint) -> bool:
    """Whether port 80 gave an HTTP response; a connection without one is no answer."""
    return endpoint.http.hops[0].status is not None


def accepted(endpoint: WebEndpoint) -> bool:
    """Whether port 443 accepted TCP."""
    return endpoint.https.hops[0].handshake is not None


def session(endpoint: WebEndpoint) -> bool:
    """Whether the ordinary handshake gave a session here, in either visit."""
    host = name(endpoint.https.hops[0])
    hops = (*endpoint.https.hops, *endpoint.http.hops)
    return any(
        hop.handshake is not None and hop.handshake.outcome is TlsOutcome.ESTABLISHED
        for hop in hops
        if is_https_at(hop, host)
    )


def raw_session_only(endpoint: WebEndpoint) -> bool:
    """Whether only the broad raw hello got a ServerHello here."""
    broad = endpoint.broad
    return not session(endpoint) and broad is not None and broad.outcome is TlsOutcome.ESTABLISHED


def tls_unknown(endpoint: WebEndpoint) -> bool:
    """Whether our own trouble kept us from seeing what port 443 does."""
    if accepted(endpoint):
        return endpoint.broad is not None and endpoint.broad.failure in OUR_OWN
    return endpoint.https.hops[0].failure in OUR_OWN


def no_session(endpoint: WebEndpoint) -> bool:
    """Whether port 443 accepts TCP but no TLS session is possible, ordinary or raw."""
    usable = session(endpoint) or raw_session_only(endpoint) or tls_unknown(endpoint)
    return accepted(endpoint) and not usable


def answered(endpoint: WebEndpoint) -> bool:
    """Whether the address really answered: an HTTP response or a TLS handshake on 80 or 443."""
    return http_answered(endpoint) or session(endpoint) or raw_session_only(endpoint)


def failures(endpoint: WebEndpoint) -> frozenset[Failure]:
    """Why the first connections to ports 80 and 443 came to nothing."""
    firsts = (endpoint.http.hops[0], endpoint.https.hops[0])
    return frozenset(hop.failure for hop in firsts if hop.failure is not None)


def leads_to_https(visit: Visit) -> bool:
    """Whether HTTP redirects take the visitor to https and leave them there."""
    if visit.end is VisitEnd.LOOP:
        return any(scheme(hop) == "https" for hop in visit.hops)
    return scheme(visit.hops[-1]) == "https"


def redirects_nowhere(visit: Visit) -> bool:
    """Whether the visit ended with a redirect that says nowhere to go, so that the visitor stays."""
    return visit.end is VisitEnd.CONTENT and visit.hops[-1].status in REDIRECTS


def may_pass(visit: Visit) -> bool:
    """Whether the visit ended in trouble that might be passing: silence, a reset, 5xx or a rate limit."""
    last = visit.hops[-1]
    status = last.status or 0
    return last.failure in MAY_PASS or status >= 500 or status == 429


def content(visit: Visit, from_http: tuple[Visit, ...], host: str, vantage: Vantage) -> Content:
    """Class a visit that started at https, given every visit that started at http (notation.md, HTTPS rules 4, 5)."""
    last = visit.hops[-1]
    if unknown_end(visit, vantage):
        return Content.UNTESTED
    if _stays_on_http(visit):
        return Content.BACK_TO_HTTP
    status = last.status or 0
    if visit.end is VisitEnd.CONTENT and status < 400:
        return Content.GOOD
    if visit.end is VisitEnd.CONTENT and status in AIMED_AT_US:
        got_it = any(_is_page(other) and not is_https_at(other.hops[-1], host) for other in from_http)
        return Content.GONE if got_it else Content.BLOCKED
    if any(_same_error(visit, other, host) for other in from_http):
        return Content.SAME_ON_HTTP
    return Content.GONE


def page_from_http(visit: Visit, host: str) -> Visit | None:
    """The part at https of a visit from http that got its page over https on this host; None when it did not."""
    first = next((place for place, hop in enumerate(visit.hops) if is_https_at(hop, host)), None)
    if first is None or not _is_page(visit) or scheme(visit.hops[-1]) != "https":
        return None
    return replace(visit, hops=visit.hops[first:])


def unknown_end(visit: Visit, vantage: Vantage) -> bool:
    """Whether we did not, or could not, go where the chain leads, so that its end is not known."""
    last = visit.hops[-1]
    if visit.end in (VisitEnd.NOT_VISITED, VisitEnd.GAVE_UP) or last.failure in OUR_OWN:
        return True
    if visit.end is VisitEnd.UNRESOLVED:
        return last.failure is not None
    return visit.end is VisitEnd.NO_ANSWER and last.address is not None and lacks(vantage, last.address)


def _stays_on_http(visit: Visit) -> bool:
    """Whether the chain ends on http, however badly; a loop does when no https is left in it."""
    last = visit.hops[-1]
    if visit.end is not VisitEnd.LOOP:
        return scheme(last) == "http"
    schemes = [scheme(hop) for hop in visit.hops]
    left_for_good = "http" in schemes and "https" not in schemes[schemes.index("http") :]
    return left_for_good and not (last.location or "").lstrip().lower().startswith("https:")


def _is_page(visit: Visit) -> bool:
    return visit.end is VisitEnd.CONTENT and 200 <= (visit.hops[-1].status or 0) < 300


def _same_error(visit: Visit, other: Visit, host: str) -> bool:
    """Whether http, without leading to https on this host, gives the error that https gives."""
    if other.end is not visit.end or any(is_https_at(hop, host) for hop in other.hops):
        return False
    ours, theirs = visit.hops[-1], other.hops[-1]
    if visit.end is VisitEnd.CONTENT:
        return ours.status == theirs.status
    reached = other.hops[0].status is not None or other.end is VisitEnd.NO_HTTP
    return reached and (name(ours), ours.failure) == (name(theirs), theirs.failure)
