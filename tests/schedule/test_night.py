"""A run that is due is made once: not beside another, not twice, and a second time when it failed."""

import logging

import pytest

from checker.schedule.night import Nights, Outcome, Sweeping
from tests.schedule.machine import BUSY, FAILED, MADE, WRONG, KilledError, Machine, at

NIGHT = "2026-11-22 03:15"


def run(machine: Machine, due: str = NIGHT, *, starting: bool = False) -> Nights:
    nights = machine.nights()
    nights.run(at(due), starting=starting)
    return nights


@pytest.mark.parametrize(
    ("name", "now", "last", "sweeps"),
    [
        ("nothing was ever stored", "2026-11-22 14:00", None, 1),
        ("last night's was made", "2026-11-22 14:00", "2026-11-22 03:15", 0),
        ("last night's was missed", "2026-11-22 14:00", "2026-11-21 03:15", 1),
        ("a month was missed: one sweep", "2026-11-22 14:00", "2026-10-22 03:15", 1),
        ("somebody swept by hand since", "2026-11-22 14:00", "2026-11-22 09:30", 0),
        ("by hand, before it was due", "2026-11-22 14:00", "2026-11-22 03:14", 1),
        ("just before the next", "2026-11-22 03:14", "2026-11-21 03:15", 0),
        ("the clock was ahead once", "2026-11-22 14:00", "2030-01-01 03:15", 0),
        ("the clock is behind", "2000-01-01 00:10", "2026-11-21 03:15", 0),
    ],
)
def test_caught_up_at_start(name: str, now: str, last: str | None, sweeps: int) -> None:
    machine = Machine(now, last=last)
    nights = machine.nights()
    nights.run(machine.times.last_until(machine.now), starting=True)
    assert len(machine.begun) == sweeps
    assert not machine.reported


@pytest.mark.parametrize(
    ("name", "last", "sweeps"),
    [
        ("the ordinary night", "2026-11-21 03:15", 1),
        ("somebody was quicker", "2026-11-22 03:15", 0),
        ("the clock was ahead once: no night is lost for it", "2030-01-01 03:15", 1),
        ("an hour ahead: the clock was just put back", "2026-11-22 04:15", 0),
    ],
)
def test_when_it_is_due(name: str, last: str, sweeps: int) -> None:
    machine = Machine(NIGHT, last=last)
    run(machine)
    assert len(machine.begun) == sweeps


@pytest.mark.parametrize(
    ("name", "endings", "begun", "reported"),
    [
        ("made", [MADE], ["03:15"], []),
        ("failed once", [FAILED, MADE], ["03:15", "03:30"], []),
        ("killed once", [KilledError(), MADE], ["03:15", "03:30"], []),
        (
            "failed twice",
            [FAILED, FAILED],
            ["03:15", "03:30"],
            ["the sweep of 2026-11-22 03:15+01:00 failed: no root server answers"],
        ),
        (
            "killed twice",
            [KilledError(), KilledError()],
            ["03:15", "03:30"],
            ["the sweep of 2026-11-22 03:15+01:00 failed: the sweep was killed by SIGKILL"],
        ),
        (
            "what a second attempt does not mend is not tried again",
            [WRONG],
            ["03:15"],
            ["the sweep of 2026-11-22 03:15+01:00 failed: domains.csv: line 2: no domain"],
        ),
        ("another one is under way", [BUSY, BUSY, MADE], ["03:25"], []),
        ("failed, then another one is under way", [FAILED, BUSY, MADE], ["03:15", "03:35"], []),
    ],
)
def test_attempts(name: str, endings: list[object], begun: list[str], reported: list[str]) -> None:
    machine = Machine(NIGHT, last="2026-11-21 03:15")
    machine.endings = list(endings)  # type: ignore[arg-type]  # the table's columns are objects
    run(machine)
    assert [time[11:16] for time in machine.begun] == begun
    assert machine.reported == reported
    assert machine.endings == []


def test_what_the_operator_knows_is_not_told_again(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(NIGHT, last="2026-11-21 03:15")
    held = Sweeping(outcome=Outcome.PASSING, message="far more is worse than is plausible", told=True)
    machine.endings = [held, held]
    run(machine)
    assert len(machine.begun) == 2
    assert machine.reported == []
    assert caplog.messages[-1].endswith("failed: far more is worse than is plausible")


def test_the_sweep_that_was_waited_for_counts_when_it_began_after_the_time() -> None:
    machine = Machine(NIGHT, last="2026-11-21 03:15")
    machine.endings = [BUSY]

    def other_ends() -> None:
        machine.last = at("2026-11-22 03:15")

    machine.after(other_ends, minutes=4)
    run(machine)
    assert machine.begun == []


def test_a_failed_sweep_does_not_count_as_made() -> None:
    """Part of it may be stored as finished (rows that an own error spoilt)."""
    machine = Machine(NIGHT, last="2026-11-21 03:15")
    machine.endings = [FAILED]

    def stored() -> None:
        machine.last = at("2026-11-22 03:15")

    machine.after(stored, minutes=4)
    run(machine)
    assert [time[11:16] for time in machine.begun] == ["03:15", "03:30"]


def test_another_sweep_that_lasts_all_night_costs_that_night_only() -> None:
    machine = Machine(NIGHT, last="2026-11-21 03:15")
    machine.endings = [BUSY] * 290
    run(machine)
    assert machine.begun == ["2026-11-23 03:25+01:00"]
    assert machine.reported == [
        "the sweep of 2026-11-22 03:15+01:00 was not made: another sweep is under way"
    ]


def test_a_run_that_goes_on_into_the_next_night(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(NIGHT, last="2026-11-21 03:15", cron="*/10 * * * *")
    machine.lasts *= 5  # 25 minutes
    with caplog.at_level(logging.ERROR, "checker"):
        run(machine)
    assert machine.begun == ["2026-11-22 03:15+01:00"]
    skipped = "the sweep of 2026-11-22 03:{}+01:00 is skipped: an earlier one is still going"
    assert machine.reported == [skipped.format(20), skipped.format(30), skipped.format(40)]
    assert caplog.messages == machine.reported


@pytest.mark.parametrize(
    ("name", "after", "endings", "interrupted", "begun"),
    [
        ("during the sweep", {"minutes": 2}, [], True, 1),
        ("while waiting to try again", {"minutes": 8}, [FAILED], False, 1),
        ("while waiting for another", {"minutes": 2}, [BUSY], False, 0),
    ],
)
def test_told_to_end(
    name: str, after: dict[str, float], endings: list[object], *, interrupted: bool, begun: int
) -> None:
    machine = Machine(NIGHT, last="2026-11-21 03:15")
    machine.endings = list(endings)  # type: ignore[arg-type]  # as above
    machine.after(machine.stop, **after)
    nights = run(machine)
    assert nights.interrupted is interrupted
    assert len(machine.begun) == begun
    assert not machine.reported


def test_a_store_that_cannot_say_has_no_sweep() -> None:
    machine = Machine(NIGHT, last="2026-11-22 03:15")
    looks = iter([KilledError()])

    def look() -> None:
        for trouble in looks:
            raise trouble

    work = machine.nights()._work
    object.__setattr__(work, "last_started", look)
    nights = machine.nights()
    nights._work = work
    nights.run(at(NIGHT))
    assert len(machine.begun) == 1
