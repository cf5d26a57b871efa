"""Events posted to a real server on loopback: signed, never redirected, never logged."""

import base64
import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime

import pytest

from checker.notices.digest import operator_digest
from checker.notices.not_sent import Cause, NotSentError
from checker.notices.notice import Notice
from checker.notices.webhook import WebhookSettings, send_webhook, signature, signing_key, usable_url
from tests.notices.authority import OTHER, LocalAuthority
from tests.notices.changes import EXPIRED, NOW, change, differing, occasion
from tests.notices.http_sink import HANG, HttpSink

pytestmark = pytest.mark.real_time
"""The servers run in threads of their own."""

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
SENT = datetime(2026, 11, 12, 1, 30, tzinfo=UTC)
TOKEN = "T0K3N-i-sokvagen"


def notice() -> Notice:
    changes = differing(change(findings=(EXPIRED,)), change(code="b", unconfirmed=True))
    (made,) = operator_digest(changes, occasion(sender="", webhook=True))
    return made


def settings(sink: HttpSink, authority: LocalAuthority, **more: object) -> WebhookSettings:
    values: dict[str, object] = {
        "url": f"{sink.url}/hook/{TOKEN}",
        "secret": SECRET,
        "ca_file": authority.ca_file,
    }
    return WebhookSettings(**{**values, **more})  # type: ignore[arg-type]  # a table of fields


async def refused(sink: HttpSink, authority: LocalAuthority, **more: object) -> NotSentError:
    with pytest.raises(NotSentError) as caught:
        await send_webhook(notice(), settings(sink, authority, **more), lambda: SENT)
    assert caught.value.__cause__ is None
    assert TOKEN not in caught.value.reason
    return caught.value


async def test_what_arrives(authority: LocalAuthority) -> None:
    with HttpSink(context=authority.context()).serving() as sink:
        await send_webhook(notice(), settings(sink, authority), lambda: SENT)
    (post,) = sink.posts
    assert post.path == f"/hook/{TOKEN}"
    assert post.headers["Content-Type"] == "application/json"
    assert post.headers["webhook-id"] == notice().key
    assert post.headers["webhook-timestamp"] == str(int(SENT.timestamp()))
    signed = f"{notice().key}.{int(SENT.timestamp())}.".encode() + post.body
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert post.headers["webhook-signature"] == f"v1,{expected}"
    event = json.loads(post.body)
    assert event["schema_version"] == 1
    assert event["kind"] == "digest"
    assert event["sweep"] == {
        "id": "2026-11-12T0100Z",
        "series": "domains",
        "started": "2026-11-12T01:00:00Z",
        "ruleset": "2026",
        "ruleset_version": "3",
    }
    assert event["unconfirmed"] == 1
    (told,) = event["changes"]
    assert (told["code"], told["kind"], told["before"], told["now"]) == (
        "dalarna",
        "worsened",
        "Ja",
        "Nej (A)",
    )
    assert told["findings"][0]["code"] == "certificate_expired"
    assert NOW.isoformat().replace("+00:00", "Z") == told["since"]


def test_the_signature_of_the_published_example() -> None:
    # standardwebhooks.com, "Signature scheme": secret, id, timestamp and body of its reference libraries' tests
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    told = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_without_the_prefix_is_the_key_itself() -> None:
    assert signing_key("abc") == b"abc"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***"])
def test_secrets_that_are_none(secret: str) -> None:
    with pytest.raises(ValueError, match="must"):
        signing_key(secret)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "ftp://a.example/",
        "http://a.example/",
        "https://",
        "https://u:p@a.example/",
        "https://[::1",
    ],
)
def test_urls_that_are_not_posted_to(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|is no URL") as caught:
        usable_url(url)
    assert not url or url not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (302, Cause.SETTINGS),
        (307, Cause.SETTINGS),
        (400, Cause.REFUSED),
        (404, Cause.REFUSED),
        (408, Cause.UNREACHABLE),
        (410, Cause.REFUSED),
        (429, Cause.UNREACHABLE),
        (500, Cause.UNREACHABLE),
        (503, Cause.UNREACHABLE),
    ],
)
async def test_statuses(status: int, cause: Cause, authority: LocalAuthority) -> None:
    with HttpSink(
        context=authority.context(), statuses=[status], said=b"a\r\n\x1b[31m" * 9999
    ).serving() as sink:
        error = await refused(sink, authority)
    assert error.cause is cause
    assert str(status) in error.reason
    assert error.reason.isprintable()
    assert len(error.reason) < 300
    assert len(sink.posts) == 1


async def test_http_on_this_machine(authority: LocalAuthority) -> None:
    with HttpSink().serving() as sink:
        await send_webhook(notice(), settings(sink, authority), lambda: SENT)
    assert len(sink.posts) == 1


async def test_a_server_with_another_name_gets_nothing(authority: LocalAuthority) -> None:
    with HttpSink(context=authority.context(OTHER)).serving() as sink:
        error = await refused(sink, authority)
    assert error.cause is Cause.SETTINGS
    assert "certificate is not accepted" in error.reason
    assert not sink.posts


async def test_an_authority_that_nobody_here_knows(authority: LocalAuthority) -> None:
    with HttpSink(context=authority.context()).serving() as sink:
        error = await refused(sink, authority, ca_file=None)
    assert "certificate is not accepted" in error.reason
    assert not sink.posts


@pytest.mark.parametrize("limit", ["timeout_s", "deadline_s"])
async def test_a_server_that_never_answers(limit: str, authority: LocalAuthority) -> None:
    with HttpSink(context=authority.context(), statuses=[HANG]).serving() as sink:
        error = await refused(sink, authority, **{limit: 0.3})
    assert (error.cause, error.reason) == (Cause.UNREACHABLE, "the webhook did not answer in time")


async def test_nobody_there(authority: LocalAuthority) -> None:
    with HttpSink().serving() as sink:
        pass
    error = await refused(sink, authority)
    assert (error.cause, error.reason) == (Cause.UNREACHABLE, "no connection to the webhook")


async def test_neither_address_nor_secret_is_logged(
    authority: LocalAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="checker")
    with HttpSink(context=authority.context(), statuses=[500]).serving() as sink:
        await refused(sink, authority)
        await send_webhook(notice(), settings(sink, authority), lambda: SENT)
        shown = caplog.text + repr(settings(sink, authority))
    assert TOKEN not in shown
    assert SECRET not in shown
    assert SECRET.removeprefix("whsec_") not in shown
