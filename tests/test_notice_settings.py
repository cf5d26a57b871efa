"""Settings of notices: what belongs together, and secrets that no message ever quotes."""

import os
from pathlib import Path

import pytest

from checker.settings import SettingsError, load_settings

MAIL = 'smtp_host = "mail.example"\nmail_from = "kollen@a.example"\nmail_to = ["drift@a.example"]\n'
SECRET = "Zx9-hemligt-värde"


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CHECKER_"):
            monkeypatch.delenv(name)


def problems(text: str, **given: object) -> tuple[str, ...]:
    Path("checker.toml").write_text(text, encoding="utf-8")
    Path("c").write_text("")
    with pytest.raises(SettingsError) as caught:
        load_settings(given)
    return caught.value.problems


def test_nothing_is_sent_by_default() -> None:
    settings = load_settings({})
    assert not settings.sends_mail
    assert not settings.has_webhook
    assert settings.notify_regions
    assert settings.smtp_tls == "starttls"


def test_mail_from_file_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path("etc")
    place.mkdir()
    (place / "ca.pem").write_text("")
    (place / "checker.toml").write_text(
        MAIL + 'smtp_user = "kollen"\nsmtp_ca_file = "ca.pem"\n', encoding="utf-8"
    )
    monkeypatch.setenv("CHECKER_SMTP_PASSWORD", SECRET)
    monkeypatch.setenv("CHECKER_MAIL_TO", "Drift@A.example, b@räksmörgås.se")
    settings = load_settings({}, config=place / "checker.toml")
    assert settings.sends_mail
    assert settings.mail_to == ("Drift@a.example", "b@xn--rksmrgs-5wao1o.se")
    assert settings.smtp_ca_file == place / "ca.pem"
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == SECRET
    assert SECRET not in repr(settings) + str(settings.model_dump())


def test_secrets_are_not_taken_from_where_others_read() -> None:
    told = problems(f'smtp_password = "{SECRET}"\nwebhook-secret = "{SECRET}"\n', smtp_password=SECRET)
    assert [line.partition(":")[0] for line in told] == ["--smtp-password", "checker.toml", "checker.toml"]
    assert all("CHECKER_" in line and "_file" in line for line in told)
    assert SECRET not in " ".join(told)


@pytest.mark.parametrize(
    ("scenario", "text", "said"),
    [
        ("no sender", 'smtp_host = "m.example"\nmail_to = ["a@b.se"]', "mail_from: is missing"),
        ("no operator", 'smtp_host = "m.example"\nmail_from = "a@b.se"', "mail_to: is missing"),
        ("no server", 'mail_to = ["a@b.se"]', "smtp_host: is missing"),
        ("in clear", MAIL + 'smtp_tls = "none"', 'smtp_tls: "none" is for a mail server on this machine'),
        ("no password", MAIL + 'smtp_user = "a"', "smtp_user: user and password belong together"),
        ("no address", MAIL.replace("kollen@", ""), "mail_from: is no mail address"),
        ("one of them is none", MAIL.replace('["', '["x", "'), "mail_to: is no mail address"),
        ("a port", MAIL + "smtp_port = 70000", "smtp_port: input should be less than or equal to 65535"),
        ("nowhere to send to", 'webhook_secret_file = "checker.toml"', "webhook_url: is missing"),
        ("unsigned", 'webhook_url = "https://a.example/"', "webhook_secret: is missing"),
        ("no such file", 'webhook_secret_file = "missing"', "webhook_secret_file: is not a file"),
        (
            "twice",
            'webhook_url = "https://a.example/"\nwebhook_url_file = "c"\nwebhook_secret_file = "c"',
            "webhook_url: is given both in itself and as webhook_url_file",
        ),
    ],
)
def test_what_does_not_belong_together(scenario: str, text: str, said: str) -> None:
    assert any(said in line for line in problems(text))


def test_a_mail_server_on_this_machine_may_do_without_tls() -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        Path("checker.toml").write_text(
            MAIL.replace("mail.example", host) + 'smtp_tls = "none"', encoding="utf-8"
        )
        assert load_settings({}).smtp_host == host


def test_a_secret_of_the_wrong_type_is_not_quoted() -> None:
    assert SECRET not in " ".join(problems(f'webhook_url = ["{SECRET}"]'))
