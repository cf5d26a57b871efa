"""The table of contents: every indicator, in the order of the page."""

from collections.abc import Callable
from dataclasses import dataclass

from checker.indicators import dnssec, https, mail_ipv6, starttls, www_ipv6
from checker.observations.row import Evidence
from checker.rulesets import Ruleset
from checker.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One column: its stable name, its judge, and the probe whose observation it rests on."""

    name: str
    judge: Callable[[Evidence, Ruleset], Verdict]
    probe: str


INDICATORS: tuple[Indicator, ...] = (
    Indicator(name="starttls", judge=starttls.judge, probe="mail"),
    Indicator(name="https", judge=https.judge, probe="web"),
    Indicator(name="dnssec", judge=dnssec.judge, probe="dnssec"),
    Indicator(name="www_ipv6", judge=www_ipv6.judge, probe="web"),
    Indicator(name="mail_ipv6", judge=mail_ipv6.judge, probe="mail"),
)
NAMES: tuple[str, ...] = tuple(indicator.name for indicator in INDICATORS)
