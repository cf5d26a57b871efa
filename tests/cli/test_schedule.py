"""`checker schedule` as a process: when it sweeps, how it ends, and what it says to whoever watches it."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checker.cli import main
from checker.cli import schedule as command
from checker.cli.exits import Busy, ExitCode, Held, Quit
from checker.cli.options import SCHEDULING
from checker.cli.session import Session
from checker.observations.fact import Fact
from checker.observations.row import Row
from checker.observations.vantage import Vantage
from checker.schedule.night import Outcome
from checker.settings import Settings, load_settings
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from tests.lab.apart import ROOT

Captured = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
STARTED = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)
ROW = Row(code="a", region="A", domain="a.se", web_host="www.a.se", mail_domain="a.se")


@pytest.fixture
def listed(place: Path) -> Path:
    (place / "domains.csv").write_text("region,domain\nA,a.se\n")
    return place


def session(**given: object) -> Session:
    options = {"config": None, **given}
    return Session(settings=load_settings(given), network_class=None, quiet=False, given=options)


# -- without running it ------------------------------------------------------------------------


def test_the_next_times(capsys: Captured) -> None:
    assert main(["schedule", "--next", "3", "--cron", "30 4 * * mon"]) == 0
    lines = capsys.readouterr().out.splitlines()
    moments = [datetime.fromisoformat(line) for line in lines]
    assert len(moments) == 3
    assert all(moment.utcoffset() is not None for moment in moments)
    local = [moment.astimezone(ZoneInfo("Europe/Stockholm")) for moment in moments]
    assert {(moment.isoweekday(), moment.hour, moment.minute) for moment in local} == {(1, 4, 30)}
    assert local == sorted(local)
    assert local[0] > datetime.now(UTC)


def test_the_help_tells_the_defaults(capsys: Captured) -> None:
    assert main(["schedule", "--help"]) == 0
    said = re.sub(r"\s+", " ", capsys.readouterr().out)
    for name in SCHEDULING:
        assert f"--{name} " in said
    defaults = Settings.model_fields
    assert f'(default "{defaults["cron"].default}")' in said
    assert f"(default {defaults['timezone'].default})" in said
    assert f"(sweep_retry_delay, {defaults['sweep_retry_delay'].default:g} s)" in said


def test_the_zone_is_a_setting(capsys: Captured) -> None:
    Path("checker.toml").write_text('timezone = "America/New_York"\ncron = "0 12 * * *"\n')
    assert main(["schedule", "--next", "1"]) == 0
    assert re.search(r" 12:00-0[45]:00$", capsys.readouterr().out.strip())


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        (
            "no expression",
            ["--cron", "daily"],
            (
                "--cron: must have five fields, minute hour day-of-month month day-of-week, and has 1"
                ' (got "daily")'
            ),
        ),
        (
            "no such hour",
            ["--cron", "15 25 * * *"],
            '--cron: must have 0 to 23 as hour, not "25" (got "15 25 * * *")',
        ),
        (
            "no such zone",
            ["--timezone", "Europe/Uppsala"],
            (
                '--timezone: must be a time zone of the IANA database, as in "Europe/Stockholm"'
                ' (got "Europe/Uppsala")'
            ),
        ),
        (
            "a path",
            ["--timezone", "../UTC"],
            '--timezone: must be a time zone of the IANA database, as in "Europe/Stockholm" (got "../UTC")',
        ),
        (
            "a replay",
            ["--now", "2017-11-20T12:00:00Z"],
            "--now is for replays, and a schedule goes by the real clock",
        ),
        ("no list", [], "domains.csv: cannot be read: No such file or directory"),
    ],
)
def test_told_at_once(name: str, arguments: list[str], said: str, capsys: Captured) -> None:
    assert main(["schedule", *arguments]) == 2
    assert capsys.readouterr().err == f"error: {said}\n"


# -- one run -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ending", "outcome", "message"),
    [
        ("done", ExitCode.DONE, Outcome.MADE, ""),
        ("with findings", ExitCode.FINDINGS, Outcome.MADE, ""),
        ("some rows spoilt", ExitCode.PARTLY, Outcome.PASSING, "exit code 4, the log says more"),
        (
            "no network",
            Quit(ExitCode.FAILED, "no root server answers"),
            Outcome.PASSING,
            "no root server answers",
        ),
        ("a wrong list", Quit(ExitCode.USAGE, "line 2: no domain"), Outcome.WRONG, "line 2: no domain"),
        ("somebody else", Busy("another sweep is under way"), Outcome.BUSY, "another sweep is under way"),
        (
            "a full disk",
            OSError(28, "No space left on device"),
            Outcome.PASSING,
            "exit code 3, the log says more",
        ),
        ("a bug", RuntimeError("never expected"), Outcome.PASSING, "exit code 3, the log says more"),
        ("told to end", KeyboardInterrupt(), Outcome.PASSING, "exit code 4, the log says more"),
    ],
)
def test_how_a_sweep_ended(
    name: str,
    ending: ExitCode | BaseException,
    outcome: Outcome,
    message: str,
    monkeypatch: Patch,
) -> None:
    def sweep_once(*_: object, **__: object) -> ExitCode:
        if isinstance(ending, BaseException):
            raise ending
        return ending

    monkeypatch.setattr(command, "sweep_once", sweep_once)
    made = command._sweep(session(), Path("domains.csv"), Path("output/site"))
    assert (made.outcome, made.message) == (outcome, message)


def test_what_the_brake_holds_is_told_once(monkeypatch: Patch) -> None:
    def sweep_once(*_: object, **__: object) -> ExitCode:
        raise Held("starttls: 12 of 21 worse")

    monkeypatch.setattr(command, "sweep_once", sweep_once)
    made = command._sweep(session(), Path("domains.csv"), Path("output/site"))
    assert (made.outcome, made.message, made.told) == (Outcome.PASSING, "starttls: 12 of 21 worse", True)


def test_settings_are_read_anew(monkeypatch: Patch) -> None:
    seen: list[float] = []

    def sweep_once(session: Session, **_: object) -> ExitCode:
        seen.append(session.settings.timeout)
        return ExitCode.DONE

    monkeypatch.setattr(command, "sweep_once", sweep_once)
    begun = session(deadline="60")
    Path("checker.toml").write_text("timeout = 3\ndeadline = 5\n")
    command._sweep(begun, Path("domains.csv"), Path("site"))
    Path("checker.toml").write_text("timeout = 4\n")
    command._sweep(begun, Path("domains.csv"), Path("site"))
    assert seen == [3.0, 4.0]
    Path("checker.toml").write_text("timeout = what\n")
    made = command._sweep(begun, Path("domains.csv"), Path("site"))
    assert made.outcome is Outcome.WRONG
    assert made.message.startswith("checker.toml: is not TOML")


# -- the store ---------------------------------------------------------------------------------


def sweep_of(series: str = "domains", **fields: object) -> StoredSweep:
    plain = StoredSweep(
        id="20261122T021500Z",
        series=series,
        state=State.FINISHED,
        started=STARTED,
        finished=STARTED + timedelta(minutes=5),
        published=STARTED + timedelta(minutes=6),
        ruleset="2026",
        ruleset_version="1",
        software="indikatorkollen",
        vantage=Vantage(
            name="",
            checked_at=STARTED,
            ipv4=Fact.YES,
            ipv6=Fact.YES,
            dns_udp=Fact.YES,
            dns_tcp=Fact.YES,
            clock=Fact.YES,
            root_validates=Fact.YES,
            port25_ipv4=Fact.YES,
            port25_ipv6=Fact.YES,
        ),
    )
    return replace(plain, **fields)  # type: ignore[arg-type]  # the table's columns are objects


@pytest.mark.parametrize(
    ("name", "sweep", "counts"),
    [
        ("finished", sweep_of(), True),
        ("held back by the brake", sweep_of(state=State.HELD, published=None), True),
        ("not on the site yet", sweep_of(published=None), False),
        ("cut short", sweep_of(state=State.RUNNING, finished=None, published=None), False),
        ("given up", sweep_of(state=State.STOPPED, published=None), False),
        ("of another list", sweep_of("others"), False),
        ("of another method", sweep_of(method="2017"), False),
    ],
)
def test_the_last_sweep(name: str, sweep: StoredSweep, *, counts: bool) -> None:
    Path("output").mkdir()
    with Store("output/checker.db") as store:
        store.sweeps.begin(sweep, (ROW,))
    found = command._last_started(session(), Path("domains.csv"), Path("output/site"))
    assert found == (STARTED if counts else None)


def test_a_store_that_is_not_there_or_not_wanted() -> None:
    path, output = Path("domains.csv"), Path("output/site")
    assert command._last_started(session(), path, output) is None
    Path("output").mkdir()
    Path("output/checker.db").write_text("no database")
    assert command._last_started(session(), path, output) is None
    assert command._last_started(session(no_store=True), path, output) is None


# -- the process -------------------------------------------------------------------------------

PROGRAM = """
    import os, signal, sys
    from checker.cli import main, schedule
    from checker.cli.exits import ExitCode
    from datetime import datetime, UTC

    def made(*_): return datetime.now(UTC)
    def never(*_): return None

    def done(*_, **__): return ExitCode.DONE
    def long(*_, **__):
        print("sweeping", file=sys.stderr, flush=True)
        while True: signal.pause()
    def killed(*_, **__):
        print("sweeping", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    schedule._last_started, schedule.sweep_once = {last}, {sweep}
    sys.exit(main(["schedule"]))
"""


@contextmanager
def scheduler(last: str, sweep: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM).format(last=last, sweep=sweep)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], start: str) -> list[str]:
    """Read what it says up to a line that begins so."""
    assert process.stderr is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith(start):
        line = process.stderr.readline()
        assert line, lines
        lines.append(line.rstrip("\n"))
    return lines


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_while_idle(told: signal.Signals, listed: Path) -> None:
    with scheduler("made", "done") as process:
        said = until(process, "next sweep: ")
        assert re.fullmatch(r"next sweep: \d{4}-\d\d-\d\d 03:15\+0[12]:00", said[-1])
        process.send_signal(told)
        out, err = process.communicate(timeout=90)
    assert (process.returncode, out, err) == (0, "", "ended\n")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_while_it_sweeps(told: signal.Signals, listed: Path) -> None:
    with scheduler("never", "long") as process:
        until(process, "sweeping: due ")
        until(process, "sweeping")
        process.send_signal(told)
        _, err = process.communicate(timeout=90)
    assert process.returncode == 4
    assert err.endswith("ended, with a sweep interrupted\n")


def test_another_sweep_with_the_same_store(listed: Path) -> None:
    """The real sweep: it comes as far as the lock, and the network is not asked."""
    (listed / "output").mkdir()
    with (
        Store("output/checker.db") as store,
        store.lock(),
        scheduler("never", "schedule.sweep_once") as process,
    ):
        said = until(process, "warning: waiting")
        process.terminate()
        process.communicate(timeout=90)
    assert process.returncode == 0
    assert said[-1].startswith("warning: waiting, and looking again in 300 s: another sweep is under way")


def test_a_sweep_that_is_killed(listed: Path) -> None:
    (listed / "checker.toml").write_text("sweep_retry_delay = 0\n")
    with scheduler("never", "killed") as process:
        said = until(process, "next sweep: ")
        process.terminate()
        process.communicate(timeout=90)
    assert process.returncode == 0
    assert said.count("sweeping") == 2
    failures = [line for line in said if "SIGKILL" in line]
    assert re.fullmatch(
        r"warning: the sweep of .* failed and is tried again in 0 s: the sweep was killed by SIGKILL",
        failures[0],
    )
    assert re.fullmatch(r"error: the sweep of .* failed: the sweep was killed by SIGKILL", failures[1])


def test_the_service_manager_and_the_heartbeat(listed: Path) -> None:
    heartbeat = listed / "heartbeat"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(listed / "notify"))
        manager.settimeout(90)
        with scheduler(
            "made", "done", NOTIFY_SOCKET=str(listed / "notify"), CHECKER_HEARTBEAT=str(heartbeat)
        ) as process:
            until(process, "next sweep: ")
            said: list[str] = []
            while "WATCHDOG=1" not in said:  # comes with the first wait, which may begin after that line
                said.append(manager.recv(1000).decode())
            process.terminate()
            process.communicate(timeout=90)
        manager.setblocking(False)
        try:
            while True:
                said.append(manager.recv(1000).decode())
        except BlockingIOError:
            pass
    assert said[0] == "READY=1\nSTATUS=starting"
    assert any(line.startswith("STATUS=next sweep: ") for line in said)
    assert said[-1] == "STOPPING=1\nSTATUS=ending"
    assert heartbeat.exists()
