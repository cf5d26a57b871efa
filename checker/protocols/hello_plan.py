"""Which hello to send next, given the ordinary handshake and the replies so far: about nine connections in all.

Pure; the probe that follows the plan is `checker.probes.tls_facts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checker.observations.fact import Fact
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.client_hello import SSL3, TLS10, TLS11, TLS12, Hello
from checker.protocols.hellos import BROAD, HELLOS, weak_hello
from checker.protocols.tls_facts import awaits_control, removed_by_first_weak, tls_facts

_CONTROLS = ("tls12", "broad", "rsa", "dhe", "3des", "ssl3")
"""Which hello is repeated as control, the first of these that brought a ServerHello."""
_NO_TLS_RECORD = frozenset({TlsOutcome.SILENT, TlsOutcome.NOT_TLS})


def next_hello(handshake: Handshake, replies: Sequence[HelloReply]) -> Hello | None:
    """The next hello of the plan; None when everything is asked or further asking means nothing.

    Without an ordinary session the broad hello comes first; without a TLS record it is the only one.
    """
    asked = {reply.name: reply for reply in replies}
    if handshake.outcome is not TlsOutcome.ESTABLISHED:
        if "broad" not in asked:
            return BROAD
        if handshake.outcome in _NO_TLS_RECORD or asked["broad"].outcome is not TlsOutcome.ESTABLISHED:
            return None
    facts = tls_facts(handshake, replies)
    return (
        _next_for_versions(facts, asked)
        or _next_for_suites(facts, asked, replies)
        or _control_again(handshake, facts, replies, asked)
    )


def _next_for_versions(facts: TlsFacts, asked: Mapping[str, HelloReply]) -> Hello | None:
    for name in ("tls12", "ssl2", "old", "old/2", "ssl3"):
        if name not in asked and _version_wanted(name, facts):
            return HELLOS[name]
    return None


def _next_for_suites(
    facts: TlsFacts, asked: Mapping[str, HelloReply], replies: Sequence[HelloReply]
) -> Hello | None:
    if _nothing_old(facts) and facts.tls12 is Fact.NO:
        return None
    if "weak" not in asked:
        return weak_hello("weak", TLS12 if facts.tls12 is not Fact.NO else _old_version(facts))
    if "weak/2" not in asked and (second := _second_weak(asked["weak"], facts, replies)):
        return second
    for name in ("3des", "dhe", "rsa"):
        if name not in asked and _suites_wanted(name, facts):
            return HELLOS[name]
    return None


def _version_wanted(name: str, facts: TlsFacts) -> bool:
    match name:
        case "old":
            return Fact.NOT_TESTED in (facts.tls10, facts.tls11)
        case "old/2":
            return facts.tls11 is Fact.YES and facts.tls10 is Fact.NOT_TESTED
        case "ssl3":
            return facts.ssl3 is Fact.NOT_TESTED
        case _:
            return True


def _suites_wanted(name: str, facts: TlsFacts) -> bool:
    match name:
        case "3des":
            return facts.block64_suites is Fact.NOT_TESTED
        case "dhe":
            return facts.dhe is Fact.NOT_TESTED or facts.dh_prime_bits is None
        case _:
            return facts.rsa_key_exchange is Fact.NOT_TESTED


def _nothing_old(facts: TlsFacts) -> bool:
    return facts.ssl3 is facts.tls10 is facts.tls11 is Fact.NO


def _old_version(facts: TlsFacts) -> int:
    """The lowest TLS version shown to be spoken (EXPORT suites end with TLS 1.0), else SSLv3, else TLS 1.0."""
    if facts.tls10 is Fact.YES:
        return TLS10
    if facts.tls11 is Fact.YES:
        return TLS11
    return SSL3 if facts.ssl3 is Fact.YES else TLS10


def _second_weak(first: HelloReply, facts: TlsFacts, replies: Sequence[HelloReply]) -> Hello | None:
    """Once more at an older version where one is spoken or left open, without what the first brought."""
    removed = removed_by_first_weak(replies)
    was_at_tls12 = first.offered_version == "TLSv1.2"
    if not _nothing_old(facts) and (was_at_tls12 or removed):
        return weak_hello("weak/2", _old_version(facts), removed)
    return weak_hello("weak/2", TLS12, removed) if removed else None


def _control_again(
    handshake: Handshake, facts: TlsFacts, replies: Sequence[HelloReply], asked: Mapping[str, HelloReply]
) -> Hello | None:
    """The control once more when an odd reply hangs on it: silence and resets refuse only if it still works."""
    if not awaits_control(handshake, replies) or any(f"{name}/2" in asked for name in _CONTROLS):
        return None
    if facts.tls13 is Fact.YES and facts.tls12 is Fact.NO:
        return replace(HELLOS["tls12"], name="tls12/2")
    for name in _CONTROLS:
        if name in asked and asked[name].outcome is TlsOutcome.ESTABLISHED:
            return replace(HELLOS[name], name=f"{name}/2")
    return None
