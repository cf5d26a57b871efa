"""What is worth saying of one mail host's dialogues, certificates and protocols. Never decides the cell."""

import re
from collections.abc import Iterator

from checker.indicators.certificates import certificate_names, names_in_cn_only, shown_names
from checker.indicators.shown import shown_reply
from checker.indicators.tls_configuration import TERMS
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.mail import MailHost, MailSession, MailStage, MailState
from checker.observations.tls import Handshake, TlsFacts, TlsOutcome
from checker.protocols.certificate import read_certificate
from checker.protocols.host_names import names_host
from checker.protocols.suites import FAMILIES, WORSE_THAN_CBC
from checker.rulesets import Ruleset
from checker.verdict import Finding

_MASKED = re.compile("X{7}[XA]")
_PLAIN = frozenset({Failure.TIMEOUT, Failure.RESET, Failure.CLOSED, Failure.TOO_MUCH})
_ALERTS = {
    40: "handshake_failure",
    42: "bad_certificate",
    47: "illegal_parameter",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    112: "unrecognized_name",
}
"""The alerts that end handshakes (RFC 8446 §6, RFC 6066 §9)."""
_OLD_VERSIONS = frozenset({"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"})
_WEAK_FACTS = (
    *("ssl2", "ssl3", "tls10", "tls11", "null_suites", "anonymous_suites"),
    *("export_suites", "des_suites", "rc4_suites", "block64_suites"),
)


def dialogues(host: MailHost, ruleset: Ruleset) -> Iterator[Finding | None]:
    """STARTTLS not offered, offered in vain, for raw hellos only, bytes pushed in before TLS (RFC 3207 §4)."""
    for state, code in (
        (MailState.NOT_OFFERED, "starttls_not_offered"),
        (MailState.HANDSHAKE_FAILED, "starttls_handshake_failed"),
    ):
        those = [session for session in host.sessions if session.state is state]
        for detail, some in _grouped(those):
            yield ruleset.finding(code, host.name, addresses=_addresses(some), detail=detail)
    if masked := [session for session in host.sessions if _masked(session)]:
        yield ruleset.finding("starttls_masked", host.name, addresses=_addresses(masked))
    raw_only = [session for session in host.sessions if session.state is MailState.TLS and session.broad]
    for detail, some in _grouped(raw_only):
        code = "starttls_old_protocol_only" if any(map(_old_only, some)) else "starttls_raw_hello_only"
        version = next((session.broad.version for session in some if session.broad), None)
        yield ruleset.finding(
            code, host.name, addresses=_addresses(some), version=version or "?", detail=detail
        )
    if injected := [session for session in host.sessions if session.discarded_bytes]:
        yield ruleset.finding("starttls_injection", host.name, addresses=_addresses(injected))


def names(host: MailHost, mail_domain: str, ruleset: Ruleset) -> tuple[Finding, ...]:
    """The reasons for `(C)`: certificates that do not name the MX host (RFC 9525; CN by the ruleset)."""
    reasons: dict[tuple[str, str], list[MailSession]] = {}
    for session in host.sessions:
        chain = _chain(session) if session.state is MailState.TLS else ()
        leaf = read_certificate(chain[0]) if chain else None
        if leaf is None or leaf.dns_names is None or certificate_names(leaf, host.name, ruleset):
            continue
        code = "starttls_certificate_wrong_name"
        if names_in_cn_only(leaf, host.name):
            code = "starttls_certificate_common_name_only"
        elif names_host(
            mail_domain, dns_names=leaf.dns_names, common_names=leaf.common_names, common_name_counts=True
        ):
            code = "starttls_certificate_names_domain"
        reasons.setdefault((code, shown_names(leaf)), []).append(session)
    findings = (
        ruleset.finding(code, host.name, addresses=_addresses(sessions), names=shown, mail_domain=mail_domain)
        for (code, shown), sessions in reasons.items()
    )
    return tuple(finding for finding in findings if finding)


def certificates_and_protocols(host: MailHost, ruleset: Ruleset) -> Iterator[Finding | None]:
    """Trust, dates and old protocols: findings only, since no mail cell depends on them (RFC 7435)."""
    for session in host.sessions:
        chain = _chain(session)
        if chain and read_certificate(chain[0]).dns_names is None:
            yield ruleset.finding("starttls_certificate_unreadable", host.name)
        trust = session.handshake.trust if session.handshake else None
        if trust is not None:
            if trust.expired:
                certificate = ", ".join(trust.expired)
                yield ruleset.finding("starttls_certificate_expired", host.name, certificate=certificate)
            if trust.not_yet_valid:
                certificate = ", ".join(trust.not_yet_valid)
                yield ruleset.finding(
                    "starttls_certificate_not_yet_valid", host.name, certificate=certificate
                )
            if trust.self_signed is Fact.YES and trust.trusted is Fact.NO:
                yield ruleset.finding("starttls_certificate_self_signed", host.name)
            elif trust.trusted is Fact.NO and not (trust.expired or trust.not_yet_valid):
                issuer = read_certificate(chain[0]).issuer
                yield ruleset.finding("starttls_certificate_untrusted", host.name, issuer=issuer)
        if old := _old(session):
            yield ruleset.finding("starttls_old_protocols", host.name, what=old)


def unanswered(host: MailHost, ruleset: Ruleset) -> Iterator[Finding | None]:
    """Addresses without a dialogue: they refused us, broke off, nobody answered, or we did not ask."""
    for code in _UNANSWERED:
        those = [session for session in host.sessions if _why_unanswered(session) == code]
        for detail, some in _grouped(those):
            yield ruleset.finding(code, host.name, addresses=_addresses(some), detail=detail)
    for failure, code in (
        (Failure.EXCLUDED, "excluded_on_request"),
        (Failure.NOT_ALLOWED, "mail_address_not_allowed"),
        (Failure.LOCAL, "mail_own_trouble"),
        (Failure.ROW_DEADLINE, "row_deadline"),
        (None, "mail_not_asked_again"),
    ):
        skipped = [session for session in host.sessions if session.state is MailState.NOT_PROBED]
        if those := [session for session in skipped if session.failure is failure]:
            yield ruleset.finding(code, host.name, addresses=_addresses(those))


_UNANSWERED = (
    "starttls_refused_us",
    "starttls_hung_up",
    "starttls_not_smtp",
    "starttls_fell_silent",
    "starttls_no_greeting",
    "starttls_no_answer",
    "starttls_connection_refused",
)


def _why_unanswered(session: MailSession) -> str | None:
    """One of `_UNANSWERED`; None for an address that had its dialogue or that we did not ask."""
    match session.state, session.failure:
        case MailState.REFUSED_US, Failure.MALFORMED | Failure.TOO_MUCH:
            return "starttls_not_smtp"
        case MailState.REFUSED_US, None:
            return "starttls_refused_us"
        case MailState.REFUSED_US, _:
            return "starttls_hung_up"
        case MailState.TIMEOUT, _ if session.banner is not None:
            return "starttls_fell_silent"
        case MailState.TIMEOUT, _ if session.stage is not MailStage.NONE:
            return "starttls_no_greeting"
        case MailState.TIMEOUT | MailState.UNRESOLVABLE, _:
            return "starttls_no_answer"
        case MailState.CONNECTION_REFUSED, _:
            return "starttls_connection_refused"
        case _:
            return None


def _grouped(sessions: list[MailSession]) -> Iterator[tuple[str, list[MailSession]]]:
    by_detail: dict[str, list[MailSession]] = {}
    for session in sessions:
        by_detail.setdefault(_detail(session), []).append(session)
    yield from by_detail.items()


def _masked(session: MailSession) -> bool:
    """Whether something on the way has written over STARTTLS: Cisco's inspection leaves as many X, the last maybe A."""
    return session.state is MailState.NOT_OFFERED and any(
        _MASKED.fullmatch(line.strip()) for line in (session.ehlo.lines[1:] if session.ehlo else ())
    )


def _old_only(session: MailSession) -> bool:
    """Whether only the raw hello got TLS, and old or weak TLS at that: else the ordinary handshake had an accident."""
    broad = session.broad
    if session.state is not MailState.TLS or broad is None:
        return False
    weak = broad.suite is not None and FAMILIES[broad.suite] & WORSE_THAN_CBC
    return broad.version in _OLD_VERSIONS or bool(weak)


def _detail(session: MailSession) -> str:
    """The last thing that was said or happened: the server's words, a TLS detail, or a word of a closed vocabulary."""
    if session.handshake is not None:
        return tls_detail(session.handshake)
    if session.unread:
        return session.unread
    if session.failure is not None:
        return session.failure.value
    if session.helo is not None and session.ehlo is not None and session.starttls is None:
        return f"EHLO: {shown_reply(session.ehlo)}; HELO: {shown_reply(session.helo)}"
    last = session.starttls or session.ehlo or session.banner
    return shown_reply(last) if last else "?"


def tls_detail(seen: Handshake) -> str:
    """What ended a handshake: the alert, "not_tls", a word for the failure, or OpenSSL's own."""
    if seen.alert is not None:
        return f"TLS alert {seen.alert} {_ALERTS.get(seen.alert, '')}".strip()
    if seen.outcome is TlsOutcome.NOT_TLS:
        return seen.outcome.value
    return seen.failure.value if seen.failure in _PLAIN else seen.detail or seen.outcome.value


def _addresses(sessions: list[MailSession]) -> str:
    return ", ".join(str(session.address) for session in sessions)


def _chain(session: MailSession) -> tuple[bytes, ...]:
    if session.handshake is not None and session.handshake.chain:
        return session.handshake.chain
    return session.broad.certificates if session.broad is not None else ()


def _old(session: MailSession) -> str:
    """Old protocols and weak suites seen, for showing: the full set where it was taken, else the version spoken."""
    if session.facts is not None:
        return ", ".join(TERMS[fact] for fact in _WEAK_FACTS if _yes(session.facts, fact))
    version = session.handshake.version if session.handshake else None
    return version.replace("v", " ") if version in _OLD_VERSIONS and version else ""


def _yes(facts: TlsFacts, name: str) -> bool:
    return getattr(facts, name) is Fact.YES
