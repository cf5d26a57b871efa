"""What a second attempt changes: each of its observations replaces the first, unless our own trouble spoilt it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from checker.observations.dns import DnssecObservation
from checker.observations.failure import OUR_OWN, Failure
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence
from checker.observations.web import WebObservation


def with_second_attempt(first: Evidence, second: Evidence) -> Evidence:
    """The evidence to judge: second observations where they were made and tell something, first ones elsewhere.

    `second_attempt` names the probes whose observation was replaced.
    """
    replaced = set(first.second_attempt)
    web, mail, dnssec = first.web, first.mail, first.dnssec
    if second.web is not None and not _spoilt(second.web.failure, _web_failures(second.web)):
        web = second.web
        replaced.add("web")
    if second.mail is not None and not _spoilt(second.mail.failure, _mail_failures(second.mail)):
        mail = second.mail
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
    return first if _spoilt(second.failure, _dnssec_failures(second)) else second


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
    yield dnssec.existence.failure
    yield dnssec.chain.start.failure if dnssec.chain.start else None
    for cut in dnssec.chain.cuts:
        yield cut.ds.failure if cut.ds else None
        yield cut.dnskey.failure if cut.dnskey else None
    for view in dnssec.views:
        for reply in view.replies:
            yield reply.failure
