"""`checker explain`: every code can be asked for, and what is no code is answered with those that are like it."""

import json
from pathlib import Path

import pytest

from checker.cli import main
from checker.report.code_screen import all_codes
from tests.cli.laboratory import NoNetwork

Captured = pytest.CaptureFixture[str]


def explain(*arguments: str) -> int:
    return main(["explain", *arguments], network_class=NoNetwork)


def test_a_finding_with_its_recipes(capsys: Captured) -> None:
    assert explain("starttls_not_offered", "--lang", "en") == 0
    said = capsys.readouterr()
    assert said.out.startswith("starttls_not_offered\n  Fault\n\nThe mail server <name>")
    assert "\n  Postfix\n" in said.out
    assert said.err == ""
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Nej (A)", "HTTPS: Nej (A)"),
        ("nej(a)", "HTTPS: Nej (A)"),
        ("  EJ   MÄTT ", "STARTTLS: Ej mätt"),
        ("nej/ja", "DNSSEC: Nej/Ja"),
        ("DNSSEC_NO_DS", "dnssec_no_ds"),
        ("-", "STARTTLS: –"),
    ],
)
def test_codes_as_people_write_them(asked: str, first: str, capsys: Captured) -> None:
    assert explain(asked) == 0
    assert capsys.readouterr().out.startswith(f"{first}\n")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("dnssec_nods", 'error: "dnssec_nods" is no code: did you mean dnssec_no_ds, '),
        ("(N)", 'error: "(N)" is no code: did you mean Ja (N), Ja (F) (N)?'),
        ("tls10", "tls10_offered"),
        ("Nej/", 'error: "Nej/" is no code: did you mean '),
        ("?!", 'error: "?!" is no code: nothing is like it. Without CODE all codes are listed.'),
        ("\x1b[2J", 'error: "\\x1b[2J" is no code'),
        ("", 'error: "" is no code'),
    ],
)
def test_what_is_no_code(asked: str, said: str, capsys: Captured) -> None:
    assert explain(asked) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_all_codes(capsys: Captured) -> None:
    assert explain() == 0
    listed = capsys.readouterr().out
    assert listed.startswith("Tryckta koder\n  STARTTLS\n    Ja ")
    assert explain("--json", "--lang", "en") == 0
    objects = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in objects] == list(all_codes())
    assert all(f"    {code} " in listed for code in all_codes())


def test_the_language_of_the_settings(capsys: Captured) -> None:
    Path("checker.toml").write_text('lang = "en"\n')
    assert explain("own_error", "--json") == 0
    assert "measuring program" in json.loads(capsys.readouterr().out)["text"]
