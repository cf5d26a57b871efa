import time

import pytest

from checker.protocols.refresh import meta_refresh, refresh_target


@pytest.mark.parametrize(
    ("value", "target"),
    [
        pytest.param("0; url=https://x.se/", "https://x.se/", id="usual"),
        pytest.param("0;URL='https://x.se/'", "https://x.se/", id="quoted"),
        pytest.param("5, https://x.se/", "https://x.se/", id="no url="),
        pytest.param("300", None, id="reload"),
        pytest.param("0;", None, id="nowhere"),
        pytest.param("", None, id="empty"),
    ],
)
def test_values(value: str, target: str | None) -> None:
    assert refresh_target(value) == target


@pytest.mark.parametrize(
    ("page", "target"),
    [
        pytest.param(
            b"<html><META HTTP-EQUIV='Refresh' CONTENT=\"0; url=https://x.se/\">", "https://x.se/", id="usual"
        ),
        pytest.param(b'<meta content="0;url=/sv" http-equiv=refresh />', "/sv", id="the other way round"),
        pytest.param(
            b'<meta charset=utf-8><meta http-equiv="x" content="0;url=/sv">', None, id="something else"
        ),
        pytest.param(b"<p>refresh", None, id="none"),
        pytest.param(b'<!-- <meta http-equiv=refresh content="0;url=/old"> --> x', None, id="in a comment"),
        pytest.param(b'<!--> <meta http-equiv=refresh content="0;url=/sv"> <!-- x', "/sv", id="between two"),
        pytest.param(b'<meta http-equiv="refresh" content="0;url=/\xff">', "/\ufffd", id="not UTF-8"),
    ],
)
def test_pages(page: bytes, target: str | None) -> None:
    assert meta_refresh(page) == target


def test_a_hostile_page_costs_little() -> None:
    started = time.process_time()
    assert meta_refresh(b"<meta http-equiv" * 4096) is None
    assert meta_refresh(b"<meta " + b"content=" * 8000) is None
    assert meta_refresh(b"<!-->" * 13_000 + b"<!--" * 16_000) is None
    assert time.process_time() - started < 0.5
