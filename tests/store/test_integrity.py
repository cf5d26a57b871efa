"""A store looked over: what is whole is silent, and everything that is damaged is told by name."""

import pytest
from sqlalchemy import delete, func, update

from checker.store import tables
from checker.store.baseline import DATE_2017, NAME_2017, put_baseline, table_2017
from checker.store.errors import DamagedError
from checker.store.history import changes_of
from checker.store.integrity import problems
from checker.store.packing import pack
from checker.store.store import Store
from tests.store.archived import over, stopped
from tests.store.samples import LEAF, begun, night
from tests.store.stored_nights import concluded, https

ROWS, VERDICTS, CERTIFICATES = tables.rows, tables.verdicts, tables.certificates
CHANGES, INTERVALS = tables.changes, tables.intervals


def told(store: Store) -> list[str]:
    return list(problems(store, lambda _: None))


def test_a_whole_store_has_no_problems(store: Store) -> None:
    kept = [over(store, 0), stopped(store, 1), begun(store, 2, night(2))]
    put_baseline(store, table_2017(), name=NAME_2017, day=DATE_2017, series="domains")
    store.observations.forget(night(1))
    looked_over: list[str] = []
    assert list(problems(store, lambda sweep: looked_over.append(sweep.id))) == []
    assert looked_over == [NAME_2017, *(sweep.id for sweep in kept)]


@pytest.mark.parametrize(
    ("scenario", "damage", "said"),
    [
        (
            "observation",
            update(ROWS).where(ROWS.c.position == 1).values(observation=b"x"),
            "sweep 20261122T020000Z: the observation of row R001",
        ),
        (
            "swapped observation",
            update(ROWS).where(ROWS.c.position == 1).values(observation=pack({"row": 1})),
            "the observation of row R001",
        ),
        ("code", update(ROWS).where(ROWS.c.position == 1).values(code="X"), "it is about another row"),
        (
            "code that leads elsewhere",
            update(ROWS).where(ROWS.c.position == 1).values(code="../x\x1b"),
            "row 1 of sweep 20261122T020000Z: a code that no row can have: '../x\\x1b'",
        ),
        (
            "certificate",
            delete(CERTIFICATES).where(CERTIFICATES.c.der == LEAF),
            "the observation of row R000",
        ),
        (
            "bytes of a certificate",
            update(CERTIFICATES).where(CERTIFICATES.c.der == LEAF).values(der=b"x"),
            "is damaged: its bytes have another digest",
        ),
        (
            "verdicts",
            update(VERDICTS).where(VERDICTS.c.position == 2).values(reasons=b"x"),
            "sweep 20261122T020000Z, judged by 2026 1: the verdicts on row 2",
        ),
        (
            "cells",
            update(VERDICTS).where(VERDICTS.c.position == 2).values(https="Ja"),
            "the printed cells are not theirs",
        ),
        (
            "missing verdicts",
            delete(VERDICTS).where(VERDICTS.c.position == 2),
            "sweep 20261122T020000Z has 3 rows, but 2 verdicts by 2026 1",
        ),
        (
            "no judgement",
            delete(tables.judgements).where(tables.judgements.c.ruleset == "2026"),
            "is over, but has no verdicts by its own rules (2026 1)",
        ),
        (
            "rows left",
            update(ROWS).where(ROWS.c.position == 0).values(state="left", observation=None),
            "is finished, but 1 of its rows were not measured",
        ),
    ],
)
def test_what_is_damaged_is_told(scenario: str, damage: object, said: str, store: Store) -> None:
    over(store)
    with store.transaction() as connection:
        connection.execute(damage)  # type: ignore[call-overload]  # any statement
    found = told(store)
    assert found, scenario
    assert any(said in line for line in found), found


def read_history(store: Store, sweep_id: str) -> None:
    changes_of(store, sweep_id)
    store.intervals.standing("domains", ["R000", "../x"])


@pytest.mark.parametrize(
    ("scenario", "damage", "said"),
    [
        (
            "change that is no JSON",
            update(CHANGES).values(change="{"),
            "a change of row 'R000' in sweep 20261123T020000Z: JSONDecodeError",
        ),
        (
            "change that lacks fields",
            update(CHANGES).values(change="{}"),
            "a change of row 'R000' in sweep 20261123T020000Z: CodecError",
        ),
        (
            "change of no column",
            update(CHANGES).values(change=func.replace(CHANGES.c.change, '"https"', '"ftp"')),
            "no column is called 'ftp'",
        ),
        (
            "change of another row",
            update(CHANGES).values(change=func.replace(CHANGES.c.change, '"R000"', '"R009"')),
            "it is about another cell",
        ),
        (
            "change of what is no row",
            update(CHANGES).values(change=func.replace(CHANGES.c.change, '"R000"', '"../x"')),
            "a code that no row can have: '../x'",
        ),
        (
            "interval's cell",
            update(INTERVALS).values(cell="Kanske"),
            "the history of row 'R000': UnreadableCellError: no cell of the table: 'Kanske'",
        ),
        (
            "interval's pair",
            update(INTERVALS).values(cell="Ja/Nej"),
            "the cell 'Ja/Nej' is not about 1 names",
        ),
        ("interval's names", update(INTERVALS).values(subject='"a.se"'), "its names are no list of texts"),
        ("interval's column", update(INTERVALS).values(column_name="ftp"), "no column is called 'ftp'"),
        (
            "interval's row",
            update(INTERVALS).values(code="../x"),
            "the history of row '../x': a code that no row can have: '../x'",
        ),
    ],
)
def test_damaged_history_is_told_and_never_an_error_of_our_own(
    scenario: str, damage: object, said: str, store: Store
) -> None:
    concluded(store, https("Ja"), 0)
    sweep = concluded(store, https("Nej!"), 1).sweep
    assert told(store) == []
    with store.transaction() as connection:
        connection.execute(damage)  # type: ignore[call-overload]  # any statement
    assert any(said in line for line in told(store)), scenario
    with pytest.raises(DamagedError):
        read_history(store, sweep.id)
