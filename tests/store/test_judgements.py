from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from checker.history.changes import CellRow
from checker.report.model import RowResult
from checker.store import tables
from checker.store.errors import DamagedError
from checker.store.judgements import Judged
from checker.store.reading import PAGE
from checker.store.store import Store
from checker.verdict import Value, Verdict
from tests.store.samples import begun, judged, judgement, night, row, verdicts


def test_verdicts_come_back_in_full(store: Store) -> None:
    sweep = begun(store, 2)
    put = store.judgements.put(judgement(sweep), [judged(0), judged(1)])
    assert put == replace(judgement(sweep), id=put.id)
    assert store.judgements.of_sweep(sweep.id) == [put]
    assert list(store.judgements.results(put.id)) == [
        (number, RowResult(row=row(number), verdicts=verdicts(number))) for number in range(2)
    ]
    assert store.judgements.of_row(put.id, "R001") == RowResult(row=row(1), verdicts=verdicts(1))
    assert store.judgements.of_row(put.id, "R002") is None


def test_cells_come_back_as_printed(store: Store) -> None:
    sweep = begun(store, 2)
    put = store.judgements.put(
        judgement(sweep), [judged(0), judged(1, remeasured=frozenset({"https", "dnssec"}))]
    )
    first, second = store.judgements.cells(put.id)
    printed = (
        ("starttls", "Nej (ja) (C)"),
        ("https", "Ej mätt"),
        ("dnssec", "Ja/Nej"),
        ("www_ipv6", "Ja"),
        ("mail_ipv6", ""),
    )
    assert first == CellRow(
        position=0,
        code="R000",
        region="Region 0 Åäö",
        domain="region0.se",
        web_host="www.region0.se",
        mail_domain="region0.se",
        cells=printed,
    )
    assert second.cell("www_ipv6") == "–"
    assert second.remeasured == {"https", "dnssec"}


def test_the_same_rules_judge_once(store: Store) -> None:
    sweep = begun(store, 1)
    store.judgements.put(judgement(sweep), [judged(0)])
    anew = Judged(
        position=0, result=RowResult(row=row(), verdicts=(Verdict(indicator="https", value=Value.YES),))
    )
    again = store.judgements.put(judgement(sweep), [anew])
    assert store.judgements.of_sweep(sweep.id) == [again]
    assert [cells.cell("https") for cells in store.judgements.cells(again.id)] == ["Ja"]
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(tables.verdicts)).scalar() == 1


def test_other_rules_and_other_sweeps_stand_beside_it(store: Store) -> None:
    sweep, other = begun(store), begun(store, 1, night(1))
    kept = [
        store.judgements.put(judgement(sweep), [judged()]),
        store.judgements.put(judgement(sweep, version="2"), [judged()]),
        store.judgements.put(judgement(sweep, ruleset="bilaga-a-2017"), [judged()]),
    ]
    elsewhere = store.judgements.put(judgement(other), [judged()])
    assert store.judgements.of_sweep(sweep.id) == kept
    assert store.judgements.find(sweep.id, "2026", "2") == kept[1]
    assert store.judgements.find(sweep.id, "2026", "3") is None
    assert store.judgements.find(other.id, "2026", "1") == elsewhere


def test_more_verdicts_than_one_page_come_back_in_order(store: Store) -> None:
    count = 2 * PAGE + 1
    sweep = begun(store, count)
    put = store.judgements.put(judgement(sweep), (judged(number) for number in reversed(range(count))))
    assert [cells.position for cells in store.judgements.cells(put.id)] == list(range(count))
    assert [position for position, _ in store.judgements.results(put.id)] == list(range(count))


def test_a_judgement_that_breaks_off_leaves_the_earlier_one(store: Store) -> None:
    sweep = begun(store, 2)
    put = store.judgements.put(judgement(sweep), [judged(0), judged(1)])
    with pytest.raises(ZeroDivisionError):
        store.judgements.put(judgement(sweep), (judged(number) for number in (0, 1 // 0)))
    assert store.judgements.of_sweep(sweep.id) == [put]
    assert len(list(store.judgements.cells(put.id))) == 2


def test_a_row_that_was_not_judged_is_left_out(store: Store) -> None:
    put = store.judgements.put(judgement(begun(store, 3)), [judged(0), judged(2)])
    assert [cells.position for cells in store.judgements.cells(put.id)] == [0, 2]


def test_rows_may_be_read_while_verdicts_are_written(store: Store) -> None:
    """A sweep is judged row by row as its observations are read."""
    sweep = begun(store, 3)
    rows = store.sweeps.rows(sweep.id)
    made = (
        Judged(position=number, result=RowResult(row=read, verdicts=verdicts(number)))
        for number, read in enumerate(rows)
    )
    put = store.judgements.put(judgement(sweep), made)
    assert [result.row for _, result in store.judgements.results(put.id)] == [row(n) for n in range(3)]


def test_reasons_that_cannot_be_read_are_damage(store: Store) -> None:
    put = store.judgements.put(judgement(begun(store)), [judged()])
    with store.transaction() as connection:
        connection.execute(update(tables.verdicts).values(reasons=b"\0"))
    with pytest.raises(DamagedError):
        list(store.judgements.results(put.id))
    assert len(list(store.judgements.cells(put.id))) == 1, "the printed cells stand apart"
