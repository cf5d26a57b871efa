"""Web observations in a few words, for the judges' tables."""

from datetime import UTC, datetime
from ipaddress import ip_address

from checker.observations.dns import IPAddress, Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.row import Evidence, Row
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.observations.web import Hop, Visit, VisitEnd, WebEndpoint, WebObservation
from tests.vantages import vantage

HOST = "www.example.se"
HTTP, HTTPS = f"http://{HOST}/", f"https://{HOST}/"
V4, OTHER_V4 = ip_address("192.0.2.1"), ip_address("192.0.2.2")
V6, OTHER_V6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
NOW = datetime(2026, 10, 1, tzinfo=UTC)

SESSION = Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3", suite="TLS_AES_256_GCM_SHA384")
SILENT = Handshake(outcome=TlsOutcome.SILENT, failure=Failure.TIMEOUT)
NOT_TLS = Handshake(outcome=TlsOutcome.NOT_TLS, failure=Failure.MALFORMED)
ALERT = Handshake(outcome=TlsOutcome.ALERT, alert=40, failure=Failure.MALFORMED)
RAW_SSL3 = HelloReply(name="broad", outcome=TlsOutcome.ESTABLISHED, version="SSLv3", suite=5)
RAW_MODERN = HelloReply(name="broad", outcome=TlsOutcome.ESTABLISHED, version="TLSv1.2", suite=0xC02F)
RAW_REFUSED = HelloReply(name="broad", outcome=TlsOutcome.ALERT, alert=40)
SSL3_TOO = TlsFacts(ssl3=Fact.YES)


def hop(
    url: str, result: int | Failure | None, tls: Handshake | None = None, *, at: IPAddress | None = V4
) -> Hop:
    """A hop with a status, or a failure; https with a status had a session unless told otherwise."""
    status = result if isinstance(result, int) else None
    if status is not None and url.startswith("https"):
        tls = tls or SESSION
    failure = result if isinstance(result, Failure) else None
    return Hop(url=url, address=at, status=status, failure=failure, handshake=tls)


def visit(*hops: Hop, end: VisitEnd = VisitEnd.CONTENT) -> Visit:
    return Visit(hops=hops, end=end)


def closed(url: str, failure: Failure = Failure.REFUSED, *, at: IPAddress = V4) -> Visit:
    return visit(hop(url, failure, at=at), end=VisitEnd.NO_ANSWER)


def no_tls(seen: Handshake) -> Visit:
    return visit(hop(HTTPS, seen.failure, seen), end=VisitEnd.NO_TLS)


def endpoint(
    http: Visit, https: Visit, address: IPAddress = V4, broad: HelloReply | None = None
) -> WebEndpoint:
    return WebEndpoint(address=address, http=http, https=https, broad=broad)


def lookup(rdtype: str, *values: object, outcome: LookupOutcome | None = None, name: str = HOST) -> Lookup:
    outcome = outcome or (LookupOutcome.FOUND if values else LookupOutcome.NODATA)
    return Lookup(name=name, type=rdtype, outcome=outcome, values=tuple(map(str, values)))


def web(
    *endpoints: WebEndpoint,
    refused: tuple[IPAddress, ...] = (),
    excluded: tuple[IPAddress, ...] = (),
    left_out: int = 0,
    failure: Failure | None = None,
    host: str = HOST,
    ipv4: LookupOutcome | None = None,
    ipv6: LookupOutcome | None = None,
) -> WebObservation:
    """An observation whose lookups gave the endpoints' and the unvisited addresses."""
    found = (*(endpoint.address for endpoint in endpoints), *refused, *excluded)
    return WebObservation(
        host=host,
        observed_at=NOW,
        ipv4=lookup("A", *(a for a in found if a.version == 4), outcome=ipv4, name=host),
        ipv6=lookup("AAAA", *(a for a in found if a.version == 6), outcome=ipv6, name=host),
        endpoints=endpoints,
        refused_addresses=refused,
        excluded_addresses=excluded,
        left_out=left_out,
        failure=failure,
    )


def evidence(
    seen: WebObservation, *, ipv4: Fact = Fact.YES, ipv6: Fact = Fact.YES, domain: str = "example.se"
) -> Evidence:
    row = Row(code="X", region="X", domain=domain, web_host=seen.host, mail_domain=domain)
    return Evidence(row=row, vantage=vantage(NOW, name="here", ipv4=ipv4, ipv6=ipv6), web=seen)
