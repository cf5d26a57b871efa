"""E-mail over IPv6 as a table: scenario, what was seen, the cell and its reasons."""

from dataclasses import dataclass, field

import pytest

from checker.indicators import mail_ipv6
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation, MailState, SmtpReply
from checker.rulesets import RULESET_2026
from tests.indicators.mail_evidence import evidence, host, mail, session, tls

V4, V6, V6B = "192.0.2.1", "2001:db8::1", "2001:db8::2"
YES, NO, NOT_TESTED = Fact.YES, Fact.NO, Fact.NOT_TESTED
GREETS = session(V6, MailState.NOT_OFFERED)
DEAD = session(V6, MailState.TIMEOUT)
DEAD_B = session(V6B, MailState.CONNECTION_REFUSED)
REJECTED = session(V6, MailState.REFUSED_US, banner=SmtpReply(code=554, lines=("no",)))
HUNG_UP = session(V6, MailState.REFUSED_US, banner=None, failure=Failure.CLOSED)
LEFT_OUT = session(V6B, MailState.NOT_PROBED)
SPECIAL = session("fd00::1", MailState.NOT_PROBED, failure=Failure.NOT_ALLOWED)


@dataclass(frozen=True, kw_only=True)
class Case:
    seen: MailObservation
    cell: str
    codes: set[str] = field(default_factory=set)
    vantage: dict[str, Fact] = field(default_factory=dict)
    may_pass: bool = False
    awaits_port25: bool = False


CASES = {
    "greets": Case(seen=mail(host(GREETS, tls(V4))), cell="Ja"),
    "greets with 554": Case(seen=mail(host(REJECTED)), cell="Ja", codes={"mail_ipv6_greeting_refused"}),
    "greets with 221": Case(
        seen=mail(host(session(V6, MailState.REFUSED_US, banner=SmtpReply(code=221, lines=("bye",))))),
        cell="Ja",
        codes={"mail_ipv6_greeting_refused"},
    ),
    "one of two is dead": Case(seen=mail(host(GREETS, DEAD_B)), cell="Ja", codes={"mail_ipv6_address_dead"}),
    "greets though the vantage thought it had no IPv6": Case(
        seen=mail(host(GREETS, DEAD_B)), vantage={"ipv6": NO}, cell="Ja"
    ),
    "no AAAA": Case(seen=mail(host(tls(V4))), cell="Nej", codes={"mail_ipv6_no_aaaa"}),
    "no AAAA, from a vantage without IPv6": Case(
        seen=mail(host(tls(V4))), vantage={"ipv6": NO}, cell="Nej", codes={"mail_ipv6_no_aaaa"}
    ),
    "no AAAA, and A unresolvable": Case(
        seen=mail(host(ipv4=LookupOutcome.FAILED)), cell="Nej", codes={"mail_ipv6_no_aaaa"}
    ),
    "special-purpose AAAA only": Case(
        seen=mail(host(SPECIAL, tls(V4))),
        cell="Nej",
        codes={"mail_ipv6_special_purpose"},
    ),
    "AAAA unresolvable": Case(
        seen=mail(host(tls(V4), ipv6=LookupOutcome.FAILED)),
        cell="Ej mätt",
        codes={"unresolvable"},
        may_pass=True,
    ),
    "dead, answers over IPv4": Case(
        seen=mail(host(DEAD, DEAD_B, tls(V4))), cell="Nej", codes={"mail_ipv6_address_dead"}, may_pass=True
    ),
    "refused, answers over IPv4": Case(
        seen=mail(host(DEAD_B, tls(V4))), cell="Nej", codes={"mail_ipv6_address_dead"}, may_pass=True
    ),
    "hangs up without a greeting, answers over IPv4": Case(
        seen=mail(host(HUNG_UP, tls(V4))), cell="Nej", codes={"mail_ipv6_address_dead"}, may_pass=True
    ),
    "dead, nobody's port 25 reached over IPv6 yet": Case(
        seen=mail(host(DEAD, tls(V4))),
        vantage={"port25_ipv6": NOT_TESTED},
        cell="Ej mätt",
        codes={"mail_ipv6_port25_unproven"},
        may_pass=True,
        awaits_port25=True,
    ),
    "one silent and one refused, nobody's port 25 reached over IPv6 yet": Case(
        seen=mail(host(DEAD, DEAD_B, tls(V4))),
        vantage={"port25_ipv6": NOT_TESTED},
        cell="Ej mätt",
        codes={"mail_ipv6_port25_unproven"},
        may_pass=True,
        awaits_port25=True,
    ),
    "hangs up, nobody's port 25 reached over IPv6 yet": Case(
        seen=mail(host(HUNG_UP, tls(V4))),
        vantage={"port25_ipv6": NOT_TESTED},
        cell="Nej",
        codes={"mail_ipv6_address_dead"},
        may_pass=True,
    ),
    "dead, port 25 over IPv6 shut from here": Case(
        seen=mail(host(DEAD, tls(V4))),
        vantage={"port25_ipv6": NO},
        cell="Ej mätt",
        codes={"mail_ipv6_no_way_out"},
    ),
    "dead, port 25 shut from here": Case(
        seen=mail(host(DEAD, session(V4, MailState.TIMEOUT))),
        vantage={"port25_ipv4": NO, "port25_ipv6": NO},
        cell="Ej mätt",
        codes={"vantage_no_port25"},
    ),
    "dead, no IPv6 here": Case(
        seen=mail(host(DEAD, tls(V4))), vantage={"ipv6": NO}, cell="Ej mätt", codes={"vantage_no_ipv6"}
    ),
    "dead, IPv6 not tested here": Case(
        seen=mail(host(DEAD, tls(V4))),
        vantage={"ipv6": NOT_TESTED},
        cell="Ej mätt",
        codes={"vantage_no_ipv6"},
    ),
    "answers over neither family": Case(
        seen=mail(host(DEAD, session(V4, MailState.TIMEOUT))),
        cell="Ej mätt",
        codes={"mail_ipv6_neither_family"},
        may_pass=True,
    ),
    "dead, and no IPv4 here to compare with": Case(
        seen=mail(host(DEAD_B, session(V4, MailState.TIMEOUT))),
        vantage={"ipv4": NO},
        cell="Ej mätt",
        codes={"vantage_no_ipv4"},
    ),
    "dead, and port 25 over IPv4 shut from here": Case(
        seen=mail(host(DEAD_B, session(V4, MailState.TIMEOUT))),
        vantage={"port25_ipv4": NO},
        cell="Ej mätt",
        codes={"mail_ipv4_no_way_out"},
    ),
    "another host with AAAA answers over neither": Case(
        seen=mail(host(DEAD, tls(V4)), host(DEAD_B, name="mx2.example.se")),
        cell="Ej mätt",
        codes={"mail_ipv6_neither_family"},
        may_pass=True,
    ),
    "one dead, one left in peace": Case(
        seen=mail(host(DEAD, LEFT_OUT, tls(V4))), cell="Ej mätt", codes={"mail_ipv6_not_asked"}, may_pass=True
    ),
    "excluded": Case(
        seen=mail(host(session(V6, MailState.NOT_PROBED, failure=Failure.EXCLUDED))),
        cell="Ej mätt",
        codes={"excluded_on_request"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_cells(case: Case) -> None:
    verdict = mail_ipv6.judge(evidence(case.seen, case.vantage), RULESET_2026)
    assert verdict.cell == case.cell
    assert {finding.code for finding in verdict.findings} == case.codes
    assert (verdict.may_pass, verdict.awaits_port25) == (case.may_pass, case.awaits_port25)
