"""Waits end when a signal comes, at once, and show that the process is alive."""

import os
import signal

import pytest

from checker.schedule.watch import Watch


def test_a_signal_ends_a_wait() -> None:
    with Watch(lambda: os.kill(os.getpid(), signal.SIGTERM)) as watch:
        assert not watch.told()
        assert watch.wait(20) < 20  # the signal comes just before the wait, and is not lost
        assert watch.told()
        assert watch.wait(20) < 20


def test_what_can_be_read_ends_a_wait() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"!")
    with Watch(lambda: None) as watch:
        assert watch.wait(20, reader) < 20
    os.close(reader)
    os.close(writer)


def test_every_wait_is_a_heartbeat() -> None:
    beats: list[str] = []
    with Watch(lambda: beats.append("alive")) as watch:
        watch.wait(0)
        watch.wait(-1)
    assert beats == ["alive", "alive"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_given_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Watch(lambda: None):
        assert signal.getsignal(number) != before
    assert signal.getsignal(number) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_a_shell_ignores_for_us_stays_ignored(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with Watch(lambda: None) as watch:
            os.kill(os.getpid(), number)
            assert not watch.told()
    finally:
        signal.signal(number, before)
