from dataclasses import replace
from ipaddress import ip_address

import pytest

from checker.indicators.www_ipv6 import judge
from checker.observations.dns import ChainObservation, DnssecObservation, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation
from checker.observations.web import VisitEnd, WebObservation
from checker.rulesets import RULESETS
from tests.indicators.web_evidence import (
    HTTP,
    HTTPS,
    NOW,
    OTHER_V6,
    RAW_SSL3,
    SESSION,
    SILENT,
    V4,
    V6,
    closed,
    endpoint,
    evidence,
    hop,
    lookup,
    no_tls,
    visit,
    web,
)

ON_V4 = endpoint(visit(hop(HTTP, 200)), closed(HTTPS))
DEAD_V4 = endpoint(closed(HTTP, Failure.TIMEOUT), closed(HTTPS, Failure.TIMEOUT))
ON_V6 = endpoint(visit(hop(HTTP, 503, at=V6)), closed(HTTPS, at=V6), V6)
TLS_ON_V6 = endpoint(
    closed(HTTP, at=V6), visit(hop(HTTPS, Failure.CLOSED, SESSION, at=V6), end=VisitEnd.NO_HTTP), V6
)
DEAD_V6 = endpoint(closed(HTTP, Failure.TIMEOUT, at=V6), closed(HTTPS, Failure.TIMEOUT, at=V6), V6)
OTHER_DEAD_V6 = replace(DEAD_V6, address=OTHER_V6)
REFUSING_V6 = endpoint(closed(HTTP, at=V6), closed(HTTPS, at=V6), V6)
MUTE_V6 = endpoint(visit(hop(HTTP, Failure.TIMEOUT, at=V6), end=VisitEnd.NO_HTTP), no_tls(SILENT), V6)
RAW_V6 = replace(MUTE_V6, broad=RAW_SSL3)
LOCAL_V6 = endpoint(closed(HTTP, Failure.LOCAL, at=V6), closed(HTTPS, Failure.LOCAL, at=V6), V6)
MAPPED = ip_address("::ffff:192.0.2.1")

YES, NO, UNTRIED = Fact.YES, Fact.NO, Fact.NOT_TESTED
SCENARIOS = [
    # scenario, observation, IPv6 here, cell, a finding, may pass
    ("an HTTP response", web(ON_V4, ON_V6), YES, "Ja", None, False),
    ("IPv6 only", web(ON_V6), YES, "Ja", None, False),
    ("a TLS handshake without reply", web(TLS_ON_V6), YES, "Ja", None, False),
    ("a raw hello's answer", web(RAW_V6), YES, "Ja", None, False),
    ("some dead", web(ON_V4, ON_V6, OTHER_DEAD_V6), YES, "Ja", "www_ipv6_address_dead", False),
    ("answers though the vantage was not proven", web(ON_V6), UNTRIED, "Ja", None, False),
    ("no AAAA", web(ON_V4), YES, "Nej", "www_ipv6_no_aaaa", False),
    ("no AAAA, no IPv6 here", web(ON_V4), NO, "Nej", "www_ipv6_no_aaaa", False),
    ("no address at all", web(), YES, "Nej", "www_ipv6_no_aaaa", False),
    ("no AAAA, A unresolvable", web(ipv4=LookupOutcome.FAILED), YES, "Nej", "www_ipv6_no_aaaa", False),
    ("AAAA timed out", web(ON_V4, DEAD_V6), YES, "Nej", "www_ipv6_address_dead", True),
    ("AAAA refused", web(ON_V4, REFUSING_V6), YES, "Nej", "www_ipv6_address_dead", False),
    ("AAAA accepts and says nothing", web(ON_V4, MUTE_V6), YES, "Nej", "www_ipv6_address_dead", True),
    ("AAAA dead, no IPv6 here", web(ON_V4, DEAD_V6), NO, "Ej mätt", "vantage_no_ipv6", False),
    ("AAAA dead, IPv6 here unproven", web(ON_V4, DEAD_V6), UNTRIED, "Ej mätt", "vantage_no_ipv6", False),
    ("neither family", web(DEAD_V4, DEAD_V6), YES, "Ej mätt", "www_ipv6_neither_family", True),
    ("only AAAA, dead", web(DEAD_V6), YES, "Ej mätt", "www_ipv6_neither_family", True),
    ("our own trouble", web(ON_V4, LOCAL_V6), YES, "Ej mätt", "www_ipv6_not_all_asked", True),
    (
        "dead, and more that were not asked",
        replace(web(ON_V4, DEAD_V6, left_out=1), ipv6=lookup("AAAA", V6, OTHER_V6)),
        YES,
        "Ej mätt",
        "www_ipv6_not_all_asked",
        True,
    ),
    (
        "dead, and more IPv4 addresses than were asked",
        web(ON_V4, DEAD_V6, left_out=3),
        YES,
        "Nej",
        "www_ipv6_address_dead",
        True,
    ),
    ("AAAA unresolvable", web(ON_V4, ipv6=LookupOutcome.FAILED), YES, "Ej mätt", "unresolvable", True),
    (
        "special-purpose AAAA",
        web(ON_V4, refused=(ip_address("fc00::1"),)),
        YES,
        "Nej",
        "www_ipv6_special_purpose",
        False,
    ),
    (
        "special-purpose AAAA, no IPv6 here",
        web(ON_V4, refused=(MAPPED,)),
        NO,
        "Nej",
        "www_ipv6_special_purpose",
        False,
    ),
    (
        "a mapped address that answers",
        web(ON_V4, replace(ON_V6, address=MAPPED)),
        YES,
        "Nej",
        "www_ipv6_special_purpose",
        False,
    ),
    ("excluded AAAA", web(ON_V4, excluded=(V6,)), YES, "Ej mätt", "excluded_on_request", False),
    ("excluded A", web(ON_V6, excluded=(V4,)), YES, "Ja", None, False),
    ("excluded", web(failure=Failure.EXCLUDED), YES, "Ej mätt", "excluded_on_request", False),
    ("the row's time was up", web(failure=Failure.ROW_DEADLINE), YES, "Ej mätt", "row_deadline", False),
]


@pytest.mark.parametrize(
    ("seen", "here", "cell", "code", "may_pass"),
    [row[1:] for row in SCENARIOS],
    ids=[row[0] for row in SCENARIOS],
)
def test_scenarios(seen: WebObservation, here: Fact, cell: str, code: str | None, may_pass: bool) -> None:
    verdict = judge(evidence(seen, ipv6=here), RULESETS["2026"])
    assert verdict.cell == cell
    assert code is None or code in {finding.code for finding in verdict.findings}
    assert verdict.may_pass is may_pass


NXDOMAIN = LookupOutcome.NXDOMAIN
GONE = web(ipv4=NXDOMAIN, ipv6=NXDOMAIN)


@pytest.mark.parametrize(
    ("seen", "mx", "cell"),
    [
        pytest.param(GONE, lookup("MX", outcome=NXDOMAIN), "–", id="the domain does not exist"),
        pytest.param(GONE, lookup("MX"), "Nej", id="the host does not exist"),
        pytest.param(web(ON_V6), lookup("MX", outcome=NXDOMAIN), "Ja", id="a host that answers exists"),
        pytest.param(
            GONE,
            replace(lookup("MX", outcome=NXDOMAIN), aliases=("elsewhere.example.",)),
            "Nej",
            id="an alias to nowhere",
        ),
        pytest.param(
            web(ipv4=NXDOMAIN, ipv6=NXDOMAIN, host="example.se"),
            lookup("MX"),
            "–",
            id="the host is the domain",
        ),
    ],
)
def test_a_domain_that_does_not_exist(seen: WebObservation, mx: object, cell: str) -> None:
    mail = MailObservation(
        domain="example.se",
        observed_at=NOW,
        mx=mx,  # type: ignore[arg-type]  # a lookup, typed loosely for the table
        null_mx=False,
        null_mx_beside_others=False,
        implicit=False,
        hosts=(),
    )
    assert judge(replace(evidence(seen), mail=mail), RULESETS["2026"]).cell == cell


@pytest.mark.parametrize(
    ("name", "outcome", "cell"),
    [
        pytest.param("example.se", NXDOMAIN, "–", id="the domain"),
        pytest.param("mail.example", NXDOMAIN, "Nej", id="the mail domain only"),
        pytest.param("example.se", LookupOutcome.NODATA, "Nej", id="the domain exists"),
        pytest.param("example.se", LookupOutcome.FAILED, "Nej", id="could not tell"),
    ],
)
def test_the_zone_walk_knows_whether_the_domain_exists(name: str, outcome: LookupOutcome, cell: str) -> None:
    walk = DnssecObservation(
        domain=name,
        observed_at=NOW,
        existence=lookup("SOA", outcome=outcome, name=name),
        chain=ChainObservation(name=name, anchors=(), start=None, cuts=()),
    )
    assert judge(replace(evidence(GONE), dnssec=(walk,)), RULESETS["2026"]).cell == cell


def test_without_ipv4_here_the_silence_cannot_be_compared() -> None:
    unreached = replace(DEAD_V4, address=V4)
    verdict = judge(evidence(web(unreached, DEAD_V6), ipv4=NO), RULESETS["2026"])
    assert verdict.cell == "Ej mätt"
    assert {finding.code for finding in verdict.findings} == {"vantage_no_ipv4"}
