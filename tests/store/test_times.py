from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.store.times import read, required, written

MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from((UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-11)))),
)


@given(MOMENTS)
def test_a_time_comes_back_to_the_second(moment: datetime) -> None:
    assert read(written(moment)) == moment.replace(microsecond=0)


@given(MOMENTS, MOMENTS)
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    texts = [written(moment.replace(microsecond=0)) or "" for moment in (one, other)]
    assert (texts[0] < texts[1]) == (one.replace(microsecond=0) < other.replace(microsecond=0))


def test_no_time_is_none() -> None:
    assert written(None) is None
    assert read(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T02:00:00",
        "2026-11-22T02:00:00+00:00",
        "2026-11-22 02:00:00Z",
        "2026-W47-7T02:00:00Z",
        "2026-13-22T02:00:00Z",
        "2026-11-22T02:00:00.5Z",
        "20261122T020000Z",
        "２026-11-22T02:00:00Z",
    ],
)
def test_other_texts_are_no_times(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whose words it is depends on the text
        required(text)
