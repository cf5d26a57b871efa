from datetime import UTC, datetime

import pytest

from checker.report.dates import machine_time, swedish_date, swedish_time


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
