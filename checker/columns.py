"""The columns of a sweep over one row's evidence: what the judges say, and which probes they would like run again.

Pure. It knows no indicator by name: the registry's entries are handed in.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from checker.history.cells import Direction, direction
from checker.observations.row import Evidence, Row
from checker.report.model import NO_DETAILS, RowResult
from checker.row_details import RowDetails
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
Describe = Callable[[Evidence, Ruleset], RowDetails]
"""Makes the details of a row out of its evidence."""


def no_details(evidence: Evidence, ruleset: Ruleset) -> RowDetails:
    """What a row has whose details nobody reads from here."""
    del evidence, ruleset
    return NO_DETAILS


def judge_row(columns: Columns, evidence: Evidence, ruleset: Ruleset) -> tuple[Verdict, ...]:
    """One verdict a column, in their order."""
    return tuple(column.judge(evidence, ruleset) for column in columns)


def judged_row(
    columns: Columns,
    evidence: Evidence,
    ruleset: Ruleset,
    describe: Describe = no_details,
) -> RowResult:
    """Everything that evidence says, judged in one go; `describe` makes the details."""
    return RowResult(
        row=evidence.row,
        verdicts=judge_row(columns, evidence, ruleset),
        details=describe(evidence, ruleset),
        remeasured=remeasured(columns, evidence),
    )


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


def worse_probes(
    columns: Columns,
    verdicts: tuple[Verdict, ...],
    stood: Mapping[str, str],
    *,
    port25_settled: bool,
) -> frozenset[str]:
    """The probes behind verdicts that are worse than the cells that stood before (by column), or sideways of them.

    A change for the worse is measured twice before anybody hears of it.
    """
    return frozenset(
        column.probe
        for column, verdict in zip(columns, verdicts, strict=True)
        if (port25_settled or not verdict.awaits_port25)
        and verdict.value is not Value.UNKNOWN
        and (before := stood.get(column.name))
        and direction(before, verdict.cell) in (Direction.WORSE, Direction.OTHER)
    )


def remeasured(columns: Columns, evidence: Evidence) -> frozenset[str]:
    """The columns whose verdict rests on a second measurement."""
    return frozenset(column.name for column in columns if column.probe in evidence.second_attempt)


def not_measured(columns: Columns, row: Row, ruleset: Ruleset) -> tuple[Verdict, ...]:
    """Verdicts on a row that an error of our own spoilt: nothing is known of it."""
    finding = ruleset.finding("own_error", row.domain)
    return tuple(
        Verdict(indicator=column.name, value=Value.UNKNOWN, findings=(finding,) if finding else ())
        for column in columns
    )
