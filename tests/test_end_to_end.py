"""The command as users run it, against the miniature internet in a second process: Table 6 again, and bad vantages."""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.cli import main
from tests.lab.apart import door, laboratory, start_options
from tests.lab.demo import TABLE6, cells, differences

EXIT_DONE, EXIT_FAILED = 0, 3


@pytest.fixture(scope="module")
def lab() -> Iterator[Path]:
    with laboratory("table6") as directory:
        yield directory


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CHECKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CHECKER_RETEST_DELAY", "0.2")


def run(lab: Path, command: str, *arguments: str, **switches: Any) -> int:
    return main([command, *arguments, *start_options(lab)], network_class=door(lab, **switches))


def rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def results(site: Path) -> Any:
    return json.loads((site / "results.json").read_text(encoding="utf-8"))


def codes(site: Path, column: str) -> dict[str, set[str]]:
    """Finding codes of one column, by row."""
    return {
        r["code"]: {f["code"] for f in r["indicators"][column]["findings"]} for r in results(site)["results"]
    }


def test_table_6_of_2017_cell_by_cell(lab: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert (
        run(lab, "sweep", str(lab / "domains.csv"), f"--output={site}", "--ruleset=bilaga-a-2017")
        == EXIT_DONE
    )
    assert differences(cells(site / "results.csv"), cells(TABLE6)) == []
    written = results(site)
    jsonschema.validate(written, json.loads((site / "results.schema.json").read_text(encoding="utf-8")))
    assert (
        list(rows(site / "results.csv")) == [row["code"] for row in written["results"]] == list(cells(TABLE6))
    )
    summary = written["summary"]
    figures = [summary[column]["yes"] for column in ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")]
    assert figures == [19, 18, 14, 6, 7]
    page = (site / "index.html").read_text(encoding="utf-8")
    assert page.count("data-indicator=") == 105
    assert "second_attempt" in codes(site, "https")["X"]


@pytest.mark.parametrize("ruleset", ["bilaga-a-2017", "2026"])
def test_without_ipv6_published_addresses_are_not_measured(lab: Path, tmp_path: Path, ruleset: str) -> None:
    site = tmp_path / "site"
    arguments = (str(lab / "domains.csv"), f"--output={site}", f"--ruleset={ruleset}", "--no-retest")
    assert run(lab, "sweep", *arguments, ipv6=False) == EXIT_DONE
    normal = cells(TABLE6)
    for code, row in rows(site / "results.csv").items():
        for column in ("www_ipv6", "mail_ipv6"):
            if normal[code][column] == "Ja":
                assert row[column] == "Ej mätt", (code, column)
            else:
                assert row[column] in ("Nej", "Ej mätt"), (code, column)
        if ruleset == "bilaga-a-2017":
            assert {c: row[c] for c in ("starttls", "https", "dnssec")} == {
                c: normal[code][c] for c in ("starttls", "https", "dnssec")
            }
    without_aaaa = [code for code, row in rows(site / "results.csv").items() if row["mail_ipv6"] == "Nej"]
    assert len(without_aaaa) == 14


def test_with_port_25_shut_mail_is_not_measured(lab: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    arguments = (str(lab / "domains.csv"), f"--output={site}", "--no-retest", "--timeout=3")
    assert run(lab, "sweep", *arguments, port25=False) == EXIT_DONE
    normal = cells(TABLE6)
    for code, row in rows(site / "results.csv").items():
        assert row["starttls"] == "Ej mätt", code
        assert row["mail_ipv6"] == ("Ej mätt" if normal[code]["mail_ipv6"] == "Ja" else "Nej"), code
        assert row["dnssec"] == normal[code]["dnssec"]
    assert all("vantage_no_port25" in found for found in codes(site, "starttls").values())


def test_offline_nothing_is_published_and_the_old_site_stands(
    lab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / ".checker-site").touch()
    (site / "index.html").write_text("yesterday")
    assert run(lab, "sweep", str(lab / "domains.csv"), f"--output={site}", offline=True) == EXIT_FAILED
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checker.db", "checker.db.lock", "site"]
    assert (site / "index.html").read_text() == "yesterday"
    assert run(lab, "doctor", offline=True) == EXIT_FAILED


def test_one_domain_explained_and_as_json(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lab, "check", "lvn.se") == EXIT_DONE
    words = capsys.readouterr().out
    assert "Ja (trasig)" in words
    assert run(lab, "check", "skane.se", "--json", "--only=dnssec") == EXIT_DONE
    found = json.loads(capsys.readouterr().out)
    assert found["indicators"]["dnssec"]["cell"] == "Ja"


def test_resolve_prints_what_the_contract_says(lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lab, "resolve", "skane.se", "MX", "--json") == EXIT_DONE
    resolved = json.loads(capsys.readouterr().out)
    assert list(resolved) == ["name", "type", "status", "rcode", "records", "reason", "chain"]
    assert resolved["status"] == "secure"
    assert run(lab, "resolve", "www.lvn.se", "--json") == EXIT_DONE
    assert json.loads(capsys.readouterr().out)["status"] == "bogus"
    assert run(lab, "resolve", "skane.se", offline=True) == EXIT_FAILED
