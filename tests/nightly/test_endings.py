"""How sweeps end that do not go as they should, or are asked for something else than a whole one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.network.addresses import IPAddress
from checker.network.stream import Limits, Stream
from checker.store.stored_sweep import State
from tests.lab.scenario import Certificate, MailServer, Smtp, Web
from tests.nightly.night_lab import Lab, NightNetwork, Nights, night, served
from tests.nightly.two_nights import OPERATOR, plain
from tests.notices.smtp_sink import SmtpSink

FIRST_ID = "20260101T021500Z"
ROWS = (plain("A"), plain("B"))
WORSE = (
    plain("A", mail=(MailServer(smtp=Smtp.NO_STARTTLS),), web=Web(certificate=Certificate.EXPIRED)),
    ROWS[1],
)
ONLY = ("--quiet", "--only", "https")
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with served(*ROWS, directory=tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def worse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with served(*WORSE, directory=tmp_path_factory.mktemp("worse")) as lab:
        yield lab


class Obstructed(NightNetwork):
    """While the first server is asked, something comes to stand where the site belongs."""

    def __init__(self, *arguments: Any, obstacle: Path, **switches: Any) -> None:
        super().__init__(*arguments, **switches)
        self._obstacle = obstacle

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        self._obstacle.parent.mkdir(parents=True, exist_ok=True)
        self._obstacle.write_text("somebody else's", encoding="utf-8")
        return await super()._open(address, port, limits)


@pytest.mark.parametrize(
    ("obstacle", "code", "said"),
    [("out/site/theirs.txt", 2, "is not empty"), ("out", 2, "is not a directory")],
)
def test_what_could_not_be_published_is_published_by_the_next_sweep(
    nights: Nights,
    lab: Lab,
    worse: Lab,
    mailbox: SmtpSink,
    capsys: Captured,
    obstacle: str,
    code: int,
    said: str,
) -> None:
    nights.contacts = {"A": "post@a.example"}
    store, output = ("--store", str(nights.store)), nights.place / "out" / "site"
    stands = nights.place / "stands"
    assert nights.sweep(lab, 1, *ONLY, *store, output=stands) == 0
    file = nights.place / obstacle
    assert nights.sweep(worse, 2, *ONLY, *store, output=output, network=Obstructed, obstacle=file) == code
    assert said in capsys.readouterr().err
    failed = [to for _, to in mailbox.envelopes]
    assert failed == [f"RCPT TO:<{OPERATOR}>"]
    file.unlink()
    if file.parent == output:
        output.rmdir()
    again = ("--only", "https", "--fail-on", "worse", *store)
    assert nights.sweep(worse, 2.1, *again, output=output) == 1
    assert nights.opened == []
    assert "the sweep 20260102T021500Z was measured but not published" in capsys.readouterr().err
    written = json.loads((output / "results.json").read_text(encoding="utf-8"))
    assert written["sweep"]["id"] == "20260102T021500Z"
    assert written["results"][0]["indicators"]["https"]["since"] == "2026-01-02T02:15:00Z"
    assert sorted(to for _, to in mailbox.envelopes[1:]) == [
        f"RCPT TO:<{OPERATOR}>",
        "RCPT TO:<post@a.example>",
    ]
    assert nights.sweep(worse, 2.2, *ONLY, *store, output=output) == 0
    assert nights.opened != []
    assert len(mailbox.messages) == 3


def test_a_partial_sweep_leaves_the_history_of_other_columns_alone(
    nights: Nights, lab: Lab, worse: Lab
) -> None:
    assert nights.sweep(lab, 1, "--quiet") == 0
    store = ("--store", str(nights.store))
    assert nights.sweep(worse, 2, *ONLY, *store, output=nights.place / "part") == 0
    assert nights.sweep(worse, 3, "--quiet", "--fail-on", "worse") == 1
    row = nights.results()["A"]
    assert (row["https"]["since"], row["starttls"]["since"], row["dnssec"]["since"]) == (
        "2026-01-02T02:15:00Z",
        "2026-01-03T02:15:00Z",
        "2026-01-01T02:15:00Z",
    )
    with nights.opened_store() as opened:
        (starttls,) = [
            one for one in opened.intervals.of_row("domains", "A") if one.column == "starttls" and one.ended
        ]
    assert (starttls.cell, starttls.last_measured, starttls.ended) == ("Ja", night(1), night(3))


def test_without_a_store_nothing_is_kept(nights: Nights, lab: Lab, capsys: Captured) -> None:
    assert nights.sweep(lab, 1, *ONLY, "--no-store") == 0
    assert sorted(path.name for path in nights.place.iterdir()) == ["checker.toml", "domains.csv", "site"]
    assert not (nights.site / "andringar").exists()
    assert nights.results()["A"]["https"]["since"] is None
    assert nights.sweep(lab, 2, *ONLY, "--no-store", "--fail-on", "worse") == 2
    assert nights.opened == []
    assert (
        "--fail-on worse compares with the sweep before, which only a sweep with a store knows"
        in capsys.readouterr().err
    )
    assert nights.sweep(lab, 3, *ONLY, "--fail-on", "grave") == 2
    assert nights.opened == []


def test_a_store_inside_the_site_is_refused(nights: Nights, lab: Lab, capsys: Captured) -> None:
    assert nights.sweep(lab, 1, *ONLY, "--store", str(nights.site / "data" / "checker.db")) == 2
    assert nights.opened == []
    assert "lies inside the site, which is replaced as a whole" in capsys.readouterr().err
    assert not nights.site.exists()


def test_a_secret_that_cannot_be_read_ends_a_sweep_before_it_measures(
    nights: Nights, lab: Lab, mailbox: SmtpSink, capsys: Captured
) -> None:
    secret = nights.place / "secret"
    secret.write_text("", encoding="utf-8")
    with (nights.place / "checker.toml").open("a", encoding="utf-8") as settings:
        settings.write('webhook_url = "http://localhost:1/"\nwebhook_secret_file = "secret"\n')
    assert nights.sweep(lab, 1, *ONLY) == 2
    assert nights.opened == []
    assert "webhook_secret_file: " in capsys.readouterr().err
    assert mailbox.messages == []


def test_the_operator_hears_of_our_own_bugs_too(
    nights: Nights, lab: Lab, mailbox: SmtpSink, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug of our own")

    with monkeypatch.context() as patch:
        patch.setattr("checker.cli.nightly.publish_site", broken)
        assert nights.sweep(lab, 1, *ONLY) == 3
    assert "internal error (RuntimeError: a bug of our own)" in capsys.readouterr().err
    assert [to for _, to in mailbox.envelopes] == [f"RCPT TO:<{OPERATOR}>"]
    assert b"RuntimeError: a bug of our own" in mailbox.messages[0]
    assert nights.sweep(lab, 1.1, *ONLY, "--fail-on", "fault") == 0
    assert nights.opened == []
    assert len(mailbox.messages) == 1


def test_two_lists_in_one_store(nights: Nights, lab: Lab, worse: Lab, capsys: Captured) -> None:
    assert nights.sweep(lab, 1, *ONLY, name="ours.csv") == 0
    assert nights.sweep(worse, 2, *ONLY, name="theirs.csv", output=nights.place / "theirs") == 0
    assert nights.checker("diff") == 2
    assert "there is no sweep of theirs before 20260102T021500Z" in capsys.readouterr().err
    assert nights.sweep(worse, 3, *ONLY, name="ours.csv", output=nights.place / "site") == 0
    capsys.readouterr()
    assert nights.checker("diff", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["old"]["id"], found["new"]["id"]) == (FIRST_ID, "20260103T021500Z")
    assert nights.checker("diff", "--series", "theirs") == 2
    assert nights.checker("diff", "--series", "nobody's") == 2
    assert "there are no sweeps of nobody's; there are: ours, theirs" in capsys.readouterr().err
    other = nights.place / "other"
    assert nights.render(other, "20260102", "--series", "theirs", "--store", str(nights.store)) == 0
    assert nights.render(other, "20260102T021500Z", "--store", str(nights.store)) == 0
    with nights.opened_store() as store:
        assert {one.since for one in store.intervals.of_row("theirs", "A")} == {night(2)}


def test_after_a_clock_that_was_wrong_the_history_is_in_the_order_of_time(
    nights: Nights, lab: Lab, worse: Lab, mailbox: SmtpSink, capsys: Captured
) -> None:
    assert nights.sweep(lab, 1, *ONLY) == 0
    assert nights.sweep(worse, 300, *ONLY) == 0
    assert len(mailbox.messages) == 1
    assert nights.sweep(worse, 2, *ONLY, "--no-retest") == 0
    with nights.opened_store() as store:
        intervals = [one for one in store.intervals.of_row("domains", "A") if one.column == "https"]
        states = [sweep.state for sweep in store.sweeps.all()]
    assert states == [State.FINISHED] * 3
    assert [(one.cell, one.since, one.last_measured) for one in intervals] == [
        ("Ja", night(1), night(1)),
        ("Ja (F)", night(2), night(300)),
    ]
    assert capsys.readouterr().err == ""


def test_the_brake_holds_also_when_the_clock_was_wrong(nights: Nights, lab: Lab, tmp_path: Path) -> None:
    bad = tuple(plain(code, web=Web(certificate=Certificate.EXPIRED)) for code in "AB")
    assert nights.sweep(lab, 1, *ONLY) == 0
    assert nights.sweep(lab, 300, *ONLY) == 0
    before = nights.files()
    with served(*bad, directory=tmp_path / "bad") as all_bad:
        assert nights.sweep(all_bad, 2, *ONLY) == 3
    assert nights.files() == before
    with nights.opened_store() as store:
        assert {
            one.confirmed.cell for one in store.intervals.standing("domains", "AB").values() if one.confirmed
        } == {"Ja"}
    assert nights.sweep(lab, 3, *ONLY) == 0
