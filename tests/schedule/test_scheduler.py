"""Nights in a row, with changes of the clock, sleep and summer time between them."""

import pytest

from tests.schedule.machine import Machine

Patch = pytest.MonkeyPatch


def times(machine: Machine) -> list[str]:
    return [time[5:16] for time in machine.begun]


def test_a_sweep_every_night(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-21 12:00", last="2026-11-21 03:15")
    nights = machine.live(monkeypatch, days=3)
    assert times(machine) == ["11-22 03:15", "11-23 03:15", "11-24 03:15"]
    assert machine.announced == [f"2026-11-2{day} 03:15+01:00" for day in (2, 3, 4, 5)]
    assert not nights.interrupted


@pytest.mark.parametrize(
    ("name", "cron", "start", "expected"),
    [
        (
            "spring, skipped",
            "30 2 * * *",
            "2026-03-28 12:00",
            ["03-29 03:00", "03-30 02:30", "03-31 02:30"],
        ),
        ("spring, default", "15 3 * * *", "2026-03-28 12:00", ["03-29 03:15", "03-30 03:15", "03-31 03:15"]),
        ("autumn, repeated", "30 2 * * *", "2026-10-24 12:00", ["10-25 02:30", "10-26 02:30", "10-27 02:30"]),
        ("autumn, default", "15 3 * * *", "2026-10-24 12:00", ["10-25 03:15", "10-26 03:15", "10-27 03:15"]),
    ],
)
def test_the_nights_of_summer_time(
    name: str, cron: str, start: str, expected: list[str], monkeypatch: Patch
) -> None:
    machine = Machine(start, cron=cron, last=start)
    machine.live(monkeypatch, days=3)
    assert times(machine) == expected


def test_what_was_missed_is_caught_up_by_one_sweep(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-22 14:00", last="2026-11-11 03:15")
    machine.live(monkeypatch, days=1)
    assert times(machine) == ["11-22 14:00", "11-23 03:15"]


@pytest.mark.parametrize(
    ("name", "after_hours", "to", "days", "expected"),
    [
        ("slept past one", 12, "2026-11-22 08:00", 1, ["11-22 08:00"]),
        ("slept past three: one sweep", 12, "2026-11-25 08:00", 2, ["11-25 08:00", "11-26 03:15"]),
        ("an hour forward, before it was due", 12, "2026-11-22 01:00", 1, ["11-22 03:15"]),
        ("back an hour after the run: not again", 16, "2026-11-22 03:00", 1, ["11-22 03:15"]),
        ("back a day after the run: not again", 16, "2026-11-21 04:00", 1, ["11-22 03:15"]),
        (
            "back a year: the clock had been wrong",
            16,
            "2025-11-21 12:00",
            2,
            ["11-22 03:15", "11-22 03:15"],
        ),
        ("back an hour while it waits", 10, "2026-11-21 21:00", 1, ["11-22 03:15"]),
        ("back a week while it waits", 10, "2026-11-14 21:00", 1, ["11-15 03:15"]),
        ("years forward: one sweep", 12, "2029-06-01 12:00", 1, ["06-01 12:00", "06-02 03:15"]),
    ],
)
def test_the_clock_jumps(
    name: str, after_hours: int, to: str, days: int, expected: list[str], monkeypatch: Patch
) -> None:
    machine = Machine("2026-11-21 12:00", last="2026-11-21 03:15")
    machine.after(lambda: machine.jump(to), hours=after_hours)
    machine.live(monkeypatch, days=days, hours=6)
    assert times(machine) == expected


def test_the_clock_is_put_back_while_it_sweeps(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-21 12:00", last="2026-11-21 03:15")
    machine.lasts *= 6  # half an hour
    machine.after(lambda: machine.jump("2026-11-22 02:00"), hours=15, minutes=30)
    machine.live(monkeypatch, days=1)
    assert times(machine) == ["11-22 03:15"]
    assert machine.announced[-1] == "2026-11-23 03:15+01:00"


def test_a_machine_that_began_with_a_wrong_clock(monkeypatch: Patch) -> None:
    """No battery: 2000 until somebody tells the time. Last night's sweep was made."""
    machine = Machine("2000-01-01 00:00", last="2026-11-22 03:15")
    machine.after(lambda: machine.jump("2026-11-22 14:00"), minutes=2)
    machine.live(monkeypatch, days=1)
    assert times(machine) == ["11-23 03:15"]


def test_a_sweep_of_a_day_and_a_half_skips_a_night(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-21 12:00", last="2026-11-21 03:15")
    machine.lasts *= 12 * 36
    machine.live(monkeypatch, days=3)
    assert times(machine) == ["11-22 03:15", "11-24 03:15"]
    assert machine.reported == [
        "the sweep of 2026-11-23 03:15+01:00 is skipped: an earlier one is still going"
    ]


def test_told_during_a_sweep(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-22 03:14", last="2026-11-21 03:15")
    assert machine.live(monkeypatch, minutes=3).interrupted


def test_told_while_it_catches_up(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-22 04:00")
    assert machine.live(monkeypatch, minutes=1).interrupted
    assert machine.announced == []


def test_our_own_bug_does_not_end_the_nights(monkeypatch: Patch) -> None:
    machine = Machine("2026-11-21 12:00", last="2026-11-21 03:15")
    machine.endings = [RuntimeError("never expected")]
    machine.live(monkeypatch, days=2)
    assert times(machine) == ["11-22 03:15", "11-23 03:15"]
