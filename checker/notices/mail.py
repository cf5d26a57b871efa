"""Sending one mail through the operator's server: encrypted and verified, or not at all.

Never raises what aiosmtplib raises: that may quote what the server said of the password.
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import aiosmtplib

from checker.domain_names import is_loopback_host
from checker.mail_addresses import parse_address
from checker.notices.mail_trouble import not_sent
from checker.notices.message import mail_message
from checker.notices.not_sent import Cause, NotSentError
from checker.notices.notice import Notice
from checker.notices.trust import verifying_context
from checker.report.words import visible

TlsMode = Literal["starttls", "tls", "none"]
DEFAULT_PORTS: dict[TlsMode, int] = {"starttls": 587, "tls": 465, "none": 25}  # RFC 6409 §3.1, RFC 8314 §3.3
QUIT_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailerSettings:
    """The server that takes our mail. `tls`: STARTTLS is required, TLS from the start, or none (loopback only).

    `sender` and `reply_to` are bare addresses; bounces go to `sender`. `timeout_s` is one wait, `deadline_s` all of one
    mail. `ca_file` replaces the certificate stores.
    """

    host: str
    sender: str
    port: int | None = None
    tls: TlsMode = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    sender_name: str = ""
    reply_to: str = ""
    ehlo_name: str = "localhost"
    timeout_s: float = 60.0
    deadline_s: float = 180.0


async def send_mail(notice: Notice, settings: MailerSettings) -> None:
    """Hand one mail to the server; returns when the server has taken it. Raises NotSentError."""
    if settings.tls == "none" and not is_loopback_host(settings.host):
        raise NotSentError(Cause.SETTINGS, "mail without TLS is sent to this machine itself only")
    try:
        recipient = parse_address(notice.recipient)
        message = mail_message(
            notice,
            sender=settings.sender,
            sender_name=settings.sender_name,
            reply_to=settings.reply_to,
        )
    except ValueError as error:
        raise NotSentError(Cause.REFUSED, f"no mail can be made of it: {visible(str(error))}") from None
    server = _server(settings)
    try:
        async with asyncio.timeout(settings.deadline_s):
            await server.connect()
            await server.send_message(message, sender=settings.sender, recipients=[recipient])
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        # None: the chain would hold what the server said, unredacted
        raise not_sent(error, user=settings.user, password=settings.password) from None
    else:
        await _goodbye(server)
    finally:
        server.close()


def _server(settings: MailerSettings) -> aiosmtplib.SMTP:
    try:
        context = None if settings.tls == "none" else verifying_context(settings.ca_file)
    except OSError as error:
        why = error.strerror or "no certificates in it"
        raise NotSentError(Cause.SETTINGS, f"the file of certificates cannot be used: {why}") from None
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port or DEFAULT_PORTS[settings.tls],
        username=settings.user or None,
        password=settings.password or None,
        local_hostname=settings.ehlo_name,
        timeout=settings.timeout_s,
        use_tls=settings.tls == "tls",
        start_tls=settings.tls == "starttls",
        tls_context=context,
    )


async def _goodbye(server: aiosmtplib.SMTP) -> None:
    """The mail is taken: whatever happens to QUIT must not have it sent again."""
    try:
        await server.quit(timeout=QUIT_TIMEOUT_S)
    except (aiosmtplib.SMTPException, OSError):
        return
