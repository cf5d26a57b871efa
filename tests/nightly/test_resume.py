"""A sweep that was interrupted is gone on with where it was, or it is said why not."""

import json
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from checker.network.addresses import IPAddress
from checker.network.stream import Limits, Stream
from checker.store import tables
from checker.store.stored_sweep import State
from tests.lab.scenario import MailServer, Organisation
from tests.lab.smtp_script import SmtpScript, says
from tests.nightly.conftest import empty_place
from tests.nightly.night_lab import Lab, NightNetwork, Nights, served
from tests.nightly.two_nights import plain
from tests.store.samples import row_states

LATER = 1.1
"""Hardly more than two hours after the first night began."""
BUSY_ONCE = SmtpScript(starttls=says(b"454 4.7.0 TLS not available\r\n"))
ROWS = (
    plain("WAITS", mail=(MailServer(first=(BUSY_ONCE,)),)),
    plain("DONE"),
    plain("CUT"),
    plain("LEFT"),
)
ONE_BY_ONE = ("--quiet", "--concurrency", "1")
Captured = pytest.CaptureFixture[str]


class Interrupted(NightNetwork):
    """The operator's SIGTERM comes while the web server of one row is asked."""

    def __init__(self, *arguments: Any, at: str, **switches: Any) -> None:
        super().__init__(*arguments, **switches)
        self._at = at

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        if str(address) == self._at:
            signal.raise_signal(signal.SIGTERM)
        return await super()._open(address, port, limits)


def web_address(lab: Lab, code: str) -> str:
    (host,) = [host for host in lab.internet.plan.web_hosts if host.name == f"www.{code.lower()}.se"]
    return host.addresses[0]


def asked(nights: Nights, lab: Lab) -> dict[str, set[str]]:
    """The web and mail servers that the last command connected to, by row."""
    plan = lab.internet.plan
    found: dict[str, set[str]] = {}
    for kind, hosts in (("web", plan.web_hosts), ("mail", plan.mail_hosts)):
        for host in hosts:
            code = host.name.split(".")[-2].upper()
            if any(place.rpartition(" ")[0] in host.addresses for place in nights.opened):
                found.setdefault(code, set()).add(kind)
    return found


def judged(nights: Nights) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    return [
        (code, column, one["cell"], [(found["code"], found["subject"]) for found in one["findings"]])
        for code, row in nights.results().items()
        for column, one in row.items()
    ]


def test_only_what_is_left_is_measured_and_the_results_are_the_same(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with served(*ROWS, directory=tmp_path / "lab") as lab:
        monkeypatch.setenv("CHECKER_RETEST_DELAY", "600")
        cut = web_address(lab, "CUT")
        assert nights.sweep(lab, 1, *ONE_BY_ONE, network=Interrupted, at=cut) == 4
        assert "interrupted after 1 of 4 rows: they are kept" in capsys.readouterr().err
        assert not nights.site.exists()
        with nights.opened_store() as store:
            (sweep,) = store.sweeps.all("domains")
            assert (sweep.state, row_states(store, sweep.id)) == (
                State.RUNNING,
                {"parked": 1, "seen": 1, "left": 2},
            )
        assert nights.sweep(lab, LATER, "--concurrency", "1") == 0
        assert "going on with the sweep 20260101T021500Z" in capsys.readouterr().err
        assert asked(nights, lab) == {
            "WAITS": {"mail"},
            "CUT": {"web", "mail"},
            "LEFT": {"web", "mail"},
        }
    with nights.opened_store() as store:
        (sweep,) = store.sweeps.all("domains")
        assert (sweep.state, row_states(store, sweep.id)) == (State.FINISHED, {"seen": 4})
    resumed = judged(nights)
    assert nights.cells()["WAITS"]["starttls"] == "Ja"
    shutil.rmtree(nights.site)
    nights.store.unlink()
    monkeypatch.setenv("CHECKER_RETEST_DELAY", "0.2")
    with served(*ROWS, directory=tmp_path / "again") as lab:
        assert nights.sweep(lab, 1, *ONE_BY_ONE) == 0
    assert judged(nights) == resumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A sweep of three rows that was interrupted at the third, in a store to be copied."""

    lab: Lab
    place: Path
    rows: tuple[Organisation, ...]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cut]:
    place = tmp_path_factory.mktemp("cut")
    rows = (plain("A"), plain("B"), plain("C"))
    with pytest.MonkeyPatch.context() as patch, served(*rows, directory=place / "lab") as lab:
        nights = empty_place(place, patch)
        at = web_address(lab, "C")
        options = (*ONE_BY_ONE, "--only", "https")
        assert nights.sweep(lab, 1, *options, network=Interrupted, at=at) == 4
        yield Cut(lab=lab, place=place, rows=rows)


def taken_over(nights: Nights, cut: Cut) -> None:
    for file in cut.place.glob("checker.db*"):
        shutil.copy(file, nights.place)


@pytest.mark.parametrize("rules", ["2026", "bilaga-a-2017"])
def test_it_is_gone_on_with_under_the_rules_of_today(nights: Nights, cut: Cut, rules: str) -> None:
    taken_over(nights, cut)
    assert nights.sweep(cut.lab, LATER, "--quiet", "--only", "https", "--ruleset", rules) == 0
    assert asked(nights, cut.lab) == {"C": {"web"}}
    written = json.loads((nights.site / "results.json").read_text(encoding="utf-8"))
    assert (written["sweep"]["id"], written["sweep"]["ruleset"]) == ("20260101T021500Z", rules)
    assert [row["code"] for row in written["results"]] == ["A", "B", "C"]
    with nights.opened_store() as store:
        assert [sweep.ruleset for sweep in store.sweeps.all()] == [rules]


OTHERWISE = {
    "list": (("--only", "https"), "the list of domains has changed since"),
    "columns": (("--only", "https,www_ipv6"), "other columns are asked for now"),
    "certificates": (("--only", "https"), "certificates are judged against another store now"),
    "age": (("--only", "https"), "it began more than 12 hours ago"),
    "setting": (("--only", "https", "--resume-hours", "0"), "it began more than 0 hours ago"),
    "clock": (("--only", "https"), "it began in the future: the clock has been set back since"),
    "damage": (("--only", "https"), "what it had measured cannot be read"),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_it_is_not_gone_on_with_when_something_else_is_wanted(
    nights: Nights, cut: Cut, capsys: Captured, case: str
) -> None:
    taken_over(nights, cut)
    options, why = OTHERWISE[case]
    rows, number = cut.rows, LATER
    if case == "list":
        rows = (*cut.rows[:2], replace(cut.rows[2], region="Region C åäö"))
    if case == "certificates":
        bundle = nights.place / "other.pem"
        bundle.write_bytes(cut.lab.internet.authority.ca_pem * 2)
        options = (*options, "--ca-file", str(bundle))
    if case == "age":
        number = 2
    if case == "clock":
        number = 0.5
    if case == "damage":
        with nights.opened_store() as store, store.transaction() as connection:
            first = tables.rows.c.position == 0
            connection.execute(update(tables.rows).where(first).values(observation=b"\x00no JSON"))
    assert nights.sweep(cut.lab, number, *options, rows=rows) == 0
    said = capsys.readouterr().err
    assert f"the sweep 20260101T021500Z was cut short and is not gone on with: {why}" in said
    assert set(asked(nights, cut.lab)) == {"A", "B", "C"}
    with nights.opened_store() as store:
        states = {sweep.id: (sweep.state, sweep.why) for sweep in store.sweeps.all()}
    state, kept = states.pop("20260101T021500Z")
    assert state is State.STOPPED
    assert kept.startswith(why)
    assert [state for state, _ in states.values()] == [State.FINISHED]


def test_a_machine_that_starts_finishes_what_was_cut_short_and_begins_nothing(
    nights: Nights, cut: Cut, capsys: Captured
) -> None:
    options = ("--only", "https", "--unfinished")
    assert nights.sweep(cut.lab, LATER, *options) == 0
    assert "there is nothing to finish" in capsys.readouterr().err
    assert nights.opened == [] or asked(nights, cut.lab) == {}
    assert not nights.site.exists()
    taken_over(nights, cut)
    assert nights.sweep(cut.lab, LATER, *options) == 0
    assert asked(nights, cut.lab) == {"C": {"web"}}
    assert (nights.site / "results.json").exists()
    assert nights.sweep(cut.lab, LATER, *options, "--no-store") == 2
    assert "--unfinished goes by the store" in capsys.readouterr().err
