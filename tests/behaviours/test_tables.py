"""Every behaviour of the tables, swept on the miniature internet: its cells and findings under both rulesets."""

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main as checker
from tests.behaviours.behaviour import RULESETS, Behaviour
from tests.behaviours.tables import TABLES
from tests.lab.apart import door, serving, start_options

TIMEOUT_S = "2"
"""One wait: long for servers on loopback, short for those that stay silent."""
RETEST_DELAY_S = "0.5"

Swept = Mapping[tuple[str, str], Mapping[str, Any]]
"""The indicators of every behaviour, by (ruleset, name)."""


@pytest.fixture(scope="module", params=TABLES)
def swept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    """One table's servers, swept under both rulesets."""
    table: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CHECKER_")]:
            patch.delenv(name)
        patch.setenv("CHECKER_RETEST_DELAY", RETEST_DELAY_S)
        patch.chdir(tmp_path_factory.mktemp("nowhere"))  # no checker.toml of anybody's
        with serving("tests.behaviours.serve", table) as lab:
            found: dict[tuple[str, str], Mapping[str, Any]] = {}
            for ruleset in RULESETS:
                for retest in (False, True):
                    names = [one.name for one in TABLES[table] if one.retest is retest]
                    for name, indicators in _sweep(lab, names, ruleset, retest=retest).items():
                        found[ruleset, name] = indicators
            yield found


def _sweep(lab: Path, names: list[str], ruleset: str, *, retest: bool) -> dict[str, Mapping[str, Any]]:
    if not names:
        return {}
    output = lab / f"{ruleset}-{retest}" / "site"
    domains = lab / "chosen.csv"
    with (lab / "domains.csv").open(encoding="utf-8", newline="") as everything:
        rows = list(csv.DictReader(everything))
    with domains.open("w", encoding="utf-8", newline="") as chosen:
        writer = csv.DictWriter(chosen, rows[0])
        writer.writeheader()
        writer.writerows(row for row in rows if row["code"] in names)
    options = [f"--output={output}", f"--ruleset={ruleset}", f"--timeout={TIMEOUT_S}", "--quiet"]
    options += [] if retest else ["--no-retest"]
    assert checker(["sweep", str(domains), *start_options(lab), *options], network_class=door(lab)) == 0
    written = json.loads((output / "results.json").read_text(encoding="utf-8"))
    return {row["code"]: row["indicators"] for row in written["results"]}


CASES = [
    pytest.param(table, behaviour, id=behaviour.name)
    for table, behaviours in TABLES.items()
    for behaviour in behaviours
]


@pytest.mark.parametrize(
    ("swept", "behaviour"),
    [(*case.values,) for case in CASES],
    ids=[case.id for case in CASES],
    indirect=["swept"],
)
def test_the_behaviour_is_judged_as_it_should_be(swept: Swept, behaviour: Behaviour) -> None:
    for ruleset in RULESETS:
        indicators, expected = swept[ruleset, behaviour.name], behaviour.cells_under(ruleset)
        assert {column: indicators[column]["cell"] for column in expected} == expected, _explained(indicators)
    indicators = swept["2026", behaviour.name]
    findings = [finding for column in behaviour.cells for finding in indicators[column]["findings"]]
    grave = {finding["code"] for finding in findings if finding["severity"] != "note"}
    notes = {finding["code"] for finding in findings if finding["severity"] == "note"}
    assert grave == behaviour.findings, _explained(indicators)
    assert behaviour.notes <= notes, _explained(indicators)
    assert not behaviour.never & (grave | notes)


def _explained(indicators: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{column} {indicator['cell']}: {finding['code']}: {finding['message']}"
        for column, indicator in indicators.items()
        for finding in indicator["findings"]
    )


def test_names_are_labels_and_unique() -> None:
    names = [behaviour.name for behaviours in TABLES.values() for behaviour in behaviours]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", name) for name in names)
