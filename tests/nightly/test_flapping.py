"""A server that comes and goes announces nothing before it was seen twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from checker.history.changes import Kind
from tests.lab.scenario import MailServer, Organisation, Smtp
from tests.lab.smtp_script import SmtpScript, says
from tests.nightly.night_lab import Nights, night, served
from tests.nightly.two_nights import OPERATOR, plain
from tests.notices.smtp_sink import SmtpSink

WITHOUT_STARTTLS = SmtpScript(ehlo=says(b"250-mx\r\n250 SIZE 1000000\r\n"))
COMPANY = (plain("A"), plain("B"))
GOOD = (plain("FLAP"), *COMPANY)
BAD_AT_FIRST = (plain("FLAP", mail=(MailServer(first=(WITHOUT_STARTTLS,)),)), *COMPANY)
BAD = (plain("FLAP", mail=(MailServer(smtp=Smtp.NO_STARTTLS),)), *COMPANY)
ONLY = ("--quiet", "--only", "starttls")
CONTACT = "post@flap.example"
Captured = pytest.CaptureFixture[str]


class Series:
    """Nights of one list, each on servers of their own."""

    def __init__(self, nights: Nights, place: Path, *options: str) -> None:
        self._nights, self._place, self._options = nights, place, options

    def night(self, number: int, organisations: tuple[Organisation, ...], *options: str) -> int:
        with served(*organisations, directory=self._place / f"lab{number}") as lab:
            return self._nights.sweep(lab, number, *ONLY, *self._options, *options)


def feeds(nights: Nights) -> dict[str, bytes]:
    return {name: data for name, data in nights.files().items() if name.endswith("atom.xml")}


def changes(nights: Nights, capsys: Captured) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert nights.checker("diff", "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["changes"]
    return found


def test_what_was_bad_at_first_and_good_at_the_second_look_is_good(
    nights: Nights, mailbox: SmtpSink, tmp_path: Path, capsys: Captured
) -> None:
    nights.contacts = {"FLAP": CONTACT}
    series = Series(nights, tmp_path)
    assert series.night(1, GOOD) == 0
    silent = feeds(nights)
    alone = len(nights.opened)
    assert series.night(2, BAD_AT_FIRST, "--fail-on", "worse") == 0
    assert len(nights.opened) == alone + 1
    assert nights.cells()["FLAP"]["starttls"] == "Ja"
    assert changes(nights, capsys) == []
    assert (feeds(nights), mailbox.messages) == (silent, [])
    assert series.night(3, BAD, "--fail-on", "worse") == 1
    (worse,) = changes(nights, capsys)
    assert (worse["kind"], worse["unconfirmed"], worse["since"]) == (
        Kind.WORSENED,
        False,
        "2026-01-03T02:15:00Z",
    )
    assert sorted(to for _, to in mailbox.envelopes) == [f"RCPT TO:<{OPERATOR}>", f"RCPT TO:<{CONTACT}>"]
    assert feeds(nights) != silent


def test_what_was_seen_bad_once_is_never_announced_when_the_next_sweep_finds_it_good(
    nights: Nights, mailbox: SmtpSink, tmp_path: Path, capsys: Captured
) -> None:
    series = Series(nights, tmp_path, "--no-retest")
    assert series.night(1, GOOD) == 0
    silent = feeds(nights)
    assert series.night(2, BAD, "--fail-on", "worse") == 0
    assert nights.cells()["FLAP"]["starttls"] == "Nej"
    (waits,) = changes(nights, capsys)
    assert (waits["kind"], waits["unconfirmed"]) == (Kind.WORSENED, True)
    assert nights.checker("diff") == 0
    said = capsys.readouterr().out
    assert "Väntar på en andra mätning" in said
    assert "Försämrat" not in said
    assert (feeds(nights), mailbox.messages) == (silent, [])
    assert series.night(3, GOOD) == 0
    assert nights.results()["FLAP"]["starttls"]["since"] == "2026-01-01T02:15:00Z"
    assert (feeds(nights), mailbox.messages) == (silent, [])
    with nights.opened_store() as store:
        intervals = [one for one in store.intervals.of_row("domains", "FLAP") if one.column == "starttls"]
    assert [(one.cell, one.unconfirmed, one.ended) for one in intervals] == [
        ("Ja", False, None),
        ("Nej", True, night(3)),
    ]


def test_what_two_sweeps_found_bad_is_announced_once_and_since_the_first(
    nights: Nights, mailbox: SmtpSink, tmp_path: Path, capsys: Captured
) -> None:
    nights.contacts = {"FLAP": CONTACT}
    series = Series(nights, tmp_path, "--no-retest")
    assert series.night(1, GOOD) == 0
    assert series.night(2, BAD) == 0
    assert mailbox.messages == []
    assert series.night(3, BAD, "--fail-on", "worse") == 1
    assert sorted(to for _, to in mailbox.envelopes) == [f"RCPT TO:<{OPERATOR}>", f"RCPT TO:<{CONTACT}>"]
    assert nights.results()["FLAP"]["starttls"]["since"] == "2026-01-02T02:15:00Z"
    told = feeds(nights)
    assert b"2026-01-03T02:15:00Z" in told["andringar/atom.xml"]
    assert series.night(4, BAD, "--fail-on", "worse") == 0
    assert (feeds(nights), len(mailbox.messages)) == (told, 2)
    with nights.opened_store() as store:
        intervals = [one for one in store.intervals.of_row("domains", "FLAP") if one.column == "starttls"]
    assert [(one.cell, one.since, one.ended, one.unconfirmed) for one in intervals] == [
        ("Ja", night(1), night(2), False),
        ("Nej", night(2), None, False),
    ]
