"""The versioned thresholds, as data: what each ruleset says of every finding, and the few numbers that they differ in.

`bilaga-a-2017` judges as the original study could, `2026` as one should now (measuring.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checker.severities import COMMON, DNSSEC, HTTPS, IPV6, STARTTLS, TLS
from checker.verdict import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """One named way to judge. `severities` has every finding code that this ruleset ever reports.

    `common_name_counts`: a certificate's CN may name the host when there is no dNSName SAN (dropped by RFC 9525).
    """

    name: str
    version: str
    severities: Mapping[str, Severity]
    common_name_counts: bool

    def finding(self, code: str, subject: str, **params: object) -> Finding | None:
        """A finding with the severity this ruleset gives it; None when the ruleset says nothing of it.

        Raises KeyError for a code that no ruleset knows: our bug.
        """
        if code not in KNOWN_CODES:
            raise KeyError(code)
        severity = self.severities.get(code)
        if severity is None:
            return None
        texts = tuple((name, str(value)) for name, value in params.items())
        return Finding(code=code, severity=severity, subject=subject, params=texts)


_SHARED = COMMON | STARTTLS | HTTPS | DNSSEC | IPV6

KNOWN_CODES = frozenset(_SHARED) | frozenset(TLS)


def _tls(column: int) -> dict[str, Severity]:
    return {code: severity for code, row in TLS.items() if (severity := row[column]) is not None}


BILAGA_A_2017 = Ruleset(
    name="bilaga-a-2017",
    version="1",
    severities=MappingProxyType(_SHARED | _tls(0)),
    common_name_counts=True,
)

RULESET_2026 = Ruleset(
    name="2026",
    version="1",
    severities=MappingProxyType(_SHARED | _tls(1)),
    common_name_counts=False,
)

RULESETS: Mapping[str, Ruleset] = MappingProxyType({r.name: r for r in (BILAGA_A_2017, RULESET_2026)})
DEFAULT_RULESET = RULESET_2026.name
