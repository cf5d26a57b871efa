"""What the site tells of earlier sweeps is what the store holds of them, each by its own rules."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import update

from checker.report.model import COLUMNS
from checker.store import tables
from checker.store.baseline import DATE_2017, NAME_2017, put_baseline, table_2017
from checker.store.errors import DamagedError
from checker.store.past import past_of
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from tests.store.samples import night
from tests.store.stored_nights import OTHER_RULES, Cells, StoredNight, concluded, https, measured
from tests.store.test_history import some_nights

SERIES = count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples, a series each."""
    place: Path = tmp_path_factory.mktemp("store")
    with Store(str(place / "checker.db")) as store:
        yield store


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=some_nights)
def test_every_printed_cell_of_every_sweep(shared: Store, nights: list[StoredNight]) -> None:
    series = f"list{next(SERIES)}"
    sweeps = [
        concluded(shared, what, number, series=series).sweep
        for number, what in enumerate(nights)
        if what.rows
    ]
    for shown in sweeps[:1]:  # whichever is shown, all are told of
        past = past_of(shared, shown)
        assert [one.id for one in past.sweeps] == [one.id for one in sweeps]
        for place, sweep in enumerate(sweeps):
            found = dict(past.printed.table(place))
            rows = list(past.rows_of(sweep.info))
            assert found == {
                row.code: tuple(row.cell(column) for column in COLUMNS)
                for row in rows
                if any(row.cell(column) for column in COLUMNS)
            }
            for row in rows:
                for column in COLUMNS:
                    assert past.printed.cells(row.code, column)[place] == row.cell(column)


def test_only_finished_sweeps_of_the_list_by_our_own_method(store: Store) -> None:
    first = concluded(store, https("Ja"), 0).sweep
    concluded(store, https("Ja"), 0.5, series="others")
    put_baseline(store, table_2017(), name=NAME_2017, day=DATE_2017, series="domains")
    last = concluded(store, https("Nej!", ruleset=OTHER_RULES), 1).sweep
    measured(store, https("Ja"), 2)
    assert [state for state in (first.state, last.state) if state is not State.FINISHED] == []
    past = past_of(store, last)
    assert [sweep.id for sweep in past.sweeps] == [first.id, last.id]
    assert past.printed.cells("R000", "https") == ("Ja", "Nej")
    assert past.printed.cells("R000", "dnssec") == past.printed.cells("unknown", "https") == ("", "")
    assert [interval.cell for interval in past.intervals_of("R000")] == ["Ja", "Nej"]
    assert [change.now for change in past.changes_of(past.sweeps[1])] == ["Nej"]


def test_a_row_that_came_and_one_that_went(store: Store) -> None:
    concluded(store, StoredNight(rows={0: Cells(cells={"https": "Ja"})}), 0)
    last = concluded(store, StoredNight(rows={1: Cells(cells={"https": "Nej"})}), 1).sweep
    past = past_of(store, last)
    assert past.printed.codes == ("R000", "R001")
    assert [past.printed.cells(code, "https") for code in past.printed.codes] == [("Ja", ""), ("", "Nej")]
    assert past.sweeps[1].started == night(1)


def renamed(store: Store, sweep: StoredSweep, code: str) -> None:
    with store.transaction() as connection:
        connection.execute(update(tables.rows).where(tables.rows.c.sweep_id == sweep.id).values(code=code))


@pytest.mark.parametrize("code", ["../../../../evil", "/etc", "a/b", "", "a\n", "å", "x" * 65])
def test_a_code_that_no_row_can_have_never_leaves_the_store(store: Store, code: str) -> None:
    first = concluded(store, https("Ja"), 0).sweep
    last = concluded(store, https("Ja"), 1).sweep
    past = past_of(store, last)
    renamed(store, first, code)
    said = re.escape(f"row 0 of sweep {first.id}: a code that no row can have: {code[:64]!a}")
    judgement = store.judgements.find(first.id, first.ruleset, first.ruleset_version)
    assert judgement is not None
    readings: tuple[Callable[[], object], ...] = (
        lambda: past_of(store, last),
        lambda: list(past.rows_of(first.info)),
        lambda: list(store.sweeps.rows(first.id)),
        lambda: list(store.judgements.cells(judgement.id)),
        lambda: list(store.judgements.results(judgement.id)),
        lambda: store.judgements.of_row(judgement.id, code),
    )
    for reading in readings:
        with pytest.raises(DamagedError, match=said):
            reading()


@pytest.mark.parametrize("code", ["index.html", ".", ".."])
def test_codes_of_earlier_versions_can_be_read(store: Store, code: str) -> None:
    first = concluded(store, https("Ja"), 0).sweep
    last = concluded(store, https("Ja"), 1).sweep
    renamed(store, first, code)
    past = past_of(store, last)
    assert past.printed.codes == (code, "R000")
    assert [row.code for row in past.rows_of(first.info)] == [code]
