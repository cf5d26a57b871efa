"""The TLS services behind the web and mail verdicts, with facts and evidence, for people to read. It decides nothing."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields

from checker.indicators.starttls_stages import why_untrusted
from checker.observations.fact import Fact
from checker.observations.mail import MailObservation
from checker.observations.tls import Handshake, HelloReply, TlsFacts
from checker.observations.web import WebObservation
from checker.protocols.certificate import read_certificate
from checker.protocols.suites import NAMES
from checker.tls_services import CertificateLine, HelloAnswer, TlsFact, TlsService

MAX_CERTIFICATES = 8
"""Certificates of one chain that are listed."""
_MAX_NAMES = 20


def web_services(web: WebObservation) -> tuple[TlsService, ...]:
    """Port 443 of every address of the web host that TLS was tried with."""
    return tuple(
        _service(web.host, str(endpoint.address), 443, seen, broad=endpoint.broad, facts=endpoint.facts)
        for endpoint in web.endpoints
        if (seen := endpoint.https.hops[0].handshake) is not None
    )


def mail_services(mail: MailObservation) -> tuple[TlsService, ...]:
    """Port 25 behind STARTTLS of every mail server address that TLS was tried with."""
    return tuple(
        _service(
            host.name, str(session.address), 25, session.handshake, broad=session.broad, facts=session.facts
        )
        for host in mail.hosts
        for session in host.sessions
        if session.handshake is not None
    )


def _service(
    host: str,
    address: str,
    port: int,
    seen: Handshake,
    *,
    broad: HelloReply | None,
    facts: TlsFacts | None,
) -> TlsService:
    chain = seen.chain or (broad.certificates if broad else ())
    hellos = facts.hellos if facts else (broad,) if broad else ()
    return TlsService(
        host=host,
        address=address,
        port=port,
        outcome=seen.outcome.value,
        version=seen.version or "",
        suite=seen.suite or "",
        facts=tuple(_facts(facts)) if facts else (),
        dh_prime_bits=facts.dh_prime_bits if facts else None,
        hellos=tuple(map(_hello, hellos)),
        certificates=tuple(map(_certificate, chain[:MAX_CERTIFICATES])),
        trust=_trust(seen),
        store=seen.trust.store if seen.trust else "",
    )


def _facts(facts: TlsFacts) -> Iterator[TlsFact]:
    for field in fields(facts):
        value = getattr(facts, field.name)
        if isinstance(value, Fact):
            yield TlsFact(name=field.name, fact=value)


def _hello(reply: HelloReply) -> HelloAnswer:
    return HelloAnswer(
        name=reply.name,
        offered=reply.offered_version or "",
        outcome=reply.outcome.value,
        version=reply.version or "",
        suite=NAMES.get(reply.suite, f"0x{reply.suite:04x}") if reply.suite is not None else "",
        alert=reply.alert,
        failure=reply.failure.value if reply.failure else "",
    )


def _certificate(der: bytes) -> CertificateLine:
    facts = read_certificate(der)
    return CertificateLine(
        subject=facts.subject,
        issuer=facts.issuer,
        names=tuple(name[:253] for name in (facts.dns_names or ())[:_MAX_NAMES]),
        not_before=facts.not_before,
        not_after=facts.not_after,
        key=f"{facts.key_type or ''} {facts.key_bits or ''}".strip(),
        signature_hash=facts.signature_hash or "",
        sha256=hashlib.sha256(der).hexdigest(),
    )


def _trust(seen: Handshake) -> str:
    if seen.trust is None or seen.trust.trusted is Fact.NOT_TESTED:
        return "not_tested"
    return "trusted" if seen.trust.trusted is Fact.YES else why_untrusted(seen.trust)
