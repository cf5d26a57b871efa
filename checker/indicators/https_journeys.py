"""The visits behind an HTTPS verdict, for people to read. Pure; it decides nothing."""

from checker.observations.web import Hop, Visit, WebObservation
from checker.web_journeys import Journey, Step


def journeys(web: WebObservation) -> tuple[Journey, ...]:
    """The web host's visits address by address, http before https, then the bare domain's."""
    visits = [visit for endpoint in web.endpoints for visit in (endpoint.http, endpoint.https)]
    if bare := web.bare_domain:
        visits += [visit for visit in (bare.http, bare.https) if visit is not None]
    return tuple(map(_journey, visits))


def _journey(visit: Visit) -> Journey:
    return Journey(steps=tuple(map(_step, visit.hops)), end=visit.end.value)


def _step(hop: Hop) -> Step:
    return Step(
        url=hop.url,
        address=str(hop.address or ""),
        status=hop.status or 0,
        failure=hop.failure.value if hop.failure else "",
        protocol=(hop.handshake.version if hop.handshake else None) or "",
        hsts=hop.hsts or "",
        refresh=hop.refresh or "",
    )
