"""Moments as people read them: Europe/Stockholm, month in words. Machines get RFC 3339 in UTC."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from checker.report.words import Lang

_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@lru_cache(maxsize=1)
def _stockholm() -> ZoneInfo | None:
    """The zone, None on a machine without the time zone database (slim containers)."""
    try:
        return ZoneInfo("Europe/Stockholm")
    except ZoneInfoNotFoundError:
        return None


def _local(moment: datetime) -> datetime:
    """In Stockholm; in UTC where that is not known, and at the ends of time, which certificates do name (RFC 5280 §4.1.2.5)."""
    try:
        return moment.astimezone(_stockholm() or UTC)
    except OverflowError:
        return moment.astimezone(UTC)


def machine_time(moment: datetime) -> str:
    """RFC 3339 in UTC to the second, as in `2017-12-13T10:00:00Z`."""
    return f"{moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def stockholm_day(moment: datetime) -> str:
    """The day in Stockholm by ISO 8601, as in `2017-12-13`."""
    return _local(moment).strftime("%Y-%m-%d")


def swedish_date(moment: datetime) -> str:
    """The day in Stockholm, as in `13 december 2017`."""
    local = _local(moment)
    return f"{local.day}\u00a0{_MONTHS[local.month - 1]} {local.year}"


def swedish_time(moment: datetime) -> str:
    """Day and time in Stockholm, as in `13 december 2017 kl. 11.00`; marked UTC where Stockholm is not known."""
    local = _local(moment)
    return f"{swedish_date(moment)} kl.\u00a0{local:%H.%M}{' UTC' if local.tzinfo is UTC else ''}"


def shown_date(moment: datetime, lang: "Lang") -> str:
    """The day in Stockholm in one language, as in `13 December 2017`."""
    if lang == "sv":
        return swedish_date(moment)
    local = _local(moment)
    return f"{local.day}\u00a0{_ENGLISH_MONTHS[local.month - 1]} {local.year}"


def shown_time(moment: datetime, lang: "Lang") -> str:
    """Day and time in Stockholm in one language, as in `13 December 2017 at 11:00`."""
    if lang == "sv":
        return swedish_time(moment)
    local = _local(moment)
    return f"{shown_date(moment, lang)} at\u00a0{local:%H:%M}{' UTC' if local.tzinfo is UTC else ''}"


def moment_in_words(text: str, lang: "Lang") -> str:
    """A text that is a moment and nothing else (RFC 3339 in UTC, as facts have it) as people read it; others as they are."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        return shown_time(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC), lang)
    except ValueError:  # February 30
        return text
