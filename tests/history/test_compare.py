from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.history.cells import UnreadableCellError
from checker.history.changes import CellRow, Change, Differences, Kind, SweepHead
from checker.history.compare import ChangeCollector, differences
from checker.history.intervals import Interval, Standing, first_seen
from checker.history.standing import advance, remove
from checker.report.model import COLUMNS
from checker.verdict import Finding, Severity
from tests.history.nights import head, line, night, row

OLD, NEW = head(1), head(8)
OLD_RULES = head(1, ruleset="bilaga-a-2017")
FAULT, WARNING, NOTE = (
    Finding(code=severity.value, severity=severity, subject="www.a.example")
    for severity in (Severity.FAULT, Severity.WARNING, Severity.NOTE)
)


def stood(cell: str, *, measured: float = 0, since: float = -3, ruleset: str = "2026") -> Interval:
    """An https verdict that stands in the history of row A."""
    begun = first_seen(row(https=cell), "https", head(since, ruleset=ruleset), Kind.WORSENED)
    return replace(begun, last_measured=night(measured))


def of_a(interval: Interval) -> Callable[[str, str], Interval | None]:
    return lambda code, column: interval if (code, column) == ("A", "https") else None


def lines(found: Differences) -> list[str]:
    return [f"{change.code} {change.column} {line(change)}" for change in found.changes]


def only(found: Differences) -> Change:
    (change,) = found.changes
    return change


@pytest.mark.parametrize(
    ("scenario", "before", "now", "expected", "compared"),
    [
        ("nothing new", "Ja", "Ja", [], 1),
        ("better", "Nej", "Ja", ["A https improved Nej > Ja"], 1),
        ("worse", "Ja", "Nej", ["A https ?worsened Ja > Nej"], 1),
        ("sideways", "Ja", "–", ["A https ?changed Ja > –"], 1),
        ("not measured now", "Ja", "Ej mätt", ["A https not_measured Ja > Ej mätt"], 0),
        ("not measured then", "Ej mätt", "Nej", ["A https measured  > Nej"], 0),
        ("never measured", "Ej mätt", "Ej mätt", [], 0),
        ("in other parts", "Ja/Ej mätt", "Ej mätt/Ja", [], 0),
        ("not asked for then", "", "Nej", [], 0),
        ("not asked for now", "Ja", "", [], 0),
    ],
)
def test_one_cell(scenario: str, before: str, now: str, expected: list[str], compared: int) -> None:
    found = differences(OLD, [row(https=before)], NEW, [row(https=now)])
    assert lines(found) == expected
    assert dict(found.compared) == dict.fromkeys(COLUMNS, 0) | {"https": compared}
    assert (found.old, found.new) == (OLD, NEW)


def test_a_change_says_when_both_cells_were_measured() -> None:
    change = only(differences(OLD, [row(https="Nej")], NEW, [row(https="Ja")]))
    assert (change.before_at, change.since, change.region) == (night(1), night(8), "Region A")


def test_an_older_sweep_can_be_the_new_one() -> None:
    change = only(differences(NEW, [row(https="Nej")], OLD, [row(https="Ja")]))
    assert (change.kind, change.before_at, change.since) == (Kind.IMPROVED, night(8), night(1))


def test_rows_belong_together_by_code_in_any_case_and_order() -> None:
    found = differences(
        OLD,
        [row("a", 0, https="Ja"), row("B", 1, https="Nej"), row("Gone", 2, https="Ja", dnssec="Ej mätt")],
        NEW,
        [row("b", 0, https="Ja"), row("A", 1, https="Ja"), row("New", 2, https="Nej", dnssec="Ej mätt")],
    )
    assert lines(found) == [
        "b https improved Nej > Ja",
        "New https new  > Nej",
        "New dnssec new  > Ej mätt",
        "Gone https removed Ja > ",
        "Gone dnssec removed Ej mätt > ",
    ]
    assert dict(found.compared)["https"] == 2
    by_column = {change.column: change.before_at for change in found.of_kind(Kind.REMOVED)}
    assert by_column == {"https": night(1), "dnssec": None}


def test_changes_come_by_kind_then_row_then_column() -> None:
    found = differences(
        OLD,
        [
            row("A", 0, https="Nej", starttls="Ja", dnssec="Ja"),
            row("B", 1, https="Ja", starttls="Ja", mail_ipv6="Nej"),
            row("C", 2, https="Nej", starttls="Nej"),
        ],
        NEW,
        [
            row("C", 0, https="Ja", starttls="Ja"),
            row("B", 1, https="Nej", starttls="Nej", mail_ipv6="–"),
            row("A", 2, https="Ja", starttls="Nej", dnssec="Ej mätt"),
        ],
    )
    assert lines(found) == [
        "B starttls ?worsened Ja > Nej",
        "B https ?worsened Ja > Nej",
        "A starttls ?worsened Ja > Nej",
        "B mail_ipv6 ?changed Nej > –",
        "C starttls improved Nej > Ja",
        "C https improved Nej > Ja",
        "A https improved Nej > Ja",
        "A dnssec not_measured Ja > Ej mätt",
    ]


@pytest.mark.parametrize(
    ("scenario", "interval", "now", "expected", "compared"),
    [
        ("worse than then", stood("Ja"), "Nej", ["A https ?worsened Ja > Nej"], 1),
        ("the same as then", stood("Nej"), "Nej", [], 1),
        ("could not tell either time", stood("Ja"), "Ej mätt", [], 0),
        ("other rules than then", stood("Ja", ruleset="old"), "Nej", ["A https rules Ja > Nej"], 1),
        (
            "another host than then",
            replace(stood("Ja"), subject=("www2.a.example",)),
            "Nej",
            ["A https entry Ja > Nej"],
            0,
        ),
    ],
)
def test_the_verdict_that_stood_when_the_old_sweep_could_not_tell(
    scenario: str, interval: Interval, now: str, expected: list[str], compared: int
) -> None:
    found = differences(
        OLD,
        [row(https="Ej mätt")],
        NEW,
        [row(https=now)],
        standing_before=of_a(interval),
        rejudged=lambda _: {"https": "Ej mätt"},
    )
    assert lines(found) == expected
    assert all(change.before_at == night(0) for change in found.changes)
    assert dict(found.compared)["https"] == compared


def test_the_verdict_that_stood_is_asked_for_only_then() -> None:
    found = differences(
        OLD, [row(https="Nej")], NEW, [row(https="Ja")], standing_before=of_a(stood("Ja (F)"))
    )
    assert lines(found) == ["A https improved Nej > Ja"]


def test_a_row_that_is_gone_shows_what_stood() -> None:
    found = differences(OLD, [row(https="Ej mätt")], NEW, [], standing_before=of_a(stood("Ja")))
    assert lines(found) == ["A https removed Ja > "]
    assert only(found).before_at == night(0)


@pytest.mark.parametrize(
    ("scenario", "rejudged", "now", "expected", "under_new_rules"),
    [
        ("the rules alone", "Ja (F)", "Ja (F)", "rules Ja > Ja (F)", "Ja (F)"),
        ("the server alone", "Ja", "Nej", "?worsened Ja > Nej", "Ja"),
        ("both", "Ja (F) (N)", "Ja (F)", "improved Ja > Ja (F)", "Ja (F) (N)"),
        ("the facts are gone", None, "Nej", "rules Ja > Nej", ""),
    ],
)
def test_under_other_rules(
    scenario: str, rejudged: str | None, now: str, expected: str, under_new_rules: str
) -> None:
    again = {"https": rejudged} if rejudged is not None else None
    found = differences(
        OLD_RULES, [row("a", https="Ja")], NEW, [row(https=now)], rejudged={"a": again}.__getitem__
    )
    assert line(only(found)) == expected
    assert only(found).under_new_rules == under_new_rules


def test_under_other_rules_nothing_is_worse_when_nobody_can_judge_again() -> None:
    found = differences(OLD_RULES, [row(https="Ja")], NEW, [row(https="Nej")])
    assert lines(found) == ["A https rules Ja > Nej"]


def test_a_row_is_judged_again_once_and_only_when_its_cells_differ() -> None:
    asked: list[str] = []

    def rejudged(code: str) -> dict[str, str]:
        asked.append(code)
        return dict.fromkeys(COLUMNS, "Ja")

    before = [row(code, place, **dict.fromkeys(COLUMNS, "Ja")) for place, code in enumerate("ABC")]
    now = [replace(before[0], cells=before[0].cells[1:]), *before[1:2], row("C", 2, **dict.fromkeys(COLUMNS, "Nej"))]  # fmt: skip
    differences(OLD_RULES, before, NEW, now, rejudged=rejudged)
    assert asked == ["C"]
    asked.clear()
    differences(OLD, before, NEW, now, rejudged=rejudged)
    assert asked == []


@pytest.mark.parametrize(
    ("scenario", "before", "now", "twice", "standing", "unconfirmed", "since"),
    [
        ("seen once", "Ja", "Nej", (), None, True, 8),
        ("measured twice in its sweep", "Ja", "Nej", ("https",), None, False, 8),
        ("another column measured twice", "Ja", "Nej", ("dnssec",), None, True, 8),
        ("the history has it", "Ja", "Nej", (), stood("Nej", since=5), False, 5),
        ("the history still has another", "Ja", "Nej", (), stood("Ja"), True, 8),
        ("better, and the history knows since when", "Nej", "Ja", (), stood("Ja", since=6), False, 6),
        (
            "not measured, and the history knows since when",
            "Ja",
            "Ej mätt",
            (),
            replace(stood("Ja"), not_measured_since=night(7)),
            False,
            7,
        ),
    ],
)
def test_what_was_seen_once_is_unconfirmed(
    scenario: str,
    before: str,
    now: str,
    twice: tuple[str, ...],
    standing: Interval | None,
    unconfirmed: bool,
    since: int,
) -> None:
    found = differences(
        OLD,
        [row(https=before)],
        NEW,
        [row(https=now, twice=twice)],
        standing_now=of_a(standing) if standing is not None else None,
    )
    assert (only(found).unconfirmed, only(found).since) == (unconfirmed, night(since))
    assert (found.announced == ()) is unconfirmed


@pytest.mark.parametrize(
    ("scenario", "ruleset", "version", "expected"),
    [
        ("by rules of the same name", "2026", "", "worsened Ja > Nej"),
        ("by other rules", "bilaga-a-2017", "", "rules Ja > Nej"),
    ],
)
def test_nothing_is_announced_beside_another_method(
    scenario: str, ruleset: str, version: str, expected: str
) -> None:
    study = SweepHead(id="2017", started=night(-3000), ruleset=ruleset, ruleset_version=version, method="MSB")
    table, ours = [row(https="Ja", dnssec="Nej")], [row(https="Nej", dnssec="Nej", twice=("https",))]
    found = differences(study, table, NEW, ours)
    assert line(only(found)) == expected
    assert found.announced == ()
    assert differences(NEW, ours, study, table).announced == ()


def test_findings_are_asked_for_where_there_is_something_to_explain() -> None:
    asked: list[tuple[str, str]] = []

    def findings(code: str, column: str) -> tuple[Finding, ...]:
        asked.append((code, column))
        return NOTE, WARNING, FAULT

    found = differences(
        OLD,
        [row("A", 0, https="Ja", dnssec="Ja"), row("B", 1, https="Ja")],
        NEW,
        [row("A", 0, https="Nej", dnssec="Ja")],
        findings=findings,
    )
    assert asked == [("A", "https")]
    assert [change.findings for change in found.changes] == [(FAULT, WARNING), ()]


def test_rows_are_read_as_they_come() -> None:
    read: list[str] = []

    def table(name: str, cell: str) -> list[CellRow]:
        read.append(name)
        return [row(name, https=cell)]

    rows = (one for name in ("A", "B") for one in table(name, "Nej"))
    found = differences(OLD, iter([row("A", https="Ja"), row("B", https="Ja")]), NEW, rows)
    assert read == ["A", "B"]
    assert len(found.changes) == 2


@pytest.mark.parametrize(("before", "now"), [("Ja (X)", "Ja"), ("Ja", "<b>"), ("Ja (X)", "Ja (X)")])
def test_a_cell_that_nobody_prints_is_refused(before: str, now: str) -> None:
    with pytest.raises(UnreadableCellError):
        differences(OLD, [row(https=before)], NEW, [row(https=now)])


def folded(old: SweepHead | None, old_rows: list[CellRow], new_rows: list[CellRow]) -> Differences:
    """Two neighbouring sweeps folded into a history; the differences of the second, or of the first when `old` is None."""
    before = {row.code: row for row in old_rows}
    gone = dict(before)
    first = ChangeCollector(old=None, new=OLD)
    second = ChangeCollector(old=old, new=NEW)
    standing = {}
    for one, column in product(old_rows, COLUMNS):
        step = advance(Standing(), row=one, column=column, head=OLD, rejudged=lambda _: None, known=False)
        standing[one.code, column] = step.standing
        first.add_step(step)
    for one in new_rows:
        gone.pop(one.code, None)
        for column in COLUMNS:
            stands = standing.get((one.code, column), Standing())
            known = one.code in before
            second.add_step(
                advance(stands, row=one, column=column, head=NEW, rejudged=lambda _: None, known=known)
            )
    for one, column in product(gone.values(), COLUMNS):
        second.add_step(remove(standing[one.code, column], row=one, column=column, head=NEW))
    return second.differences() if old is not None else first.differences()


cells = st.sampled_from(["Ja", "Ja (F)", "Ja (N)", "Nej", "–", "Ej mätt"])
tables = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        cells,
        cells,
        st.sampled_from(["www.a.example", "www2.a.example"]),
        st.sets(st.sampled_from(["https", "starttls"])),
    ),
    max_size=4,
    unique_by=lambda one: one[0],
).map(
    lambda rows: [
        row(code, place, host=host, twice=twice, https=https, starttls=starttls)
        for place, (code, https, starttls, host, twice) in enumerate(rows)
    ]
)


@given(old_rows=tables, new_rows=tables)
def test_neighbouring_sweeps_differ_the_same_whether_compared_or_folded(
    old_rows: list[CellRow], new_rows: list[CellRow]
) -> None:
    assert folded(OLD, old_rows, new_rows) == differences(OLD, old_rows, NEW, new_rows)


@given(rows=tables)
def test_a_first_sweep_is_no_news(rows: list[CellRow]) -> None:
    found = folded(None, rows, [])
    assert (found.old, found.changes, found.announced) == (None, (), ())
    assert {count for _, count in found.compared} == {0}


@given(rows=tables)
def test_a_sweep_does_not_differ_from_itself(rows: list[CellRow]) -> None:
    assert differences(OLD, rows, NEW, rows).changes == ()
