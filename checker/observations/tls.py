"""TLS as seen: the ordinary handshake, the raw hellos, and the certificate chain as it was sent."""

from dataclasses import dataclass
from enum import StrEnum

from checker.observations.fact import Fact
from checker.observations.failure import Failure


class TlsOutcome(StrEnum):
    """How far a TLS conversation came after TCP had been accepted."""

    ESTABLISHED = "established"
    ALERT = "alert"
    """The server answered in TLS but refused: `alert` holds the number (RFC 8446 §6)."""
    NOT_TLS = "not_tls"
    """Bytes came that are no TLS record."""
    SILENT = "silent"
    """No byte came: silence, a clean close or a reset; `failure` tells which."""
    BROKEN = "broken"
    """TLS records came, but the session did not come about (bad messages, closed midway)."""


class ChainFlaw(StrEnum):
    """What stands against a chain besides dates and a missing issuer (RFC 5280 §6.1.4)."""

    NOT_FOR_SERVERS = "not_for_servers"
    """keyUsage or extendedKeyUsage leave TLS servers out."""
    UNKNOWN_EXTENSION = "unknown_extension"
    """A critical extension that we do not process: `value` is its OID."""
    NO_AUTHORITY = "no_authority"
    """It issued, but basicConstraints or keyUsage do not let it."""
    PATH_TOO_LONG = "path_too_long"
    """More intermediates lie below it than its basicConstraints allow."""
    NAME_NOT_ALLOWED = "name_not_allowed"
    """It issued for a name outside its name constraints: `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainProblem:
    """One flaw of the certificate that `certificate` names."""

    flaw: ChainFlaw
    certificate: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTrust:
    """The offline judgement of a chain against the named store, as facts, apart from the name.

    `trusted` answers for the whole chain at `checked_at` (RFC 3339); the other fields say what stands in the way.
    `complete` is NO when a path exists only with an intermediate that the server did not send.
    `store` names the certificate store and its version ("certifi 2026.10.18"). `path` holds the positions, in the chain
    as sent, of the certificates that the judged path uses (leaf first, the trust anchor left out). `problems` are the
    path's flaws; `detail` says in English what could not be read.
    """

    trusted: Fact
    self_signed: Fact
    known_issuer: Fact
    complete: Fact
    expired: tuple[str, ...]
    not_yet_valid: tuple[str, ...]
    checked_at: str
    store: str
    detail: str = ""
    path: tuple[int, ...] = ()
    problems: tuple[ChainProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """One ordinary handshake that accepted anything (no verification, TLS 1.0 up, every suite).

    `chain` holds DER certificates in the order sent (leaf first), empty when none was seen.
    """

    outcome: TlsOutcome
    version: str | None = None
    suite: str | None = None
    alert: int | None = None
    failure: Failure | None = None
    chain: tuple[bytes, ...] = ()
    trust: ChainTrust | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloReply:
    """What one raw ClientHello brought: bytes out, ServerHello or Alert in, connection closed.

    `name` is the hello's name in `measuring.md` (tls12, ssl2, old, ssl3, weak, 3des, dhe, rsa, broad), with "/2", "/3" …
    for a repetition; `version` the ServerHello's protocol ("TLSv1.0"); `suite` the IANA suite number it chose;
    `offered_version` the highest that the hello admitted.
    """

    name: str
    outcome: TlsOutcome
    version: str | None = None
    suite: int | None = None
    alert: int | None = None
    failure: Failure | None = None
    dh_prime_bits: int | None = None
    certificates: tuple[bytes, ...] = ()
    offered_version: str | None = None
    secure_renegotiation: Fact = Fact.NOT_TESTED
    extended_master_secret: Fact = Fact.NOT_TESTED
    heartbeat: Fact = Fact.NOT_TESTED
    compression: Fact = Fact.NOT_TESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """The properties of one TLS service that `(F)` rests on, each yes, no or not tested.

    `better_than_rc4` is YES when something better was chosen or shown. NO for `block64_suites`, `rsa_key_exchange` and
    `dhe` leaves EXPORT and DES suites aside, which are facts of their own. `hellos` is the evidence.
    """

    ssl2: Fact = Fact.NOT_TESTED
    ssl3: Fact = Fact.NOT_TESTED
    tls10: Fact = Fact.NOT_TESTED
    tls11: Fact = Fact.NOT_TESTED
    tls12: Fact = Fact.NOT_TESTED
    tls13: Fact = Fact.NOT_TESTED
    null_suites: Fact = Fact.NOT_TESTED
    anonymous_suites: Fact = Fact.NOT_TESTED
    export_suites: Fact = Fact.NOT_TESTED
    des_suites: Fact = Fact.NOT_TESTED
    rc4_suites: Fact = Fact.NOT_TESTED
    block64_suites: Fact = Fact.NOT_TESTED
    better_than_rc4: Fact = Fact.NOT_TESTED
    rsa_key_exchange: Fact = Fact.NOT_TESTED
    dhe: Fact = Fact.NOT_TESTED
    dh_prime_bits: int | None = None
    secure_renegotiation: Fact = Fact.NOT_TESTED
    extended_master_secret: Fact = Fact.NOT_TESTED
    heartbeat: Fact = Fact.NOT_TESTED
    compression: Fact = Fact.NOT_TESTED
    hellos: tuple[HelloReply, ...] = ()
