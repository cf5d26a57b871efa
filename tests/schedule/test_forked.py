"""Children that answer, die, hang and are told to end: real processes and real signals."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checker.schedule.forked import Ended, Forked
from checker.schedule.night import Nights, Outcome, Sweeping, Work
from checker.schedule.watch import Watch
from tests.schedule.machine import MADE, Machine


@pytest.fixture
def watch() -> Iterator[Watch]:
    with Watch(lambda: None) as watch:
        yield watch


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    while True:
        signal.pause()


def test_the_answer_comes_back(watch: Watch) -> None:
    assert Forked(watch).run(lambda: ("seen", 3)) == Ended(value=("seen", 3))
    assert Forked(watch).run(lambda: None) == Ended(value=None)


def test_a_large_answer(watch: Watch) -> None:
    assert Forked(watch).run(lambda: "å" * 1_000_000).value == "å" * 1_000_000


def test_it_is_another_process(watch: Watch) -> None:
    pid = Forked(watch).run(os.getpid).value
    assert pid != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)


def test_what_it_prints_goes_nowhere(watch: Watch, capfd: pytest.CaptureFixture[str]) -> None:
    Forked(watch).run(lambda: os.write(1, b"a table\n"))
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "function", "died"),
    [
        ("killed", kill_itself, "was killed by SIGKILL"),
        ("ended without an answer", lambda: os._exit(7), "ended with exit code 7 and no result"),
        ("an exception", lambda: 1 // 0, "ended with exit code 1 and no result"),
    ],
)
def test_a_child_that_dies(name: str, function: Callable[[], None], died: str, watch: Watch) -> None:
    assert Forked(watch).run(function).died == died


def test_a_child_that_takes_too_long(watch: Watch) -> None:
    assert Forked(watch).run(hang, limit_s=0.1).died == "was killed by SIGTERM"


def test_a_child_that_does_not_listen(watch: Watch) -> None:
    def hang_on() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.kill(os.getppid(), signal.SIGTERM)
        hang()

    assert Forked(watch, stops_within_s=0.1).run(hang_on).died == "was killed by SIGKILL"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_child_is_told_when_we_are(told: signal.Signals, watch: Watch) -> None:
    def tell_and_hang() -> None:
        os.kill(os.getppid(), told)
        hang()

    assert Forked(watch).run(tell_and_hang).died == "was killed by SIGTERM"
    assert watch.told()


def test_a_child_that_is_told_may_still_answer(watch: Watch) -> None:
    def tidy_up() -> str:
        told: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
        os.kill(os.getppid(), signal.SIGTERM)
        while not told:
            signal.pause()
        return "tidy"

    assert Forked(watch).run(tidy_up) == Ended(value="tidy")


def test_a_machine_that_has_no_room_for_another_process(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", full)
    assert Forked(watch).run(lambda: 3).died == "could not be started: Resource temporarily unavailable"


def test_signals_mean_in_the_child_what_they_always_did(watch: Watch) -> None:
    def meanings() -> list[str]:
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
        return [repr(handlers == [signal.SIG_DFL] * 2), repr(blocked)]

    assert Forked(watch).run(meanings).value == ["True", "set()"]


def test_a_sweep_that_is_killed_is_tried_again(watch: Watch, tmp_path: Path) -> None:
    attempts = tmp_path / "attempts"

    def sweep() -> Sweeping:
        with attempts.open("a") as file:
            file.write("begun\n")
        if attempts.read_text().count("begun") == 1:
            kill_itself()
        return MADE

    def tell(reason: str) -> None:
        attempts.write_text(reason)

    machine = Machine("2026-11-22 03:15")
    nights = Nights(
        Work(sweep=sweep, last_started=lambda: None, tell_failure=tell),
        times=machine.times,
        forked=Forked(watch),
        waits=watch,
        clock=machine.clock,
        show=lambda _: None,
        retry_after_s=0,
    )
    nights.run(machine.now)
    assert attempts.read_text() == "begun\nbegun\n"


def test_the_operator_is_told_by_a_child(watch: Watch, tmp_path: Path) -> None:
    told = tmp_path / "told"
    machine = Machine("2026-11-22 03:15")
    nights = Nights(
        Work(
            sweep=lambda: Sweeping(outcome=Outcome.WRONG, message="domains.csv: is empty"),
            last_started=lambda: None,
            tell_failure=lambda reason: (told.write_text(reason), None)[1],
        ),
        times=machine.times,
        forked=Forked(watch),
        waits=watch,
        clock=machine.clock,
        show=lambda _: None,
        retry_after_s=0,
    )
    nights.run(machine.now)
    assert told.read_text() == "the sweep of 2026-11-22 03:15+01:00 failed: domains.csv: is empty"
