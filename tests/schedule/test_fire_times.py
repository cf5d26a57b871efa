"""Every time that is due comes once, also in the nights when the clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import (  # type: ignore[import-untyped]  # APScheduler 3 has no types
    CronTrigger,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.schedule.cron import parse_cron
from checker.schedule.fire_times import FireTimes
from tests.schedule.machine import STOCKHOLM, at


def due(cron: str, start: datetime, count: int, zone: ZoneInfo = STOCKHOLM) -> list[str]:
    times = FireTimes(parse_cron(cron), zone)
    found = []
    for _ in range(count):
        start = times.after(start)
        found.append(times.local(start))
    return found


@pytest.mark.parametrize(
    ("name", "cron", "start", "expected"),
    [
        (
            "a skipped time is due when the skipped hour is over",
            "30 2 * * *",
            "2026-03-28 12:00",
            ["2026-03-29 03:00+02:00", "2026-03-30 02:30+02:00"],
        ),
        (
            "two skipped times and one that is not are one",
            "0,30 2,3 * * *",
            "2026-03-28 12:00",
            ["2026-03-29 03:00+02:00", "2026-03-29 03:30+02:00", "2026-03-30 02:00+02:00"],
        ),
        (
            "a time that comes twice is due once",
            "30 2 * * *",
            "2026-10-24 12:00",
            ["2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00"],
        ),
        (
            "the default is neither skipped nor repeated in spring",
            "15 3 * * *",
            "2026-03-28 03:15",
            ["2026-03-29 03:15+02:00", "2026-03-30 03:15+02:00"],
        ),
        (
            "nor in autumn",
            "15 3 * * *",
            "2026-10-24 03:15",
            ["2026-10-25 03:15+01:00", "2026-10-26 03:15+01:00"],
        ),
        (
            "every quarter, once each, across the repeated hour",
            "*/15 * * * *",
            "2026-10-25 01:45",
            [
                "2026-10-25 02:00+02:00",
                "2026-10-25 02:15+02:00",
                "2026-10-25 02:30+02:00",
                "2026-10-25 02:45+02:00",
                "2026-10-25 03:00+01:00",
            ],
        ),
        (
            "either kind of day",
            "0 4 13 * fri",
            "2026-11-11 00:00",
            [
                "2026-11-13 04:00+01:00",
                "2026-11-20 04:00+01:00",
                "2026-11-27 04:00+01:00",
                "2026-12-04 04:00+01:00",
                "2026-12-11 04:00+01:00",
                "2026-12-13 04:00+01:00",
            ],
        ),
        (
            "Sundays, by number",
            "15 3 * * 0",
            "2026-11-17 00:00",
            ["2026-11-22 03:15+01:00", "2026-11-29 03:15+01:00"],
        ),
        ("leap days", "0 0 29 2 *", "2026-01-01 00:00", ["2028-02-29 00:00+01:00", "2032-02-29 00:00+01:00"]),
    ],
)
def test_due(name: str, cron: str, start: str, expected: list[str]) -> None:
    assert due(cron, at(start), len(expected)) == expected


def test_from_inside_the_repeated_hour() -> None:
    second_half = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert due("30 2 * * *", second_half, 1) == ["2026-10-26 02:30+01:00"]
    first_half = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    assert due("30 2 * * *", first_half, 1) == ["2026-10-25 02:30+02:00"]


def test_a_gap_of_half_an_hour_and_one_of_a_day() -> None:
    lord_howe, apia = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
    start = datetime(2026, 10, 3, 0, tzinfo=lord_howe)
    assert due("15 2 * * *", start, 2, lord_howe) == ["2026-10-03 02:15+10:30", "2026-10-04 02:30+11:00"]
    start = datetime(2011, 12, 29, 12, tzinfo=apia)  # the day that followed was the 31st
    assert due("15 3 * * *", start, 2, apia) == ["2011-12-31 00:00+14:00", "2011-12-31 03:15+14:00"]


@pytest.mark.parametrize("cron", ["15 3 * * *", "30 2 * * *", "0 2 * * *", "0 3 * * *"])
def test_two_years_have_one_run_a_day(cron: str) -> None:
    times = FireTimes(parse_cron(cron), STOCKHOLM)
    moment, end = at("2026-01-01 00:00") - timedelta(minutes=1), at("2028-01-01 00:00")
    days = []
    while (moment := times.after(moment)) < end - timedelta(minutes=1):
        days.append(moment.astimezone(STOCKHOLM).date())
    assert len(days) == 730
    assert len(set(days)) == 730


def test_why_the_library_is_not_asked_in_the_zone() -> None:
    """When this fails, APScheduler has learnt it, and `FireTimes` may become simpler."""
    trigger = CronTrigger.from_crontab("30 2 * * *", timezone=STOCKHOLM)
    before = at("2026-10-24 12:00")
    first = trigger.get_next_fire_time(None, before)
    second = trigger.get_next_fire_time(first, first)
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)


@settings(max_examples=80, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    cron=st.sampled_from(["15 3 * * *", "30 2 * * *", "*/7 1-3 * * *", "0 4 13 * fri", "5 */6 1 * *"]),
)
def test_the_last_time_and_the_next_are_neighbours(start: datetime, cron: str) -> None:
    times = FireTimes(parse_cron(cron), STOCKHOLM)
    last, following = times.last_until(start), times.after(start)
    assert last <= start < following
    assert times.after(last) == following
    assert times.last_until(following) == following


def test_a_calendar_ends() -> None:
    with pytest.raises(OverflowError):
        FireTimes(parse_cron("0 0 29 2 *"), STOCKHOLM).after(datetime(9999, 1, 1, tzinfo=UTC))
