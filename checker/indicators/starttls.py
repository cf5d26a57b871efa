"""STARTTLS: whether the mail server addresses offer encryption that works. Trust and dates never decide the cell."""

from dataclasses import replace

from checker.indicators import starttls_findings as said
from checker.indicators.mail_service import service_findings, unresolved_names, without_dialogue
from checker.observations.fact import Fact
from checker.observations.failure import MAY_PASS, NOBODY_MET
from checker.observations.mail import MailObservation, MailSession, MailState
from checker.observations.row import Evidence
from checker.observations.vantage import Vantage
from checker.rulesets import Ruleset
from checker.verdict import Finding, Flag, Value, Verdict

NAME = "starttls"
_MAY_PASS = frozenset({MailState.REFUSED_US, MailState.CONNECTION_REFUSED, MailState.HANDSHAKE_FAILED})
COMPLETED = frozenset({MailState.TLS, MailState.NOT_OFFERED, MailState.HANDSHAKE_FAILED})


def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
    """Judge STARTTLS of the mail domain (notation.md, STARTTLS; RFC 3207).

    In order:
    1. nothing to ask, or nowhere to ask it: `mail_service.without_dialogue` → `–` or `Ej mätt`
    2. nobody completed a dialogue → `Ej mätt`: port 25 shut from here, a family that we lack, excluded, they refused us,
       nobody answered
    3. all that completed one got TLS → `Ja`; none → `Nej`; some → `Delvis`
    4. `(C)` when a certificate at any of these addresses does not name the MX host (RFC 9525)
    """
    mail = evidence.mail
    assert mail is not None, "judged only when mail was asked for"
    verdict = without_dialogue(mail, ruleset, NAME) or _by_dialogues(mail, evidence.vantage, ruleset)
    findings = (*verdict.findings, *(found for found in service_findings(evidence, mail, ruleset) if found))
    return replace(verdict, findings=tuple(dict.fromkeys(findings)))


def _by_dialogues(mail: MailObservation, vantage: Vantage, ruleset: Ruleset) -> Verdict:
    sessions = [session for host in mail.hosts for session in host.sessions]
    states = [session.state for session in sessions if session.state in COMPLETED]
    if not states:
        return _nobody(mail, vantage, ruleset)
    value = Value.PARTIAL
    if set(states) == {MailState.TLS}:
        value = Value.YES
    elif MailState.TLS not in states:
        value = Value.NO
    named_wrong = tuple(found for host in mail.hosts for found in said.names(host, mail.domain, ruleset))
    findings = (
        *(found for host in mail.hosts for found in said.dialogues(host, ruleset)),
        *named_wrong,
        *(found for host in mail.hosts for found in said.certificates_and_protocols(host, ruleset)),
        *_unanswered(mail, vantage, ruleset),
    )
    return Verdict(
        indicator=NAME,
        value=value,
        flags=(Flag.C,) if named_wrong else (),
        findings=tuple(found for found in findings if found),
        may_pass=value is not Value.YES and any(_might_pass(session, vantage) for session in sessions),
    )


def _nobody(mail: MailObservation, vantage: Vantage, ruleset: Ruleset) -> Verdict:
    """`Ej mätt`, with the reasons that are ours before theirs."""
    sessions = [session for host in mail.hosts for session in host.sessions]
    shut = vantage.port25_ipv4 is Fact.NO and vantage.port25_ipv6 is not Fact.YES
    unproven = any(_silent(session) and _way_out(session, vantage) is Fact.NOT_TESTED for session in sessions)
    reasons: tuple[Finding | None, ...] = (
        (ruleset.finding("vantage_no_port25", mail.domain),) if shut else _unanswered(mail, vantage, ruleset)
    )
    return Verdict(
        indicator=NAME,
        value=Value.UNKNOWN,
        findings=tuple(found for found in reasons if found),
        may_pass=bool(unresolved_names(mail))
        or (not shut and any(_might_pass(session, vantage) for session in sessions)),
        awaits_port25=unproven and not shut,
    )


def _unanswered(mail: MailObservation, vantage: Vantage, ruleset: Ruleset) -> tuple[Finding | None, ...]:
    """What kept addresses from a dialogue; what the vantage lacks is said once and never held against them."""
    ours: dict[str, None] = {}
    theirs: list[Finding | None] = []
    for host in mail.hosts:
        left: list[MailSession] = []
        for session in host.sessions:
            if lack := _lack(session, vantage):
                ours[lack] = None
            else:
                left.append(session)
        theirs.extend(said.unanswered(replace(host, sessions=tuple(left)), ruleset))
    theirs.extend(ruleset.finding("unresolvable", name) for name in unresolved_names(mail))
    return (*(ruleset.finding(code, mail.domain) for code in ours), *theirs)


def _lack(session: MailSession, vantage: Vantage) -> str | None:
    """The code for what we lack, when that is why nobody answered here."""
    if not _silent(session) or _way_out(session, vantage) is not Fact.NO:
        return None
    version = session.address.version
    lacking = (vantage.ipv4 if version == 4 else vantage.ipv6) is Fact.NO
    return f"vantage_no_ipv{version}" if lacking else f"mail_ipv{version}_no_way_out"


def _silent(session: MailSession) -> bool:
    """Whether nobody was met, be it that a network of ours drops or rejects port 25."""
    return session.banner is None and session.failure in NOBODY_MET


def _way_out(session: MailSession, vantage: Vantage) -> Fact:
    """Whether port 25 is open from here over the address's family; NO also where the family is missing."""
    if session.address.version == 4:
        return Fact.NO if vantage.ipv4 is Fact.NO else vantage.port25_ipv4
    return Fact.NO if vantage.ipv6 is Fact.NO else vantage.port25_ipv6


def _might_pass(session: MailSession, vantage: Vantage) -> bool:
    """Whether what went wrong at this address could be passing: timeout, reset, 4xx, 5xx to us. What we lack stays.

    No TLS session always could, as on the web, and a refused connection: servers are restarted.
    """
    if session.state in (MailState.TLS, MailState.NOT_OFFERED) or _lack(session, vantage):
        return False
    return session.state in _MAY_PASS or session.failure in MAY_PASS
