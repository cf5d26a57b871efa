"""Far more goes worse at once than is plausible: the old site stays, and only the operator hears of it."""

import json
import shlex
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from checker.cli import main
from checker.store.stored_sweep import State
from tests.lab.scenario import MailServer, Smtp
from tests.nightly.night_lab import Lab, Nights, night, served
from tests.nightly.two_nights import OPERATOR, plain
from tests.notices.smtp_sink import SmtpSink

CODES = tuple("ABCDEF")
GOOD = tuple(plain(code) for code in CODES)
NO_TLS = {"mail": (MailServer(smtp=Smtp.NO_STARTTLS),)}
BAD = tuple(plain(code, **(NO_TLS if code in "ABC" else {})) for code in CODES)
CONTACTS = {code: f"post@{code.lower()}.example" for code in CODES}
FIRST_ID, SECOND_ID, THIRD_ID, FOURTH_ID = (f"2026010{number}T021500Z" for number in range(1, 5))
Captured = pytest.CaptureFixture[str]


def commands(sink: SmtpSink) -> list[list[str]]:
    """What the last mail says to type."""
    part = message_from_bytes(sink.messages[-1], policy=policy.default).get_body(("plain",))
    assert part is not None
    lines = [line.strip() for line in str(part.get_content()).splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("checker ")]


def states(nights: Nights) -> list[State]:
    with nights.opened_store() as store:
        return [sweep.state for sweep in store.sweeps.all("domains")]


def test_the_brake_from_the_first_sweep_to_the_accepted_one(
    nights: Nights, mailbox: SmtpSink, tmp_path: Path, capsys: Captured
) -> None:
    nights.contacts = CONTACTS
    with served(*GOOD, directory=tmp_path / "good") as lab:
        assert nights.sweep(lab, 1, "--quiet") == 0
    with served(*BAD, directory=tmp_path / "bad") as bad:
        _held(nights, bad, mailbox, capsys)
        _looked_at(nights, mailbox, capsys)
        _held_again(nights, bad, mailbox)
        _accepted(nights, mailbox, capsys)
        assert nights.sweep(bad, 5, "--quiet") == 0
    assert len(mailbox.messages) == 6


def _held(nights: Nights, bad: Lab, mailbox: SmtpSink, capsys: Captured) -> None:
    before = nights.files()
    capsys.readouterr()
    assert nights.sweep(bad, 2, "--quiet") == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "starttls: 3 of 6" in said.err
    assert nights.files() == before
    assert states(nights) == [State.FINISHED, State.HELD]
    assert [to for _, to in mailbox.envelopes] == [f"RCPT TO:<{OPERATOR}>"]
    with nights.opened_store() as store:
        standing = store.intervals.standing("domains", CODES)
    assert {
        one.confirmed.cell for (_, column), one in standing.items() if column == "starttls" and one.confirmed
    } == {"Ja"}
    assert not any(one.pending for one in standing.values())


def _looked_at(nights: Nights, mailbox: SmtpSink, capsys: Captured) -> None:
    look, _, _ = commands(mailbox)
    assert look[0] == "checker"
    capsys.readouterr()
    assert main([*look[1:], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["old"]["id"], found["new"]["id"]) == (FIRST_ID, SECOND_ID)
    worse = [
        (change["code"], change["column"]) for change in found["changes"] if change["kind"] == "worsened"
    ]
    assert worse == [(code, "starttls") for code in "ABC"]
    assert nights.checker("render", SECOND_ID) == 2
    said = capsys.readouterr().err
    assert f"the sweep {SECOND_ID} was held back" in said
    assert "--accept" in said


def _held_again(nights: Nights, bad: Lab, mailbox: SmtpSink) -> None:
    """The next sweep is compared with what stood before the held one, and held for the same reason."""
    before = nights.files()
    assert nights.sweep(bad, 3, "--quiet") == 3
    assert nights.files() == before
    assert states(nights) == [State.FINISHED, State.HELD, State.HELD]
    assert len(mailbox.messages) == 2


def _accepted(nights: Nights, mailbox: SmtpSink, capsys: Captured) -> None:
    _, publish, measure = commands(mailbox)
    assert publish[1:3] == ["render", "--store"]
    assert measure[1] == "sweep"
    assert main(publish[1:]) == 0
    assert capsys.readouterr().out == ""
    assert states(nights) == [State.FINISHED, State.HELD, State.FINISHED]
    assert {
        code: row["starttls"]["since"] for code, row in nights.results().items() if code in "ABC"
    } == dict.fromkeys("ABC", "2026-01-03T02:15:00Z")
    told = [to for _, to in mailbox.envelopes[2:]]
    assert sorted(told) == sorted(
        f"RCPT TO:<{one}>" for one in (OPERATOR, *(CONTACTS[code] for code in "ABC"))
    )
    with nights.opened_store() as store:
        (accepted,) = [sweep for sweep in store.sweeps.all("domains") if sweep.id == THIRD_ID]
    assert accepted.published is not None


def test_an_older_held_sweep_accepted_after_a_newer_one(
    nights: Nights, mailbox: SmtpSink, tmp_path: Path, capsys: Captured
) -> None:
    with served(*GOOD, directory=tmp_path / "good") as good, served(*BAD, directory=tmp_path / "bad") as bad:
        assert nights.sweep(good, 1, "--quiet", "--only", "starttls") == 0
        assert nights.sweep(bad, 2, "--quiet", "--only", "starttls") == 3
        assert nights.sweep(bad, 3, "--quiet", "--only", "starttls", "--brake", "1") == 0
        assert nights.results()["A"]["starttls"]["since"] == "2026-01-03T02:15:00Z"
    mailbox.messages.clear()
    capsys.readouterr()
    assert nights.checker("render", SECOND_ID, "--accept") == 0
    assert mailbox.messages == []  # the newer one has told how it is since
    assert "nobody is told" in capsys.readouterr().err
    assert nights.checker("render") == 0
    assert nights.results()["A"]["starttls"]["since"] == "2026-01-02T02:15:00Z"
    with nights.opened_store() as store:
        intervals = [one for one in store.intervals.of_row("domains", "A") if one.column == "starttls"]
    assert [(one.cell, one.since) for one in intervals] == [("Ja", night(1)), ("Nej", night(2))]


def test_a_first_sweep_is_never_braked(nights: Nights, tmp_path: Path) -> None:
    with served(*BAD, directory=tmp_path / "bad") as bad:
        assert nights.sweep(bad, 1, "--quiet", "--only", "starttls") == 0


def test_one_cell_is_never_too_many(nights: Nights, tmp_path: Path) -> None:
    with served(*GOOD[:1], directory=tmp_path / "good") as good:
        assert nights.sweep(good, 1, "--quiet", "--only", "starttls") == 0
    with served(*BAD[:1], directory=tmp_path / "bad") as bad:
        assert nights.sweep(bad, 2, "--quiet", "--only", "starttls") == 0
