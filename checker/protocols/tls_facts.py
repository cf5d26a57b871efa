"""From raw replies and the ordinary handshake to TlsFacts: what each reply proves, and what it leaves open.

Pure: no hello is chosen here (`hello_plan`) and nothing is judged. A refusal counts only with a working control
(measuring.md, "TLS facts from raw ClientHellos").
"""

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from checker.observations.fact import Fact
from checker.observations.failure import OUR_OWN, Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.hellos import NARROW
from checker.protocols.suites import FAMILIES, WORSE_THAN_CBC, Family, families_of_openssl_name

REFUSAL_ALERTS = frozenset({40, 70, 71})
"""handshake_failure, protocol_version, insufficient_security (RFC 8446 §6.2)."""
PROTOCOL_VERSION = 70
UNRECOGNIZED_NAME = 112

_ASCENDING = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_OLD = frozenset({"SSLv3", "TLSv1.0", "TLSv1.1"})
_NEGOTIATES = frozenset({"tls12", "old", "old/2", "broad"})
"""Hellos whose suites fit every version they admit, so that the answer is the server's highest of those."""
_DENIES = {
    "ssl2": ("SSLv2",),
    "ssl3": ("SSLv3",),
    "old": ("TLSv1.0", "TLSv1.1"),
    "old/2": ("TLSv1.0",),
}
"""What the server does not speak when it refuses the hello, whatever the suites."""
_NOT_REACHED = OUR_OWN | {Failure.REFUSED, Failure.UNREACHABLE}


class Weight(Enum):
    """What one reply is worth once all replies are known."""

    HIT = auto()
    """A ServerHello within what was offered."""
    REFUSED = auto()
    """The server does not want what was offered, and the control shows that it answers us."""
    OPEN = auto()
    """Nothing follows from it."""


def weigh(handshake: Handshake, replies: Sequence[HelloReply]) -> tuple[Weight, ...]:
    """Weigh each reply in the light of the others.

    An alert that refuses counts when any control works; silence, a reset or any other answer only when a control
    still works afterwards, one with as long a list of suites; unrecognized_name never does.
    """
    alive = signs_of_life(handshake, replies)
    last_alive = max((i for i, lives in enumerate(alive) if lives), default=-1)
    last_wide = max(
        (i for i, lives in enumerate(alive) if lives and replies[i].name not in NARROW), default=-1
    )
    weights = []
    for i, reply in enumerate(replies):
        if reply.outcome is TlsOutcome.ESTABLISHED:
            weight = Weight.HIT
        elif reply.alert == UNRECOGNIZED_NAME or reply.failure in _NOT_REACHED:
            weight = Weight.OPEN
        elif reply.alert in REFUSAL_ALERTS:
            weight = Weight.REFUSED if last_alive >= 0 else Weight.OPEN
        else:
            afterwards = last_alive if reply.name in NARROW else last_wide
            weight = Weight.REFUSED if afterwards > i else Weight.OPEN
        weights.append(weight)
    return tuple(weights)


def awaits_control(handshake: Handshake, replies: Sequence[HelloReply]) -> bool:
    """Whether some odd reply would become a refusal if the control were shown to work once more."""
    return any(
        weight is Weight.OPEN and is_odd(reply)
        for reply, weight in zip(replies, weigh(handshake, replies), strict=True)
    )


def is_odd(reply: HelloReply) -> bool:
    """Whether the server neither took the hello nor refused it in so many words: silence, a reset, another alert."""
    return (
        reply.outcome is not TlsOutcome.ESTABLISHED
        and reply.alert != UNRECOGNIZED_NAME
        and reply.alert not in REFUSAL_ALERTS
        and reply.failure not in _NOT_REACHED
    )


def signs_of_life(handshake: Handshake, replies: Sequence[HelloReply]) -> tuple[bool, ...]:
    """Which replies show that the server answers our hellos: any ServerHello but SSLv2's.

    A server without TLS 1.2 has none for us: where TLS 1.3 is spoken and `tls12` got alert 70, that alert does as well.
    """
    tls13_only = handshake.version == "TLSv1.3" and any(
        reply.name == "tls12" and reply.alert == PROTOCOL_VERSION for reply in replies
    )
    return tuple(
        reply.version != "SSLv2"
        if reply.outcome is TlsOutcome.ESTABLISHED
        else tls13_only and reply.alert == PROTOCOL_VERSION
        for reply in replies
    )


def tls_facts(handshake: Handshake, replies: Sequence[HelloReply]) -> TlsFacts:
    """The facts that the ordinary handshake and the replies so far prove; the rest is NOT_TESTED."""
    weights = weigh(handshake, replies)
    hits = tuple(r for r, weight in zip(replies, weights, strict=True) if weight is Weight.HIT)
    refused = tuple(r for r, weight in zip(replies, weights, strict=True) if weight is Weight.REFUSED)
    versions = _versions(handshake, hits, refused)
    chosen = [families_of_openssl_name(handshake.suite)] if handshake.suite else []
    chosen += [FAMILIES[hit.suite] for hit in hits if hit.suite is not None]
    shown = frozenset[Family]().union(*chosen)
    nothing_old = all(versions[version] is Fact.NO for version in _OLD)
    nothing_raw = nothing_old and versions["TLSv1.2"] is Fact.NO

    def weak(wanted: Family) -> Fact:
        absent = nothing_raw or _weak_refused(
            wanted, replies, refused, versions["TLSv1.2"], nothing_old=nothing_old
        )
        return Fact.YES if wanted in shown else Fact.of(False if absent else None)

    rc4 = weak(Family.RC4)

    def family(wanted: Family, asked: str, seen: frozenset[Family] = shown) -> Fact:
        absent = nothing_raw or any(reply.name == asked for reply in refused)
        return Fact.YES if wanted in seen else Fact.of(False if absent else None)

    authenticated = frozenset[Family]().union(*(f for f in chosen if Family.ANONYMOUS not in f))
    return TlsFacts(
        ssl2=versions["SSLv2"],
        ssl3=versions["SSLv3"],
        tls10=versions["TLSv1.0"],
        tls11=versions["TLSv1.1"],
        tls12=versions["TLSv1.2"],
        tls13=versions["TLSv1.3"],
        null_suites=weak(Family.NULL),
        anonymous_suites=weak(Family.ANONYMOUS),
        export_suites=weak(Family.EXPORT),
        des_suites=weak(Family.DES),
        rc4_suites=rc4,
        block64_suites=family(Family.BLOCK64, "3des"),
        better_than_rc4=_better_than_rc4(rc4, chosen, refused),
        rsa_key_exchange=family(Family.RSA_KEY_EXCHANGE, "rsa"),
        dhe=family(Family.FINITE_FIELD_DH, "dhe", authenticated),
        dh_prime_bits=min((hit.dh_prime_bits for hit in hits if hit.dh_prime_bits is not None), default=None),
        secure_renegotiation=_first_tested(hit.secure_renegotiation for hit in hits),
        extended_master_secret=_first_tested(hit.extended_master_secret for hit in hits),
        heartbeat=_first_tested(hit.heartbeat for hit in hits),
        compression=_first_tested(
            (*(hit.compression for hit in hits), Fact.of(False if nothing_raw else None))
        ),
        hellos=tuple(replies),
    )


def _versions(
    handshake: Handshake, hits: Sequence[HelloReply], refused: Sequence[HelloReply]
) -> dict[str, Fact]:
    """Every protocol version as a fact. Seen wins; a server that picks lower than offered has nothing higher."""
    seen = {hit.version for hit in hits}
    absent = {version for reply in refused for version in _DENIES.get(reply.name, ())}
    if handshake.outcome is TlsOutcome.ESTABLISHED and handshake.version:
        seen.add(handshake.version)
        absent |= _above(handshake.version, "TLSv1.3")
    elif handshake.alert in REFUSAL_ALERTS and any(hit.version != "SSLv2" for hit in hits):
        absent.add("TLSv1.3")
    for reply in refused:
        if reply.name == "tls12" and reply.alert == PROTOCOL_VERSION:
            absent.add("TLSv1.2")  # another alert may be about the suites, of which the hello has not all
    for hit in hits:
        if hit.name in _NEGOTIATES and hit.version and hit.offered_version:
            lacking = _above(hit.version, hit.offered_version)
            absent |= lacking | ({"TLSv1.3"} if "TLSv1.2" in lacking else set())
    return {
        version: Fact.YES if version in seen else Fact.of(False if version in absent else None)
        for version in ("SSLv2", *_ASCENDING)
    }


def _above(version: str, highest: str) -> set[str]:
    """The versions over `version` up to and with `highest`."""
    if version not in _ASCENDING:
        return set()
    return set(_ASCENDING[_ASCENDING.index(version) + 1 : _ASCENDING.index(highest) + 1])


def _weak_refused(
    family: Family,
    replies: Sequence[HelloReply],
    refused: Sequence[HelloReply],
    tls12: Fact,
    *,
    nothing_old: bool,
) -> bool:
    """Whether a `weak` hello with the family was refused at TLS 1.2 and at an older version, where either is spoken."""
    removed = removed_by_first_weak(replies)
    asked = [r for r in refused if r.name == "weak" or (r.name == "weak/2" and family not in removed)]
    at_tls12 = tls12 is Fact.NO or any(reply.offered_version == "TLSv1.2" for reply in asked)
    # A server without TLS 1.2 negotiates down from a hello that admits it, so any refusal covers the old versions.
    at_old = nothing_old or any(reply.offered_version in _OLD or tls12 is Fact.NO for reply in asked)
    return at_tls12 and at_old and bool(asked)


def removed_by_first_weak(replies: Sequence[HelloReply]) -> frozenset[Family]:
    """The families that the second `weak` hello leaves out: those of the suite that the first one brought."""
    for reply in replies:
        if reply.name == "weak" and reply.outcome is TlsOutcome.ESTABLISHED and reply.suite is not None:
            return FAMILIES[reply.suite] & WORSE_THAN_CBC
    return frozenset()


def _better_than_rc4(rc4: Fact, chosen: Iterable[frozenset[Family]], refused: Sequence[HelloReply]) -> Fact:
    if any(not families & WORSE_THAN_CBC for families in chosen):
        return Fact.YES
    offered_better = any(reply.name == "tls12" for reply in refused)
    return Fact.NO if rc4 is Fact.YES and offered_better else Fact.NOT_TESTED


def _first_tested(facts: Iterable[Fact]) -> Fact:
    return next((fact for fact in facts if fact is not Fact.NOT_TESTED), Fact.NOT_TESTED)
