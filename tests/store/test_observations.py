from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

from checker.observations import codec
from checker.observations.row import Evidence
from checker.parking import Parked
from checker.store import tables
from checker.store.errors import DamagedError, StoreError
from checker.store.packing import digests
from checker.store.reading import PAGE
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.observations.test_codec import AWARE
from tests.store.samples import INTERMEDIATE, LEAF, OTHER, begun, evidence, night, row_states

st.register_type_strategy(datetime, AWARE)
ANY = st.from_type(Evidence)


def certificates_in(store: Store) -> int:
    with store.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(tables.certificates)).scalar_one()


def statements_of(store: Store) -> list[str]:
    """Every statement from now on."""
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    return said


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(st.lists(ANY, min_size=1, max_size=3), AWARE)
def test_whatever_is_seen_comes_back(store: Store, seen: list[Evidence], due: datetime) -> None:
    sweep = begun(store, len(seen) + 1)
    for position, one in enumerate(seen):
        store.observations.keep(sweep.id, position, one)
    waiting = Parked(
        evidence=seen[0], again=frozenset({"web"}), retested=frozenset({"mail"}), due_s=due.second + 0.5
    )
    store.observations.park(sweep.id, len(seen), waiting)
    assert list(store.observations.seen(sweep.id)) == list(enumerate(seen))
    assert list(store.observations.parked(sweep.id)) == [(len(seen), waiting)]
    assert row_states(store, sweep.id) == {"seen": len(seen), "parked": 1}


def test_a_row_is_asked_for_by_its_code(store: Store) -> None:
    sweep, other = begun(store, 3), begun(store, 3, night(1))
    store.observations.keep(sweep.id, 1, evidence(1, LEAF))
    store.observations.park(sweep.id, 2, Parked(evidence=evidence(2)))
    assert store.observations.of_row(sweep.id, "R001") == evidence(1, LEAF)
    assert store.observations.of_row(sweep.id, "R000") is None
    assert store.observations.of_row(sweep.id, "R002") is None, "it waits still"
    assert store.observations.of_row(other.id, "R001") is None
    assert store.observations.of_row(sweep.id, "nobody") is None


def test_a_row_that_waited_is_done_when_it_is_kept(store: Store) -> None:
    sweep = begun(store)
    store.observations.park(sweep.id, 0, Parked(evidence=evidence()))
    store.observations.keep(sweep.id, 0, evidence(0, LEAF))
    assert list(store.observations.parked(sweep.id)) == []
    assert list(store.observations.seen(sweep.id)) == [(0, evidence(0, LEAF))]


def test_what_was_kept_is_there_for_whoever_opens_the_store_next(address: str) -> None:
    with Store(address) as store:
        sweep = begun(store)
        store.observations.keep(sweep.id, 0, evidence(0, LEAF, INTERMEDIATE))
        with Store(address) as beside:
            assert list(beside.observations.seen(sweep.id)) == [(0, evidence(0, LEAF, INTERMEDIATE))]


def test_nothing_is_kept_of_a_row_that_is_not_there(store: Store) -> None:
    sweep = begun(store)
    with pytest.raises(StoreError, match="has no row 1 in sweep"):
        store.observations.keep(sweep.id, 1, evidence(1))
    assert list(store.observations.seen(sweep.id)) == []


def test_more_rows_than_one_page_come_back_in_their_order(store: Store) -> None:
    count = PAGE + 5
    sweep = begun(store, count)
    for position in reversed(range(count)):
        store.observations.keep(sweep.id, position, evidence(position, LEAF))
    assert [position for position, _ in store.observations.seen(sweep.id)] == list(range(count))


def test_certificates_are_asked_for_together(store: Store) -> None:
    count = 50
    sweep = begun(store, count)
    for position in range(count):
        store.observations.keep(sweep.id, position, evidence(position, LEAF, bytes([position])))
    said = statements_of(store)
    assert len(list(store.observations.seen(sweep.id))) == count
    asked = sum("certificates" in statement for statement in said)
    assert 1 <= asked <= 3


def test_more_certificates_than_one_question_takes(store: Store) -> None:
    sweep = begun(store)
    many = evidence(0, *(number.to_bytes(2) for number in range(1300)))
    store.observations.keep(sweep.id, 0, many)
    assert store.observations.of_row(sweep.id, many.row.code) == many


def test_a_certificate_is_stored_once(store: Store) -> None:
    for number in range(2):
        sweep = begun(store, 2, night(number))
        for position in range(2):
            store.observations.keep(sweep.id, position, evidence(position, LEAF, INTERMEDIATE))
    assert certificates_in(store) == 2


def test_a_certificate_that_another_program_stores_at_the_same_time_is_no_trouble(address: str) -> None:
    with Store(address) as one, Store(address) as other:
        sweep = begun(one, 2)
        one.observations.keep(sweep.id, 0, evidence(0, LEAF))
        other.observations.keep(sweep.id, 1, evidence(1, LEAF))
        assert certificates_in(one) == 1


def test_retention_takes_old_observations_and_what_only_they_refer_to(store: Store) -> None:
    old, new = begun(store, 2, night(0)), begun(store, 1, night(10))
    store.observations.keep(old.id, 0, evidence(0, LEAF, INTERMEDIATE))
    store.observations.park(old.id, 1, Parked(evidence=evidence(1, OTHER)))
    store.observations.keep(new.id, 0, evidence(0, LEAF))
    for sweep in (old, new):
        store.sweeps.update(replace(sweep, state=State.FINISHED))
    assert store.observations.forget(night(5)) == 2
    assert list(store.observations.seen(old.id)) == []
    assert store.observations.of_row(old.id, "R000") is None
    assert list(store.observations.seen(new.id)) == [(0, evidence(0, LEAF))]
    assert certificates_in(store) == 1
    assert store.observations.forget(night(5)) == 0
    assert store.observations.forget(night(11)) == 1
    assert certificates_in(store) == 0


def test_a_sweep_that_begins_with_the_limit_is_not_old(store: Store) -> None:
    sweep = begun(store, 1, night(0))
    store.observations.keep(sweep.id, 0, evidence(0, LEAF))
    store.sweeps.update(replace(sweep, state=State.FINISHED))
    assert store.observations.forget(night(0)) == 0
    assert store.observations.of_row(sweep.id, "R000") is not None


def test_a_sweep_under_way_forgets_nothing(store: Store) -> None:
    under_way = begun(store, 2, night(0))
    over = begun(store, 1, night(1))
    store.observations.keep(under_way.id, 0, evidence(0, LEAF))
    store.observations.keep(over.id, 0, evidence(0, OTHER))
    store.sweeps.update(replace(over, state=State.FINISHED))
    assert store.observations.forget(night(300)) == 1
    assert store.observations.of_row(under_way.id, "R000") == evidence(0, LEAF)


def test_a_sweep_that_is_spared_spares_its_own_certificates_alone(store: Store) -> None:
    spared, going, new = (begun(store, 2, night(number)) for number in (0, 1, 10))
    baseline = begun(store, 0, night(-3000))
    store.observations.keep(spared.id, 0, evidence(0, LEAF))
    store.observations.park(spared.id, 1, Parked(evidence=evidence(1, INTERMEDIATE)))
    store.observations.keep(going.id, 0, evidence(0, LEAF, OTHER))
    for sweep in (spared, going, new, baseline):
        store.sweeps.update(replace(sweep, state=State.FINISHED))
    assert store.observations.forget(night(5), keep=[spared.id, baseline.id]) == 1
    assert certificates_in(store) == 2
    assert store.observations.of_row(spared.id, "R000") == evidence(0, LEAF)
    assert list(store.observations.parked(spared.id)) == [(1, Parked(evidence=evidence(1, INTERMEDIATE)))]


def test_the_sweep_stored_last_need_not_be_the_latest(store: Store) -> None:
    """An archive brings back old sweeps, and a clock may have jumped: what counts is when a sweep began."""
    new, old = begun(store, 1, night(10)), begun(store, 1, night(0))
    store.observations.keep(new.id, 0, evidence(0, LEAF))
    store.observations.keep(old.id, 0, evidence(0, LEAF))
    for sweep in (old, new):
        store.sweeps.update(replace(sweep, state=State.FINISHED))
    assert store.observations.forget(night(5)) == 1
    assert store.observations.of_row(new.id, "R000") == evidence(0, LEAF)


def test_what_was_forgotten_is_stored_again(store: Store) -> None:
    sweep = begun(store, 1, night(0))
    store.observations.keep(sweep.id, 0, evidence(0, LEAF))
    store.sweeps.update(replace(sweep, state=State.FINISHED))
    store.observations.forget(night(1))
    store.observations.keep(sweep.id, 0, evidence(0, LEAF))
    assert store.observations.of_row(sweep.id, "R000") == evidence(0, LEAF)


def test_another_program_may_forget_what_this_one_has_stored(address: str) -> None:
    with Store(address) as sweeping, Store(address) as retention:
        old = begun(sweeping, 1, night(0))
        sweeping.observations.keep(old.id, 0, evidence(0, LEAF))
        sweeping.sweeps.update(replace(old, state=State.FINISHED))
        new = begun(sweeping, 1, night(10))
        retention.observations.forget(night(5))
        sweeping.observations.keep(new.id, 0, evidence(0, LEAF))
        assert sweeping.observations.of_row(new.id, "R000") == evidence(0, LEAF)


@pytest.mark.parametrize(
    ("scenario", "packed", "message"),
    [
        ("cut short", b"\x78\x9c\x03", "cut short"),
        ("nothing", b"", "cut short"),
        ("no compressed data", b"\xff" * 20, "incorrect header"),
    ],
)
def test_a_damaged_observation_says_whose_it_is(
    store: Store, scenario: str, packed: bytes, message: str
) -> None:
    sweep = begun(store, 2)
    store.observations.keep(sweep.id, 0, evidence(0))
    store.observations.keep(sweep.id, 1, evidence(1))
    with store.transaction() as connection:
        connection.execute(update(tables.rows).where(tables.rows.c.position == 1).values(observation=packed))
    expected = rf"^the observation of row 'R001' in sweep {sweep.id}: .*{message}"
    with pytest.raises(DamagedError, match=expected):
        store.observations.of_row(sweep.id, "R001")
    with pytest.raises(DamagedError, match=expected):
        list(store.observations.seen(sweep.id))
    with (
        pytest.raises(StoreError, match=r"is damaged: the observation of row 'R001'.*checker store import"),
        store.using(),
    ):
        list(store.observations.seen(sweep.id))


def test_a_certificate_that_is_gone_is_damage(store: Store) -> None:
    sweep = begun(store, 2)
    store.observations.keep(sweep.id, 0, evidence(0, LEAF))
    store.observations.park(sweep.id, 1, Parked(evidence=evidence(1, LEAF)))
    with store.transaction() as connection:
        connection.execute(tables.certificates.delete())
    readers: list[Iterator[Any]] = [store.observations.seen(sweep.id), store.observations.parked(sweep.id)]
    for reader in readers:
        with pytest.raises(DamagedError, match=r"certificate '[0-9a-f]{64}' is missing"):
            list(reader)


def test_observations_refer_to_certificates_by_digest_alone(store: Store) -> None:
    sweep = begun(store)
    store.observations.keep(sweep.id, 0, evidence(0, LEAF, OTHER))
    (stored,) = store.observations.stored(sweep.id)
    assert len(digests(stored.data)) == 2
    with store.engine.connect() as connection:
        assert set(connection.execute(select(tables.certificates.c.der)).scalars()) == {LEAF, OTHER}
    assert stored.data != codec.encode(evidence(0, LEAF, OTHER))
    assert stored.position == 0
    assert stored.code == evidence(0).row.code
