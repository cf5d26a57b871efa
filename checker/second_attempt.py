"""What a second attempt changes: its observations replace the first ones, unless our own trouble spoilt them. Pure.

What answered the first time and not the second has answered in this sweep: address by address the better one stands,
or a server that comes and goes would lose by the second attempt what it had in the first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from itertools import chain

from checker.observations.dns import DnssecObservation, IPAddress, Lookup, LookupOutcome, Reply
from checker.observations.fact import Fact
from checker.observations.failure import OUR_OWN, Failure
from checker.observations.mail import MailHost, MailObservation, MailSession, MailState
from checker.observations.row import Evidence
from checker.observations.tls import TlsFacts, TlsOutcome
from checker.observations.web import BareDomain, Visit, VisitEnd, WebEndpoint, WebObservation

_NOWHERE = frozenset(
    {VisitEnd.NO_ANSWER, VisitEnd.NO_TLS, VisitEnd.NO_HTTP, VisitEnd.UNRESOLVED, VisitEnd.GAVE_UP}
)
_PROGRESS = {MailState.TLS: 3, MailState.NOT_OFFERED: 3, MailState.HANDSHAKE_FAILED: 2}


def with_second_attempt(first: Evidence, second: Evidence) -> Evidence:
    """The evidence to judge: second observations where they were made and tell something, first ones elsewhere.

    `second_attempt` names the probes whose observation was replaced, be it in part.
    """
    replaced = set(first.second_attempt)
    web, mail, dnssec = first.web, first.mail, first.dnssec
    if second.web is not None and not _spoilt(second.web.failure, _web_failures(second.web)):
        web = _better_web(first.web, second.web)
        replaced.add("web")
    if second.mail is not None and not _spoilt(second.mail.failure, _mail_failures(second.mail)):
        mail = _better_mail(first.mail, second.mail)
        replaced.add("mail")
    if first.dnssec is not None and second.dnssec is not None:
        dnssec = tuple(map(_better_dnssec, first.dnssec, second.dnssec))
        if any(now is then for now, then in zip(dnssec, second.dnssec, strict=True)):
            replaced.add("dnssec")
    return replace(first, web=web, mail=mail, dnssec=dnssec, second_attempt=frozenset(replaced))


def _spoilt(whole: Failure | None, parts: Iterable[Failure | None]) -> bool:
    """Whether the conversation failed by our own doing, as a whole or (LOCAL: out of sockets …) somewhere in it."""
    return whole in OUR_OWN or Failure.LOCAL in parts


def _better_dnssec(first: DnssecObservation, second: DnssecObservation) -> DnssecObservation:
    """The second, unless our own trouble spoilt it or fewer told it less."""
    spoilt = _spoilt(second.failure, _dnssec_failures(second))
    return first if spoilt or _told(first) > _told(second) else second


def _told(dnssec: DnssecObservation) -> tuple[bool, int]:
    """Whether the way down ends in an answer, and how many of the zone's addresses answered everything."""
    replies = [reply for cut in dnssec.chain.cuts for reply in (cut.ds, cut.dnskey) if reply is not None]
    last = replies[-1] if replies else dnssec.chain.start
    answering = sum(all(map(_tells, view.replies)) for view in dnssec.views)
    asked = bool(dnssec.views or dnssec.nonexistent)
    return last is not None and _tells(last) and bool(answering or not asked), answering


def _tells(reply: Reply) -> bool:
    return reply.message is not None and reply.message.tells


def _better_web(first: WebObservation | None, second: WebObservation) -> WebObservation:
    if first is None or first.failure is not None:
        return second
    earlier = {endpoint.address: endpoint for endpoint in first.endpoints}
    endpoints = tuple(_better_endpoint(earlier.get(point.address), point) for point in second.endpoints)
    ipv4, ipv6 = _better_lookup(first.ipv4, second.ipv4), _better_lookup(first.ipv6, second.ipv6)
    kept = {
        version
        for version, lookup, now in ((4, ipv4, second.ipv4), (6, ipv6, second.ipv6))
        if lookup is not now
    }

    def unseen(addresses: Iterable[IPAddress]) -> tuple[IPAddress, ...]:
        return tuple(address for address in addresses if address.version in kept)

    merged = replace(
        second,
        ipv4=ipv4,
        ipv6=ipv6,
        endpoints=(*endpoints, *(point for point in first.endpoints if point.address.version in kept)),
        refused_addresses=(*second.refused_addresses, *unseen(first.refused_addresses)),
        excluded_addresses=(*second.excluded_addresses, *unseen(first.excluded_addresses)),
        left_out=max(first.left_out, second.left_out) if kept else second.left_out,
        bare_domain=_better_bare_domain(first.bare_domain, second.bare_domain),
    )
    return second if merged == second else merged


def _better_bare_domain(first: BareDomain | None, second: BareDomain | None) -> BareDomain | None:
    if first is None or second is None:
        return second or first
    return replace(
        second,
        ipv4=_better_lookup(first.ipv4, second.ipv4),
        ipv6=_better_lookup(first.ipv6, second.ipv6),
        http=_better_visit(first.http, second.http),
        https=_better_visit(first.https, second.https),
    )


def _better_visit(first: Visit | None, second: Visit | None) -> Visit | None:
    if first is None or second is None:
        return second or first
    return first if _level(first) > _level(second) else second


def _better_endpoint(first: WebEndpoint | None, second: WebEndpoint) -> WebEndpoint:
    """Visit by visit; of the raw hellos' facts those that tell more, since a server may have had enough of us."""
    if first is None:
        return second
    better = first if _https_level(first) > _https_level(second) else second
    http = first.http if _level(first.http) > _level(second.http) else second.http
    facts = first.facts if _tested(first.facts) > _tested(second.facts) else second.facts
    return replace(better, http=http, facts=facts)


def _tested(facts: TlsFacts | None) -> int:
    """How many facts were tested."""
    values = [getattr(facts, field.name) for field in fields(TlsFacts)] if facts is not None else []
    return sum(value in (Fact.YES, Fact.NO) for value in values)


def _https_level(endpoint: WebEndpoint) -> int:
    raw = endpoint.broad is not None and endpoint.broad.outcome is TlsOutcome.ESTABLISHED
    return max(_level(endpoint.https), int(raw))


def _level(visit: Visit) -> int:
    """How well a visit went: what was shown once stays shown, though the second time we were turned away.

    0 when the first connection brought neither TLS nor HTTP, 1 when it came to grief later, 2 for an error, else 3.
    """
    start, last = visit.hops[0], visit.hops[-1]
    secured = start.handshake is not None and start.handshake.outcome is TlsOutcome.ESTABLISHED
    if start.status is None and not secured:
        return 0
    status = last.status or 0
    if visit.end in _NOWHERE or status >= 500 or status == 429:
        return 1
    return 2 if status >= 400 else 3


def _better_mail(first: MailObservation | None, second: MailObservation) -> MailObservation:
    if first is None or first.failure is not None:
        return second
    if second.mx.outcome is LookupOutcome.FAILED and first.mx.outcome is not LookupOutcome.FAILED:
        return first
    earlier = {host.name: host for host in first.hosts}
    merged = replace(second, hosts=tuple(_better_host(earlier.get(host.name), host) for host in second.hosts))
    return second if merged == second else merged


def _better_host(first: MailHost | None, second: MailHost) -> MailHost:
    if first is None:
        return second
    earlier = {session.address: session for session in first.sessions}
    asked = {session.address for session in second.sessions}
    ipv4, ipv6 = _better_lookup(first.ipv4, second.ipv4), _better_lookup(first.ipv6, second.ipv6)
    published = {*ipv4.addresses, *ipv6.addresses}
    sessions = (
        *(_better_session(earlier.get(session.address), session) for session in second.sessions),
        *(one for one in first.sessions if one.address in published and one.address not in asked),
    )
    return replace(second, ipv4=ipv4, ipv6=ipv6, sessions=sessions)


def _better_session(first: MailSession | None, second: MailSession) -> MailSession:
    return first if first is not None and _progress(first) > _progress(second) else second


def _progress(session: MailSession) -> int:
    """What the dialogue decided of STARTTLS, 1 when there was at least a greeting, else 0.

    One that came as far as a failed handshake is not undone by one that was turned away earlier.
    """
    return _PROGRESS.get(session.state, int(session.banner is not None))


def _better_lookup(first: Lookup, second: Lookup) -> Lookup:
    failed = second.outcome is LookupOutcome.FAILED
    return first if failed and first.outcome is not LookupOutcome.FAILED else second


def _web_failures(web: WebObservation) -> Iterator[Failure | None]:
    yield web.ipv4.failure
    yield web.ipv6.failure
    for endpoint in web.endpoints:
        for hop in chain(endpoint.http.hops, endpoint.https.hops):
            yield hop.failure


def _mail_failures(mail: MailObservation) -> Iterator[Failure | None]:
    yield mail.mx.failure
    for host in mail.hosts:
        yield host.ipv4.failure
        yield host.ipv6.failure
        for session in host.sessions:
            yield session.failure


def _dnssec_failures(dnssec: DnssecObservation) -> Iterator[Failure | None]:
    yield dnssec.existence.failure if dnssec.existence else None
    yield dnssec.chain.start.failure if dnssec.chain.start else None
    for cut in dnssec.chain.cuts:
        yield cut.ds.failure if cut.ds else None
        yield cut.dnskey.failure if cut.dnskey else None
    for view in dnssec.views:
        for reply in view.replies:
            yield reply.failure
