"""What a sweep said of a behaviour's row, held against what its table expects. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.behaviours.behaviour import RULESETS, Behaviour

Indicators = Mapping[str, Any]
"""One row's indicators in results.json."""


def disagreements(behaviour: Behaviour, judged: Mapping[str, Indicators]) -> list[str]:
    """Everything that came out otherwise, in words; `judged` holds the row's indicators by ruleset."""
    return [*_cells(behaviour, judged), *_findings(behaviour, judged[RULESETS[0]])]


def _cells(behaviour: Behaviour, judged: Mapping[str, Indicators]) -> Iterator[str]:
    for ruleset in RULESETS:
        for column, cell in behaviour.cells_under(ruleset).items():
            found = judged[ruleset][column]
            if found["cell"] != cell:
                yield f"{ruleset} {column}: {found['cell']!r}, not {cell!r}: {_codes(found)}"


def _findings(behaviour: Behaviour, indicators: Indicators) -> Iterator[str]:
    findings = [finding for column in behaviour.cells for finding in indicators[column]["findings"]]
    grave = {finding["code"] for finding in findings if finding["severity"] != "note"}
    notes = {finding["code"] for finding in findings if finding["severity"] == "note"}
    for kind, codes in (
        ("not expected", grave - behaviour.findings),
        ("missing", behaviour.findings - grave),
        ("missing note", behaviour.notes - notes),
        ("must not be there", behaviour.never & (grave | notes)),
    ):
        if codes:
            said = [finding["message"] for finding in findings if finding["code"] in codes]
            yield f"{kind}: {', '.join(sorted(codes))} {said}"


def _codes(indicator: Mapping[str, Any]) -> str:
    return ", ".join(finding["code"] for finding in indicator["findings"])
