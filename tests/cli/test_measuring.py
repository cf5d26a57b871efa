"""The measuring commands against a miniature internet: what they print, write and end with."""

import asyncio
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from checker.report.export_json import schema_text
from tests.cli.laboratory import Faulty, Laboratory, LosesIpv6
from tests.lab.apart import laboratory

Captured = pytest.CaptureFixture[str]
FILES = [
    ".checker-site",
    "andringar",
    "data",
    "en",
    "icon.svg",
    "index.html",
    "indikator",
    "metod",
    "om",
    "organisation",
    "organisation.schema.json",
    "results.csv",
    "results.json",
    "results.schema.json",
    "site.js",
    "style.css",
    "svep",
    "tillganglighet",
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    with laboratory("generated:3") as directory:
        yield Laboratory(directory)


@pytest.fixture
def rows(lab: Laboratory) -> list[dict[str, str]]:
    with lab.domains.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_sweep_publishes_and_prints_the_table(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured
) -> None:
    assert lab.checker("sweep", str(lab.domains), "--timeout", "2") == 0
    captured = capsys.readouterr()
    site = Path("output/site")
    assert sorted(path.name for path in site.iterdir()) == FILES
    assert (site / ".checker-site").read_text() == "full\n"
    results = json.loads((site / "results.json").read_text(encoding="utf-8"))
    assert [result["code"] for result in results["results"]] == [row["code"] for row in rows]
    assert results["sweep"]["software"].startswith("indikatorkollen ")
    assert results["sweep"]["ruleset"] == "2026"
    table = captured.out.split("\n\n")[0].splitlines()
    assert len(table) == 2 + len(rows)
    assert "STARTTLS" in table[0]
    assert "/3 " in captured.err
    assert "\x1b" not in captured.out + captured.err
    assert sorted(path.name for path in Path().iterdir()) == ["output"]


def test_a_partial_sweep_never_replaces_a_full_site(lab: Laboratory, capsys: Captured) -> None:
    only = ("--only", "dnssec", "--quiet")
    assert lab.checker("sweep", str(lab.domains), *only, "--output", "part") == 0
    assert capsys.readouterr().err == ""
    assert (Path("part") / ".checker-site").read_text() == "partial\n"
    with (Path("part") / "results.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["dnssec"]
            assert row["starttls"] == row["https"] == row["www_ipv6"] == row["mail_ipv6"] == ""
    (Path("part") / ".checker-site").write_text("full\n")
    before = (Path("part") / "results.json").read_bytes()
    assert lab.checker("sweep", str(lab.domains), *only, "--output", "part") == 2
    assert "holds a full site, which --only must not replace" in capsys.readouterr().err
    assert (Path("part") / "results.json").read_bytes() == before


def test_fail_on(lab: Laboratory, rows: list[dict[str, str]], capsys: Captured) -> None:
    domain = rows[0]["domain"]
    codes = {}
    for severity in ("fault", "warning"):
        codes[severity] = lab.checker("check", domain, "--only", "dnssec", "--json", "--fail-on", severity)
        found = json.loads(capsys.readouterr().out)["indicators"]["dnssec"]["findings"]
        grave = {"fault": {"fault"}, "warning": {"fault", "warning"}}[severity]
        assert codes[severity] == int(any(finding["severity"] in grave for finding in found))


def test_check_explains_on_screen(lab: Laboratory, rows: list[dict[str, str]], capsys: Captured) -> None:
    domain = rows[0]["domain"]
    assert lab.checker("check", domain, "--only", "dnssec,www_ipv6", "--timeout", "2") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{domain}\n")
    assert "\nDNSSEC: " in said
    assert "STARTTLS" not in said
    assert not list(Path().iterdir())


def test_check_tells_where_to_read_on_when_something_is_wrong(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured
) -> None:
    hints: dict[bool, list[str]] = {}
    for row in rows:
        assert lab.checker("check", row["domain"], "--only", "dnssec") == 0
        said = capsys.readouterr()
        assert len(re.findall(r"^  - ", said.out, re.MULTILINE)) == len(
            re.findall(r"\[dnssec_\w+\]\n", said.out)
        )
        hints.setdefault("checker explain CODE" in said.err, []).append(said.out)
    wrong = re.compile(r"^  - (Fel|Varning): ", re.MULTILINE)
    assert {hinted: {bool(wrong.search(out)) for out in outs} for hinted, outs in hints.items()} == {
        True: {True},
        False: {False},
    }
    assert lab.checker("check", rows[0]["domain"], "--only", "dnssec", "--quiet") == 0
    assert "checker explain" not in capsys.readouterr().err


def test_check_prints_one_object_or_an_array(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured
) -> None:
    first, second = rows[0]["domain"], rows[1]["domain"]
    options = ("--only", "dnssec", "--json")
    assert lab.checker("check", first, *options) == 0
    assert json.loads(capsys.readouterr().out)["domain"] == first
    assert lab.checker("check", second, first, second.upper(), *options) == 0
    assert [result["domain"] for result in json.loads(capsys.readouterr().out)] == [second, first]


def test_check_tells_the_chain_as_a_tree_and_as_json(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured
) -> None:
    signed = next(row["domain"] for row in rows if _cell(lab, row["domain"], capsys) == "Ja")
    assert lab.checker("check", signed, "--only", "dnssec", "--lang", "en") == 0
    said = capsys.readouterr().out
    assert f"  Authentication chain of {signed} (times in UTC)\n    ✓ the root (.): secure\n" in said
    assert f"└─ ✓ {signed}: secure" in said
    assert lab.checker("check", signed, "--only", "dnssec", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    schema = json.loads(schema_text())
    Draft202012Validator({**schema, **schema["$defs"]["result"]}).validate(result)
    (chain,) = result["indicators"]["dnssec"]["chains"]
    assert [zone["name"] for zone in chain["zones"]][::2] == [".", f"{signed}."]
    assert {zone["status"] for zone in chain["zones"]} == {"secure"}


def test_check_tells_what_stands_behind_web_and_mail(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured
) -> None:
    domain = rows[0]["domain"]
    assert lab.checker("check", domain, "--only", "starttls,https", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    schema = json.loads(schema_text())
    Draft202012Validator({**schema, **schema["$defs"]["result"]}).validate(result)
    mail, web = result["indicators"]["starttls"], result["indicators"]["https"]
    stages = [address["stages"] for host in mail["hosts"] for address in host["addresses"]]
    assert {stage["banner"]["words"][:4] for stage in stages} == {"220 "}
    assert {visit["steps"][0]["url"] for visit in web["visits"]} >= {
        f"http://www.{domain}/",
        f"https://www.{domain}/",
    }
    for service in (*mail["tls"], *web["tls"]):
        assert service["facts"]["tls12"] == "yes"
        assert len(service["hellos"]) <= 10
        assert service["certificates"]
    assert lab.checker("check", domain, "--only", "starttls,https", "--lang", "en") == 0
    said = capsys.readouterr().out
    assert "✓ resolve  ✓ connect  ✓ banner  ✓ EHLO  ✓ STARTTLS  ✓ TLS" in said
    assert "The visits, from every starting point and address:" in said


def _cell(lab: Laboratory, domain: str, capsys: Captured) -> str:
    assert lab.checker("check", domain, "--only", "dnssec", "--json") == 0
    return str(json.loads(capsys.readouterr().out)["indicators"]["dnssec"]["cell"])


def test_check_with_own_names(lab: Laboratory, rows: list[dict[str, str]], capsys: Captured) -> None:
    names = ("--web-host", rows[1]["web_host"], "--mail-domain", rows[1]["domain"])
    assert lab.checker("check", rows[0]["domain"], *names, "--only", "dnssec", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["web_host"] == rows[1]["web_host"]
    assert [part["subject"] for part in result["indicators"]["dnssec"]["parts"]] == [
        rows[0]["domain"],
        rows[1]["domain"],
    ]


def test_excluded_names_are_left_alone(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_EXCLUDE", rows[0]["domain"])
    assert lab.checker("check", rows[0]["domain"], "--json") == 0
    indicators = json.loads(capsys.readouterr().out)["indicators"]
    assert {indicator["cell"] for indicator in indicators.values()} == {"Ej mätt"}


def test_resolve(lab: Laboratory, rows: list[dict[str, str]], capsys: Captured) -> None:
    assert lab.checker("resolve", rows[0]["domain"], "MX", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["name", "type", "status", "rcode", "records", "reason", "chain"]
    assert (found["name"], found["type"]) == (f"{rows[0]['domain']}.", "MX")
    assert found["status"] in {"secure", "insecure"}
    assert lab.checker("resolve", ".", "NS") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "; . NS: secure"
    assert any(line.startswith(". ") and " IN NS " in line for line in said)


def test_resolve_what_does_not_exist(lab: Laboratory, capsys: Captured) -> None:
    assert lab.checker("resolve", "nobody-has-this.example", "A", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rcode"], found["records"]) == ("NXDOMAIN", [])


def test_resolve_ends_at_the_deadline(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    async def endless(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("checker.dns.answer.resolve_validated", endless)
    assert lab.checker("resolve", "a.se", "A", "--json", "--deadline", "0.1") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["name"], found["status"], found["rcode"]) == ("a.se.", "indeterminate", "")


def test_doctor(lab: Laboratory, capsys: Captured) -> None:
    assert lab.checker("doctor") == 0
    assert "root validates     yes" in capsys.readouterr().out
    assert lab.checker("doctor", ipv6=False) == 0
    assert "IPv6               no: " in capsys.readouterr().out


def test_a_clock_that_is_wrong_is_our_trouble(lab: Laboratory, capsys: Captured) -> None:
    code = lab.checker("sweep", str(lab.domains), "--now", "2001-01-01T00:00:00Z")
    assert code == 3
    said = capsys.readouterr().err
    assert "The clock is at least" in said
    assert not Path("output/site").exists()


def test_rows_that_our_own_bug_spoilt_are_published_as_not_measured(
    lab: Laboratory, capsys: Captured
) -> None:
    options = ("--only", "https", "--output", "site", "--quiet", "--fail-on", "fault")
    assert lab.checker("sweep", str(lab.domains), *options, network_class=Faulty) == 4
    said = capsys.readouterr().err.splitlines()
    assert said
    assert all("is not measured, by an error of our own" in line for line in said)
    with (Path("site") / "results.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["https"] for row in csv.DictReader(file)]
    assert cells.count("Ej mätt") >= len(said)


def test_doctor_tries_port_25_at_the_control_host(
    lab: Laboratory, rows: list[dict[str, str]], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_CONTROL_HOST", f"nobody.{rows[0]['domain']}")
    assert lab.checker("doctor") == 0
    said = capsys.readouterr().out
    assert f"The control host nobody.{rows[0]['domain']} has no address" in said


def test_a_way_out_that_is_lost_on_the_way_publishes_nothing(lab: Laboratory, capsys: Captured) -> None:
    assert lab.checker("sweep", str(lab.domains), "--quiet", network_class=LosesIpv6) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "IPv6 worked when the sweep began and did not at its end; nothing was published" in captured.err
    assert not Path("output/site").exists()
