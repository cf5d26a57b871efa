from dataclasses import replace
from ipaddress import ip_address

import pytest

from checker.indicators.details import details_in_full
from checker.indicators.starttls_stages import host_stages
from checker.mail_stages import Outcome, Stage
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailSession, MailStage, MailState, SmtpReply
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.observations.web import VisitEnd
from checker.rulesets import RULESET_2026
from tests.indicators import web_evidence
from tests.indicators.mail_evidence import READY, TRUSTED, VANTAGE, host, mail, session, tls

HELLO = SmtpReply(code=250, lines=("mx", "STARTTLS"))
GO = SmtpReply(code=220, lines=("go ahead",))
BUSY = SmtpReply(code=421, lines=("4.3.2 busy",))
LATER = SmtpReply(code=454, lines=("TLS not available",))
ALERT = Handshake(outcome=TlsOutcome.ALERT, alert=40, failure=Failure.MALFORMED)
NO_TLS = Handshake(outcome=TlsOutcome.NOT_TLS, failure=Failure.MALFORMED, detail="WRONG_VERSION_NUMBER")
EXPIRED = replace(TRUSTED, trusted=Fact.NO, expired=("mx",))
P, F, U, N = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.NOT_REACHED


def offered(state: MailState, **more: object) -> MailSession:
    return session("192.0.2.1", state, banner=READY, ehlo=HELLO, stage=MailStage.EHLO, **more)


def full(seen: MailSession) -> MailSession:
    return replace(seen, banner=READY, ehlo=HELLO, starttls=GO)


TABLE = [
    ("encrypts, no certificate seen", full(tls("192.0.2.1")), (P, P, P, P, P, P, U, P), ""),
    ("encrypts, expired", full(tls("192.0.2.1", trust=EXPIRED)), (P, P, P, P, P, P, U, F), "expired"),
    (
        "no STARTTLS",
        offered(MailState.NOT_OFFERED),
        (P, P, P, P, F, N, N, N),
        "not_offered",
    ),
    (
        "HELO only",
        replace(offered(MailState.NOT_OFFERED), helo=SmtpReply(code=250, lines=("mx",))),
        (P, P, P, P, F, N, N, N),
        "not_offered",
    ),
    ("454", offered(MailState.HANDSHAKE_FAILED, starttls=LATER), (P, P, P, P, F, N, N, N), ""),
    (
        "alert",
        offered(MailState.HANDSHAKE_FAILED, starttls=GO, handshake=ALERT),
        (P, P, P, P, P, F, N, N),
        "TLS alert 40 handshake_failure",
    ),
    (
        "no TLS in the server's answer",
        offered(MailState.HANDSHAKE_FAILED, starttls=GO, handshake=NO_TLS, failure=Failure.MALFORMED),
        (P, P, P, P, P, F, N, N),
        "not_tls",
    ),
    (
        "cut short by our clock within TLS",
        offered(MailState.TIMEOUT, starttls=GO),
        (P, P, P, P, P, U, N, N),
        "timeout",
    ),
    (
        "cut short by our clock before the 220",
        offered(MailState.TIMEOUT),
        (P, P, P, P, U, N, N, N),
        "timeout",
    ),
    (
        "falls silent after EHLO",
        session("192.0.2.1", MailState.TIMEOUT, banner=READY, stage=MailStage.BANNER),
        (P, P, P, F, N, N, N, N),
        "timeout",
    ),
    (
        "our own trouble after the greeting",
        session("192.0.2.1", MailState.NOT_PROBED, banner=READY, failure=Failure.LOCAL),
        (P, P, P, U, N, N, N, N),
        "local",
    ),
    ("421", session("192.0.2.1", MailState.REFUSED_US, banner=BUSY), (P, P, F, N, N, N, N, N), ""),
    ("silent", session("192.0.2.1", MailState.TIMEOUT), (P, F, N, N, N, N, N, N), "timeout"),
    (
        "never greets",
        session("192.0.2.1", MailState.TIMEOUT, stage=MailStage.CONNECT),
        (P, P, F, N, N, N, N, N),
        "timeout",
    ),
    ("refused", session("192.0.2.1", MailState.CONNECTION_REFUSED), (P, F, N, N, N, N, N, N), "refused"),
    (
        "hangs up on EHLO",
        session("192.0.2.1", MailState.REFUSED_US, banner=READY, failure=Failure.CLOSED),
        (P, P, P, F, N, N, N, N),
        "closed",
    ),
    ("left alone", session("192.0.2.1", MailState.NOT_PROBED), (P, U, N, N, N, N, N, N), "not_asked_again"),
    (
        "a raw hello only",
        offered(
            MailState.TLS,
            starttls=GO,
            handshake=ALERT,
            broad=HelloReply(name="broad", outcome=TlsOutcome.ESTABLISHED, version="SSLv3"),
        ),
        (P, P, P, P, P, P, U, U),
        "",
    ),
]


def stages(
    seen: MailHost, vantage: object = VANTAGE
) -> list[tuple[str, tuple[Outcome, ...], tuple[str, ...]]]:
    (shown,) = host_stages(mail(seen), vantage, RULESET_2026)  # type: ignore[arg-type]  # a Vantage
    return [
        (
            one.address,
            tuple(stage.outcome for stage in one.stages),
            tuple(stage.detail for stage in one.stages),
        )
        for one in shown.addresses
    ]


@pytest.mark.parametrize(("scenario", "seen", "outcomes", "detail"), TABLE, ids=[row[0] for row in TABLE])
def test_how_far_an_address_came(
    scenario: str, seen: MailSession, outcomes: tuple[Outcome, ...], detail: str
) -> None:
    ((address, found, details),) = stages(host(seen))
    assert (address, found) == ("192.0.2.1", outcomes)
    assert detail in details


def test_the_stages_stand_in_order() -> None:
    (shown,) = host_stages(mail(host(full(tls("192.0.2.1")))), VANTAGE, RULESET_2026)
    (address,) = shown.addresses
    assert [stage.stage for stage in address.stages] == list(Stage)
    assert address.stages[2].words == "220 mx ready"
    assert address.stages[3].words == "250 mx / STARTTLS"


def test_silence_proves_nothing_where_port_25_is_unproven() -> None:
    vantage = replace(VANTAGE, port25_ipv4=Fact.NOT_TESTED)
    ((_, found, _),) = stages(host(session("192.0.2.1", MailState.TIMEOUT)), vantage)
    assert found[:3] == (P, U, N)


@pytest.mark.parametrize(
    ("scenario", "ipv4", "ipv6", "expected"),
    [
        ("nowhere", LookupOutcome.NXDOMAIN, LookupOutcome.NXDOMAIN, [("", F, "nonexistent")]),
        ("no address", LookupOutcome.NODATA, LookupOutcome.NODATA, [("", F, "no_address")]),
        ("one family unresolved", LookupOutcome.FAILED, LookupOutcome.NODATA, [("", U, "A")]),
    ],
)
def test_hosts_without_addresses_stand_there_too(
    scenario: str, ipv4: LookupOutcome, ipv6: LookupOutcome, expected: list[tuple[str, Outcome, str]]
) -> None:
    found = [
        (address, outcomes[0], details[0])
        for address, outcomes, details in stages(host(ipv4=ipv4, ipv6=ipv6))
    ]
    assert found == expected


def test_one_domain_is_shown_in_full() -> None:
    page = web_evidence.visit(web_evidence.hop(web_evidence.HTTPS, 200))
    led = web_evidence.visit(web_evidence.hop(web_evidence.HTTP, 301), *page.hops)
    refused = HelloReply(name="ssl2", outcome=TlsOutcome.SILENT, failure=Failure.TIMEOUT)
    endpoint = replace(
        web_evidence.endpoint(led, page),
        facts=TlsFacts(tls12=Fact.YES, dh_prime_bits=2048, hellos=(refused,)),
    )
    shown = details_in_full(web_evidence.evidence(web_evidence.web(endpoint)), RULESET_2026)
    assert [(journey.steps[0].url, len(journey.steps), journey.end) for journey in shown.journeys] == [
        (web_evidence.HTTP, 2, VisitEnd.CONTENT.value),
        (web_evidence.HTTPS, 1, VisitEnd.CONTENT.value),
    ]
    (service,) = shown.web_services
    assert (ip_address(service.address), service.port) == (web_evidence.V4, 443)
    assert {one.name: one.fact for one in service.facts}["tls12"] is Fact.YES
    assert [(hello.name, hello.failure) for hello in service.hellos] == [("ssl2", "timeout")]
    assert service.dh_prime_bits == 2048
