from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.history.past import PrintedTable
from checker.report.model import COLUMNS, summary_of
from checker.report.words import column_words
from checker.site.figures_then import figures_then, rows_then
from checker.verdict import PRINTED
from tests.report.rows import result_of, row_of
from tests.site.pasts import CODES, nights, past_of

PAIRS = [f"{one}/{other}" for one, other in product(PRINTED.values(), repeat=2)]
EVERY_CELL = [
    (column, cell)
    for column, words in column_words("sv").items()
    for cell in (*(code for code in words.codes if code != "X/Y"), *(PAIRS if column == "dnssec" else ()))
]


@pytest.mark.parametrize(("column", "cell"), EVERY_CELL)
def test_printed_cells_count_as_verdicts_do(column: str, cell: str) -> None:
    past = past_of(nights(1), [{"AB": tuple(cell if name == column else "" for name in COLUMNS)}])
    (figures,) = figures_then(past, column)
    counted = summary_of([result_of(row_of(mail_domain="b.se"), **{column: cell})]).column(column)
    assert (figures.yes, figures.measured) == (counted.yes, counted.measured)
    assert (figures.not_measured, figures.not_applicable) == (counted.not_measured, counted.not_applicable)


TABLES = st.lists(
    st.dictionaries(
        st.sampled_from(["AB", "C", "D"]),
        st.tuples(*[st.sampled_from(["", "Ja", "Nej", "Ej mätt", "–"])] * 5),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=50)
@given(TABLES)
def test_every_sweep_is_counted_on_its_own(tables: list[dict[str, tuple[str, ...]]]) -> None:
    past = past_of(nights(len(tables)), tables)
    for place, column in enumerate(COLUMNS):
        for figures, table in zip(figures_then(past, column), tables, strict=True):
            cells = Counter(row[place] for row in table.values())
            assert figures.yes == cells["Ja"]
            assert figures.measured == cells["Ja"] + cells["Nej"]
            assert (figures.not_measured, figures.not_applicable) == (cells["Ej mätt"], cells["–"])


def test_rows_are_those_that_were_asked_about_anything() -> None:
    past = past_of(nights(2), [{"AB": ("", "", "Ja", "", "")}, {"AB": ("Ja",) * 5, "C": ("–",) * 5}])
    assert rows_then(past) == (1, 2)


@given(st.lists(st.sampled_from(CODES), max_size=8))
def test_tallies_of_a_table(cells: list[str]) -> None:
    table = PrintedTable(2)
    for place, cell in enumerate(cells):
        table.put(1, f"R{place}", (cell, "", "", "", ""))
    before, now = table.tallies("starttls")
    assert +now == Counter(cells)
    assert not any(before[cell] for cell in CODES)
