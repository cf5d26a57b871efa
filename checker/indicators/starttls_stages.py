"""Hosts × stages behind a STARTTLS verdict, for people to read. Pure; it decides nothing."""

from collections.abc import Iterator
from dataclasses import replace

from checker.indicators.certificates import certificate_names, shown_names
from checker.indicators.shown import MAX_WORDS, shown_reply
from checker.indicators.starttls_findings import tls_detail
from checker.mail_stages import AddressStages, HostStages, Outcome, Stage, StageOutcome
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import NOBODY_MET, OUR_OWN
from checker.observations.mail import MailHost, MailObservation, MailSession, MailState
from checker.observations.tls import ChainTrust, TlsOutcome
from checker.observations.vantage import Vantage
from checker.protocols.certificate import read_certificate
from checker.rulesets import Ruleset

_BEHIND_OFFER = frozenset({Stage.STARTTLS, Stage.TLS})


def host_stages(mail: MailObservation, vantage: Vantage, ruleset: Ruleset) -> tuple[HostStages, ...]:
    """Every mail host with how far each of its addresses came (measuring.md, Mail)."""
    return tuple(
        HostStages(
            name=host.name, preference=host.preference, addresses=tuple(_addresses(host, vantage, ruleset))
        )
        for host in mail.hosts
    )


def _addresses(host: MailHost, vantage: Vantage, ruleset: Ruleset) -> Iterator[AddressStages]:
    for session in host.sessions:
        reached = tuple(_reached(session, host, vantage, ruleset))
        left = tuple(
            StageOutcome(stage=stage, outcome=Outcome.NOT_REACHED) for stage in tuple(Stage)[len(reached) :]
        )
        yield AddressStages(address=str(session.address), state=session.state.value, stages=(*reached, *left))
    if host.ipv4.absent and host.ipv6.absent:
        yield _unresolved(Outcome.FAILED, "nonexistent" if _nonexistent(host) else "no_address")
    for lookup in (host.ipv6, host.ipv4):
        if lookup.outcome is LookupOutcome.FAILED:
            yield _unresolved(Outcome.UNKNOWN, lookup.type)


def _nonexistent(host: MailHost) -> bool:
    return LookupOutcome.NXDOMAIN in (host.ipv4.outcome, host.ipv6.outcome)


def _unresolved(outcome: Outcome, detail: str) -> AddressStages:
    first, *later = Stage
    return AddressStages(
        address="",
        state=MailState.UNRESOLVABLE.value,
        stages=(
            StageOutcome(stage=first, outcome=outcome, detail=detail),
            *(StageOutcome(stage=stage, outcome=Outcome.NOT_REACHED) for stage in later),
        ),
    )


def _reached(
    session: MailSession, host: MailHost, vantage: Vantage, ruleset: Ruleset
) -> Iterator[StageOutcome]:
    """The stages in order up to the one that ended the dialogue."""
    yield _of(Stage.RESOLVE, Outcome.PASSED, words=_canonical(host, session))
    steps = (_connect(session, vantage), _banner(session), _ehlo(session), _starttls(session), _tls(session))
    for step in steps:
        yield step
        if step.outcome is not Outcome.PASSED:
            return
    yield _name(session, host.name, ruleset)
    yield _trust(session)


def _canonical(host: MailHost, session: MailSession) -> str:
    lookup: Lookup = host.ipv4 if session.address.version == 4 else host.ipv6
    return lookup.aliases[-1].rstrip(".") if lookup.aliases else ""


def _connect(session: MailSession, vantage: Vantage) -> StageOutcome:
    if session.banner is not None or session.stage.value != "none":
        return _of(Stage.CONNECT, Outcome.PASSED)
    detail = session.failure.value if session.failure else "not_asked_again"
    ours = session.state is MailState.NOT_PROBED or session.failure in OUR_OWN
    way_out = vantage.port25_ipv4 if session.address.version == 4 else vantage.port25_ipv6
    unproven = session.failure in NOBODY_MET and way_out is not Fact.YES
    return _of(Stage.CONNECT, Outcome.UNKNOWN if ours or unproven else Outcome.FAILED, detail=detail)


def _banner(session: MailSession) -> StageOutcome:
    if session.banner is None:
        return _broken_off(Stage.BANNER, session)
    good = session.banner.code == 220
    return _of(Stage.BANNER, Outcome.PASSED if good else Outcome.FAILED, words=shown_reply(session.banner))


def _ehlo(session: MailSession) -> StageOutcome:
    reply = session.helo or session.ehlo
    if reply is None:
        return _broken_off(Stage.EHLO, session)
    outcome = Outcome.PASSED if reply.code == 250 else Outcome.FAILED
    return _of(Stage.EHLO, outcome, words=shown_reply(reply), detail="helo_only" if session.helo else "")


def _starttls(session: MailSession) -> StageOutcome:
    if session.state is MailState.NOT_OFFERED:
        return _of(Stage.STARTTLS, Outcome.FAILED, detail="not_offered")
    if session.starttls is None:
        return _broken_off(Stage.STARTTLS, session)
    good = session.starttls.code // 100 == 2
    return _of(
        Stage.STARTTLS,
        Outcome.PASSED if good else Outcome.FAILED,
        words=shown_reply(session.starttls),
        detail="injection" if session.discarded_bytes else "",
    )


def _tls(session: MailSession) -> StageOutcome:
    seen, broad = session.handshake, session.broad
    if seen is not None and seen.outcome is TlsOutcome.ESTABLISHED:
        return _of(Stage.TLS, Outcome.PASSED, detail=f"{seen.version or ''} {seen.suite or ''}".strip())
    if session.state is MailState.TLS and broad is not None:
        return _of(Stage.TLS, Outcome.PASSED, detail=f"{broad.version or ''} (raw hello)")
    ended = _broken_off(Stage.TLS, session)
    return replace(ended, detail=tls_detail(seen) if seen is not None else ended.detail)


def _name(session: MailSession, host: str, ruleset: Ruleset) -> StageOutcome:
    chain = _chain(session)
    leaf = read_certificate(chain[0]) if chain else None
    if leaf is None or leaf.dns_names is None:
        return _of(Stage.NAME, Outcome.UNKNOWN, detail="unreadable" if leaf else "no_certificate")
    named = certificate_names(leaf, host, ruleset)
    return _of(Stage.NAME, Outcome.PASSED if named else Outcome.FAILED, words=shown_names(leaf))


def _trust(session: MailSession) -> StageOutcome:
    trust = session.handshake.trust if session.handshake else None
    if trust is None or trust.trusted is Fact.NOT_TESTED:
        return _of(Stage.TRUST, Outcome.UNKNOWN)
    if trust.trusted is Fact.YES:
        return _of(Stage.TRUST, Outcome.PASSED)
    return _of(Stage.TRUST, Outcome.FAILED, detail=why_untrusted(trust))


def why_untrusted(trust: ChainTrust) -> str:
    """One word for what stands in the way of trust, the dates first."""
    reasons = (
        ("expired", bool(trust.expired)),
        ("not_yet_valid", bool(trust.not_yet_valid)),
        ("self_signed", trust.self_signed is Fact.YES),
        ("incomplete", trust.complete is Fact.NO),
        ("unknown_issuer", trust.known_issuer is Fact.NO),
    )
    return next((word for word, holds in reasons if holds), "untrusted")


def _broken_off(stage: Stage, session: MailSession) -> StageOutcome:
    """A stage that brought no answer: theirs, unless it was our own trouble or our clock (state `timeout` within TLS)."""
    unfair = session.state is MailState.TIMEOUT and session.ehlo is not None and stage in _BEHIND_OFFER
    ours = session.state is MailState.NOT_PROBED or unfair
    detail = session.failure.value if session.failure else ""
    return _of(stage, Outcome.UNKNOWN if ours else Outcome.FAILED, words=session.unread, detail=detail)


def _of(stage: Stage, outcome: Outcome, *, words: str = "", detail: str = "") -> StageOutcome:
    return StageOutcome(stage=stage, outcome=outcome, words=words[:MAX_WORDS], detail=detail)


def _chain(session: MailSession) -> tuple[bytes, ...]:
    if session.handshake is not None and session.handshake.chain:
        return session.handshake.chain
    return session.broad.certificates if session.broad is not None else ()
