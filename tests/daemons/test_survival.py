"""What a sweep survives, in full: thirty kills, an end told in every phase, a small file system filled, a damaged store.

The fast tests in tests/survival try a few of these. Mounting needs root; without it those are skipped.
"""

import os
from pathlib import Path

import pytest

from tests.survival.conftest import lab, place
from tests.survival.kills import campaign, show
from tests.survival.test_clock import (
    test_a_jump_in_mid_sweep_ends_it_no_earlier_than_it_began,
    test_a_sweep_before_the_last_one_is_concluded_and_published,
    test_a_sweep_that_began_in_the_future_is_not_gone_on_with,
)
from tests.survival.test_database import (
    swept,
    test_a_damaged_observation_of_a_sweep_that_was_cut_short,
    test_a_damaged_observation_of_a_sweep_that_was_not_published,
    test_damaged,
    test_locked_for_a_while_is_waited_for,
    test_locked_for_ever,
    test_not_to_be_written_to,
)
from tests.survival.test_full_disk import (
    cramped,
    disk,
    test_a_site_that_may_not_be_written,
    test_full_at_some_moment,
    test_full_before_the_start,
    test_no_room_for_what_need_not_be_kept,
)
from tests.survival.test_reboot import (
    test_of_two_that_start_at_once_one_runs,
    test_one_that_starts_between_two_renames_of_another_touches_nothing,
    test_two_that_make_the_store_at_once,
)
from tests.survival.test_signals import (
    test_told_to_end,
    test_told_to_end_between_two_renames_the_old_site_stands,
)

pytestmark = pytest.mark.daemons

__all__ = [
    "cramped",
    "disk",
    "lab",
    "place",
    "swept",
    "test_a_damaged_observation_of_a_sweep_that_was_cut_short",
    "test_a_damaged_observation_of_a_sweep_that_was_not_published",
    "test_a_jump_in_mid_sweep_ends_it_no_earlier_than_it_began",
    "test_a_site_that_may_not_be_written",
    "test_a_sweep_before_the_last_one_is_concluded_and_published",
    "test_a_sweep_that_began_in_the_future_is_not_gone_on_with",
    "test_damaged",
    "test_full_at_some_moment",
    "test_full_before_the_start",
    "test_locked_for_a_while_is_waited_for",
    "test_locked_for_ever",
    "test_no_room_for_what_need_not_be_kept",
    "test_not_to_be_written_to",
    "test_of_two_that_start_at_once_one_runs",
    "test_one_that_starts_between_two_renames_of_another_touches_nothing",
    "test_told_to_end",
    "test_told_to_end_between_two_renames_the_old_site_stands",
    "test_two_that_make_the_store_at_once",
]
KILLS, DEFAULT_SEED = 30, 2018


def test_thirty_kills_lose_nothing(tmp_path: Path, note: list[str]) -> None:
    seed = int(os.environ.get("SURVIVAL_SEED", DEFAULT_SEED))
    made = campaign(KILLS, seed, tmp_path, show)
    assert len(made.kills) == KILLS
    phases = {"starting", "measuring", "parked", "concluding", "publishing", "telling"}
    assert phases <= {kill.phase for kill in made.kills}
    note.append(f"survival: {made.figures()}")
