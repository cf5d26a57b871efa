"""Everything that was seen about one row of domains.csv: the input of every judge."""

from dataclasses import dataclass

from checker.observations.dns import DnssecObservation
from checker.observations.mail import MailObservation
from checker.observations.vantage import Vantage
from checker.observations.web import WebObservation


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
