"""Evidence about mail, made on order: sessions in a word or two."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailObservation, MailSession, MailStage, MailState, SmtpReply
from checker.observations.row import Evidence, Row
from checker.observations.tls import ChainTrust, Handshake, TlsOutcome
from tests.vantages import vantage

NOW = datetime(2026, 7, 1, tzinfo=UTC)
READY = SmtpReply(code=220, lines=("mx ready",))
VANTAGE = vantage(NOW, port25_ipv4=Fact.YES, port25_ipv6=Fact.YES)
TRUSTED = ChainTrust(
    trusted=Fact.YES,
    self_signed=Fact.NO,
    known_issuer=Fact.YES,
    complete=Fact.YES,
    expired=(),
    not_yet_valid=(),
    checked_at=NOW.isoformat(),
    store="test",
)
_BANNERS = {
    MailState.TLS: READY,
    MailState.NOT_OFFERED: READY,
    MailState.HANDSHAKE_FAILED: READY,
    MailState.REFUSED_US: SmtpReply(code=421, lines=("busy",)),
}
_FAILURES = {MailState.TIMEOUT: Failure.TIMEOUT, MailState.CONNECTION_REFUSED: Failure.REFUSED}


def lookup(
    rdtype: str, *values: str, outcome: LookupOutcome | None = None, name: str = "mx.example.se"
) -> Lookup:
    outcome = outcome or (LookupOutcome.FOUND if values else LookupOutcome.NODATA)
    return Lookup(name=name, type=rdtype, outcome=outcome, values=values)


def session(address: str, state: MailState, **more: object) -> MailSession:
    made = MailSession(
        address=ip_address(address),
        state=state,
        stage=MailStage.TLS if state is MailState.TLS else MailStage.NONE,
        banner=_BANNERS.get(state),
        failure=_FAILURES.get(state),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def tls(
    address: str, *chain: bytes, trust: ChainTrust | None = TRUSTED, version: str = "TLSv1.3"
) -> MailSession:
    seen = Handshake(outcome=TlsOutcome.ESTABLISHED, version=version, chain=chain, trust=trust)
    return session(address, MailState.TLS, handshake=seen)


def host(
    *sessions: MailSession,
    name: str = "mx.example.se",
    ipv4: LookupOutcome | None = None,
    ipv6: LookupOutcome | None = None,
    aliases: tuple[str, ...] = (),
) -> MailHost:
    values = {4: [str(each.address) for each in sessions if each.address.version == 4]}
    values[6] = [str(each.address) for each in sessions if each.address.version == 6]
    return MailHost(
        name=name,
        preference=10,
        ipv4=replace(lookup("A", *values[4], outcome=ipv4), aliases=aliases),
        ipv6=lookup("AAAA", *values[6], outcome=ipv6),
        sessions=sessions,
    )


def mail(*hosts: MailHost, **more: object) -> MailObservation:
    made = MailObservation(
        domain="example.se",
        observed_at=NOW,
        mx=lookup("MX", "10 mx.example.se."),
        null_mx=False,
        null_mx_beside_others=False,
        implicit=False,
        hosts=hosts,
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def evidence(
    observed: MailObservation, vantage: Mapping[str, Fact] | None = None, *, second: bool = False
) -> Evidence:
    row = Row(code="X", region="X", domain="example.se", web_host="www.example.se", mail_domain="example.se")
    return Evidence(
        row=row,
        vantage=replace(VANTAGE, **(vantage or {})),  # type: ignore[arg-type]  # facts by name
        mail=observed,
        second_attempt=frozenset({"mail"} if second else ()),
    )
