"""The columns of a sweep over one row's evidence: what the judges say, and which probes they would like run again.

Pure. It knows no indicator by name: the registry's entries are handed in.
"""

from collections.abc import Callable
from typing import Protocol

from checker.observations.row import Evidence, Row
from checker.rulesets import Ruleset
from checker.verdict import Value, Verdict


class Column(Protocol):
    """What the sweep needs of an indicator (`checker.indicators.registry.Indicator`)."""

    @property
    def name(self) -> str:
        """Its stable name."""
        ...

    @property
    def judge(self) -> Callable[[Evidence, Ruleset], Verdict]:
        """Its judge."""
        ...

    @property
    def probe(self) -> str:
        """The probe whose observation it rests on: "dnssec", "web" or "mail"."""
        ...


Columns = tuple[Column, ...]


def judge_row(columns: Columns, evidence: Evidence, ruleset: Ruleset) -> tuple[Verdict, ...]:
    """One verdict a column, in their order."""
    return tuple(column.judge(evidence, ruleset) for column in columns)


def doubtful_probes(
    columns: Columns, verdicts: tuple[Verdict, ...], *, port25_settled: bool
) -> frozenset[str]:
    """The probes behind verdicts that may pass.

    What hangs on port 25 is tried again only once that is settled: until then the trouble may be ours.
    """
    return frozenset(
        column.probe
        for column, verdict in zip(columns, verdicts, strict=True)
        if verdict.may_pass and (port25_settled or not verdict.awaits_port25)
    )


def not_measured(columns: Columns, row: Row, ruleset: Ruleset) -> tuple[Verdict, ...]:
    """Verdicts on a row that an error of our own spoilt: nothing is known of it."""
    finding = ruleset.finding("own_error", row.domain)
    return tuple(
        Verdict(indicator=column.name, value=Value.UNKNOWN, findings=(finding,) if finding else ())
        for column in columns
    )
