import os
import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


@contextmanager
def a_lot(directory: Path) -> Iterator[ParkingLot]:
    with closing(ParkingLot(directory)) as lot:
        yield lot
    assert list(directory.iterdir()) == [], "a killed process must leave nothing behind"


def test_first_in_first_out_and_nothing_on_disk_that_has_a_name(tmp_path: Path) -> None:
    with a_lot(tmp_path) as lot:
        check_the_order(lot)
        assert list(tmp_path.iterdir()) == []


def check_the_order(lot: ParkingLot) -> None:
    first, second, third = parked("A", 1.5, "web"), parked("B", 2.5, "mail", "web"), parked("C")
    lot.put(first)
    lot.put(second)
    assert lot.head() == first
    assert lot.take() == first
    lot.put(third)
    assert len(lot) == 2
    assert [lot.take(), lot.take()] == [second, third]
    assert not lot
    lot.put(first)
    assert lot.take() == first


def test_an_emptied_lot_gives_its_space_back(tmp_path: Path) -> None:
    with a_lot(tmp_path) as lot:
        for _ in range(3):
            lot.put(parked("A"))
            lot.put(parked("B"))
            assert [lot.take().evidence.row.code for _ in range(2)] == ["A", "B"]
            assert os.fstat(lot._handle()).st_size == 0


def test_a_place_that_is_gone_takes_no_row(tmp_path: Path) -> None:
    lot = ParkingLot(tmp_path / "gone")
    with pytest.raises(OSError, match="gone"):
        lot.put(parked("A"))
    assert not lot


def test_a_full_disk_leaves_no_half_row(tmp_path: Path) -> None:
    """The limit on the size of a file stands for a disk that takes a part of a row and no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with a_lot(tmp_path) as lot:
        lot.put(parked("A"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (os.fstat(lot._handle()).st_size + 10, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                lot.put(parked("B"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        lot.put(parked("C"))
        assert [lot.take().evidence.row.code for _ in range(len(lot))] == ["A", "C"]


def test_second_attempts_wait_for_their_time_and_released_rows_for_their_word(tmp_path: Path) -> None:
    with WaitingRows(tmp_path) as rows:
        check_the_turns(rows)


def check_the_turns(rows: WaitingRows) -> None:
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
