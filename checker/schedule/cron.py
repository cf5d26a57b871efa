"""Cron expressions as crontab(5) reads them, checked and spelt out. Never knows a clock or a time zone."""

from dataclasses import dataclass

SUNDAY_TOO = 7
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, SUNDAY_TOO, _WEEKDAYS),
)


class CronError(ValueError):
    """What is wrong with an expression, as the end of a sentence that begins with where it stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """One expression, every value listed in order. `weekdays` count from Sunday = 0, as cron does.

    `either_day`: day of month and day of week are both restricted, and a day that fits one of them will do
    (crontab(5); a field that begins with `*` does not restrict in that sense).
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either_day: bool


def parse_cron(text: str) -> Cron:
    """Read "MIN HOUR DOM MON DOW": `*`, numbers, names, ranges, steps and lists; 0 and 7 are Sunday.

    Raises CronError with one sentence, also for a date that never comes (31 February). Source: crontab(5).
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise CronError(
            f"must have five fields, minute hour day-of-month month day-of-week, and has {len(fields)}"
        )
    minutes, hours, days, months, weekdays = (
        _values(field, *kind) for field, kind in zip(fields, _FIELDS, strict=True)
    )
    either_day = not fields[2].startswith("*") and not fields[4].startswith("*")
    if not either_day and not any(days[0] <= _DAYS_IN[month - 1] for month in months):
        raise CronError("names a date that never comes")
    return Cron(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=tuple(sorted({day % SUNDAY_TOO for day in weekdays})),
        either_day=either_day,
    )


def _values(field: str, what: str, lowest: int, highest: int, names: tuple[str, ...]) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        if span == "*":
            # "*/2" among weekdays steps from Sunday to Saturday: the second Sunday is the first.
            first, last = lowest, highest - (highest == SUNDAY_TOO)
        else:
            first, last = _span(span, what, lowest, highest, names, open_end=bool(slash))
        step = 1
        if slash:
            step = int(step_text) if _is_number(step_text) else 0
            if not 1 <= step <= highest:
                raise CronError(f'has a step in the {what} that is none: "{part}"')
        found.update(range(first, last + 1, step))
    return tuple(sorted(found))


def _span(
    span: str, what: str, lowest: int, highest: int, names: tuple[str, ...], *, open_end: bool
) -> tuple[int, int]:
    """First and last of "3", "mon-fri", or of "3" in "3/10", which goes on to the end."""
    first_text, dash, last_text = span.partition("-")
    first = _value(first_text, what, lowest, highest, names)
    if not dash:
        return first, max(first, highest - (highest == SUNDAY_TOO)) if open_end else first
    last = _value(last_text, what, lowest, highest, names)
    if last == 0 < first and names == _WEEKDAYS:  # "fri-sun"
        last = SUNDAY_TOO
    if last < first:
        raise CronError(f'has a range in the {what} that ends before it begins: "{span}"')
    return first, last


def _value(text: str, what: str, lowest: int, highest: int, names: tuple[str, ...]) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + lowest
    value = int(text) if _is_number(text) else -1
    if not lowest <= value <= highest:
        or_names = f" or {names[0]} to {names[-1]}" if names else ""
        raise CronError(f'must have {lowest} to {highest}{or_names} as {what}, not "{text}"')
    return value


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
