"""Settings of nobody but the test's own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nightly.night_lab import Nights
from tests.nightly.two_nights import OPERATOR
from tests.notices.conftest import authority
from tests.notices.smtp_sink import SmtpSink

__all__ = ["authority", "empty_place", "mailbox", "nights"]

SETTINGS = "retest_delay = 0.2\nconcurrency = 6\n"
"""Few rows at once: checker and servers share one process, and nobody's answer may be late for want of a turn."""


def empty_place(place: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """A directory to sweep in, and nobody else's settings."""
    for name in list(os.environ):
        if name.startswith("CHECKER_"):
            monkeypatch.delenv(name)
    (place / "checker.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(place)
    return Nights(place=place)


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """An empty place to sweep in; commands run inside it."""
    place = tmp_path / "min plats"  # commands in mails must survive the blank
    place.mkdir()
    return empty_place(place, monkeypatch)


@pytest.fixture
def mailbox(nights: Nights) -> Iterator[SmtpSink]:
    """The mail server that takes what is sent from there."""
    with SmtpSink().serving() as sink:
        with (nights.place / "checker.toml").open("a", encoding="utf-8") as settings:
            settings.write(
                f'smtp_host = "127.0.0.1"\nsmtp_port = {sink.port}\nsmtp_tls = "none"\n'
                f'mail_from = "kollen@kollen.example"\nmail_to = ["{OPERATOR}"]\n'
            )
        yield sink
