"""A mail domain as seen: its MX hosts, their addresses, and one SMTP dialogue per address."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checker.observations.dns import IPAddress, Lookup
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts


class MailState(StrEnum):
    """State of one mail server address (notation.md, STARTTLS)."""

    TLS = "tls"
    NOT_OFFERED = "not_offered"
    HANDSHAKE_FAILED = "handshake_failed"
    REFUSED_US = "refused_us"
    TIMEOUT = "timeout"
    CONNECTION_REFUSED = "connection_refused"
    UNRESOLVABLE = "unresolvable"
    NOT_PROBED = "not_probed"
    """We did not ask: excluded, not allowed, or no means of our own (`failure` tells)."""


class MailStage(StrEnum):
    """The last stage that a dialogue completed, in order."""

    NONE = "none"
    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpReply:
    """A complete reply (RFC 5321 §4.2): its code and lines, decoded as Latin-1, capped, not yet neutralised."""

    code: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSession:
    """One dialogue with one address. `greeted` by HELO only leaves `ehlo` with the refusing reply.

    `handshake` stands when STARTTLS got its 220; `broad` when that handshake gave no session; `discarded_bytes` counts
    what came together with the 220 and was thrown away (injection, CVE-2011-0411); `turned_away` is the 4xx that the
    connection for `broad` got instead. `unread` is what came in place of a complete reply when the dialogue broke off,
    decoded as Latin-1, capped, not yet neutralised.
    """

    address: IPAddress
    state: MailState
    stage: MailStage
    banner: SmtpReply | None = None
    ehlo: SmtpReply | None = None
    helo: SmtpReply | None = None
    starttls: SmtpReply | None = None
    handshake: Handshake | None = None
    broad: HelloReply | None = None
    facts: TlsFacts | None = None
    failure: Failure | None = None
    discarded_bytes: int = 0
    turned_away: SmtpReply | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHost:
    """One MX host (or the domain itself as implicit MX), its addresses and dialogues."""

    name: str
    preference: int
    ipv4: Lookup
    ipv6: Lookup
    sessions: tuple[MailSession, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailObservation:
    """The mail domain over all its MX hosts, at most ten, by preference.

    `mx` is the MX lookup; `null_mx` whether RFC 7505's "0 ." stood alone; `implicit` whether the domain's own
    addresses served in place of MX (RFC 5321 §5.1); `left_out` counts MX hosts past the cap.
    """

    domain: str
    observed_at: datetime
    mx: Lookup
    null_mx: bool
    null_mx_beside_others: bool
    implicit: bool
    hosts: tuple[MailHost, ...]
    left_out: int = 0
    failure: Failure | None = None
