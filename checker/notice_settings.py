"""The settings of notices: the mail server, the webhook, and where their secrets come from.

Secrets stand in files or in the environment, never in checker.toml and never on a command line that every user of the
machine can read. Never reads what the files named here contain.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from checker.domain_names import is_loopback_host
from checker.setting_values import listed, mail_address, mail_addresses, mail_server, no_truth_value, readable

NOTICE_PATHS = frozenset(
    {"smtp_ca_file", "smtp_password_file", "webhook_ca_file", "webhook_secret_file", "webhook_url_file"}
)
"""Settings that name files; in a settings file they are relative to that file."""
SECRETS = frozenset({"smtp_password", "webhook_secret", "webhook_url"})
"""Settings whose values no message may quote."""
KEPT_OUT_OF_FILES = ("smtp_password", "webhook_secret")

_Existing = Annotated[Path, AfterValidator(readable)]


class NoticeSettings(BaseSettings):
    """Who is told, and how: by mail when `smtp_host` is set, by webhook when its URL is.

    `notify_regions` writes to the `contact` of a row, which is put there for that.
    """

    smtp_host: Annotated[str, AfterValidator(mail_server)] | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535), BeforeValidator(no_truth_value)] | None = None
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: Annotated[str, Field(max_length=320)] = ""
    smtp_password: SecretStr | None = None
    smtp_password_file: _Existing | None = None
    smtp_ca_file: _Existing | None = None
    mail_from: Annotated[str, AfterValidator(mail_address)] | None = None
    mail_to: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(listed), AfterValidator(mail_addresses)
    ] = ()
    notify_regions: bool = True
    webhook_url: SecretStr | None = None
    webhook_url_file: _Existing | None = None
    webhook_secret: SecretStr | None = None
    webhook_secret_file: _Existing | None = None
    webhook_ca_file: _Existing | None = None

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is configured."""
        return self.smtp_host is not None

    @property
    def has_webhook(self) -> bool:
        """Whether a webhook is configured."""
        return self.webhook_url is not None or self.webhook_url_file is not None


def misplaced_secrets(given: Mapping[str, object], filed: Mapping[str, object], file: str) -> tuple[str, ...]:
    """A line for each secret that stands where others may read it, with the ways out; never the secret."""
    wrong = []
    for name in KEPT_OUT_OF_FILES:
        places = [f"--{name.replace('_', '-')}"] * (name in given) + [f"{file}: {name}"] * (name in filed)
        for place in places:
            way_out = (
                f"name a file with it in {name}_file, or set the environment variable CHECKER_{name.upper()}"
            )
            wrong.append(f"{place}: is a secret and must not stand here; {way_out}")
    return tuple(wrong)


def misfits(settings: NoticeSettings) -> tuple[str, ...]:
    """What is wrong with settings that are each right: a line for each, without values of secrets."""
    return (*_mail_misfits(settings), *_webhook_misfits(settings))


def _mail_misfits(settings: NoticeSettings) -> list[str]:
    wrong = _twice(settings, "smtp_password")
    password = settings.smtp_password is not None or settings.smtp_password_file is not None
    if not settings.smtp_host:
        if settings.mail_from or settings.mail_to:
            wrong.append("smtp_host: is missing; without a mail server nothing can be sent")
        return wrong
    if not settings.mail_from:
        wrong.append("mail_from: is missing; mails need a sender")
    if not settings.mail_to:
        wrong.append("mail_to: is missing; it is where the operator is told that a sweep failed")
    if bool(settings.smtp_user) != password:
        wrong.append("smtp_user: user and password belong together; one of them is missing")
    if settings.smtp_tls == "none" and not is_loopback_host(settings.smtp_host):
        wrong.append('smtp_tls: "none" is for a mail server on this machine itself only')
    return wrong


def _webhook_misfits(settings: NoticeSettings) -> list[str]:
    wrong = [*_twice(settings, "webhook_url"), *_twice(settings, "webhook_secret")]
    signed = settings.webhook_secret is not None or settings.webhook_secret_file is not None
    if settings.has_webhook and not signed:
        wrong.append("webhook_secret: is missing; every event is signed (openssl rand -base64 32 makes one)")
    if signed and not settings.has_webhook:
        wrong.append("webhook_url: is missing; there is a secret but nowhere to send to")
    return wrong


def _twice(settings: NoticeSettings, name: str) -> list[str]:
    both = getattr(settings, name) is not None and getattr(settings, f"{name}_file") is not None
    return [f"{name}: is given both in itself and as {name}_file"] if both else []
