"""Sending one event to the operator's webhook, signed as Standard Webhooks has it. Never follows, never logs the URL.

The URL may hold a token: httpx's client would log it, so its transport is used alone.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from checker.domain_names import is_loopback_host
from checker.notices.not_sent import Cause, NotSentError
from checker.notices.notice import Notice
from checker.notices.trust import verifying_context
from checker.report.words import visible

REPLY_MAX_BYTES = 500
"""Read of a refusal only, for its first words."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, none itself


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where events go, and the key they are signed with.

    A `secret` that starts with `whsec_` is base64 after that, others are the key as they stand. `timeout_s` is one wait,
    `deadline_s` the whole exchange.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)
    ca_file: Path | None = None
    user_agent: str = "indikatorkollen"
    timeout_s: float = 15.0
    deadline_s: float = 30.0


def signing_key(secret: str) -> bytes:
    """The key that a secret stands for. Raises ValueError when what follows `whsec_` is no base64 or empty."""
    if not secret.startswith(SECRET_PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            raise ValueError("must be base64 after whsec_") from None
    if not key:
        raise ValueError("must not be empty")
    return key


def usable_url(text: str) -> httpx.URL:
    """The URL to post to: https, or http on this machine itself. Raises ValueError, which never quotes it."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError("is no URL") from None
    if not url.host or (url.scheme != "https" and not (url.scheme == "http" and is_loopback_host(url.host))):
        raise ValueError("must be an https URL; http is for this machine itself only")
    if url.userinfo:
        raise ValueError("must not have a user or password before the host")
    return url


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of webhook-signature over `id.timestamp.body` (standardwebhooks.com, "Signature scheme")."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


async def send_webhook(notice: Notice, settings: WebhookSettings, now: Callable[[], datetime]) -> None:
    """Post one event; returns on any 2xx. `now` dates the attempt. Raises NotSentError."""
    request = _request(notice, settings, now())
    try:
        context = verifying_context(settings.ca_file)
    except OSError as error:
        why = error.strerror or "no certificates in it"
        raise NotSentError(Cause.SETTINGS, f"the file of certificates cannot be used: {why}") from None
    try:
        async with asyncio.timeout(settings.deadline_s):
            status, said = await _exchange(request, context)
    except (httpx.HTTPError, TimeoutError, OSError) as error:
        # None: messages of the transport name the host at least
        raise _not_sent(error) from None
    if not 200 <= status < 300:
        raise _refused(status, said)


def _request(notice: Notice, settings: WebhookSettings, now: datetime) -> httpx.Request:
    body, timestamp = notice.body.encode(), int(now.timestamp())
    try:
        url, key = usable_url(settings.url), signing_key(settings.secret)
    except ValueError as error:
        raise NotSentError(
            Cause.SETTINGS, f"the webhook's URL or secret cannot be used: it {error}"
        ) from None
    return httpx.Request(
        "POST",
        url,
        headers={
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": settings.user_agent,
            "Connection": "close",
            "webhook-id": notice.key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(key, notice.key, timestamp, body),
        },
        content=body,
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), settings.timeout_s)},
    )


async def _exchange(request: httpx.Request, context: ssl.SSLContext) -> tuple[int, bytes]:
    """One request over one connection: the status, and of a refusal the first bytes."""
    async with httpx.AsyncHTTPTransport(verify=context, trust_env=False) as transport:
        response = await transport.handle_async_request(request)
        try:
            said = b"" if response.is_success else await _first_bytes(response)
        finally:
            await response.aclose()
        return response.status_code, said


async def _first_bytes(response: httpx.Response) -> bytes:
    """Undecoded, so that there is nothing to inflate."""
    said = b""
    async for chunk in response.aiter_raw():
        said += chunk[: REPLY_MAX_BYTES - len(said)]
        if len(said) >= REPLY_MAX_BYTES:
            break
    return said


def _refused(status: int, said: bytes) -> NotSentError:
    """408 and 429 ask for patience, other 4xx are for good, and a redirect is not followed: the settings are wrong."""
    words = visible(said.decode("utf-8", "replace").strip())
    reason = f"the webhook answered {status}" + (f": {words}" if words else "")
    if 300 <= status < 400:
        return NotSentError(Cause.SETTINGS, f"the webhook answered {status}: redirects are not followed")
    if 400 <= status < 500 and status not in {408, 429}:
        return NotSentError(Cause.REFUSED, reason)
    return NotSentError(Cause.UNREACHABLE, reason)


def _not_sent(error: Exception) -> NotSentError:
    """The one place where trouble with a webhook becomes ours."""
    verification = _verification_error(error)
    if verification:
        return NotSentError(
            Cause.SETTINGS,
            f"the webhook's certificate is not accepted: {visible(verification.verify_message)}",
        )
    match error:
        case httpx.TimeoutException() | TimeoutError():
            return NotSentError(Cause.UNREACHABLE, "the webhook did not answer in time")
        case httpx.ConnectError() | OSError():
            return NotSentError(Cause.UNREACHABLE, "no connection to the webhook")
        case _:
            return NotSentError(Cause.UNREACHABLE, "the webhook gave no HTTP reply")


def _verification_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None
