from dataclasses import replace
from ipaddress import ip_address

import pytest

from checker.observations.dns import Cut, DnssecObservation, NameServer, Reply, ServerView
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence
from checker.observations.web import WebObservation
from checker.second_attempt import with_second_attempt
from tests.fakes import NOW, VANTAGE, dnssec, lookup, mail, row, session, web

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
