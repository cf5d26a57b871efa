from datetime import UTC, datetime

import pytest

from checker.report.dates import (
    machine_time,
    moment_in_words,
    shown_date,
    shown_time,
    swedish_date,
    swedish_time,
)
from checker.report.words import LANGS, Lang


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2017, 12, 13, 9, 0, tzinfo=UTC), "13 december 2017 kl. 10.00"),
        (datetime(2026, 7, 1, 1, 5, tzinfo=UTC), "1 juli 2026 kl. 03.05"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1 januari 2026 kl. 00.30"),
    ],
)
def test_moments_are_shown_as_in_stockholm(moment: datetime, shown: str) -> None:
    assert swedish_time(moment).replace("\u00a0", " ") == shown
    assert shown.startswith(swedish_date(moment).replace("\u00a0", " "))


def test_machines_get_utc() -> None:
    assert machine_time(datetime.fromisoformat("2026-07-01T03:05:09.5+02:00")) == "2026-07-01T01:05:09Z"


@pytest.mark.parametrize("lang", LANGS)
def test_the_end_of_time_is_shown_too(lang: Lang) -> None:
    """RFC 5280 §4.1.2.5: what a certificate without an end says; Stockholm has no such moment."""
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert shown_date(end, lang).endswith("9999")
    assert shown_time(end, lang).endswith("59 UTC")
    assert shown_date(datetime.min.replace(tzinfo=UTC), lang)


@pytest.mark.parametrize(
    ("text", "sv", "en"),
    [
        ("2026-10-23T19:30:34Z", "23 oktober 2026 kl. 21.30", "23 October 2026 at 21:30"),
        ("2026-02-30T19:30:34Z", "2026-02-30T19:30:34Z", "2026-02-30T19:30:34Z"),
        ("9999-12-31T23:59:59Z", "31 december 9999 kl. 23.59 UTC", "31 December 9999 at 23:59 UTC"),
        ("until 2026-10-23T19:30:34Z", "until 2026-10-23T19:30:34Z", "until 2026-10-23T19:30:34Z"),
        ("", "", ""),
    ],
)
def test_a_text_that_is_a_moment_is_said_in_words(text: str, sv: str, en: str) -> None:
    assert [moment_in_words(text, lang).replace("\u00a0", " ") for lang in LANGS] == [sv, en]
