from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.observations.row import Row
from checker.report.model import RowResult, StandingCell
from checker.report.spool import Spool
from checker.verdict import Finding, Flag, Part, Severity, Value, Verdict
from tests.report.rows import hostile_result, result_of, row_of, table_6

TEXT = st.text(st.characters(), max_size=30)
FINDINGS = st.builds(
    Finding,
    code=TEXT,
    severity=st.sampled_from(Severity),
    subject=TEXT,
    params=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)
VERDICTS = st.builds(
    Verdict,
    indicator=TEXT,
    value=st.sampled_from(Value),
    flags=st.lists(st.sampled_from(Flag), max_size=2).map(tuple),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    parts=st.lists(st.builds(Part, subject=TEXT, value=st.sampled_from(Value)), max_size=2).map(tuple),
    may_pass=st.booleans(),
    awaits_port25=st.booleans(),
)
ROWS = st.builds(
    Row, code=TEXT, region=TEXT, domain=TEXT, web_host=TEXT, mail_domain=TEXT, group=TEXT, contact=TEXT
)
TIMES = st.datetimes(timezones=st.just(UTC))
STANDING = st.builds(
    StandingCell,
    column=TEXT,
    cell=TEXT,
    since=TIMES,
    last_measured=TIMES,
    ruleset=TEXT,
    ruleset_version=TEXT,
    subjects=st.lists(TEXT, max_size=2).map(tuple),
    not_measured_since=st.none() | TIMES,
    unconfirmed=st.booleans(),
)
RESULTS = st.builds(
    RowResult,
    row=ROWS,
    verdicts=st.lists(VERDICTS, max_size=2).map(tuple),
    standing=st.lists(STANDING, max_size=2).map(tuple),
)


@given(RESULTS)
def test_what_is_put_comes_back_without_loss(result: RowResult) -> None:
    with Spool() as spool:
        spool.put(0, result)
        back = spool.get(0)
    assert back == result
    for verdict in back.verdicts:
        assert isinstance(verdict.value, Value)
        assert all(isinstance(flag, Flag) for flag in verdict.flags)


def test_rows_put_in_any_order_come_out_in_that_of_the_file() -> None:
    rows = list(table_6())
    with Spool() as spool:
        for index in (*range(20, -1, -2), *range(1, 21, 2)):
            spool.put(index, rows[index])
        assert list(spool.results()) == rows
        assert list(spool.results()) == rows
        assert len(spool) == 21


def test_a_second_attempt_replaces_the_first() -> None:
    with Spool() as spool:
        spool.put(0, result_of(https="Ej mätt"))
        spool.put(1, hostile_result())
        spool.put(0, result_of(https="Ja"))
        assert [result.cell("https") for result in spool.results()] == ["Ja", "Ja (F) (N)"]
        assert len(spool) == 2


def test_rows_that_never_came_are_left_out() -> None:
    with Spool() as spool:
        spool.put(3, result_of(https="Ja"))
        assert [index in spool for index in (-1, 0, 3, 4)] == [False, False, True, False]
        assert len(list(spool.results())) == 1
        with pytest.raises(KeyError):
            spool.get(0)


def test_readers_do_not_disturb_each_other_or_the_writer() -> None:
    with Spool() as spool:
        for index in range(4):
            spool.put(index, result_of(row_of(str(index)), https="Ja"))
        first, second = spool.results(), spool.results()
        assert next(first).row.code == "0"
        assert next(second).row.code == "0"
        spool.put(4, result_of(row_of("4"), https="Ja"))
        assert [result.row.code for result in first] == ["1", "2", "3", "4"]


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.put(0, hostile_result())
        assert spool.get(0) == hostile_result()
        assert list(tmp_path.iterdir()) == []
