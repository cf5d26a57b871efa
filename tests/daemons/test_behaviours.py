"""The behaviours of the tables that real servers can play, swept by the installed program: the very same outcomes."""

import csv
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.behaviours.behaviour import RULESETS, Behaviour
from tests.behaviours.outcome import Indicators, disagreements
from tests.behaviours.tables import TABLES
from tests.daemons.playable import PLAYED_OTHERWISE, playable
from tests.daemons.vantage_point import Internet

pytestmark = pytest.mark.daemons

AT_LEAST = 200
"""Behaviours on real servers: fewer would mean that somebody's server no longer plays."""
TIMEOUT_S = "2"
RETEST_DELAY_S = "0.5"

Judged = Mapping[str, Mapping[str, Indicators]]
"""The indicators of every behaviour by ruleset, by name."""


@pytest.fixture(scope="module")
def judged(behaviours_internet: Internet, note: list[str]) -> Judged:
    """All of them under both rulesets, each with second attempts or without as its table says."""
    found: dict[str, dict[str, Any]] = {behaviour.name: {} for behaviour in playable()}
    seconds = 0.0
    for ruleset in RULESETS:
        for retest in (False, True):
            chosen = {behaviour.name for behaviour in playable() if behaviour.retest is retest}
            sweep = behaviours_internet.sweep(
                _written(behaviours_internet, chosen),
                f"--ruleset={ruleset}",
                f"--timeout={TIMEOUT_S}",
                *(() if retest else ("--no-retest",)),
                retest_delay=RETEST_DELAY_S,
                mail_spacing="0",
            )
            assert sweep.status == 0, sweep.stderr
            seconds += sweep.seconds
            for row in sweep.results["results"]:
                found[row["code"]][ruleset] = row["indicators"]
    tables = Counter(table for table, behaviours in TABLES.items() for one in behaviours if one in playable())
    of_tables = ", ".join(f"{table} {count}" for table, count in tables.items())
    daemons = ", ".join(f"{name} ×{count}" for name, count in behaviours_internet.daemons.items())
    note.append(
        f"{len(found)} behaviours ({of_tables}) on real servers in {seconds:.1f} s; daemons: {daemons}"
    )
    return found


def _written(internet: Internet, names: set[str]) -> Any:
    """A domains.csv of these rows."""
    path = internet.directory / "chosen.csv"
    with (internet.directory / "domains.csv").open(encoding="utf-8", newline="") as everything:
        rows = [row for row in csv.DictReader(everything) if row["code"] in names]
    with path.open("w", encoding="utf-8", newline="") as chosen:
        writer = csv.DictWriter(chosen, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("behaviour", playable(), ids=lambda behaviour: behaviour.name)
def test_a_real_server_is_judged_as_the_lab_is(behaviour: Behaviour, judged: Judged) -> None:
    assert disagreements(behaviour, judged[behaviour.name]) == []


def test_no_small_server_stands_in(behaviours_internet: Internet) -> None:
    assert behaviours_internet.small_servers == 0


def test_the_servers_play_what_the_tables_say_they_do() -> None:
    names = {behaviour.name for behaviour in playable()}
    told = {behaviour.name for table in TABLES.values() for behaviour in table if behaviour.daemon}
    assert sorted(told - names - PLAYED_OTHERWISE.keys()) == []
    assert sorted(PLAYED_OTHERWISE.keys() - told) == []
    assert len(names) >= AT_LEAST
