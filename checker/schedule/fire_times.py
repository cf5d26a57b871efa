"""When a cron expression falls due in a time zone: every wall-clock time once, whatever summer time does.

APScheduler's own trigger works in the zone and fires 02:30 twice in the autumn night that has it twice (and is known to
hang there: agronholm/apscheduler#1021). So it only finds days and times here, in a calendar without summer time; what
they are in the zone is decided here, as cron(8) does: a time that is skipped is due when the skipped hour is over, one
that comes twice is due the first time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]  # APScheduler 3 has no types

from checker.schedule.cron import Cron

_LOOKS_BACK_HOURS = (2, 26, 9 * 24, 32 * 24, 367 * 24, 3000 * 24)
"""How far to search for a last time: far enough for the 29th of February across 2100."""


class FireTimes:
    """The moments at which `cron` is due on the clocks of `zone`. Moments are aware; answers are in UTC."""

    def __init__(self, cron: Cron, zone: tzinfo) -> None:
        self.zone = zone
        self._calendars = _calendars(cron)

    def after(self, moment: datetime) -> datetime:
        """The first moment due later than `moment`. Raises OverflowError past the year 9999."""
        wall = moment.astimezone(self.zone).replace(tzinfo=None)
        while True:
            wall = self._wall_after(wall)
            due = self._in_utc(wall)
            if due > moment:
                return due

    def last_until(self, moment: datetime) -> datetime:
        """The last moment due at or before `moment`."""
        for hours in _LOOKS_BACK_HOURS:
            due = self.after(moment - timedelta(hours=hours))
            if due <= moment:
                break
        following = self.after(due)
        while following <= moment:
            due, following = following, self.after(following)
        return due

    def local(self, moment: datetime) -> str:
        """The moment on the zone's clocks with its offset: "2026-11-23 03:15+01:00"."""
        return moment.astimezone(self.zone).isoformat(" ", "minutes")

    def _wall_after(self, wall: datetime) -> datetime:
        beyond = (wall + timedelta(microseconds=1)).replace(tzinfo=UTC)
        found = [time for calendar in self._calendars if (time := calendar.get_next_fire_time(None, beyond))]
        if not found:
            raise OverflowError("no such time before the year 10000")
        first: datetime = min(found)
        return first.replace(tzinfo=None)

    def _in_utc(self, wall: datetime) -> datetime:
        """The moment of a wall-clock time; in UTC, since within a zone comparing forgets which of two hours is meant."""
        early = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        if early.astimezone(self.zone).replace(tzinfo=None) == wall:
            return early
        # Skipped: fold=1 reads it with the offset of after the gap, which is a moment before it, and fold=0 the reverse.
        before, after = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC), early
        offset = after.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) // 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                after = middle
            else:
                before = middle
        return after.replace(microsecond=0)


def _calendars(cron: Cron) -> tuple[CronTrigger, ...]:
    """One calendar, or two when either kind of day will do. APScheduler counts weekdays from Monday."""
    common = {
        "minute": _listed(cron.minutes),
        "hour": _listed(cron.hours),
        "month": _listed(cron.months),
        "second": "0",
        "timezone": UTC,
    }
    days = {"day": _listed(cron.days)}
    weekdays = {"day_of_week": _listed(sorted((day - 1) % 7 for day in cron.weekdays))}
    if cron.either_day:
        return (CronTrigger(**common, **days), CronTrigger(**common, **weekdays))
    return (CronTrigger(**common, **days, **weekdays),)


def _listed(values: Iterable[int]) -> str:
    return ",".join(map(str, values))
