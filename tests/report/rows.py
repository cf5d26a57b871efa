"""Judged rows for the tests of the report: Table 6 as printed in 2017, and rows made up of hostile text."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from checker.observations.fact import Fact
from checker.observations.row import Row
from checker.report.model import COLUMNS, RowResult, SweepInfo
from checker.verdict import PRINTED, Finding, Flag, Part, Severity, Value, Verdict, worst
from tests.vantages import vantage

TABLE_6 = Path(__file__).with_name("table6.csv")
BY_PRINT = {printed: value for value, printed in PRINTED.items()}

HOSTILE = (
    "\x1b[31m\u202egnp.exe\r\nX: 1<script>alert(1)</script>{subject}{{7*7}}=cmd|' /C calc'!A0" + "å" * 300
)

SWEEP = SweepInfo(
    id="2017-12-13T0900Z",
    started=datetime(2017, 12, 13, 9, 0, tzinfo=UTC),
    finished=datetime(2017, 12, 13, 9, 4, 30, tzinfo=UTC),
    ruleset="bilaga-a-2017",
    ruleset_version="1",
    software="indikatorkollen 0.1.0",
    trust_store="certifi 2017.11.5",
    vantage=vantage(datetime(2017, 12, 13, 8, 59, tzinfo=UTC), name="Provrummet", port25_ipv4=Fact.YES),
)


def verdict_of(column: str, printed: str, row: Row, findings: tuple[Finding, ...] = ()) -> Verdict:
    """The verdict that prints as `printed`."""
    if "/" in printed:
        values = [BY_PRINT[part] for part in printed.split("/")]
        subjects = (row.domain, row.mail_domain)
        parts = tuple(
            Part(subject=subject, value=value) for subject, value in zip(subjects, values, strict=True)
        )
        return Verdict(indicator=column, value=worst(tuple(values)), parts=parts, findings=findings)
    if printed in BY_PRINT:
        return Verdict(indicator=column, value=BY_PRINT[printed], findings=findings)
    base, *letters = printed.split(" ")
    flags = tuple(Flag(letter.strip("()")) for letter in letters)
    return Verdict(indicator=column, value=BY_PRINT[base], flags=flags, findings=findings)


def table_6() -> Iterator[RowResult]:
    """The 21 rows of Table 6."""
    with TABLE_6.open(encoding="utf-8", newline="") as source:
        for line in csv.DictReader(source):
            row = Row(
                code=line["code"],
                region=line["region"],
                domain=line["domain"],
                web_host=f"www.{line['domain']}",
                mail_domain=line["mail_domain"],
            )
            verdicts = tuple(verdict_of(column, line[column], row) for column in COLUMNS)
            yield RowResult(row=row, verdicts=verdicts)


def row_of(code: str = "AB", *, region: str = "Stockholm", mail_domain: str = "sll.se") -> Row:
    return Row(code=code, region=region, domain="sll.se", web_host="www.sll.se", mail_domain=mail_domain)


def result_of(row: Row | None = None, **cells: str) -> RowResult:
    """A row with the cells named; the columns left out were not asked for."""
    row = row or row_of()
    return RowResult(row=row, verdicts=tuple(verdict_of(name, cell, row) for name, cell in cells.items()))


def hostile_result() -> RowResult:
    """A row in which every text that could come from elsewhere is hostile."""
    finding = Finding(
        code="unresolvable",
        severity=Severity.NOTE,
        subject=HOSTILE,
        params=(("banner", HOSTILE), ("{x}", "1")),
    )
    row = Row(code="X.1", region='=HYPERLINK("x")<b>', domain="a.se", web_host="www.a.se", mail_domain="b.se")
    parts = (Part(subject=HOSTILE, value=Value.YES), Part(subject="b.se", value=Value.UNKNOWN))
    pair = Verdict(indicator="dnssec", value=Value.UNKNOWN, parts=parts, findings=(finding,))
    return RowResult(row=row, verdicts=(verdict_of("https", "Ja (F) (N)", row, (finding,)), pair))
