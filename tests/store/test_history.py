"""Stored sweeps folded into history, night by night or all anew: the same either way."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from checker.history.changes import Kind
from checker.store import tables
from checker.store.history import announcements, changes_of, rebuild, refolded
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.store.samples import night
from tests.store.stored_nights import (
    FAULT,
    OTHER_RULES,
    Cells,
    StoredNight,
    concluded,
    history,
    https,
    lines,
    reads_by_the_rules,
)

NUMBERS = count()
CELLS = ("Ja", "Ja (F)", "Ja (N)", "Nej", "Ej mätt", "–", "")
one_row = st.builds(
    Cells,
    cells=st.fixed_dictionaries(
        {"https": st.sampled_from(CELLS), "dnssec": st.sampled_from(["Ja", "Nej", "Ja/Nej", "Ej mätt", ""])}
    ),
    twice=st.sets(st.sampled_from(["https", "dnssec"])).map(frozenset),
    host=st.sampled_from(["", "", "", "portal.se"]),
    seen=st.sampled_from([True, True, False]),
)
a_night = st.builds(
    StoredNight,
    rows=st.dictionaries(st.integers(0, 2), one_row, max_size=3),
    ruleset=st.sampled_from(["2026", "2026", "2026", OTHER_RULES]),
)
some_nights = st.lists(a_night, min_size=1, max_size=5)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples, a series each."""
    place: Path = tmp_path_factory.mktemp("store")
    with Store(str(place / "checker.db")) as store:
        yield store


def anew(store: Store, series: str = "domains") -> int:
    with store.transaction() as connection:
        return rebuild(store, series, connection, judge=reads_by_the_rules)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(nights=some_nights)
def test_made_anew_it_is_what_it_was(shared: Store, nights: list[StoredNight]) -> None:
    series = f"anew{next(NUMBERS)}"
    for number, what in enumerate(nights):
        concluded(shared, what, number, series)
    before = history(shared, series)
    assert anew(shared, series) == len(nights)
    assert history(shared, series) == before


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(nights=some_nights, order=st.randoms(use_true_random=False))
def test_in_whatever_order_sweeps_end_the_history_is_that_of_the_order_of_time(
    shared: Store, nights: list[StoredNight], order: object
) -> None:
    series, jumbled = f"timely{next(NUMBERS)}", f"jumbled{next(NUMBERS)}"
    for number, what in enumerate(nights):
        concluded(shared, what, number, series)
    numbers = list(range(len(nights)))
    order.shuffle(numbers)  # type: ignore[attr-defined]  # a random.Random
    for number in numbers:
        concluded(shared, nights[number], number, jumbled)
    intervals, changes = history(shared, series)
    again, changed = history(shared, jumbled)
    assert again == intervals
    assert list(changed.values()) == list(changes.values())


def test_what_waited_is_announced_by_the_sweep_that_confirms_it(store: Store) -> None:
    for number, cell in enumerate(["Ja", "Nej", "Nej", "Nej"]):
        concluded(store, https(cell), number)
    intervals, changes = history(store)
    assert lines(intervals) == ["Ja 0-1", "Nej 1-"]
    _, waits, confirmed, silent = changes.values()
    assert [(one.kind, one.unconfirmed) for one in waits[0]] == [(Kind.WORSENED, True)]
    assert waits[1] == []
    assert confirmed[0] == confirmed[1]
    (told,) = confirmed[1]
    assert (told.unconfirmed, told.since, told.before_at) == (False, night(1), night(0))
    assert silent == ([], [])
    assert [one.sweep.started for one in announcements(store, "domains")] == [night(2)]


def test_a_row_that_is_gone_is_told_once(store: Store) -> None:
    for number, what in enumerate([https("Ja", "Ja"), https("Ja"), https("Ja"), https("Ja", "Nej")]):
        concluded(store, what, number)
    intervals, changes = history(store)
    assert [[(one.code, one.kind) for one in told] for _, told in changes.values()] == [
        [],
        [("R001", Kind.REMOVED)],
        [],
        [("R001", Kind.NEW)],
    ]
    assert lines(intervals, "R001") == ["Ja 0-1", "Nej 3-"]


def test_a_held_or_stopped_sweep_and_another_method_are_no_part_of_it(store: Store) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3)
    assert held.sweep.state is State.HELD
    last = concluded(store, https("Ja", "Ja"), 2)
    assert last.differences.changes == ()
    assert last.differences.old is not None
    assert last.differences.old.started == night(0)
    assert anew(store) == 2


def test_other_rules_without_the_observation_are_called_so(store: Store) -> None:
    concluded(store, https("Ja", ruleset=OTHER_RULES), 0)
    with store.transaction() as connection:
        connection.execute(update(tables.rows).values(observation=None))
    told = concluded(store, https("Nej"), 1)
    assert [(one.kind, one.under_new_rules) for one in told.differences.changes] == [(Kind.RULES, "")]


def test_other_rules_with_the_observation_show_what_was_measured(store: Store) -> None:
    concluded(store, https("Ja", "Ja", ruleset=OTHER_RULES), 0)
    told = concluded(store, https("Ja (F)", "Nej!"), 1)
    assert [(one.kind, one.under_new_rules, one.unconfirmed) for one in told.differences.changes] == [
        (Kind.WORSENED, "Ja (F)", False),
        (Kind.RULES, "Ja (F)", False),
    ]


def test_a_damaged_observation_makes_it_the_rules_doing(store: Store) -> None:
    concluded(store, https("Ja", ruleset=OTHER_RULES), 0)
    with store.transaction() as connection:
        connection.execute(update(tables.rows).values(observation=b"\x00"))
    told = concluded(store, https("Nej"), 1)
    assert [one.kind for one in told.differences.changes] == [Kind.RULES]


def test_changes_come_by_kind_and_in_the_order_of_the_page(store: Store) -> None:
    good = {"dnssec": "Ja", "starttls": "Ja", "https": "Nej"}
    bad = {"dnssec": "Nej", "starttls": "Nej", "https": "Ja"}
    both = frozenset(bad)
    concluded(store, StoredNight(rows={0: Cells(cells=good), 1: Cells(cells=good)}), 0)
    last = concluded(
        store, StoredNight(rows={1: Cells(cells=bad, twice=both), 0: Cells(cells=bad, twice=both)}), 1
    )
    assert [(one.code, one.column) for one in last.differences.changes] == [
        ("R001", "starttls"),
        ("R001", "dnssec"),
        ("R000", "starttls"),
        ("R000", "dnssec"),
        ("R001", "https"),
        ("R000", "https"),
    ]
    assert [(one.code, one.column) for one in changes_of(store, last.sweep.id)] == [
        ("R000", "starttls"),
        ("R000", "dnssec"),
        ("R001", "starttls"),
        ("R001", "dnssec"),
        ("R000", "https"),
        ("R001", "https"),
    ]
    assert {one.findings for one in changes_of(store, last.sweep.id)} == {(FAULT,)}


def test_refolding_tells_what_each_sweep_changed(store: Store) -> None:
    made = [concluded(store, https(cell), number) for number, cell in enumerate(["Ja", "Nej!", "Ja"])]
    with store.transaction() as connection:
        again = dict(refolded(store, "domains", connection, judge=reads_by_the_rules))
    assert again == {one.sweep.id: one.differences for one in made}
