"""From settings to senders of notices; the only place that reads their secrets. Never prints one."""

import logging
import os
import stat
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from checker.domain_names import printable

if TYPE_CHECKING:  # they cost start-up, and most commands send nothing
    from pydantic import SecretStr

    from checker.notices.delivery import Sender
    from checker.notices.mail import MailerSettings
    from checker.notices.notice import Channel
    from checker.notices.webhook import WebhookSettings
    from checker.settings import Settings

SECRET_MAX_BYTES = 4096

log = logging.getLogger(__name__)


class SecretError(Exception):
    """A secret that cannot be read or used; says which setting and file, never the secret."""


def senders(settings: "Settings", now: Callable[[], datetime]) -> Mapping["Channel", "Sender"]:
    """A sender for each channel that is configured. Raises SecretError.

    Secrets are read each time, so that a changed file counts from the next run.
    """
    from checker.notices.mail import send_mail  # noqa: PLC0415 - start-up
    from checker.notices.notice import Channel  # noqa: PLC0415 - start-up
    from checker.notices.webhook import send_webhook  # noqa: PLC0415 - start-up

    found: dict[Channel, Sender] = {}
    if mailer := mailer_settings(settings):
        found[Channel.MAIL] = lambda notice: send_mail(notice, mailer)
    if webhook := webhook_settings(settings):
        found[Channel.WEBHOOK] = lambda notice: send_webhook(notice, webhook, now)
    return found


def mailer_settings(settings: "Settings") -> "MailerSettings | None":
    """The mail server's settings with its password, None when no mail is sent. Raises SecretError."""
    from checker.notices.mail import MailerSettings  # noqa: PLC0415 - start-up

    if not settings.smtp_host or not settings.mail_from:
        return None
    return MailerSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=_secret("smtp_password", settings.smtp_password, settings.smtp_password_file),
        ca_file=settings.smtp_ca_file,
        sender=settings.mail_from,
        sender_name=settings.title or "Indikatorkollen",
        reply_to=settings.mail_to[0] if settings.mail_to else "",
        ehlo_name=settings.ehlo_name,
    )


def webhook_settings(settings: "Settings") -> "WebhookSettings | None":
    """The webhook's settings with URL and secret, None when there is none. Raises SecretError."""
    from checker.notices.webhook import WebhookSettings, signing_key, usable_url  # noqa: PLC0415 - start-up

    if not settings.has_webhook:
        return None
    url = _secret("webhook_url", settings.webhook_url, settings.webhook_url_file)
    secret = _secret("webhook_secret", settings.webhook_secret, settings.webhook_secret_file)
    for name, check, value in (("webhook_url", usable_url, url), ("webhook_secret", signing_key, secret)):
        try:
            check(value)
        except ValueError as error:
            raise SecretError(f"{name}: {error}") from None
    return WebhookSettings(
        url=url, secret=secret, ca_file=settings.webhook_ca_file, user_agent=settings.operator
    )


def _secret(name: str, value: "SecretStr | None", path: Path | None) -> str:
    if value is not None:
        return value.get_secret_value()
    return read_secret(path, f"{name}_file") if path else ""


def read_secret(path: Path, name: str) -> str:
    """One line of a file, without its line end; warns when everybody on the machine can read it. Raises SecretError."""
    shown = f"{name}: {printable(str(path))}"
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(SECRET_MAX_BYTES + 1)
    except OSError as error:
        raise SecretError(f"{shown}: cannot be read: {error.strerror or 'unknown error'}") from None
    if len(data) > SECRET_MAX_BYTES:
        raise SecretError(f"{shown}: is larger than {SECRET_MAX_BYTES} bytes, which no secret is")
    try:
        text = data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(f"{shown}: is not UTF-8") from None
    if not text or not text.isprintable():
        raise SecretError(f"{shown}: must have the secret on one line, and nothing else")
    if mode & stat.S_IROTH:
        log.warning("%s: can be read by every user of this machine; chmod o-r puts that right", shown)
    return text
