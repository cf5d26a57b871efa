from dataclasses import replace
from ipaddress import ip_address

import pytest

from checker.indicators import https, mail_ipv6, starttls, www_ipv6
from checker.observations.dns import (
    Cut,
    DnssecObservation,
    IPAddress,
    LookupOutcome,
    Message,
    NameServer,
    Reply,
    ServerView,
)
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation, MailSession, MailState
from checker.observations.row import Evidence
from checker.observations.tls import TlsFacts
from checker.observations.web import BareDomain, Visit, VisitEnd, WebEndpoint, WebObservation
from checker.rulesets import RULESET_2026
from checker.second_attempt import with_second_attempt
from tests.fakes import NOW, VANTAGE, dnssec, lookup, mail, row, session, web
from tests.indicators import mail_evidence, web_evidence
from tests.indicators.web_evidence import HTTP, HTTPS, SESSION, SILENT, V4, V6

LOCAL, TIMEOUT = Failure.LOCAL, Failure.TIMEOUT
LATER = NOW.replace(hour=13)
FIRST = Evidence(
    row=row("A"),
    vantage=VANTAGE,
    web=web("www.a.example", TIMEOUT),
    mail=mail("a.example", session("192.0.2.25", failure=TIMEOUT)),
    dnssec=(dnssec("a.example", Failure.UNRESOLVABLE), dnssec("b.example", Failure.UNRESOLVABLE)),
)
WEB = replace(web("www.a.example"), observed_at=LATER)
MAIL = replace(mail("a.example", session("192.0.2.25")), observed_at=LATER)
SIGNED = replace(dnssec("a.example"), observed_at=LATER)
SERVER = NameServer(name="ns.a.example.", address=ip_address("192.0.2.53"))


def reply(failure: Failure) -> Reply:
    return Reply(server=SERVER, name="a.example.", type="DNSKEY", message=None, failure=failure)


def said(rcode: str = "NOERROR") -> Reply:
    message = Message(rcode=rcode, authoritative=True, answer=(), authority=(), additional=(), edns=True)
    return replace(reply(TIMEOUT), message=message, failure=None)


def asked(chain: Reply, *server: Reply) -> DnssecObservation:
    """An observation whose way down ended with this reply, and whose only server gave these."""
    views = (ServerView(server=SERVER, replies=server),) if server else ()
    return replace(SIGNED, chain=replace(SIGNED.chain, start=chain, cuts=()), views=views)


@pytest.mark.parametrize(
    ("scenario", "first", "second", "replaced"),
    [
        ("silent twice", asked(reply(TIMEOUT)), asked(reply(TIMEOUT)), True),
        ("recovered", asked(reply(TIMEOUT)), asked(said(), said()), True),
        ("silent only the second time", asked(said(), said()), asked(reply(TIMEOUT)), False),
        ("its servers silent the second time", asked(said(), said()), asked(said(), reply(TIMEOUT)), False),
        ("an error only the second time", asked(said()), asked(said("SERVFAIL")), False),
        ("one server less the second time", asked(said(), said()), asked(said(), said("REFUSED")), False),
        ("no server asked the second time", asked(said()), asked(said()), True),
    ],
)
def test_of_a_pair_the_domain_that_had_answered_keeps_its_answers(
    scenario: str, first: DnssecObservation, second: DnssecObservation, replaced: bool
) -> None:
    other = dnssec("b.example")
    before = replace(FIRST, dnssec=(first, other))
    pair = with_second_attempt(before, replace(before, dnssec=(second, other))).dnssec
    assert pair is not None
    assert pair[0] is (second if replaced else first)


def told(observation: WebObservation | MailObservation | DnssecObservation) -> bool:
    """Whether a second attempt with this observation replaces the first."""
    bare = Evidence(row=FIRST.row, vantage=VANTAGE)
    if isinstance(observation, WebObservation):
        return with_second_attempt(FIRST, replace(bare, web=observation)).web is observation
    if isinstance(observation, MailObservation):
        return with_second_attempt(FIRST, replace(bare, mail=observation)).mail is observation
    pair = with_second_attempt(FIRST, replace(bare, dnssec=(observation, dnssec("b.example", LOCAL)))).dnssec
    assert pair is not None
    assert FIRST.dnssec is not None
    assert pair[1] is FIRST.dnssec[1]
    return pair[0] is observation


@pytest.mark.parametrize(
    ("scenario", "observation", "replaces"),
    [
        ("web recovered", WEB, True),
        ("web failed again", replace(web("www.a.example", TIMEOUT), observed_at=LATER), True),
        ("web never got done", replace(WEB, failure=Failure.ROW_DEADLINE), False),
        ("web was excluded meanwhile", replace(WEB, failure=Failure.EXCLUDED), False),
        ("no socket for a hop", web("www.a.example", LOCAL), False),
        ("no socket for a lookup", replace(WEB, ipv6=lookup("x", "AAAA", failure=LOCAL)), False),
        ("mail recovered", MAIL, True),
        ("mail never got done", replace(MAIL, failure=Failure.ROW_DEADLINE), False),
        ("no socket for a dialogue", mail("a.example", session("192.0.2.25", failure=LOCAL)), False),
        ("no socket for MX", replace(MAIL, mx=lookup("a.example", "MX", failure=LOCAL)), False),
        (
            "no socket for a host's address",
            replace(MAIL, hosts=(replace(MAIL.hosts[0], ipv4=lookup("x", "A", failure=LOCAL)),)),
            False,
        ),
        ("dnssec recovered", SIGNED, True),
        ("dnssec never got done", replace(SIGNED, failure=Failure.ROW_DEADLINE), False),
        ("no socket for the SOA", replace(SIGNED, existence=lookup("x", "SOA", failure=LOCAL)), False),
        ("no socket at the anchor", replace(SIGNED, chain=replace(SIGNED.chain, start=reply(LOCAL))), False),
        (
            "no socket on the way",
            replace(
                SIGNED,
                chain=replace(SIGNED.chain, cuts=(Cut(parent=".", name="example.", ds=reply(LOCAL)),)),
            ),
            False,
        ),
        (
            "no socket at a server",
            replace(SIGNED, views=(ServerView(server=SERVER, replies=(reply(TIMEOUT), reply(LOCAL))),)),
            False,
        ),
        (
            "a silent server is theirs",
            replace(SIGNED, views=(ServerView(server=SERVER, replies=(reply(TIMEOUT),)),)),
            True,
        ),
    ],
)
def test_the_second_observation_counts_unless_our_own_trouble_spoilt_it(
    scenario: str, observation: WebObservation | MailObservation | DnssecObservation, *, replaces: bool
) -> None:
    assert told(observation) is replaces, scenario


def test_what_was_not_run_again_stays_and_is_not_named() -> None:
    second = Evidence(row=FIRST.row, vantage=VANTAGE, web=WEB)
    assert with_second_attempt(FIRST, second) == replace(FIRST, web=WEB, second_attempt=frozenset({"web"}))


def test_a_second_attempt_that_brings_the_same_is_still_one() -> None:
    again = Evidence(row=FIRST.row, vantage=VANTAGE, dnssec=(dnssec("a.example"), dnssec("b.example")))
    first = replace(FIRST, dnssec=(dnssec("a.example"), dnssec("b.example")))
    assert with_second_attempt(first, again).second_attempt == {"dnssec"}


def test_attempts_of_different_probes_add_up() -> None:
    once = with_second_attempt(FIRST, Evidence(row=FIRST.row, vantage=VANTAGE, web=WEB))
    twice = with_second_attempt(once, Evidence(row=FIRST.row, vantage=VANTAGE, mail=MAIL))
    assert twice.second_attempt == {"web", "mail"}
    assert twice.web is WEB


GOOD = web_evidence.visit(web_evidence.hop(HTTPS, 200))
BUSY = web_evidence.visit(web_evidence.hop(HTTPS, 503))
AWAY = web_evidence.visit(web_evidence.hop(HTTPS, 403))
GONE = web_evidence.visit(web_evidence.hop(HTTPS, 404))
NO_REPLY = web_evidence.visit(web_evidence.hop(HTTPS, Failure.CLOSED, SESSION), end=VisitEnd.NO_HTTP)
NO_TLS = web_evidence.no_tls(SILENT)
NOBODY = web_evidence.closed(HTTPS, TIMEOUT)


def served(https_visit: Visit, address: IPAddress = V4) -> WebEndpoint:
    """An address whose http leads to https, where `https_visit` is what happens."""
    led = web_evidence.visit(web_evidence.hop(HTTP, 301), *https_visit.hops, end=https_visit.end)
    return web_evidence.endpoint(led, https_visit, address)


ALIVE, OVER_6 = served(GOOD), served(GOOD, V6)
DEAD_6 = web_evidence.endpoint(web_evidence.closed(HTTP, TIMEOUT), NOBODY, V6)


@pytest.mark.parametrize(
    ("scenario", "first", "second", "https_cell", "ipv6_cell"),
    [
        ("443 came and went", (ALIVE, DEAD_6), (served(NOBODY), OVER_6), "Ja", "Ja"),
        ("TLS came and went", (ALIVE, DEAD_6), (served(NO_TLS), OVER_6), "Ja", "Ja"),
        ("content came and went", (ALIVE, DEAD_6), (served(BUSY), OVER_6), "Ja", "Ja"),
        ("IPv6 came and went", (served(NO_TLS), OVER_6), (ALIVE, DEAD_6), "Ja", "Ja"),
        ("AAAA was withdrawn", (served(NO_TLS), OVER_6), (ALIVE,), "Ja", "Nej"),
        ("no reply, then no connection", (served(NO_REPLY),), (served(NOBODY),), "Nej (A)", "Nej"),
        ("no TLS, then no connection", (served(NO_TLS),), (served(NOBODY),), "Ja (trasig)", "Nej"),
        ("page, then turned away", (ALIVE, DEAD_6), (served(AWAY), OVER_6), "Ja", "Ja"),
        ("not found, then turned away", (served(GONE),), (served(AWAY),), "Ja", "Nej"),
        ("no TLS twice", (served(NO_TLS),), (served(NO_TLS),), "Ja (trasig)", "Nej"),
    ],
)
def test_a_web_server_that_comes_and_goes_keeps_what_it_showed_once(
    scenario: str,
    first: tuple[WebEndpoint, ...],
    second: tuple[WebEndpoint, ...],
    https_cell: str,
    ipv6_cell: str,
) -> None:
    before = web_evidence.evidence(web_evidence.web(*first))
    seen = with_second_attempt(before, replace(before, web=web_evidence.web(*second)))
    assert https.judge(seen, RULESET_2026).cell == https_cell, scenario
    assert www_ipv6.judge(seen, RULESET_2026).cell == ipv6_cell, scenario


def test_facts_that_were_taken_once_are_kept() -> None:
    told, untold = TlsFacts(tls10=Fact.YES, ssl3=Fact.NO), TlsFacts()
    before = web_evidence.evidence(web_evidence.web(replace(ALIVE, facts=told)))
    for now, kept in (
        (untold, told),
        (None, told),
        (replace(told, ssl2=Fact.NO), replace(told, ssl2=Fact.NO)),
    ):
        seen = with_second_attempt(before, replace(before, web=web_evidence.web(replace(ALIVE, facts=now))))
        assert seen.web is not None
        assert seen.web.endpoints[0].facts == kept


def test_addresses_that_could_not_be_looked_up_again_are_still_there() -> None:
    before = web_evidence.evidence(web_evidence.web(served(NO_TLS), OVER_6))
    blind = replace(web_evidence.web(ALIVE), ipv6=lookup("x", "AAAA", failure=TIMEOUT))
    seen = with_second_attempt(before, replace(before, web=blind))
    assert https.judge(seen, RULESET_2026).cell == "Ja"
    assert www_ipv6.judge(seen, RULESET_2026).cell == "Ja"


TLS_4 = mail_evidence.tls("192.0.2.25")
BUSY_4 = mail_evidence.session("192.0.2.25", MailState.REFUSED_US)
SILENT_4 = mail_evidence.session("192.0.2.25", MailState.TIMEOUT)
PLAIN_5 = mail_evidence.session("192.0.2.26", MailState.NOT_OFFERED)
BROKEN_5 = mail_evidence.session("192.0.2.26", MailState.HANDSHAKE_FAILED)
BUSY_5 = mail_evidence.session("192.0.2.26", MailState.REFUSED_US)
TLS_5 = mail_evidence.tls("192.0.2.26")
SILENT_5 = mail_evidence.session("192.0.2.26", MailState.TIMEOUT)
UNASKED_5 = mail_evidence.session("192.0.2.26", MailState.NOT_PROBED)
GREETS_6 = mail_evidence.session("2001:db8::25", MailState.REFUSED_US)
SILENT_6 = mail_evidence.session("2001:db8::25", MailState.TIMEOUT)


@pytest.mark.parametrize(
    ("scenario", "first", "second", "starttls_cell", "ipv6_cell"),
    [
        ("refused the second time", (TLS_4, PLAIN_5), (BUSY_4, UNASKED_5), "Delvis", "Nej"),
        ("silent the second time", (TLS_4, SILENT_5), (SILENT_4, PLAIN_5), "Delvis", "Nej"),
        ("greeted over IPv6 once", (GREETS_6, SILENT_4), (SILENT_6, TLS_4), "Ja", "Ja"),
        ("not let in again where TLS failed", (TLS_4, BROKEN_5), (TLS_4, BUSY_5), "Delvis", "Nej"),
        ("TLS works the second time", (TLS_4, BROKEN_5), (TLS_4, TLS_5), "Ja", "Nej"),
        ("better the second time", (BUSY_4, UNASKED_5), (TLS_4, PLAIN_5), "Delvis", "Nej"),
        ("changed the second time", (PLAIN_5,), (mail_evidence.tls("192.0.2.26"),), "Ja", "Nej"),
    ],
)
def test_a_mail_server_that_comes_and_goes_keeps_what_it_showed_once(
    scenario: str,
    first: tuple[MailSession, ...],
    second: tuple[MailSession, ...],
    starttls_cell: str,
    ipv6_cell: str,
) -> None:
    before = mail_evidence.evidence(mail_evidence.mail(mail_evidence.host(*first)))
    again = mail_evidence.mail(mail_evidence.host(*second))
    seen = with_second_attempt(before, replace(before, mail=again))
    assert starttls.judge(seen, RULESET_2026).cell == starttls_cell, scenario
    assert mail_ipv6.judge(seen, RULESET_2026).cell == ipv6_cell, scenario


def test_mail_whose_mx_could_not_be_looked_up_again_stands() -> None:
    before = mail_evidence.evidence(mail_evidence.mail(mail_evidence.host(TLS_4, SILENT_5)))
    blind = mail_evidence.mail(mx=lookup("example.se", "MX", failure=TIMEOUT))
    assert with_second_attempt(before, replace(before, mail=blind)).mail is before.mail


def test_a_mail_host_that_could_not_be_looked_up_again_keeps_its_addresses() -> None:
    before = mail_evidence.evidence(mail_evidence.mail(mail_evidence.host(TLS_4, GREETS_6)))
    blind = mail_evidence.mail(mail_evidence.host(GREETS_6, ipv4=LookupOutcome.FAILED))
    after = with_second_attempt(before, replace(before, mail=blind)).mail
    assert after is not None
    assert set(after.hosts[0].sessions) == {TLS_4, GREETS_6}
    assert after.hosts[0].ipv4.values == ("192.0.2.25",)


def bare(https_visit: Visit | None) -> BareDomain:
    nothing = web_evidence.lookup("A")
    return BareDomain(domain="a.example", ipv4=nothing, ipv6=nothing, http=https_visit, https=https_visit)


@pytest.mark.parametrize(
    ("scenario", "first", "second", "kept"),
    [
        ("seen both times", bare(GOOD), bare(GOOD), GOOD),
        ("dead at last", bare(GOOD), bare(NOBODY), GOOD),
        ("alive at last", bare(NOBODY), bare(GOOD), GOOD),
        ("not looked at again", bare(GOOD), None, GOOD),
        ("looked at now", None, bare(GOOD), GOOD),
        ("no address before", bare(None), bare(GOOD), GOOD),
        ("no address now", bare(GOOD), bare(None), GOOD),
    ],
)
def test_a_bare_domain_that_comes_and_goes_keeps_what_it_showed_once(
    scenario: str, first: BareDomain | None, second: BareDomain | None, kept: Visit
) -> None:
    before, now = (replace(web_evidence.web(ALIVE), bare_domain=one) for one in (first, second))
    merged = with_second_attempt(replace(FIRST, web=before), replace(FIRST, web=now)).web
    assert merged is not None
    assert merged.bare_domain is not None
    assert (merged.bare_domain.http, merged.bare_domain.https) == (kept, kept)
