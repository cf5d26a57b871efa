"""The mail hosts of a domain, stage by stage, as people read them: hosts × addresses × how far each dialogue came.

Data alone, made by `checker.indicators.starttls_stages` and shown by `checker.report`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages of one address, in order (measuring.md, Mail)."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    TLS = "tls"
    NAME = "name"
    TRUST = "trust"


class Outcome(StrEnum):
    """What one stage came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """We could not tell: our own means, our own rules, or nothing to judge by."""
    NOT_REACHED = "not_reached"
    """An earlier stage ended the dialogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOutcome:
    """One stage of one address.

    `words` are the server's own (a reply's code and lines, names in a certificate), capped, not yet neutralised; `detail`
    is ours: a word for what happened ("timeout", "not_offered", "expired"), or protocol and suite.
    """

    stage: Stage
    outcome: Outcome
    words: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressStages:
    """One address of a host, all eight stages in order; `address` is empty where none could be found.

    `state` is the state by which the cell counts it ("tls", "not_offered", …; notation.md, STARTTLS).
    """

    address: str
    state: str
    stages: tuple[StageOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStages:
    """One mail host, IPv6 addresses first, as they were asked."""

    name: str
    preference: int
    addresses: tuple[AddressStages, ...]
