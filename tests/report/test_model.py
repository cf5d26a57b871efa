from dataclasses import replace

import pytest

from checker.indicators.registry import NAMES
from checker.report.model import COLUMNS, ColumnSummary, Summary, SummaryCounter, worst_first
from checker.verdict import Finding, Severity
from tests.report.rows import result_of, row_of, table_6


def counted(*cells: dict[str, str]) -> Summary:
    counter = SummaryCounter()
    for each in cells:
        counter.add(result_of(row_of(mail_domain="dll.se"), **each))
    return counter.summary()


def test_columns_are_those_of_the_registry_in_its_order() -> None:
    assert COLUMNS == NAMES


def test_table_6_adds_up_to_the_figures_of_section_7_1() -> None:
    counter = SummaryCounter()
    for result in table_6():
        counter.add(result)
    summary = counter.summary()
    assert summary.rows == 21
    assert {each.column: (each.yes, each.measured) for each in summary.columns} == {
        "starttls": (19, 21),
        "https": (18, 21),
        "dnssec": (14, 21),
        "www_ipv6": (6, 21),
        "mail_ipv6": (7, 21),
    }
    assert dict(summary.column("starttls").details) == {"wrong_name": 9, "partial": 0}
    https = dict(summary.column("https").details)
    assert (https["no_redirect"], https["to_http"], https["no_content"]) == (6, 2, 1)
    assert (https["insecure"], https["broken"]) == (6, 1)
    assert dict(summary.column("dnssec").details) == {"broken": 1}


def test_cells_not_measured_not_applicable_and_not_asked_are_no_part_of_the_figure() -> None:
    summary = counted({"starttls": "Ja"}, {"starttls": "Ej mätt"}, {"starttls": "–"}, {"https": "Ja"})
    assert summary.column("starttls") == ColumnSummary(
        column="starttls",
        measured=1,
        not_measured=1,
        not_applicable=1,
        not_asked=1,
        yes=1,
        details=(("wrong_name", 0), ("partial", 0)),
    )


@pytest.mark.parametrize(
    ("column", "cell", "measured", "yes"),
    [
        ("starttls", "Delvis (C)", 1, 1),
        ("starttls", "Nej", 1, 0),
        ("https", "Ja (F) (N)", 1, 1),
        ("https", "Ja (trasig)", 1, 1),
        ("https", "Nej (ja)", 1, 1),
        ("https", "Nej (A)", 1, 1),
        ("https", "Nej", 1, 0),
        ("dnssec", "Ja/Ja", 1, 1),
        ("dnssec", "Ja/Nej", 1, 0),
        ("dnssec", "Ja (trasig)", 1, 0),
        ("dnssec", "Ja/Ej mätt", 0, 0),
        ("dnssec", "Nej/Ej mätt", 1, 0),
        ("www_ipv6", "Nej", 1, 0),
        ("mail_ipv6", "Ja", 1, 1),
    ],
)
def test_what_counts_as_having(column: str, cell: str, measured: int, yes: int) -> None:
    figures = counted({column: cell}).column(column)
    assert (figures.measured, figures.yes) == (measured, yes)


def test_no_column_of_another_name() -> None:
    with pytest.raises(KeyError):
        counted().column("hsts")


def test_cells_that_were_not_asked_for_are_empty() -> None:
    result = result_of(https="Ja (N)")
    assert [result.cell(column) for column in COLUMNS] == ["", "Ja (N)", "", "", ""]


def test_worst_findings_come_first_and_equals_keep_their_order() -> None:
    note = Finding(code="n", severity=Severity.NOTE, subject="a")
    fault = Finding(code="f", severity=Severity.FAULT, subject="b")
    warning = Finding(code="w", severity=Severity.WARNING, subject="c")
    second = replace(fault, subject="d")
    assert worst_first((note, fault, warning, second)) == (fault, second, warning, note)
