"""The STARTTLS column as a table: scenario, what was seen, the cell and its reasons."""

from dataclasses import dataclass, field, replace

import pytest

from checker.indicators import mail_ipv6, starttls
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation, MailStage, MailState, SmtpReply
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.rulesets import BILAGA_A_2017, RULESET_2026
from tests.indicators.mail_evidence import READY, TRUSTED, evidence, host, lookup, mail, session, tls
from tests.protocols.made_certificates import make

NXDOMAIN, FAILED, NODATA = LookupOutcome.NXDOMAIN, LookupOutcome.FAILED, LookupOutcome.NODATA
ROOT = make("Root", ca=True)
RIGHT = make("mx", ROOT, dns=("mx.example.se",)).der
WRONG = make("mx", ROOT, dns=("other.se",)).der
DOMAIN = make("mx", ROOT, dns=("example.se",)).der
CN_ONLY = make("mx.example.se", ROOT).der
V4, V4B, V6 = "192.0.2.1", "192.0.2.2", "2001:db8::1"
YES, NO, NOT_TESTED = Fact.YES, Fact.NO, Fact.NOT_TESTED
NOT_OFFERED, TIMEOUT, REFUSED_US = MailState.NOT_OFFERED, MailState.TIMEOUT, MailState.REFUSED_US
FAILED_TLS = Handshake(outcome=TlsOutcome.NOT_TLS, failure=Failure.MALFORMED)


@dataclass(frozen=True, kw_only=True)
class Case:
    seen: MailObservation
    cell: str
    codes: set[str] = field(default_factory=set)
    cell_2017: str = ""
    vantage: dict[str, Fact] = field(default_factory=dict)
    may_pass: bool = False
    awaits_port25: bool = False


CASES = {
    "all TLS": Case(seen=mail(host(tls(V4, RIGHT), tls(V6, RIGHT))), cell="Ja"),
    "not offered": Case(
        seen=mail(host(session(V4, NOT_OFFERED))), cell="Nej", codes={"starttls_not_offered"}
    ),
    "mixed": Case(
        seen=mail(host(tls(V4, RIGHT), session(V4B, NOT_OFFERED))),
        cell="Delvis",
        codes={"starttls_not_offered"},
    ),
    "mixed with a wrong name": Case(
        seen=mail(host(tls(V4, WRONG), session(V4B, NOT_OFFERED))),
        cell="Delvis (C)",
        codes={"starttls_not_offered", "starttls_certificate_wrong_name"},
    ),
    "TLS, and silence elsewhere": Case(
        seen=mail(host(tls(V4, RIGHT), session(V4B, TIMEOUT))), cell="Ja", codes={"starttls_no_answer"}
    ),
    "wrong name": Case(
        seen=mail(host(tls(V4, WRONG))), cell="Ja (C)", codes={"starttls_certificate_wrong_name"}
    ),
    "wrong name at one of two": Case(
        seen=mail(host(tls(V4, RIGHT), tls(V4B, WRONG))),
        cell="Ja (C)",
        codes={"starttls_certificate_wrong_name"},
    ),
    "names the mail domain": Case(
        seen=mail(host(tls(V4, DOMAIN))), cell="Ja (C)", codes={"starttls_certificate_names_domain"}
    ),
    "CN only": Case(
        seen=mail(host(tls(V4, CN_ONLY))),
        cell="Ja (C)",
        cell_2017="Ja",
        codes={"starttls_certificate_common_name_only"},
    ),
    "unreadable certificate": Case(
        seen=mail(host(tls(V4, b"garbage", trust=None))),
        cell="Ja",
        codes={"starttls_certificate_unreadable"},
    ),
    "expired": Case(
        seen=mail(host(tls(V4, RIGHT, trust=replace(TRUSTED, trusted=NO, expired=("mx",))))),
        cell="Ja",
        codes={"starttls_certificate_expired"},
    ),
    "not yet valid": Case(
        seen=mail(host(tls(V4, RIGHT, trust=replace(TRUSTED, trusted=NO, not_yet_valid=("mx",))))),
        cell="Ja",
        codes={"starttls_certificate_not_yet_valid"},
    ),
    "self-signed": Case(
        seen=mail(host(tls(V4, RIGHT, trust=replace(TRUSTED, trusted=NO, self_signed=YES)))),
        cell="Ja",
        codes={"starttls_certificate_self_signed"},
    ),
    "untrusted": Case(
        seen=mail(host(tls(V4, RIGHT, trust=replace(TRUSTED, trusted=NO, known_issuer=NO)))),
        cell="Ja",
        codes={"starttls_certificate_untrusted"},
    ),
    "old protocol": Case(
        seen=mail(host(tls(V4, RIGHT, version="TLSv1.0"))), cell="Ja", codes={"starttls_old_protocols"}
    ),
    "old protocol in the full set": Case(
        seen=mail(host(replace(tls(V4, RIGHT), facts=TlsFacts(ssl3=YES, rc4_suites=YES)))),
        cell="Ja",
        codes={"starttls_old_protocols"},
    ),
    "old protocol only": Case(
        seen=mail(
            host(
                session(
                    V4,
                    MailState.TLS,
                    handshake=FAILED_TLS,
                    broad=HelloReply(
                        name="broad", outcome=TlsOutcome.ESTABLISHED, version="SSLv3", certificates=(WRONG,)
                    ),
                )
            )
        ),
        cell="Ja (C)",
        codes={"starttls_old_protocol_only", "starttls_certificate_wrong_name"},
    ),
    "an accident in the ordinary handshake is no old protocol": Case(
        seen=mail(
            host(
                session(
                    V4,
                    MailState.TLS,
                    handshake=Handshake(outcome=TlsOutcome.SILENT, failure=Failure.RESET),
                    broad=HelloReply(
                        name="broad",
                        outcome=TlsOutcome.ESTABLISHED,
                        version="TLSv1.2",
                        suite=0xC02F,
                        certificates=(RIGHT,),
                    ),
                )
            )
        ),
        cell="Ja",
        codes={"starttls_raw_hello_only"},
    ),
    "injection": Case(
        seen=mail(host(replace(tls(V4, RIGHT), discarded_bytes=9))), cell="Ja", codes={"starttls_injection"}
    ),
    "454": Case(
        seen=mail(
            host(session(V4, MailState.HANDSHAKE_FAILED, starttls=SmtpReply(code=454, lines=("later",))))
        ),
        cell="Nej",
        codes={"starttls_handshake_failed"},
        may_pass=True,
    ),
    "no TLS session": Case(
        seen=mail(host(session(V4, MailState.HANDSHAKE_FAILED, handshake=FAILED_TLS))),
        cell="Nej",
        codes={"starttls_handshake_failed"},
        may_pass=True,
    ),
    "a lasting no to STARTTLS": Case(
        seen=mail(host(session(V4, MailState.HANDSHAKE_FAILED, starttls=SmtpReply(code=554, lines=("no",))))),
        cell="Nej",
        codes={"starttls_handshake_failed"},
        may_pass=True,
    ),
    "a slow server, cut short by our clock within TLS": Case(
        seen=mail(host(session(V4, TIMEOUT, banner=READY, stage=MailStage.STARTTLS))),
        cell="Ej mätt",
        codes={"starttls_fell_silent"},
        may_pass=True,
    ),
    "our own trouble in the middle": Case(
        seen=mail(host(session(V4, MailState.NOT_PROBED, banner=READY, failure=Failure.LOCAL))),
        cell="Ej mätt",
        codes={"mail_own_trouble"},
    ),
    "no TLS session, and part of a wrong certificate": Case(
        seen=mail(
            host(
                session(
                    V4,
                    MailState.HANDSHAKE_FAILED,
                    handshake=FAILED_TLS,
                    broad=HelloReply(name="broad", outcome=TlsOutcome.BROKEN, certificates=(WRONG,)),
                )
            )
        ),
        cell="Nej",
        codes={"starttls_handshake_failed"},
        may_pass=True,
    ),
    "no TLS session, and not let in for the raw hello": Case(
        seen=mail(
            host(
                session(
                    V4,
                    MailState.HANDSHAKE_FAILED,
                    handshake=FAILED_TLS,
                    broad=HelloReply(name="broad", outcome=TlsOutcome.SILENT, failure=Failure.CLOSED),
                )
            )
        ),
        cell="Nej",
        codes={"starttls_handshake_failed"},
        may_pass=True,
    ),
    "refused us": Case(
        seen=mail(host(session(V4, REFUSED_US))), cell="Ej mätt", codes={"starttls_refused_us"}, may_pass=True
    ),
    "refused, the rest left in peace": Case(
        seen=mail(host(session(V4, REFUSED_US), session(V4B, MailState.NOT_PROBED))),
        cell="Ej mätt",
        codes={"starttls_refused_us", "mail_not_asked_again"},
        may_pass=True,
    ),
    "hung up": Case(
        seen=mail(host(session(V4, REFUSED_US, banner=None, failure=Failure.CLOSED, unread="554 Blocked"))),
        cell="Ej mätt",
        codes={"starttls_hung_up"},
        may_pass=True,
    ),
    "no SMTP": Case(
        seen=mail(host(session(V4, REFUSED_US, banner=None, failure=Failure.MALFORMED, unread="SSH-2.0-x"))),
        cell="Ej mätt",
        codes={"starttls_not_smtp"},
        may_pass=True,
    ),
    "never greets": Case(
        seen=mail(host(session(V4, TIMEOUT, stage=MailStage.CONNECT))),
        cell="Ej mätt",
        codes={"starttls_no_greeting"},
        may_pass=True,
    ),
    "falls silent after the greeting": Case(
        seen=mail(host(session(V4, TIMEOUT, stage=MailStage.BANNER, banner=READY))),
        cell="Ej mätt",
        codes={"starttls_fell_silent"},
        may_pass=True,
    ),
    "masked by a firewall": Case(
        seen=mail(
            host(session(V4, NOT_OFFERED, ehlo=SmtpReply(code=250, lines=("mx", "SIZE 1", "XXXXXXXA"))))
        ),
        cell="Nej",
        codes={"starttls_not_offered", "starttls_masked"},
    ),
    "connection refused": Case(
        seen=mail(host(session(V4, MailState.CONNECTION_REFUSED))),
        cell="Ej mätt",
        codes={"starttls_connection_refused"},
        may_pass=True,
    ),
    "nobody answered": Case(
        seen=mail(host(session(V4, TIMEOUT))), cell="Ej mätt", codes={"starttls_no_answer"}, may_pass=True
    ),
    "nobody answered, port 25 not proven": Case(
        seen=mail(host(session(V4, TIMEOUT))),
        vantage={"port25_ipv4": NOT_TESTED, "port25_ipv6": NOT_TESTED},
        cell="Ej mätt",
        codes={"starttls_no_answer"},
        may_pass=True,
        awaits_port25=True,
    ),
    "port 25 shut from here": Case(
        seen=mail(host(session(V4, TIMEOUT), session(V6, TIMEOUT))),
        vantage={"port25_ipv4": NO, "port25_ipv6": NO},
        cell="Ej mätt",
        codes={"vantage_no_port25"},  # nothing to gain by asking again
    ),
    "no IPv4 here": Case(
        seen=mail(host(session(V4, TIMEOUT, failure=Failure.UNREACHABLE))),
        vantage={"ipv4": NO},
        cell="Ej mätt",
        codes={"vantage_no_ipv4"},
    ),
    "no IPv6 here is not held against them": Case(
        seen=mail(host(session(V6, TIMEOUT, failure=Failure.UNREACHABLE), tls(V4, RIGHT))),
        vantage={"ipv6": NO},
        cell="Ja",
        codes={"vantage_no_ipv6"},
    ),
    "no way out over IPv6 is not held against them": Case(
        seen=mail(host(session(V6, TIMEOUT), tls(V4, RIGHT))),
        vantage={"port25_ipv6": NO},
        cell="Ja",
        codes={"mail_ipv6_no_way_out"},
    ),
    "port 25 over IPv4 shut from here, open over IPv6": Case(
        seen=mail(host(session(V4, TIMEOUT))),
        vantage={"port25_ipv4": NO},
        cell="Ej mätt",
        codes={"mail_ipv4_no_way_out"},
    ),
    "no way out over IPv4 is not held against them": Case(
        seen=mail(host(session(V4, TIMEOUT), tls(V6, RIGHT))),
        vantage={"port25_ipv4": NO},
        cell="Ja",
        codes={"mail_ipv4_no_way_out"},
    ),
    "nobody answered, port 25 proven over the other family only": Case(
        seen=mail(host(session(V4, TIMEOUT))),
        vantage={"port25_ipv4": NOT_TESTED},
        cell="Ej mätt",
        codes={"starttls_no_answer"},
        may_pass=True,
        awaits_port25=True,
    ),
    "excluded host": Case(
        seen=mail(host(session(V4, MailState.NOT_PROBED, failure=Failure.EXCLUDED))),
        cell="Ej mätt",
        codes={"excluded_on_request"},
    ),
    "private address": Case(
        seen=mail(host(session("10.0.0.1", MailState.NOT_PROBED, failure=Failure.NOT_ALLOWED))),
        cell="Ej mätt",
        codes={"mail_address_not_allowed"},
    ),
    "own trouble": Case(
        seen=mail(host(session(V4, MailState.NOT_PROBED, failure=Failure.LOCAL))),
        cell="Ej mätt",
        codes={"mail_own_trouble"},
    ),
    "MX hosts unresolvable": Case(
        seen=mail(host(ipv4=FAILED, ipv6=FAILED)), cell="Ej mätt", codes={"unresolvable"}, may_pass=True
    ),
    "an MX host that does not exist": Case(
        seen=mail(host(tls(V4, RIGHT)), host(name="gone.example.se", ipv4=NXDOMAIN, ipv6=NXDOMAIN)),
        cell="Ja",
        codes={"mail_mx_host_nonexistent"},
    ),
    "MX points at a CNAME": Case(
        seen=mail(host(tls(V4, RIGHT), aliases=("real.example.se.",))), cell="Ja", codes={"mail_mx_is_cname"}
    ),
    "null MX beside others": Case(
        seen=mail(host(tls(V4, RIGHT)), null_mx_beside_others=True),
        cell="Ja",
        codes={"mail_null_mx_beside_others"},
    ),
    "implicit MX, and many": Case(
        seen=mail(host(tls(V4, RIGHT)), implicit=True, left_out=2),
        cell="Ja",
        codes={"mail_implicit_mx", "mail_mx_left_out"},
    ),
}

BOTH_COLUMNS = {
    "domain does not exist": Case(
        seen=mail(mx=lookup("MX", outcome=NXDOMAIN)), cell="–", codes={"domain_nonexistent"}
    ),
    "null MX": Case(seen=mail(null_mx=True), cell="–", codes={"mail_null_mx"}),
    "MX unresolvable": Case(
        seen=mail(mx=lookup("MX", outcome=FAILED)), cell="Ej mätt", codes={"unresolvable"}, may_pass=True
    ),
    "no mail service": Case(
        seen=mail(host(name="example.se"), implicit=True, mx=lookup("MX")),
        cell="–",
        codes={"mail_no_service"},
    ),
    "no MX, own address unresolvable": Case(
        seen=mail(host(name="example.se", ipv4=FAILED), implicit=True, mx=lookup("MX")),
        cell="Ej mätt",
        codes={"unresolvable", "mail_implicit_mx"},
        may_pass=True,
    ),
    "every MX host proven not to exist": Case(
        seen=mail(host(ipv4=NXDOMAIN, ipv6=NXDOMAIN), host(ipv4=NODATA, ipv6=NODATA)),
        cell="–",
        codes={"mail_mx_hosts_nonexistent"},
    ),
    "MX holds an address": Case(
        seen=mail(host(name="192.0.2.25", ipv4=NXDOMAIN, ipv6=NXDOMAIN)),
        cell="–",
        codes={"mail_mx_hosts_nonexistent", "mail_mx_is_address"},
    ),
    "row deadline": Case(seen=mail(failure=Failure.ROW_DEADLINE), cell="Ej mätt", codes={"row_deadline"}),
    "excluded": Case(seen=mail(failure=Failure.EXCLUDED), cell="Ej mätt", codes={"excluded_on_request"}),
    "own trouble": Case(seen=mail(failure=Failure.LOCAL), cell="Ej mätt", codes={"mail_not_measured"}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_cells(case: Case) -> None:
    verdict = starttls.judge(evidence(case.seen, case.vantage), RULESET_2026)
    assert verdict.cell == case.cell
    assert {finding.code for finding in verdict.findings} == case.codes
    assert (verdict.may_pass, verdict.awaits_port25) == (case.may_pass, case.awaits_port25)
    old = starttls.judge(evidence(case.seen, case.vantage), BILAGA_A_2017)
    assert old.cell == (case.cell_2017 or case.cell)


@pytest.mark.parametrize("case", BOTH_COLUMNS.values(), ids=BOTH_COLUMNS)
def test_what_decides_both_mail_columns(case: Case) -> None:
    for judge in (starttls.judge, mail_ipv6.judge):
        verdict = judge(evidence(case.seen, case.vantage), RULESET_2026)
        assert verdict.cell == case.cell
        assert {finding.code for finding in verdict.findings} >= case.codes
        assert verdict.may_pass is case.may_pass


def test_a_second_attempt_is_noted() -> None:
    verdict = starttls.judge(evidence(mail(host(tls(V4, RIGHT))), second=True), RULESET_2026)
    assert [finding.code for finding in verdict.findings] == ["second_attempt"]
