import csv
from itertools import combinations_with_replacement, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.history.cells import Cell, Direction, UnreadableCellError, direction, read_cell
from checker.report.model import COLUMNS
from checker.verdict import PRINTED, Flag, Part, Value, Verdict

TABLE_6 = Path(__file__).parents[1] / "report" / "table6.csv"
SAME, BETTER, WORSE, OTHER = Direction
BACK = {SAME: SAME, BETTER: WORSE, WORSE: BETTER, OTHER: OTHER}

SINGLES = tuple(
    Verdict(indicator="https", value=value, flags=flags).cell
    for value in Value
    for flags in [
        (),
        *((flag,) for flag in Flag),
        *((one, other) for one, other in product(Flag, Flag) if one is not other),
    ]
)
PAIRS = tuple(f"{web}/{mail}" for web, mail in product(PRINTED.values(), repeat=2))

verdicts = st.builds(
    Verdict,
    indicator=st.sampled_from(COLUMNS),
    value=st.sampled_from(Value),
    flags=st.lists(st.sampled_from(Flag), unique=True).map(tuple),
    parts=st.just(())
    | st.lists(st.builds(Part, subject=st.just("a.example"), value=st.sampled_from(Value)), max_size=2).map(
        tuple
    ),
)
singles = st.builds(
    Verdict,
    indicator=st.just("https"),
    value=st.sampled_from(Value),
    flags=st.lists(st.sampled_from(Flag), unique=True).map(tuple),
).map(lambda verdict: verdict.cell)
pairs = st.sampled_from(PAIRS)
cells = singles | pairs
alike = st.tuples(singles, singles, singles) | st.tuples(pairs, pairs, pairs)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("Ja", "Ja", SAME),
        ("Nej (ja)", "Nej (ja)", SAME),
        ("Ej mätt", "Ej mätt", SAME),
        ("Ja", "Delvis", WORSE),
        ("Ja", "Nej", WORSE),
        ("Delvis", "Nej", WORSE),
        ("Nej", "Ja (trasig)", WORSE),
        ("Ja (F) (N)", "Nej", WORSE),
        ("Ja (C)", "Delvis", WORSE),
        ("Delvis", "Ja (C)", BETTER),
        ("Ja", "Ja (N)", WORSE),
        ("Ja (N)", "Ja (F) (N)", WORSE),
        ("Ja (F) (N)", "Ja (F)", BETTER),
        ("Ja (F)", "Ja (N)", OTHER),
        ("Ja (F) (N)", "Ja (C)", OTHER),
        ("Delvis", "Delvis (C)", WORSE),
        ("Nej", "Nej (ja)", BETTER),
        ("Nej", "Nej (A)", BETTER),
        ("Nej (ja)", "Nej (A)", OTHER),
        ("Ja", "Ja (A)", WORSE),
        ("Ja (C)", "Ja (A)", OTHER),
        ("Nej (ja)", "Ja (F) (N)", BETTER),
        ("Nej (A)", "Ja (trasig)", WORSE),
        ("Delvis", "Nej (ja)", WORSE),
        ("Ja", "–", OTHER),
        ("–", "Nej", OTHER),
        ("–", "Ja (trasig)", OTHER),
        ("Ja/Ja", "Ja/Nej", WORSE),
        ("Nej/Nej", "Ja/Nej", BETTER),
        ("Nej/Ja", "Ja/Nej", OTHER),
        ("Nej/Ja", "Ja (trasig)/Ja", WORSE),
        ("Ja/Nej", "Ja (trasig)/Ja", WORSE),
        ("Ja (trasig)/Nej", "Nej/Nej", BETTER),
        ("Ja (trasig)/Nej", "Ja (trasig)/Ja", BETTER),
        ("–/Ja", "–/Nej", WORSE),
        ("Nej/–", "Ja/–", BETTER),
        ("–/Ja", "Nej/Ja", OTHER),
        ("Ja/–", "–/Ja", OTHER),
        ("–/–", "Nej/Nej", OTHER),
        ("Nej", "Nej/Nej", OTHER),
        ("Ja/Ja", "Nej/Ej mätt", OTHER),
        ("Nej/Ej mätt", "Ja/Ja", OTHER),
        ("Ja/Ej mätt", "Nej/Ej mätt", OTHER),
        ("Ja", "Ej mätt", OTHER),
    ],
)
def test_where_a_cell_has_gone(before: str, now: str, expected: Direction) -> None:
    assert direction(before, now) is expected
    assert direction(now, before) is BACK[expected]


@given(verdict=verdicts)
def test_every_printed_verdict_can_be_read_back(verdict: Verdict) -> None:
    cell = read_cell(verdict.cell)
    if verdict.parts:
        assert cell == Cell(values=tuple(part.value for part in verdict.parts))
    else:
        assert cell == Cell(values=(verdict.value,), flags=frozenset(verdict.flags))
    assert cell.is_measured is (Value.UNKNOWN not in cell.values)


def test_table_6_can_be_read() -> None:
    with TABLE_6.open(encoding="utf-8", newline="") as file:
        printed = [record[column] for record in csv.DictReader(file) for column in COLUMNS]
    assert len(printed) == 105
    assert all(read_cell(text).is_measured for text in printed)


def test_equal_cells_have_one_text() -> None:
    every = (*SINGLES, *PAIRS)
    for one, other in combinations_with_replacement(sorted(set(every)), 2):
        assert (direction(one, other) is SAME) is (one == other), (one, other)


@given(one=cells, other=cells)
def test_the_way_back_is_the_other_direction(one: str, other: str) -> None:
    assert direction(other, one) is BACK[direction(one, other)]
    assert (direction(one, other) is SAME) is (one == other)


@given(three=alike)
def test_worse_than_worse_is_worse(three: tuple[str, str, str]) -> None:
    first, second, third = three
    if direction(first, second) is direction(second, third) is WORSE:
        assert direction(first, third) is WORSE
    if direction(first, second) is direction(second, third) is BETTER:
        assert direction(first, third) is BETTER


@given(one=cells, other=cells)
def test_what_was_not_measured_is_neither_better_nor_worse(one: str, other: str) -> None:
    if not (read_cell(one).is_measured and read_cell(other).is_measured):
        assert direction(one, other) in {SAME, OTHER}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ja",
        "Ja ",
        "Ja\n",
        "Ja()",
        "Ja (F",
        "Ja F)",
        "Ja  (F)",
        "Ja (f)",
        "Ja (N) (F)",
        "Ja (F) (F)",
        "Ja (trasig) (trasig)",
        "(F)",
        "/",
        "Ja/",
        "/Ja",
        "Ja/Ja (F)",
        "Ja/Ja/Ja",
        "-",
        "yes",
        "Ja (\u0661)",
        "\udc80",
        "Ja" + " (F)" * 100_000,
        "Ja/" * 100_000,
    ],
)
def test_what_no_column_prints(text: str) -> None:
    with pytest.raises(UnreadableCellError) as raised:
        read_cell(text)
    assert len(str(raised.value)) < 300
    assert str(raised.value).isascii()


@given(
    text=st.text()
    | st.lists(st.sampled_from([*PRINTED.values(), *(f"({flag})" for flag in Flag), " ", "/", "("])).map(
        "".join
    )
)
def test_hostile_text_is_refused_or_read_as_it_is_printed(text: str) -> None:
    try:
        cell = read_cell(text)
    except UnreadableCellError:
        return
    parts = tuple(Part(subject="a.example", value=value) for value in cell.values)
    verdict = Verdict(
        indicator="https",
        value=cell.values[0],
        flags=tuple(cell.flags),
        parts=parts if len(parts) > 1 else (),
    )
    assert verdict.cell == text
