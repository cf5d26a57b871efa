"""Stored observations judged again: the registry's judges over evidence, without any network. Pure."""

from collections.abc import Mapping

from checker.columns import judged_row
from checker.history.changes import SweepHead
from checker.indicators.registry import INDICATORS, Indicator
from checker.observations.row import Evidence
from checker.report.model import RowResult
from checker.rulesets import RULESETS, Ruleset


def judged_again(evidence: Evidence, ruleset: Ruleset) -> RowResult:
    """The row as it would have been reported under this ruleset; columns that were not asked for stay left out."""
    return judged_row(columns_with(evidence), evidence, ruleset)


def cells_under(evidence: Evidence, head: SweepHead) -> Mapping[str, str] | None:
    """The row's printed cells by column under the rules of another sweep; None when this program has others by now."""
    ruleset = RULESETS.get(head.ruleset)
    if ruleset is None or ruleset.version != head.ruleset_version:
        return None
    return {column.name: column.judge(evidence, ruleset).cell for column in columns_with(evidence)}


def columns_with(evidence: Evidence) -> tuple[Indicator, ...]:
    """The columns whose observation there is."""
    return tuple(column for column in INDICATORS if getattr(evidence, column.probe) is not None)
