"""The one place where trouble with a mail server becomes ours. Never quotes the password, in any form it was sent."""

import base64
import ssl
from collections.abc import Callable

import aiosmtplib

from checker.notices.not_sent import Cause, NotSentError
from checker.report.words import visible

REPLY_LIMIT = 200
REPEATED_PASSWORD = "[password]"  # noqa: S105 - what stands in its place

_NOT_OF_THE_MAIL = frozenset({421, 432, 454, 530, 534, 535, 538})
"""Replies about the server or the login, whatever command they answer (RFC 5321 §4.2.3, RFC 4954 §6)."""


def not_sent(error: Exception, *, user: str, password: str) -> NotSentError:
    """What an exception of aiosmtplib, ssl or a socket means for the notice that was being sent."""
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    if isinstance(cause, ssl.SSLError):
        return _without_tls(cause)

    def said(reply: aiosmtplib.SMTPResponseException) -> str:
        return f"{reply.code} {visible(_redacted(reply.message, user, password), REPLY_LIMIT)}"

    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _of_the_mail(error.recipients[0], "refused the recipient", said)
    if isinstance(error, aiosmtplib.SMTPDataError):
        return _of_the_mail(error, "refused the mail", said)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _of_the_server(error, said)
    return _without_reply(error)


def _without_tls(error: ssl.SSLError) -> NotSentError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"the server's certificate is not accepted: {visible(error.verify_message)}"
        return NotSentError(Cause.SETTINGS, why)
    return NotSentError(Cause.UNREACHABLE, f"no TLS session: {visible(error.reason or 'unknown error')}")


def _of_the_mail(
    reply: aiosmtplib.SMTPResponseException,
    what: str,
    said: Callable[[aiosmtplib.SMTPResponseException], str],
) -> NotSentError:
    """The server's word on this recipient or this mail: 5yz is for good (RFC 5321 §4.2.1)."""
    if reply.code in _NOT_OF_THE_MAIL:
        return _of_the_server(reply, said)
    cause = Cause.REFUSED if reply.code >= 500 else Cause.PUT_OFF
    return NotSentError(cause, f"the server {what}: {said(reply)}")


def _of_the_server(
    reply: aiosmtplib.SMTPResponseException, said: Callable[[aiosmtplib.SMTPResponseException], str]
) -> NotSentError:
    """The server's word on us: 5yz waits for somebody to change something."""
    what = {
        aiosmtplib.SMTPAuthenticationError: "refused the login",
        aiosmtplib.SMTPSenderRefused: "refused the sender",
    }.get(type(reply), "answered")
    cause = Cause.SETTINGS if reply.code >= 500 else Cause.UNREACHABLE
    return NotSentError(cause, f"the server {what}: {said(reply)}")


def _without_reply(error: Exception) -> NotSentError:
    match error:
        case aiosmtplib.SMTPNotSupported():
            why = "an address has letters that the server cannot take (no SMTPUTF8, RFC 6531)"
            return NotSentError(Cause.REFUSED, why)
        case aiosmtplib.SMTPServerDisconnected():
            return NotSentError(Cause.UNREACHABLE, "the server closed the connection")
        case TimeoutError():
            return NotSentError(Cause.UNREACHABLE, "the server did not answer in time")
        case OSError():
            return NotSentError(Cause.UNREACHABLE, "no connection to the server")
        case aiosmtplib.SMTPException() if "STARTTLS" in error.message:
            return NotSentError(Cause.SETTINGS, "the server offers no STARTTLS; nothing is sent in clear")
        case aiosmtplib.SMTPException():
            return NotSentError(Cause.SETTINGS, "the server offers no login that we know")
        case _:
            return NotSentError(Cause.REFUSED, "an address or header cannot be sent")


def _redacted(text: str, user: str, password: str) -> str:
    if not password:
        return text
    sent = (f"\0{user}\0{password}", password)
    for secret in (password, *(base64.b64encode(form.encode()).decode() for form in sent)):
        text = text.replace(secret, REPEATED_PASSWORD)
    return text
