"""The end of a sweep: verdicts, history, brake and notices, all of them or nothing."""

import pytest
from sqlalchemy import select

from checker.history.changes import Kind
from checker.store import tables
from checker.store.conclusion import Concluded, accept, conclude
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.store.samples import night
from tests.store.stored_nights import (
    FAULT,
    Told,
    concluded,
    history,
    https,
    lines,
    measured,
    reads_by_the_rules,
)


class OutOfPaperError(Exception):
    """The letters cannot be written."""


def no_letters(_: Concluded) -> tuple[()]:
    raise OutOfPaperError


def test_a_sweep_is_finished_with_its_verdicts_and_its_letters(store: Store) -> None:
    told = Told()
    first = concluded(store, https("Ja", "Nej"), 0, letters=told)
    assert first.differences.old is None
    assert first.differences.changes == ()
    second = concluded(store, https("Nej!", "Nej"), 1, letters=told)
    assert (second.sweep.state, second.sweep.finished, second.sweep.published) == (
        State.FINISHED,
        night(1),
        None,
    )
    assert store.sweeps.get(second.sweep.id) == second.sweep
    judgement = store.judgements.find(second.sweep.id, "2026", "1")
    assert judgement is not None
    assert [row.cell("https") for row in store.judgements.cells(judgement.id)] == ["Nej", "Nej"]
    (change,) = second.differences.changes
    assert (change.kind, change.findings) == (Kind.WORSENED, (FAULT,))
    assert told.concluded == [first, second]
    assert store.outbox.waiting() == 2


def test_nothing_is_stored_when_something_goes_wrong_on_the_way(store: Store) -> None:
    concluded(store, https("Ja"), 0)
    before = history(store)
    sweep, rows = measured(store, https("Nej!"), 1)
    with pytest.raises(OutOfPaperError):
        conclude(
            store,
            sweep,
            rows,
            now=night(1),
            judge=reads_by_the_rules,
            findings=lambda *_: (),
            letters=no_letters,
            brake_share=None,
        )
    assert store.sweeps.get(sweep.id) == sweep
    assert store.judgements.of_sweep(sweep.id) == []
    intervals, changes = history(store)
    assert (intervals, changes.pop(sweep.id)) == (before[0], ([], []))
    assert changes == before[1]
    assert store.outbox.waiting() == 1


@pytest.mark.parametrize(
    ("now", "share", "held"),
    [
        (("Nej!", "Nej!", "Ja", "Ja"), 0.3, True),
        (("Nej", "Nej", "Ja", "Ja"), 0.3, True),
        (("Nej!", "–!", "Ja", "Ja"), 0.3, True),
        (("Nej!", "Nej!", "Ja", "Ja"), 0.5, False),
        (("Nej!", "Nej!", "Ja", "Ja"), None, False),
        (("Nej!", "Ja", "Ja", "Ja"), 0.1, False),
        (("Ej mätt", "Ej mätt", "Ej mätt", "Ej mätt"), 0.1, False),
        (("Nej!", "Nej!", "Ej mätt", "Ej mätt"), 0.9, True),
    ],
)
def test_the_brake(store: Store, now: tuple[str, ...], share: float | None, held: bool) -> None:
    concluded(store, https("Ja", "Ja", "Ja", "Ja"), 0, brake=share)
    before = history(store)
    told = Told()
    last = concluded(store, https(*now), 1, brake=share, letters=told)
    assert last.sweep.state is (State.HELD if held else State.FINISHED)
    assert bool(last.braked) is held
    assert told.concluded == [last]
    stored = store.sweeps.get(last.sweep.id)
    assert stored == last.sweep
    intervals, changes = history(store)
    if held:
        assert "https: 2 of" in last.sweep.why
        assert intervals == before[0]
        assert changes[last.sweep.id] == ([], [])
        assert store.judgements.find(last.sweep.id, "2026", "1") is not None
    else:
        assert changes[last.sweep.id][0] == list(last.differences.changes)


def test_a_first_sweep_is_never_held(store: Store) -> None:
    assert concluded(store, https("Nej", "Nej"), 0, brake=0.01).braked == ()


def accepted(store: Store, held: Concluded, told: Told) -> Concluded:
    return accept(
        store,
        held.sweep,
        now=night(9),
        judge=reads_by_the_rules,
        findings=lambda *_: (FAULT,),
        letters=told,
    )


def test_a_held_sweep_that_is_accepted_becomes_history(store: Store) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3)
    told = Told()
    taken = accepted(store, held, told)
    assert (taken.sweep.state, taken.sweep.why, taken.braked) == (State.FINISHED, "", ())
    assert taken.sweep.finished == night(1)
    assert [one.kind for one in taken.differences.changes] == [Kind.WORSENED] * 2
    assert told.concluded == [taken]
    intervals, changes = history(store)
    assert lines(intervals) == ["Ja 0-1", "Nej 1-"]
    assert len(changes[taken.sweep.id][1]) == 2


def test_a_held_sweep_that_is_accepted_after_a_later_one_takes_its_place_in_time(store: Store) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3)
    concluded(store, https("Ja", "Ja"), 2)
    concluded(store, https("Nej!", "Ja"), 3)
    told = Told()
    taken = accepted(store, held, told)
    assert told.concluded == []
    assert taken.differences.old is not None
    assert [one.kind for one in taken.differences.changes] == [Kind.WORSENED] * 2
    intervals, changes = history(store)
    assert lines(intervals) == ["Ja 0-1", "Nej 1-2", "Ja 2-3", "Nej 3-"]
    assert [[one.kind for one in found] for found, _ in changes.values()] == [
        [],
        [Kind.WORSENED] * 2,
        [Kind.IMPROVED] * 2,
        [Kind.WORSENED],
    ]


def test_a_sweep_of_an_earlier_time_is_taken_into_the_order_of_time(store: Store) -> None:
    concluded(store, https("Ja"), 0)
    concluded(store, https("Nej!"), 9)
    late = concluded(store, https("Nej!"), 1)
    (change,) = late.differences.changes
    assert (change.kind, change.since, change.before_at) == (Kind.WORSENED, night(1), night(0))
    assert late.differences.old is not None
    assert late.differences.old.started == night(0)
    assert lines(history(store)[0]) == ["Ja 0-1", "Nej 1-"]


def test_the_brake_holds_a_sweep_of_an_earlier_time_too(store: Store) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    concluded(store, https("Ja", "Ja"), 9)
    before = history(store)
    late = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3)
    assert late.sweep.state is State.HELD
    assert history(store)[0] == before[0]


def test_a_row_that_was_gone_by_a_later_sweep_is_no_hindrance(store: Store) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    concluded(store, https("Ja", "Ja"), 9)
    late = concluded(store, https("Ja"), 1)
    assert [(one.code, one.kind) for one in late.differences.changes] == [("R001", Kind.REMOVED)]
    assert lines(history(store)[0], "R001") == ["Ja 0-1", "Ja 9-"]


def test_two_sweeps_that_began_in_one_second_are_both_kept(store: Store) -> None:
    first = concluded(store, https("Ja"), 0)
    second = concluded(store, https("Nej!"), 0)
    assert second.sweep.id == f"{first.sweep.id}-2"
    assert second.differences.changes == ()
    assert lines(history(store)[0]) == ["Ja 0-"]


def test_concluding_again_changes_nothing(store: Store) -> None:
    """As after a kill between the end of the transaction and whatever came next."""
    first = concluded(store, https("Ja"), 0)
    again = conclude(
        store,
        first.sweep,
        measured(store, https("Ja"), 5, "other")[1],
        now=night(1),
        judge=reads_by_the_rules,
        findings=lambda *_: (),
        letters=Told(),
        brake_share=0.3,
    )
    assert again.sweep == first.sweep
    assert lines(history(store)[0]) == ["Ja 0-"]
    with store.engine.connect() as connection:
        assert len(connection.execute(select(tables.outbox.c.key)).all()) == 1
