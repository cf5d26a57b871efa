"""Kills by a seed; tests/daemons has thirty of them, and `python -m tests.survival.kills` as many as are asked for."""

from pathlib import Path

from tests.survival.kills import campaign, show


def test_killed_again_and_again_it_loses_nothing(tmp_path: Path) -> None:
    made = campaign(6, 11, tmp_path, show)
    assert len(made.kills) == 6
    assert len({kill.phase for kill in made.kills}) >= 3
