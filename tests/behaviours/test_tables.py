"""Every behaviour of the tables, swept on the miniature internet: its cells and findings under both rulesets."""

import csv
import functools
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main as checker
from tests.behaviours.behaviour import RULESETS, Behaviour
from tests.behaviours.listing import page
from tests.behaviours.outcome import disagreements
from tests.behaviours.tables import TABLES
from tests.lab.apart import door, serving, start_options

TIMEOUT_S = "3"
"""One wait: long for servers on loopback, short for those that stay silent."""
CONCURRENCY = 30
"""Rows at once: checker and laboratory share two processors, and no good row may wait for its turn at them too long."""
RETEST_DELAY_S = "0.5"

Swept = Mapping[tuple[str, str], Mapping[str, Any]]
"""The indicators of every behaviour, by (ruleset, name)."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Swept]:
    """Gives a table's outcome; its servers are swept when it is first asked for, and never again."""
    return functools.cache(lambda table: _swept(table, tmp_path_factory.mktemp("nowhere")))


def _swept(table: str, nowhere: Path) -> Swept:
    """One table's servers, swept under both rulesets."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CHECKER_")]:
            patch.delenv(name)
        patch.setenv("CHECKER_RETEST_DELAY", RETEST_DELAY_S)
        patch.chdir(nowhere)  # no checker.toml of anybody's
        with serving("tests.behaviours.serve", table) as lab:
            found: dict[tuple[str, str], Mapping[str, Any]] = {}
            columns = sorted({column for behaviour in TABLES[table] for column in behaviour.cells})
            for ruleset in RULESETS:
                for retest in (False, True):
                    names = [one.name for one in TABLES[table] if one.retest is retest]
                    for name, indicators in _sweep(lab, names, columns, ruleset, retest=retest).items():
                        found[ruleset, name] = indicators
            return found


def _sweep(
    lab: Path, names: list[str], columns: list[str], ruleset: str, *, retest: bool
) -> dict[str, Mapping[str, Any]]:
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
    options = [
        f"--output={output}",
        f"--ruleset={ruleset}",
        f"--timeout={TIMEOUT_S}",
        f"--concurrency={CONCURRENCY}",
        "--quiet",
    ]
    options += [] if retest else ["--no-retest"]
    options.append(f"--only={','.join(columns)}")
    assert checker(["sweep", str(domains), *start_options(lab), *options], network_class=door(lab)) == 0
    written = json.loads((output / "results.json").read_text(encoding="utf-8"))
    return {row["code"]: row["indicators"] for row in written["results"]}


CASES = [
    pytest.param(table, behaviour, id=behaviour.name)
    for table, behaviours in TABLES.items()
    for behaviour in behaviours
]


@pytest.mark.parametrize(("table", "behaviour"), CASES)
def test_the_behaviour_is_judged_as_it_should_be(
    swept: Callable[[str], Swept], table: str, behaviour: Behaviour
) -> None:
    judged = {ruleset: swept(table)[ruleset, behaviour.name] for ruleset in RULESETS}
    assert disagreements(behaviour, judged) == []


def test_names_are_labels_and_unique() -> None:
    names = [behaviour.name for behaviours in TABLES.values() for behaviour in behaviours]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", name) for name in names)


def test_the_page_tells_of_every_behaviour() -> None:
    written = (Path(__file__).parents[2] / "docs" / "behaviours.md").read_text(encoding="utf-8")
    assert written == page(), "python -m tests.behaviours.listing > docs/behaviours.md"
