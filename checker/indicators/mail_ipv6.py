"""E-mail over IPv6: whether some mail host greets on port 25 over IPv6. Never says anything of encryption."""

from collections.abc import Iterator
from dataclasses import replace

from checker.indicators.mail_service import service_findings, unresolved_names, without_dialogue
from checker.indicators.shown import shown_reply
from checker.observations.dns import LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import MAY_PASS, NOBODY_MET, Failure
from checker.observations.mail import MailHost, MailObservation, MailSession, MailStage, MailState
from checker.observations.row import Evidence
from checker.observations.vantage import Vantage
from checker.rulesets import Ruleset
from checker.verdict import Finding, Value, Verdict

NAME = "mail_ipv6"


def judge(evidence: Evidence, ruleset: Ruleset) -> Verdict:
    """Judge whether mail can be delivered over IPv6 (notation.md, e-post via IPv6; RFC 5321 §5.2).

    In order:
    1. nothing to ask, or nowhere to ask it: `mail_service.without_dialogue` → `–` or `Ej mätt`
    2. some IPv6 address greeted, whatever the code → `Ja`; 4xx/5xx and dead addresses are findings
    3. no AAAA on any mail host; special-purpose addresses do not count (RFC 6890) → `Nej`
    4. some mail host's AAAA could not be resolved → `Ej mätt`
    5. no IPv6 here, or no way out on port 25 → `Ej mätt`
    6. some address not asked, or a host with AAAA that did not greet over IPv4 either → `Ej mätt`
    7. nothing but silence and refusals, and nobody's port 25 reached over IPv6 yet, so that it may be shut from here → `Ej mätt`
    8. otherwise every AAAA address is dead → `Nej`
    """
    mail = evidence.mail
    assert mail is not None, "judged only when mail was asked for"
    verdict = without_dialogue(mail, ruleset, NAME) or _by_addresses(mail, evidence.vantage, ruleset)
    findings = (*verdict.findings, *(found for found in service_findings(evidence, mail, ruleset) if found))
    return replace(verdict, findings=tuple(dict.fromkeys(findings)))


def _by_addresses(mail: MailObservation, vantage: Vantage, ruleset: Ruleset) -> Verdict:
    published = [session for host in mail.hosts for session in over_ipv6(host)]
    special = tuple(_special(mail, ruleset))
    if any(session.banner for session in published):
        dead = _dead(mail, ruleset) if vantage.ipv6 is Fact.YES else ()
        return _verdict(Value.YES, *_greetings(mail, ruleset), *dead, *special)
    unresolved = [host.name for host in mail.hosts if host.ipv6.outcome is LookupOutcome.FAILED]
    if unresolved:
        reasons = (ruleset.finding("unresolvable", name) for name in unresolved)
        return _verdict(Value.UNKNOWN, *reasons, *special, may_pass=True)
    if not published:
        return _verdict(Value.NO, *(special or (ruleset.finding("mail_ipv6_no_aaaa", mail.domain),)))
    return _silent(mail, published, vantage, ruleset, special)


def _silent(
    mail: MailObservation,
    published: list[MailSession],
    vantage: Vantage,
    ruleset: Ruleset,
    special: tuple[Finding | None, ...],
) -> Verdict:
    """AAAA there are, and nobody greeted over IPv6: say whether that is theirs or ours."""
    passing = any(
        session.failure in MAY_PASS or session.state is MailState.REFUSED_US for session in published
    )
    if vantage.ipv6 is not Fact.YES:
        return _verdict(Value.UNKNOWN, ruleset.finding("vantage_no_ipv6", mail.domain), *special)
    if Fact.YES not in (vantage.port25_ipv4, vantage.port25_ipv6) and vantage.port25_ipv4 is Fact.NO:
        return _verdict(Value.UNKNOWN, ruleset.finding("vantage_no_port25", mail.domain), *special)
    if vantage.port25_ipv6 is Fact.NO:
        return _verdict(Value.UNKNOWN, ruleset.finding("mail_ipv6_no_way_out", mail.domain), *special)
    unproven = vantage.port25_ipv6 is Fact.NOT_TESTED
    undecided = tuple(_undecided(mail, vantage, ruleset))
    if undecided:
        passing = passing or bool(unresolved_names(mail))
        return _verdict(Value.UNKNOWN, *undecided, *special, may_pass=passing, awaits_port25=unproven)
    if unproven and all(map(_silence, published)):
        note = ruleset.finding("mail_ipv6_port25_unproven", mail.domain)
        return _verdict(Value.UNKNOWN, note, *special, may_pass=passing, awaits_port25=True)
    # Be it refused: servers are restarted, and their families come up one after the other.
    return _verdict(Value.NO, *_dead(mail, ruleset), *special, may_pass=True)


def _silence(session: MailSession) -> bool:
    """Whether nobody was met at all, as when some network on the way drops, forbids or rejects port 25."""
    return session.stage is MailStage.NONE and session.failure in NOBODY_MET


def _undecided(mail: MailObservation, vantage: Vantage, ruleset: Ruleset) -> Iterator[Finding | None]:
    """Why the silence of some host's IPv6 addresses proves nothing."""
    for host in mail.hosts:
        published = over_ipv6(host)
        not_asked = [session for session in published if session.state is MailState.NOT_PROBED]
        if any(session.failure is Failure.EXCLUDED for session in not_asked):
            yield ruleset.finding("excluded_on_request", host.name)
        elif not_asked:
            yield ruleset.finding("mail_ipv6_not_asked", host.name, addresses=_addresses(not_asked))
        elif published and not greets_over_ipv4(host):
            yield ruleset.finding(_without_ipv4(vantage), host.name)


def _without_ipv4(vantage: Vantage) -> str:
    """The code for why a host's silence over IPv6 cannot be held against its IPv4."""
    if vantage.ipv4 is Fact.NO:
        return "vantage_no_ipv4"
    return "mail_ipv4_no_way_out" if vantage.port25_ipv4 is Fact.NO else "mail_ipv6_neither_family"


def _greetings(mail: MailObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    for host in mail.hosts:
        for session in over_ipv6(host):
            if session.banner and session.banner.code != 220:
                yield ruleset.finding(
                    "mail_ipv6_greeting_refused",
                    host.name,
                    address=session.address,
                    reply=shown_reply(session.banner),
                )


def _dead(mail: MailObservation, ruleset: Ruleset) -> tuple[Finding | None, ...]:
    return tuple(
        ruleset.finding("mail_ipv6_address_dead", host.name, addresses=_addresses(dead))
        for host in mail.hosts
        if (
            dead := [
                session
                for session in over_ipv6(host)
                if session.banner is None and session.state is not MailState.NOT_PROBED
            ]
        )
    )


def _special(mail: MailObservation, ruleset: Ruleset) -> Iterator[Finding | None]:
    for host in mail.hosts:
        if ignored := [session for session in host.sessions if _not_allowed(session)]:
            yield ruleset.finding("mail_ipv6_special_purpose", host.name, addresses=_addresses(ignored))


def over_ipv6(host: MailHost) -> list[MailSession]:
    """The dialogues with the host's AAAA addresses, special-purpose ones left out."""
    return [
        session
        for session in host.sessions
        if session.address.version == 6 and session.failure is not Failure.NOT_ALLOWED
    ]


def greets_over_ipv4(host: MailHost) -> bool:
    """Whether any IPv4 address of the host said something on port 25."""
    return any(session.address.version == 4 and session.banner is not None for session in host.sessions)


def _not_allowed(session: MailSession) -> bool:
    return session.address.version == 6 and session.failure is Failure.NOT_ALLOWED


def _addresses(sessions: list[MailSession]) -> str:
    return ", ".join(str(session.address) for session in sessions)


def _verdict(
    value: Value, *findings: Finding | None, may_pass: bool = False, awaits_port25: bool = False
) -> Verdict:
    return Verdict(
        indicator=NAME,
        value=value,
        findings=tuple(found for found in findings if found),
        may_pass=may_pass,
        awaits_port25=awaits_port25,
    )
