from pathlib import Path

import pytest

from checker.observations.row import Evidence
from checker.parking import Parked, ParkingLot, WaitingRows
from tests.fakes import VANTAGE, mail, row, session, web


def parked(code: str, due_s: float = 0.0, *again: str) -> Parked:
    evidence = Evidence(
        row=row(code), vantage=VANTAGE, web=web("www.a.example"), mail=mail("a.example", session("192.0.2.1"))
    )
    return Parked(evidence=evidence, again=frozenset(again), due_s=due_s)


def codes(rows: WaitingRows, now_s: float) -> list[str]:
    taken = []
    while (one := rows.take(now_s)) is not None:
        taken.append(one.evidence.row.code)
    return taken


def test_first_in_first_out_and_nothing_left_on_disk(tmp_path: Path) -> None:
    lot = ParkingLot(tmp_path)
    first, second, third = parked("A", 1.5, "web"), parked("B", 2.5, "mail", "web"), parked("C")
    lot.put(first)
    lot.put(second)
    assert lot.head() == first
    assert lot.take() == first
    lot.put(third)
    assert len(lot) == len(list(tmp_path.iterdir())) == 2
    assert [lot.take(), lot.take()] == [second, third]
    assert not lot
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_no_half_row(tmp_path: Path) -> None:
    lot = ParkingLot(tmp_path / "gone")
    with pytest.raises(OSError, match="gone"):
        lot.put(parked("A"))
    assert not lot


def test_second_attempts_wait_for_their_time_and_released_rows_for_their_word(tmp_path: Path) -> None:
    rows = WaitingRows(tmp_path)
    assert (rows.due_s, rows.await_port25) == (None, False)
    rows.put_for_retest(parked("A", 10.0, "web"))
    rows.put_for_retest(parked("B", 20.0, "web"))
    rows.put_for_port25(parked("C"))
    rows.put_for_port25(parked("D"))
    assert codes(rows, 9.0) == []
    assert (rows.due_s, rows.await_port25) == (10.0, True)
    assert codes(rows, 10.0) == ["A"]
    rows.release_port25()
    rows.put_for_port25(parked("E"))
    assert codes(rows, 19.0) == ["C", "D"], "E came after the word"
    rows.release_port25()
    assert codes(rows, 20.0) == ["B", "E"]
    assert (rows.due_s, rows.await_port25) == (None, False)
