"""Everything that was seen about one row of domains.csv: the input of every judge."""

import re
from dataclasses import dataclass

from checker.observations.dns import DnssecObservation
from checker.observations.mail import MailObservation
from checker.observations.vantage import Vantage
from checker.observations.web import WebObservation

_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TAKEN = frozenset({".", "..", "index.html"})
"""Folders of every system, and the page of all organisations, among whose folders that of a code stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of domains.csv as read: names are A-labels without a trailing dot, the defaults filled in."""

    code: str
    region: str
    domain: str
    web_host: str
    mail_domain: str
    group: str = ""
    contact: str = ""


def is_code(text: str) -> bool:
    """Whether a row can have this code: it names the folder of its page."""
    return was_code(text) and text.lower() not in _TAKEN


def was_code(text: str) -> bool:
    """Whether a stored row can have this code: what no row can be called any more stands in stores of earlier versions."""
    return _CODE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the probes saw of one row. A part is None when it was not asked for (`--only`).

    `dnssec` has one observation for the domain and, when it differs, one more for the mail domain.
    `second_attempt` names the probes ("web", "mail", "dnssec") whose observation is a second attempt.
    """

    row: Row
    vantage: Vantage
    dnssec: tuple[DnssecObservation, ...] | None = None
    web: WebObservation | None = None
    mail: MailObservation | None = None
    second_attempt: frozenset[str] = frozenset()
