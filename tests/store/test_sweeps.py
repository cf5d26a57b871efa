from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from checker.observations.fact import Fact
from checker.store.errors import StoreError
from checker.store.reading import PAGE
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.store.samples import NIGHT, begun, night, row, row_states, sweep
from tests.vantages import vantage


def test_a_sweep_comes_back_as_it_was_stored(store: Store) -> None:
    full = replace(
        sweep(),
        why="Därför ✓",
        method="msb-2017",
        trust_store="certifi 2026",
        columns=("dnssec", "https"),
        second_attempts=False,
        finished=NIGHT + timedelta(hours=1),
        published=NIGHT + timedelta(hours=2),
        vantage=vantage(NIGHT, name="Sundbyberg", ipv6=Fact.NO),
    )
    assert store.sweeps.begin(full, []) == full
    assert store.sweeps.get(full.id) == full
    assert store.sweeps.get("20270101T000000Z") is None


def test_what_begins_is_what_is_read_back(store: Store) -> None:
    abroad = timezone(timedelta(hours=2))
    started = datetime(2026, 11, 22, 4, 0, 0, 987654, tzinfo=abroad)
    begun_now = store.sweeps.begin(replace(sweep(), started=started), [])
    assert begun_now == store.sweeps.get(begun_now.id)
    assert begun_now.started == NIGHT


def test_a_clock_that_jumped_back_gives_no_two_sweeps_one_id(store: Store) -> None:
    ids = [begun(store, 3).id for _ in range(3)]
    assert ids == ["20261122T020000Z", "20261122T020000Z-2", "20261122T020000Z-3"]
    assert [len(list(store.sweeps.rows(sweep_id))) for sweep_id in ids] == [3, 3, 3]


def test_signs_of_patterns_in_an_id_are_no_patterns(store: Store) -> None:
    store.sweeps.begin(replace(sweep(), id="20261122"), [])
    assert store.sweeps.begin(replace(sweep(), id="2026%"), []).id == "2026%"
    assert store.sweeps.begin(replace(sweep(), id="2026____"), []).id == "2026____"


def test_the_sweep_alone_changes_when_it_is_updated(store: Store) -> None:
    first, second = begun(store, 2), begun(store, 2, night(1))
    over = replace(first, state=State.HELD, why="brake", finished=night(0) + timedelta(hours=1))
    store.sweeps.update(over)
    assert store.sweeps.all() == [over, second]
    assert row_states(store, first.id) == {"left": 2}


def test_an_update_in_a_transaction_that_fails_never_was(store: Store) -> None:
    first = begun(store)

    def breaks_off() -> None:
        with store.transaction() as connection:
            store.sweeps.update(replace(first, state=State.FINISHED), connection)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        breaks_off()
    assert store.sweeps.get(first.id) == first


def test_rows_come_back_in_their_order_however_many(store: Store) -> None:
    count = 2 * PAGE + 1
    first = begun(store, count)
    begun(store, 3, night(1))
    assert list(store.sweeps.rows(first.id)) == [row(number) for number in range(count)]
    assert row_states(store, first.id) == {"left": count}


def test_a_page_that_is_just_full_is_not_the_end(store: Store) -> None:
    assert len(list(store.sweeps.rows(begun(store, PAGE).id))) == PAGE


def test_sweeps_are_found_by_series_and_state_in_the_order_of_time(store: Store) -> None:
    later, earlier = begun(store, 1, night(3)), begun(store, 1, night(2))
    other = begun(store, 1, night(1), series="schools")
    store.sweeps.update(finished := replace(later, state=State.FINISHED))
    assert store.sweeps.all() == [other, earlier, finished]
    assert store.sweeps.all("domains") == [earlier, finished]
    assert store.sweeps.all("domains", State.FINISHED, State.HELD) == [finished]
    assert store.sweeps.latest("domains") == finished
    assert store.sweeps.latest("domains", State.RUNNING) == earlier
    assert store.sweeps.latest("domains", before=night(3)) == earlier
    assert store.sweeps.latest("domains", before=night(2)) is None
    assert store.sweeps.latest("nothing") is None


def test_a_table_of_another_method_is_never_the_latest(store: Store) -> None:
    ours = begun(store, 1, night(0))
    store.sweeps.begin(replace(sweep(night(1)), method="msb-2017"), [])
    assert store.sweeps.latest("domains") == ours


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("20261122T020000Z", "20261122T020000Z"),
        ("2026-11-22T02:00:00Z", "20261122T020000Z"),
        ("20261122T020000Z-2", "20261122T020000Z-2"),
        ("2026-11-23", "20261123T020000Z"),
        ("20261123", "20261123T020000Z"),
    ],
)
def test_a_sweep_is_known_by_its_day(store: Store, name: str, found: str) -> None:
    for started in (night(0), night(0), night(1)):
        begun(store, 1, started)
    assert store.sweeps.named(name).id == found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "2026-11",
            "several sweeps are called '2026-11'; the last ones: 20261122T020000Z, 20261122T020000Z-2, 20261123T020000Z",
        ),
        ("2025", "no sweep is called '2025'; the last ones: 20261122T020000Z,"),
        ("", "no sweep is called ''; the last ones: 20261122T020000Z,"),
        ("%", "no sweep is called '%'; the last ones"),
        ("\x1b[31m", r"no sweep is called '\x1b[31m'; the last ones"),
        ("9" * 1000, f"no sweep is called '{'9' * 40}'; the last ones"),
    ],
)
def test_a_name_that_is_no_sweeps_is_told_with_those_there_are(store: Store, name: str, message: str) -> None:
    for started in (night(0), night(0), night(1)):
        begun(store, 1, started)
    with pytest.raises(StoreError) as caught:
        store.sweeps.named(name)
    assert str(caught.value).startswith(message)


def test_an_empty_store_has_no_names(store: Store) -> None:
    with pytest.raises(StoreError, match=r"^no sweep is called '2026'; the last ones: none$"):
        store.sweeps.named("2026")


def test_a_name_counts_within_its_series(store: Store) -> None:
    begun(store, 1, night(0))
    ours = begun(store, 1, night(0) + timedelta(minutes=1), series="schools")
    assert store.sweeps.named("2026-11-22", "schools") == ours


def test_times_of_any_zone_are_stored_in_utc(store: Store) -> None:
    at = datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    begun_then = store.sweeps.begin(sweep(at), [])
    stored = store.sweeps.get(begun_then.id)
    assert stored is not None
    assert stored.started == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
