from dataclasses import replace

from checker.history.changes import Kind
from checker.history.intervals import Interval, Standing
from checker.store.store import Store
from tests.store.samples import interval, night

WAITING = interval(since=night(3), cell="Ja")
FULL = replace(
    interval(cell="Ej mätt", since=night(1)),
    last_measured=night(4),
    ended=night(5),
    not_measured_since=night(2),
    came=Kind.WORSENED,
    subject=("a.se", "b.se"),
    unconfirmed=True,
)


def put(store: Store, *intervals: Interval, series: str = "domains") -> None:
    with store.transaction() as connection:
        store.intervals.put(series, intervals, connection)


def test_an_interval_comes_back_as_it_was(store: Store) -> None:
    put(store, interval(), FULL)
    assert store.intervals.of_row("domains", "R000") == [interval(), FULL]
    assert store.intervals.of_row("domains", "R001") == []
    assert store.intervals.of_row("schools", "R000") == []


def test_an_interval_takes_the_place_of_what_it_was(store: Store) -> None:
    put(store, interval(), interval(column="dnssec"))
    longer = replace(interval(), last_measured=night(7), not_measured_since=night(8), ruleset_version="2")
    put(store, longer)
    assert store.intervals.of_row("domains", "R000") == [interval(column="dnssec"), longer]
    put(store, interval())
    assert store.intervals.of_row("domains", "R000") == [interval(column="dnssec"), interval()]


def test_many_go_at_once(store: Store) -> None:
    codes = [f"R{number:04}" for number in range(1100)]
    for nights in range(2):
        put(store, *(replace(interval(code), last_measured=night(nights)) for code in codes))
    standing = store.intervals.standing("domains", codes)
    assert {key[0] for key in standing} == set(codes)
    assert {found.confirmed.last_measured for found in standing.values() if found.confirmed} == {night(1)}
    put(store)


def test_what_waits_stands_beside_what_is_confirmed(store: Store) -> None:
    waiting = replace(WAITING, unconfirmed=True)
    over = replace(interval(since=night(-5)), ended=night(0))
    put(store, waiting, over, interval(), interval("R001"), interval("R002"))
    assert store.intervals.standing("domains", ["R000", "R001", "R009"]) == {
        ("R000", "https"): Standing(confirmed=interval(), pending=waiting),
        ("R001", "https"): Standing(confirmed=interval("R001")),
    }


def test_rows_of_which_nothing_stands_are_not_told(store: Store) -> None:
    put(store, interval(), interval(column="dnssec"), replace(interval("R001"), ended=night(1)))
    put(store, interval("R002"), series="schools")
    assert store.intervals.standing_codes("domains") == {"R000"}


def test_a_transaction_sees_what_it_has_put(store: Store) -> None:
    with store.transaction() as connection:
        store.intervals.put("domains", [interval()], connection)
        assert store.intervals.standing("domains", ["R000"], connection) != {}
        assert store.intervals.standing_codes("domains", connection) == {"R000"}
        assert store.intervals.standing("domains", ["R000"]) == {}, "nobody else does before it is over"


def test_a_series_is_cleared_alone(store: Store) -> None:
    put(store, interval())
    put(store, interval(), series="schools")
    with store.transaction() as connection:
        store.intervals.clear("domains", connection)
    assert store.intervals.of_row("domains", "R000") == []
    assert store.intervals.of_row("schools", "R000") == [interval()]


def test_words_of_any_kind_are_kept(store: Store) -> None:
    odd = replace(
        interval("A.b-c_D"), subject=("'; DROP TABLE sweeps --", '"\\', "xn--rksmrgs-5wao1o.se"), cell="–"
    )
    put(store, odd)
    assert store.intervals.of_row("domains", "A.b-c_D") == [odd]
