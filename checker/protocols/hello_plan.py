"""Which hello to send next, given the ordinary handshake and the replies so far: at most ten connections in all.

The order is that of what the facts are worth: when connections run out, RSA key exchange goes unasked first, then
DHE, then 3DES. Pure; the probe that follows the plan is `checker.probes.tls_facts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.client_hello import SSL3, TLS10, TLS11, TLS12, Hello
from checker.protocols.hellos import BROAD, HELLOS, weak_hello
from checker.protocols.suites import FAMILIES, WORSE_THAN_CBC
from checker.protocols.tls_facts import (
    awaits_control,
    is_odd,
    removed_by_first_weak,
    signs_of_life,
    tls_facts,
)

MAX_CONNECTIONS = 10
"""To one service, those that did not come about included (measuring.md: about seven to ten)."""
MAX_SILENCES = 5
"""Hellos that may cost a whole wait each: a firewall that drops SSLv2, old, SSLv3, weak and one more."""
ODD_IN_A_ROW = 2
"""Silences, resets and the like after which the control must work, once, before anything else is asked."""

_CONTROLS = ("tls12", "broad", "rsa", "dhe", "3des", "ssl3")
"""Which hello is repeated as control, the first of these that brought a ServerHello."""
_NO_TLS_RECORD = frozenset({TlsOutcome.SILENT, TlsOutcome.NOT_TLS})


def next_hello(handshake: Handshake, replies: Sequence[HelloReply], *, failed: int = 0) -> Hello | None:
    """The next hello of the plan; None when everything is asked or further asking means nothing.

    Without an ordinary session the broad hello comes first; without a TLS record it is the only one. `failed` counts
    connections that did not come about. The first two odd replies in a row call for the control, which alone decides
    whether to go on; and the last connection is the control's when something hangs on it.
    """
    left = MAX_CONNECTIONS - len(replies) - failed
    if left <= 0 or _control_failed(handshake, replies):
        return None
    asked = {reply.name: reply for reply in replies}
    if handshake.outcome is not TlsOutcome.ESTABLISHED:
        if "broad" not in asked:
            return BROAD
        if handshake.outcome in _NO_TLS_RECORD or asked["broad"].outcome is not TlsOutcome.ESTABLISHED:
            return None
    control = _control_again(handshake, replies)
    if _silences(replies) >= MAX_SILENCES or _suspicious(replies) or (left == 1 and control):
        return control
    facts = tls_facts(handshake, replies)
    hello = _next_for_versions(facts, asked) or _next_for_suites(facts, asked, replies)
    if hello and hello.name == "weak/2" and control and not _something_old(facts):
        return control  # which may show that nothing old is spoken, so that nothing needs asking there
    return hello or control


def _suspicious(replies: Sequence[HelloReply]) -> bool:
    """Whether the server may have stopped answering us: odd replies in a row, and no control repeated yet."""
    latest = replies[-ODD_IN_A_ROW:]
    return (
        len(latest) == ODD_IN_A_ROW
        and all(map(is_odd, latest))
        and not any(map(_is_repeated_control, replies))
    )


def _silences(replies: Sequence[HelloReply]) -> int:
    return sum(is_odd(reply) and reply.failure is Failure.TIMEOUT for reply in replies)


def _control_failed(handshake: Handshake, replies: Sequence[HelloReply]) -> bool:
    """Whether the last word is a repeated control that no longer works: the server has had enough of us."""
    return bool(replies) and _is_repeated_control(replies[-1]) and not signs_of_life(handshake, replies)[-1]


def _is_repeated_control(reply: HelloReply) -> bool:
    name, repeated, _ = reply.name.partition("/")
    return bool(repeated) and name in _CONTROLS


def _next_for_versions(facts: TlsFacts, asked: Mapping[str, HelloReply]) -> Hello | None:
    for name in ("tls12", "ssl2", "old", "old/2", "ssl3"):
        if name not in asked and _version_wanted(name, facts, asked):
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


def _version_wanted(name: str, facts: TlsFacts, asked: Mapping[str, HelloReply]) -> bool:
    match name:
        case "tls12":
            return _needs_tls12(asked.get("broad"))
        case "old":
            return Fact.NOT_TESTED in (facts.tls10, facts.tls11)
        case "old/2":
            return facts.tls11 is Fact.YES and facts.tls10 is Fact.NOT_TESTED
        case "ssl3":
            return facts.ssl3 is Fact.NOT_TESTED
        case _:
            return True


def _needs_tls12(broad: HelloReply | None) -> bool:
    """A broad hello that was answered with a sound suite has shown all that `tls12` would."""
    return broad is None or broad.suite is None or bool(FAMILIES[broad.suite] & WORSE_THAN_CBC)


def _suites_wanted(name: str, facts: TlsFacts) -> bool:
    match name:
        case "3des":
            return facts.block64_suites is Fact.NOT_TESTED
        case "dhe":
            return facts.dhe is Fact.NOT_TESTED or facts.dh_prime_bits is None
        case _:
            return facts.rsa_key_exchange is Fact.NOT_TESTED


def _something_old(facts: TlsFacts) -> bool:
    return Fact.YES in (facts.ssl3, facts.tls10, facts.tls11)


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


def _control_again(handshake: Handshake, replies: Sequence[HelloReply]) -> Hello | None:
    """The control once more when an odd reply hangs on it: silence and resets refuse only if it still works."""
    if not awaits_control(handshake, replies):
        return None
    signs = signs_of_life(handshake, replies)
    alive = {reply.name for reply, alive in zip(replies, signs, strict=True) if alive}
    for name in _CONTROLS:
        if name in alive:
            times = 1 + sum(reply.name.partition("/")[0] == name for reply in replies)
            return replace(HELLOS[name], name=f"{name}/{times}")
    return None
