"""A store looked over: what is whole is silent, and everything that is damaged is told by name."""

import pytest
from sqlalchemy import delete, update

from checker.store import tables
from checker.store.baseline import DATE_2017, NAME_2017, put_baseline, table_2017
from checker.store.integrity import problems
from checker.store.packing import pack
from checker.store.store import Store
from tests.store.archived import over, stopped
from tests.store.samples import LEAF, begun, night

ROWS, VERDICTS, CERTIFICATES = tables.rows, tables.verdicts, tables.certificates


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
