import re

import pytest

from checker.report.model import SummaryCounter
from checker.report.screen import explanation_lines, summary_lines, table_lines, text_width
from tests.report.rows import hostile_result, result_of, row_of, table_6


def test_table_6_in_columns() -> None:
    lines = list(table_lines(table_6, width=100))
    assert len(lines) == 23
    assert lines[0].split() == [
        "Organisation",
        "STARTTLS",
        "HTTPS",
        "DNSSEC",
        "www",
        "via",
        "IPv6",
        "e-post",
        "via",
        "IPv6",
    ]
    assert re.fullmatch(r"Stockholm +Ja \(C\) +Nej \(ja\) +Nej +Ja +Ja", lines[2])
    starts = {line.index("Ja") for line in (lines[3], lines[4], lines[6 + 9])}
    assert len(starts) == 1
    assert max(map(text_width, lines)) <= 100


def test_a_narrow_screen_cuts_names_never_codes() -> None:
    lines = list(table_lines(table_6, width=80))
    assert max(map(text_width, lines)) <= 80
    assert any("Jämtland/Här…" in line for line in lines)
    assert sum("Ja (F) (N)" in line for line in lines) == 4


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("åäö", 3), ("e\u0301", 1), ("日本", 4)])
def test_width_on_a_terminal(text: str, width: int) -> None:
    assert text_width(text) == width


def test_one_domain_explained() -> None:
    row = row_of(mail_domain="dll.se")
    text = "\n".join(explanation_lines(result_of(row, https="Nej", dnssec="Nej/Ja"), lang="en", width=200))
    assert "Mail domain  dll.se" in text
    assert "HTTPS: Nej\n  The website does not offer https." in text
    assert "DNSSEC: Nej/Ja\n  sll.se: The domain is not protected" in text
    assert "STARTTLS" not in text


def test_reasons_come_with_their_remedies() -> None:
    text = "\n".join(explanation_lines(hostile_result(), width=1000))
    assert "  - Notering: Namnet " in text
    assert "användbart sätt. [unresolvable]\n" in text
    assert "    Åtgärd: Kontrollera att zonens alla namnservrar" in text


def test_no_control_character_reaches_the_terminal() -> None:
    lines = [*table_lines(lambda: iter([hostile_result()])), *explanation_lines(hostile_result())]
    assert all(line.isprintable() for line in lines)


def test_the_summary_is_wrapped() -> None:
    counter = SummaryCounter()
    for result in table_6():
        counter.add(result)
    lines = list(summary_lines(counter.summary(), width=60))
    assert max(map(len, lines)) <= 60
    assert lines[0] == "19 av 21 erbjuder STARTTLS, varav 9 med certifikat på fel"
