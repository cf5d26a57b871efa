"""A web host as seen: every address on ports 80 and 443, the visits that started there, the TLS facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checker.observations.dns import IPAddress, Lookup
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts


class VisitEnd(StrEnum):
    """Where following the redirects ended."""

    CONTENT = "content"
    """A final response that is no redirect, whatever its status; see the last hop."""
    NO_ANSWER = "no_answer"
    """The last hop's TCP connection did not come about; its `failure` tells."""
    NO_TLS = "no_tls"
    """The last hop's TCP connection stood but no TLS session came about."""
    NO_HTTP = "no_http"
    """The last hop connected (and did TLS on https) but no HTTP response came."""
    LOOP = "loop"
    """A URL came again, with the cookies it had before or at the cap of 10 redirects."""
    GAVE_UP = "gave_up"
    """We followed no further: 10 redirects and no end, or the visit's time was up. What comes then is not known."""
    NOT_VISITED = "not_visited"
    """The last redirect's target was refused by us (private address, odd port); content not tested."""
    UNRESOLVED = "unresolved"
    """The last redirect's host could not be resolved, or has no address we can reach."""
    BAD_LOCATION = "bad_location"
    """The Location could not be made a URL with http or https."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One URL asked at one address. `address` is None when no address could be tried.

    `location` is the raw Location header of a redirect, capped; `status` the HTTP status code; `handshake` stands on
    https hops that came past TCP; `failure` says why a later stage is missing. `refresh` is where a Refresh header or
    a `<meta http-equiv=refresh>` of an http page leads, capped: no redirect by HTTP's rules.
    """

    url: str
    address: IPAddress | None
    status: int | None = None
    location: str | None = None
    server: str | None = None
    hsts: str | None = None
    handshake: Handshake | None = None
    failure: Failure | None = None
    refresh: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The chain from one starting URL at one address: at least one hop, in order."""

    hops: tuple[Hop, ...]
    end: VisitEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class WebEndpoint:
    """One address of the web host.

    `http` and `https` start at http://host/ and https://host/ on this address. `broad` is the raw hello sent when the
    ordinary handshake got no session; `facts` the raw-hello facts, None until or unless they were taken.
    """

    address: IPAddress
    http: Visit
    https: Visit
    broad: HelloReply | None = None
    facts: TlsFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BareDomain:
    """The row's domain as a web address of its own, where the web host is another name (www.…); decides no cell.

    `http` and `https` start at http://domain/ and https://domain/ on one of its addresses, None where there is none that
    we may visit. `refused_addresses` are special-purpose ones.
    """

    domain: str
    ipv4: Lookup
    ipv6: Lookup
    http: Visit | None = None
    https: Visit | None = None
    refused_addresses: tuple[IPAddress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebObservation:
    """The web host over all its addresses. `failure` is set when the conversation could not be held at all.

    `bare_domain` is None where it was not asked about, or is the web host itself. `refused_addresses` are special-purpose ones, `excluded_addresses` those that the operator's settings forbid, and
    `left_out` counts those past the cap: none of them was visited.
    """

    host: str
    observed_at: datetime
    ipv4: Lookup
    ipv6: Lookup
    endpoints: tuple[WebEndpoint, ...]
    refused_addresses: tuple[IPAddress, ...] = ()
    excluded_addresses: tuple[IPAddress, ...] = ()
    left_out: int = 0
    failure: Failure | None = None
    bare_domain: BareDomain | None = None
