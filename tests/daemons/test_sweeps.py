"""Sweeps by the installed program, from real servers: the study of 2017, today's rules, what the study did not meet."""

from collections.abc import Mapping

import pytest

from tests.daemons.rows import more_expected
from tests.daemons.vantage_point import Internet, Outcome
from tests.lab.table6 import DOMAINS, INDICATORS, expected

pytestmark = pytest.mark.daemons

Cells = Mapping[str, Mapping[str, str]]
OF_2017 = "--ruleset=bilaga-a-2017"
TIME_LIMIT_S = 60.0
"""What 21 rows may take, second attempts included."""


@pytest.fixture(scope="module")
def study(internet: Internet) -> Outcome:
    """The sweep of 2017, as anybody would give the command.

    Only that second attempts come sooner, and mail servers are not given a pause: they are ours.
    """
    return internet.sweep(DOMAINS, OF_2017, retest_delay="0.3", mail_spacing="0")


def cells(sweep: Outcome) -> dict[str, dict[str, str]]:
    assert sweep.status == 0, sweep.stderr
    return {
        result["code"]: {name: result["indicators"][name]["cell"] for name in INDICATORS}
        for result in sweep.results["results"]
    }


def differences(found: Cells, wanted: Cells) -> list[str]:
    assert list(found) == list(wanted)
    return [
        f"{code} {name}: {found[code][name]!r}, not {cell!r}"
        for code, row in wanted.items()
        for name, cell in row.items()
        if found[code][name] != cell
    ]


def test_table_6_comes_out_cell_by_cell(internet: Internet, study: Outcome, note: list[str]) -> None:
    daemons = ", ".join(f"{name} ×{count}" for name, count in internet.daemons.items())
    note.append(
        f"21 rows in {study.seconds:.1f} s; daemons: {daemons}; small servers: {internet.small_servers}"
    )
    assert differences(cells(study), expected()) == []
    assert study.seconds < TIME_LIMIT_S


def test_the_figures_of_the_study_come_out(study: Outcome) -> None:
    summary = study.results["summary"]
    assert summary["rows"] == 21
    assert {name: (summary[name]["yes"], summary[name]["measured"]) for name in INDICATORS} == {
        "starttls": (19, 21),
        "https": (18, 21),
        "dnssec": (14, 21),
        "www_ipv6": (6, 21),
        "mail_ipv6": (7, 21),
    }
    assert summary["starttls"]["wrong_name"] == 9
    https = summary["https"]
    assert (https["no_redirect"], https["to_http"], https["no_content"]) == (6, 2, 1)


def test_the_page_and_the_csv_are_there(study: Outcome) -> None:
    assert "Ja (trasig)" in (study.output / "results.csv").read_text(encoding="utf-8")
    assert 'id="AB"' in (study.output / "index.html").read_text(encoding="utf-8")


def test_the_vantage_point_was_found_able(study: Outcome) -> None:
    vantage = study.results["sweep"]["vantage"]
    del vantage["name"]
    assert set(vantage.values()) == {"yes"}, vantage


def test_the_rules_of_2026_judge_the_same_servers(internet: Internet, note: list[str]) -> None:
    sweep = internet.sweep(DOMAINS, "--ruleset=2026", retest_delay="1", mail_spacing="0")
    found = cells(sweep)
    note.append(f"21 rows in {sweep.seconds:.1f} s by the rules of 2026")
    for name in ("dnssec", "www_ipv6", "mail_ipv6"):
        assert [row[name] for row in found.values()] == [row[name] for row in expected().values()]
    # TLS 1.0 and a name in CN only were good enough in 2017.
    assert (found["C"]["starttls"], found["C"]["https"]) == ("Ja (C)", "Ja (F)")
    assert (found["T"]["starttls"], found["T"]["https"]) == ("Ja", "Ja")


def test_what_the_study_did_not_meet_comes_out_too(internet: Internet, note: list[str]) -> None:
    sweep = internet.sweep(internet.more_domains(), OF_2017, "--no-retest", mail_spacing="0")
    note.append(f"{len(more_expected())} more rows in {sweep.seconds:.1f} s")
    assert differences(cells(sweep), more_expected()) == []
