"""Zones with random defects on real servers: our verdicts are those of unbound-host and delv, or it is argued why not.

    DIFFERENTIAL_SEED=7 DIFFERENTIAL_ZONE=opt-out make test-daemons ARGS="-k differential"

draws other zones, and asks those with the word in their name only.
"""

import os

import pytest

from tests.daemons.argued import COLUMN, DELV, UNBOUND
from tests.daemons.comparison import Comparison, Differences, compare, unused
from tests.daemons.vantage_point import Internet

pytestmark = pytest.mark.daemons

ONLY = os.environ.get("DIFFERENTIAL_ZONE", "")
SHOWN = 40


@pytest.fixture(scope="module")
def comparison(random_internet: Internet, seed: int) -> Comparison:
    compared = compare(random_internet, ONLY)
    assert compared.cases, f"no zone of seed {seed} has {ONLY!r} in its name"
    return compared


def hold(found: Differences, oracle: str, about: str, note: list[str]) -> None:
    note.append(f"{oracle}, {about}: {found}")
    if not ONLY:
        note.extend(f"  argued and not met: {entry}" for entry in unused(oracle, found))
    assert not found.left, "\n".join([f"{about}: {len(found.left)} differences", *found.left[:SHOWN]])


def test_every_zone_is_served(comparison: Comparison) -> None:
    assert not comparison.unserved()


@pytest.mark.parametrize("oracle", [UNBOUND, DELV])
def test_verdicts_are_those_of_the_oracle(
    comparison: Comparison, seed: int, note: list[str], oracle: str
) -> None:
    questions = len(comparison.theirs[oracle])
    about = f"DIFFERENTIAL_SEED={seed}, {len(comparison.cases)} zones, {questions} questions"
    hold(comparison.against(oracle), oracle, about, note)


def test_the_column_says_the_same(comparison: Comparison, seed: int, note: list[str]) -> None:
    about = f"DIFFERENTIAL_SEED={seed}, {len(comparison.cases)} zones"
    hold(comparison.of_column(), COLUMN, about, note)
