"""TLS services as people read them: what the ordinary handshake brought, the facts, and the hellos they rest on.

Data alone, made by `checker.indicators.tls_services` and shown by `checker.report`.
"""

from dataclasses import dataclass
from datetime import datetime

from checker.observations.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFact:
    """One property of the service: a field of `TlsFacts` ("tls10", "rc4_suites", …), yes, no or not tested."""

    name: str
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloAnswer:
    """The evidence: what one raw ClientHello brought. Empty strings and None where there was nothing.

    `name` is the hello's in measuring.md, `offered` the highest version it admitted, `outcome` a `TlsOutcome`.
    """

    name: str
    offered: str
    outcome: str
    version: str = ""
    suite: str = ""
    alert: int | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """One certificate of the chain as sent; names are the server's own words, not yet neutralised."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    key: str
    signature_hash: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsService:
    """One address and port of a host. `facts` is empty where no raw hellos were sent.

    `outcome` is the ordinary handshake's `TlsOutcome`; `trust` says "trusted", "not_tested", or why not ("expired", …).
    """

    host: str
    address: str
    port: int
    outcome: str
    version: str = ""
    suite: str = ""
    facts: tuple[TlsFact, ...] = ()
    dh_prime_bits: int | None = None
    hellos: tuple[HelloAnswer, ...] = ()
    certificates: tuple[CertificateLine, ...] = ()
    trust: str = "not_tested"
    store: str = ""
