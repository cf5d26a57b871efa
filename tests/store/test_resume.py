"""Which sweep is gone on with or published, and why another is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from checker.observations.row import Row
from checker.parking import Parked
from checker.report.model import COLUMNS
from checker.store import tables
from checker.store.resume import CLOCK_SLACK, resumable, unpublished
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from tests.store.samples import begun, evidence, night, row, sweep
from tests.store.stored_nights import concluded, https

HOURS = timedelta(hours=12)
LATER = night(0) + timedelta(hours=2)
ROWS = [row(0), row(1)]


def cut_short(store: Store, number: int = 0) -> StoredSweep:
    """A sweep of two rows, one seen and one waiting."""
    cut = begun(store, 2, night(number))
    store.observations.keep(cut.id, 0, evidence(0))
    store.observations.park(cut.id, 1, Parked(evidence=evidence(1), again=frozenset({"mail"})))
    return cut


def wanted(**more: object) -> StoredSweep:
    return replace(sweep(LATER), **more)  # type: ignore[arg-type]  # a table of fields


def reason(store: Store, of: StoredSweep, want: StoredSweep, rows: list[Row]) -> str:
    """Why the only sweep is not gone on with, as told and as stored."""
    found, given_up = resumable(store, want, rows, within=HOURS)
    assert found is None
    ((other, why),) = given_up
    assert other.id == of.id
    stored = store.sweeps.get(of.id)
    assert stored is not None
    assert (stored.state, stored.why) == (State.STOPPED, why)
    return why


def test_a_sweep_that_was_cut_short_is_gone_on_with(store: Store) -> None:
    cut = cut_short(store)
    assert resumable(store, wanted(), ROWS, within=HOURS) == (cut, ())
    assert resumable(store, wanted(ruleset="bilaga-a-2017"), ROWS, within=HOURS) == (cut, ())
    assert resumable(store, wanted(series="another"), ROWS, within=HOURS) == (None, ())


@pytest.mark.parametrize(
    ("want", "rows", "why"),
    [
        (wanted(), ROWS[:1], "the list of domains has changed since"),
        (wanted(), [*ROWS, row(2)], "the list of domains has changed since"),
        (wanted(), [ROWS[1], ROWS[0]], "the list of domains has changed since"),
        (wanted(), [ROWS[0], replace(ROWS[1], contact="x@y.se")], "the list of domains has changed since"),
        (wanted(columns=COLUMNS[:2]), ROWS, "other columns are asked for now"),
        (wanted(trust_store="another"), ROWS, "certificates are judged against another store now"),
        (wanted(started=night(1)), ROWS, "it began more than 12 hours ago"),
        (
            wanted(started=night(0) - CLOCK_SLACK - timedelta(seconds=1)),
            ROWS,
            "it began in the future: the clock has been set back since",
        ),
    ],
)
def test_it_is_given_up_when_something_else_is_wanted(
    store: Store, want: StoredSweep, rows: list[Row], why: str
) -> None:
    assert reason(store, cut_short(store), want, rows) == why


def test_a_clock_that_was_corrected_by_a_little_is_no_reason(store: Store) -> None:
    cut = cut_short(store)
    want = wanted(started=night(0) - CLOCK_SLACK)
    assert resumable(store, want, ROWS, within=HOURS) == (cut, ())


@pytest.mark.parametrize("position", [0, 1])
def test_it_is_given_up_when_what_was_seen_cannot_be_read(store: Store, position: int) -> None:
    cut = cut_short(store)
    with store.transaction() as connection:
        damaged = tables.rows.c.position == position
        connection.execute(update(tables.rows).where(damaged).values(observation=b"\x00"))
    why = reason(store, cut, wanted(), ROWS)
    assert why.startswith("what it had measured cannot be read (")
    assert f"R00{position}" in why


def test_of_several_the_newest_is_gone_on_with(store: Store) -> None:
    first = cut_short(store, -1)
    second = cut_short(store)
    found, given_up = resumable(store, wanted(), ROWS, within=timedelta(days=9))
    assert found == second
    assert given_up == ((first, "a later one was begun"),)


def pending(store: Store, **more: object) -> StoredSweep | None:
    given: dict[str, object] = {
        "series": "domains",
        "rows": ROWS,
        "columns": COLUMNS,
        "rules": ("2026", "1"),
        "now": LATER,
        "within": HOURS,
    }
    return unpublished(store, **{**given, **more})  # type: ignore[arg-type]  # a table of arguments


def test_a_finished_sweep_that_is_not_on_the_site_is_published(store: Store) -> None:
    done = concluded(store, https("Ja", "Nej"), 0).sweep
    assert pending(store) == done
    for other in (
        {"series": "another"},
        {"rows": ROWS[:1]},
        {"columns": COLUMNS[:1]},
        {"rules": ("2026", "2")},
        {"rules": ("bilaga-a-2017", "1")},
        {"now": night(1)},
        {"within": timedelta(0)},
    ):
        assert pending(store, **other) is None
    store.sweeps.update(replace(done, published=LATER))
    assert pending(store) is None


def test_only_the_last_sweep_is_published_and_never_a_held_one(store: Store) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 0.01, brake=0.3)
    assert held.sweep.state is State.HELD
    assert pending(store) is None
