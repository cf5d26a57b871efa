"""Moments as people read them: Europe/Stockholm, month in words. Machines get RFC 3339 in UTC."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checker.report.words import Lang

_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@lru_cache(maxsize=1)
def _stockholm() -> ZoneInfo | None:
    """The zone, None on a machine without the time zone database (slim containers)."""
    try:
        return ZoneInfo("Europe/Stockholm")
    except ZoneInfoNotFoundError:
        return None


def machine_time(moment: datetime) -> str:
    """RFC 3339 in UTC to the second, as in `2017-12-13T10:00:00Z`."""
    return f"{moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def stockholm_day(moment: datetime) -> str:
    """The day in Stockholm by ISO 8601, as in `2017-12-13`."""
    return moment.astimezone(_stockholm() or UTC).strftime("%Y-%m-%d")


def swedish_date(moment: datetime) -> str:
    """The day in Stockholm, as in `13 december 2017`."""
    local = moment.astimezone(_stockholm() or UTC)
    return f"{local.day}\u00a0{_MONTHS[local.month - 1]} {local.year}"


def swedish_time(moment: datetime) -> str:
    """Day and time in Stockholm, as in `13 december 2017 kl. 11.00`; marked UTC where Stockholm is not known."""
    zone = _stockholm()
    local = moment.astimezone(zone or UTC)
    return f"{swedish_date(moment)} kl.\u00a0{local:%H.%M}{'' if zone else ' UTC'}"


def shown_date(moment: datetime, lang: Lang) -> str:
    """The day in Stockholm in one language, as in `13 December 2017`."""
    if lang == "sv":
        return swedish_date(moment)
    local = moment.astimezone(_stockholm() or UTC)
    return f"{local.day}\u00a0{_ENGLISH_MONTHS[local.month - 1]} {local.year}"


def shown_time(moment: datetime, lang: Lang) -> str:
    """Day and time in Stockholm in one language, as in `13 December 2017 at 11:00`."""
    if lang == "sv":
        return swedish_time(moment)
    zone = _stockholm()
    local = moment.astimezone(zone or UTC)
    return f"{shown_date(moment, lang)} at\u00a0{local:%H:%M}{'' if zone else ' UTC'}"
