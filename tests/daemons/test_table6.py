"""The study of 2017 and what it did not meet, measured by the installed program from real servers."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.daemons.conftest import Internet, Outcome
from tests.daemons.rows import more_expected
from tests.lab.table6 import DOMAINS, INDICATORS, expected

pytestmark = pytest.mark.daemons

NO_PAUSE = {"CHECKER_MAIL_SPACING": "0"}


@pytest.fixture(scope="session")
def study(internet: Internet) -> Outcome:
    """The sweep of 2017, with its second attempts soon."""
    ruleset = "--ruleset=bilaga-a-2017"
    return internet.checker("sweep", str(DOMAINS), ruleset, environment={"CHECKER_RETEST_DELAY": "1"})


def cells(outcome: Outcome) -> dict[str, dict[str, str]]:
    assert outcome.status == 0, outcome.stderr
    results: Any = outcome.results["results"]
    return {
        result["code"]: {name: result["indicators"][name]["cell"] for name in INDICATORS} for result in results
    }


def differences(
    found: Mapping[str, Mapping[str, str]], wanted: Mapping[str, Mapping[str, str]]
) -> list[str]:
    assert list(found) == list(wanted)
    return [
        f"{code} {name}: {found[code][name]!r}, not {cell!r}"
        for code, row in wanted.items()
        for name, cell in row.items()
        if found[code][name] != cell
    ]


def test_the_study_of_2017_comes_out_as_printed(internet: Internet, study: Outcome, note: list[str]) -> None:
    daemons = ", ".join(f"{name} ×{count}" for name, count in internet.daemons.items())
    note.append(
        f"21 rows in {study.seconds:.1f} s; daemons: {daemons}; small servers: {internet.small_servers}"
    )
    assert differences(cells(study), expected()) == []
