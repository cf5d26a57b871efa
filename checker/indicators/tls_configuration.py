"""What the TLS configuration of one service amounts to: versions, suites, Diffie-Hellman primes, extensions.

Certificates are judged elsewhere. A fact that was not tested is never held against anybody.
Source: the fact table in measuring.md, "TLS facts from raw ClientHellos".
"""

from collections.abc import Iterator

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.suites import FAMILIES, NAMES, WORSE_THAN_CBC, Family
from checker.protocols.tls_facts import tls_facts
from checker.rulesets import Ruleset
from checker.verdict import Finding

_PRESENT = (
    ("ssl2", "ssl2_offered"),
    ("ssl3", "ssl3_offered"),
    ("tls10", "tls10_offered"),
    ("tls11", "tls11_offered"),
    ("null_suites", "null_suites"),
    ("anonymous_suites", "anonymous_suites"),
    ("export_suites", "export_suites"),
    ("des_suites", "des_suites"),
    ("block64_suites", "block64_suites"),
    ("rsa_key_exchange", "rsa_key_exchange"),
    ("compression", "tls_compression"),
    ("heartbeat", "heartbeat_offered"),
)
"""(fact, code): what is found when the fact is YES."""
_ABSENT = (
    ("tls13", "no_tls13"),
    ("secure_renegotiation", "no_secure_renegotiation"),
    ("extended_master_secret", "no_extended_master_secret"),
)
"""(fact, code): what is found when the fact is NO."""
_NOT_OFFERED = frozenset({"SSLv2", "SSLv3"})
_FAMILIES_NOT_OFFERED = WORSE_THAN_CBC | {Family.BLOCK64}
"""Versions and suites that the ordinary handshake never offers, or not with every OpenSSL."""
TERMS = {
    "ssl2": "SSLv2",
    "ssl3": "SSLv3",
    "tls10": "TLS 1.0",
    "tls11": "TLS 1.1",
    "tls12": "TLS 1.2",
    "null_suites": "NULL",
    "anonymous_suites": "anon",
    "export_suites": "EXPORT",
    "des_suites": "DES",
    "rc4_suites": "RC4",
    "block64_suites": "3DES/IDEA/RC2",
    "dhe": "DHE",
    "compression": "compression",
}
"""fact → term: the facts that a fault may rest on, in the field's own terms."""


def judge_tls_configuration(
    facts: TlsFacts | None,
    handshake: Handshake,
    ruleset: Ruleset,
    subject: str,
    *,
    broad: HelloReply | None = None,
) -> tuple[Finding, ...]:
    """The findings on one service's TLS configuration; a FAULT among them is `(F)` on the web.

    `facts` is None where no raw hellos were sent: then the ordinary handshake (and `broad`, the reply of a broad hello)
    still says something. Findings name what was seen, never what was not tested, but for one note that lists it.
    """
    known = facts or tls_facts(handshake, (broad,) if broad else ())
    found = [ruleset.finding(code, subject, **params) for code, params in _codes(known, handshake)]
    if facts is not None and (left := _not_tested(facts)):
        found.append(ruleset.finding("tls_not_tested", subject, untested=", ".join(left)))
    return tuple(finding for finding in found if finding is not None)


def _codes(facts: TlsFacts, handshake: Handshake) -> Iterator[tuple[str, dict[str, object]]]:
    """Every code that the facts give, with its parameters, gravest subjects first."""
    raw = next((hello for hello in facts.hellos if hello.outcome is TlsOutcome.ESTABLISHED), None)
    if handshake.outcome is not TlsOutcome.ESTABLISHED and raw is not None:
        suite = NAMES.get(raw.suite, "–") if raw.suite is not None else "–"
        code = "tls_ordinary_handshake_lost" if lost_by_accident(handshake, raw) else "tls_raw_hello_only"
        yield code, {"version": raw.version or "–", "suite": suite}
    for fact, code in _PRESENT:
        if getattr(facts, fact) is Fact.YES:
            yield code, {}
    if facts.tls12 is facts.tls13 is Fact.NO:
        yield "no_tls12_or_newer", {}
    if facts.rc4_suites is Fact.YES:
        yield "rc4_only" if facts.better_than_rc4 is Fact.NO else "rc4_suites", {}
    yield from _diffie_hellman(facts)
    for fact, code in _ABSENT:
        if getattr(facts, fact) is Fact.NO and not (fact == "tls13" and facts.tls12 is Fact.NO):
            yield code, {}


def lost_by_accident(handshake: Handshake, raw: HelloReply) -> bool:
    """Whether the ordinary handshake was broken off, refused or not answered in TLS, on terms that it offers as well.

    That may be a firewall, a full server, a demand for a client certificate or bad luck: it does not show that only raw
    hellos are talked to. Not so where our own side objected to what the server sent.
    """
    families = FAMILIES.get(raw.suite, WORSE_THAN_CBC) if raw.suite is not None else frozenset()
    offered = raw.version not in _NOT_OFFERED and not families & _FAMILIES_NOT_OFFERED
    alerted = handshake.alert is not None or "ALERT" in handshake.detail.upper()
    turned_away = (
        alerted or handshake.outcome is TlsOutcome.NOT_TLS
    )  # "503" in plain text, from an overloaded proxy
    return offered and (turned_away or handshake.failure is not Failure.MALFORMED)


def _diffie_hellman(facts: TlsFacts) -> Iterator[tuple[str, dict[str, object]]]:
    bits = facts.dh_prime_bits
    if bits is not None and bits < 1024:
        yield "dh_prime_below_1024", {"bits": bits}
    elif bits is not None and bits < 2048:
        yield "dh_prime_below_2048", {"bits": bits}
    elif facts.dhe is Fact.YES:
        yield "dhe_key_exchange", {}


def _not_tested(facts: TlsFacts) -> tuple[str, ...]:
    return tuple(term for fact, term in TERMS.items() if getattr(facts, fact) is Fact.NOT_TESTED)
