import pytest

from checker.columns import doubtful_probes, not_measured
from checker.verdict import Finding, Severity, Value, Verdict
from tests.fakes import COLUMNS, RULES, row


def verdict(*, may_pass: bool = False, awaits_port25: bool = False) -> Verdict:
    return Verdict(indicator="x", value=Value.UNKNOWN, may_pass=may_pass, awaits_port25=awaits_port25)


SURE, PASSING = verdict(), verdict(may_pass=True)
WAITING, BOTH = verdict(awaits_port25=True), verdict(may_pass=True, awaits_port25=True)


@pytest.mark.parametrize(
    ("scenario", "mail", "web", "settled", "probes"),
    [
        ("all sure", SURE, SURE, False, set()),
        ("web doubtful", SURE, PASSING, False, {"web"}),
        ("both doubtful", PASSING, PASSING, False, {"mail", "web"}),
        ("port 25 decides", BOTH, SURE, False, set()),
        ("port 25 known", BOTH, SURE, True, {"mail"}),
        ("waiting alone is no doubt", WAITING, SURE, True, set()),
    ],
)
def test_doubtful_probes(
    scenario: str, mail: Verdict, web: Verdict, *, settled: bool, probes: set[str]
) -> None:
    assert doubtful_probes(COLUMNS, (mail, web, SURE), port25_settled=settled) == probes, scenario


def test_a_spoilt_row_says_so_in_every_column() -> None:
    finding = Finding(code="own_error", severity=Severity.NOTE, subject="a.example")
    assert not_measured(COLUMNS, row("A"), RULES) == tuple(
        Verdict(indicator=name, value=Value.UNKNOWN, findings=(finding,))
        for name in ("starttls", "https", "dnssec")
    )
