from datetime import UTC, datetime

from tests.daemons.random_zones import DEFECTS, FIXED, RandomZones, _Drawing, random_zones

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def drawn(zones: RandomZones) -> list[tuple[object, ...]]:
    return [
        (leaf.draft.apex, leaf.defects, leaf.base, tuple(leaf.draft.questions), leaf.draft.ds[:1])
        for leaf in zones.leaves
        if leaf.draft.algorithm > 10  # RSA keys are the process's own, and so is what is made of them
    ]


def test_a_seed_draws_the_same_zones_each_time() -> None:
    first, again, other = (random_zones(seed, 12, NOW) for seed in (1, 1, 2))
    assert len(first.leaves) >= 12 + len(FIXED)
    assert drawn(first) == drawn(again) != drawn(other)


def test_every_defect_is_drawn() -> None:
    assert set(_Drawing(1, NOW)._deck(len(DEFECTS))) == set(DEFECTS)
