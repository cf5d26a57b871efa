"""Cron expressions mean what crontab(5) says, and a wrong one is told in one sentence."""

import pytest

from checker.schedule.cron import CronError, parse_cron

ALL_DAYS = tuple(range(7))


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("every day", "*", ALL_DAYS),
        ("Sunday is 0", "0", (0,)),
        ("and 7", "7", (0,)),
        ("both at once", "0,7", (0,)),
        ("Monday is 1", "1", (1,)),
        ("working days", "1-5", (1, 2, 3, 4, 5)),
        ("working days by name", "mon-fri", (1, 2, 3, 4, 5)),
        ("capitals", "MON-Fri", (1, 2, 3, 4, 5)),
        ("the weekend by numbers", "6-7", (0, 6)),
        ("the weekend by names", "sat-sun", (0, 6)),
        ("from Sunday", "sun-tue", (0, 1, 2)),
        ("0-7 is all", "0-7", ALL_DAYS),
        ("steps begin on Sunday", "*/2", (0, 2, 4, 6)),
        ("steps in a range", "1-5/2", (1, 3, 5)),
        ("steps from a day", "3/2", (3, 5)),
        ("a list", "mon,wed,5", (1, 3, 5)),
    ],
)
def test_weekdays(name: str, field: str, expected: tuple[int, ...]) -> None:
    assert parse_cron(f"15 3 * * {field}").weekdays == expected


@pytest.mark.parametrize(
    ("name", "text", "minutes", "hours", "days", "months"),
    [
        ("a time", "15 3 1 1 *", (15,), (3,), (1,), (1,)),
        ("every twenty minutes", "*/20 0 1 1 *", (0, 20, 40), (0,), (1,), (1,)),
        ("from a minute on", "5/20 0 1 1 *", (5, 25, 45), (0,), (1,), (1,)),
        ("ranges and lists", "0 1-3,22 1,15 1 *", (0,), (1, 2, 3, 22), (1, 15), (1,)),
        ("names of months", "0 0 1 jan,JUN-aug *", (0,), (0,), (1,), (1, 6, 7, 8)),
        ("spaces and tabs", " 0\t0  1 1 * ", (0,), (0,), (1,), (1,)),
        ("twice the same", "0,0 0 1 1 *", (0,), (0,), (1,), (1,)),
        ("leap day", "0 0 29 2 *", (0,), (0,), (29,), (2,)),
    ],
)
def test_the_other_fields(
    name: str,
    text: str,
    minutes: tuple[int, ...],
    hours: tuple[int, ...],
    days: tuple[int, ...],
    months: tuple[int, ...],
) -> None:
    cron = parse_cron(text)
    assert (cron.minutes, cron.hours, cron.days, cron.months) == (minutes, hours, days, months)
    assert cron.weekdays == ALL_DAYS


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("0 0 * * *", False),
        ("0 0 13 * *", False),
        ("0 0 * * fri", False),
        ("0 0 13 * fri", True),
        ("0 0 */2 * fri", False),
        ("0 0 13 * */2", False),
        ("0 0 31 2 fri", True),
    ],
)
def test_two_kinds_of_days_are_either_or(text: str, *, either: bool) -> None:
    assert parse_cron(text).either_day is either


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must have five fields, minute hour day-of-month month day-of-week, and has 0"),
        ("15 3 * *", "must have five fields, minute hour day-of-month month day-of-week, and has 4"),
        ("0 15 3 * * *", "must have five fields, minute hour day-of-month month day-of-week, and has 6"),
        ("@daily", "must have five fields, minute hour day-of-month month day-of-week, and has 1"),
        ("60 3 * * *", 'must have 0 to 59 as minute, not "60"'),
        ("15 24 * * *", 'must have 0 to 23 as hour, not "24"'),
        ("15 3 0 * *", 'must have 1 to 31 as day of month, not "0"'),
        ("15 3 * 13 *", 'must have 1 to 12 or jan to dec as month, not "13"'),
        ("15 3 * * 8", 'must have 0 to 7 or sun to sat as day of week, not "8"'),
        ("15 3 * * monday", 'must have 0 to 7 or sun to sat as day of week, not "monday"'),
        ("mon 3 * * *", 'must have 0 to 59 as minute, not "mon"'),
        ("-5 3 * * *", 'must have 0 to 59 as minute, not ""'),
        ("1,,2 3 * * *", 'must have 0 to 59 as minute, not ""'),
        ("٣ 3 * * *", 'must have 0 to 59 as minute, not "٣"'),
        ("5-3 3 * * *", 'has a range in the minute that ends before it begins: "5-3"'),
        ("15 3 * * fri-mon", 'has a range in the day of week that ends before it begins: "fri-mon"'),
        ("*/0 3 * * *", 'has a step in the minute that is none: "*/0"'),
        ("*/x 3 * * *", 'has a step in the minute that is none: "*/x"'),
        ("15 3 */40 * *", 'has a step in the day of month that is none: "*/40"'),
        ("15 3 31 2 *", "names a date that never comes"),
        ("15 3 31 4,6,9,11 *", "names a date that never comes"),
    ],
)
def test_what_is_wrong_is_told(text: str, problem: str) -> None:
    with pytest.raises(CronError) as caught:
        parse_cron(text)
    assert str(caught.value) == problem
