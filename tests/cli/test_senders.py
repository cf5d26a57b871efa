"""From settings to senders: secrets out of files, and never into a message or log."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.cli.senders import (
    SECRET_MAX_BYTES,
    SecretError,
    mailer_settings,
    read_secret,
    senders,
    webhook_settings,
)
from checker.notices.notice import Channel
from checker.settings import Settings, load_settings

SECRET = "Zx9-hemligt-värde"
MAIL = 'smtp_host = "localhost"\nsmtp_user = "kollen"\nmail_from = "kollen@a.example"\nmail_to = ["drift@a.example"]\n'


def kept(name: str, content: bytes, mode: int = 0o600) -> Path:
    path = Path(name)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def loaded(text: str) -> Settings:
    Path("checker.toml").write_text(text, encoding="utf-8")
    return load_settings({})


def test_everything_configured() -> None:
    kept("password", SECRET.encode() + b"\n")
    kept("secret", b"whsec_YWJj\r\n")
    kept("url", b"https://a.example/hook/T0K3N\n")
    settings = loaded(
        MAIL + 'title = "Kollen"\nehlo_name = "kollen.a.example"\nsmtp_password_file = "password"\n'
        'webhook_url_file = "url"\nwebhook_secret_file = "secret"\n'
    )
    mailer, webhook = mailer_settings(settings), webhook_settings(settings)
    assert mailer
    assert (mailer.host, mailer.user, mailer.password, mailer.tls) == (
        "localhost",
        "kollen",
        SECRET,
        "starttls",
    )
    assert (mailer.sender, mailer.sender_name, mailer.reply_to) == (
        "kollen@a.example",
        "Kollen",
        "drift@a.example",
    )
    assert mailer.ehlo_name == "kollen.a.example"
    assert webhook
    assert (webhook.url, webhook.secret) == ("https://a.example/hook/T0K3N", "whsec_YWJj")
    assert SECRET not in repr(mailer)
    assert "T0K3N" not in repr(webhook)
    assert "YWJj" not in repr(webhook)
    assert set(senders(settings, lambda: datetime.now(UTC))) == set(Channel)


def test_nothing_configured() -> None:
    assert senders(loaded(""), lambda: datetime.now(UTC)) == {}


def test_the_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_SMTP_PASSWORD", SECRET)
    mailer = mailer_settings(loaded(MAIL))
    assert mailer
    assert mailer.password == SECRET


@pytest.mark.parametrize(
    ("scenario", "content", "said"),
    [
        ("empty", b"\n", "must have the secret on one line"),
        ("two lines", b"a\nb\n", "must have the secret on one line"),
        ("too large", b"a" * (SECRET_MAX_BYTES + 1), "larger than"),
        ("not UTF-8", b"\xff", "is not UTF-8"),
    ],
)
def test_files_that_hold_no_secret(scenario: str, content: bytes, said: str) -> None:
    with pytest.raises(SecretError, match=f"smtp_password_file: password: .*{said}"):
        read_secret(kept("password", content), "smtp_password_file")


def test_a_file_that_is_gone() -> None:
    with pytest.raises(SecretError, match="cannot be read: No such file"):
        read_secret(Path("gone"), "smtp_password_file")


def test_a_file_that_everybody_can_read_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert read_secret(kept("tight", SECRET.encode(), 0o640), "x") == SECRET
    assert not caplog.records
    assert read_secret(kept("loose", SECRET.encode(), 0o644), "x") == SECRET
    assert "loose: can be read by every user" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("http://a.example/T0K3N", "abc", "webhook_url: must be an https URL"),
        ("https://a.example/T0K3N", "whsec_*", "webhook_secret: must be base64"),
    ],
)
def test_a_webhook_that_cannot_be_used(
    url: str, secret: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_WEBHOOK_SECRET", secret)
    with pytest.raises(SecretError, match=said) as caught:
        webhook_settings(loaded(f'webhook_url = "{url}"'))
    assert "T0K3N" not in str(caught.value)
    assert secret not in str(caught.value)
