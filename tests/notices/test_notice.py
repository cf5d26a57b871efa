"""Notices as stored, and keys that stay the same."""

import json
import re
from typing import Any

import pytest

from checker.notices.notice import (
    Channel,
    Notice,
    NoticeKind,
    UnreadableNoticeError,
    mail_key,
    webhook_key,
)
from tests.notices.changes import CREATED

NOTICE = Notice(
    key="<1@a.example>",
    channel=Channel.MAIL,
    kind=NoticeKind.REGION,
    sweep_id="2026-11-12T0100Z",
    created=CREATED,
    lang="en",
    recipient="it@dalarna.example",
    subject="Ämne",
    text="å\n",
    html="<p>å</p>",
)


def test_there_and_back_through_json() -> None:
    assert Notice.from_json(json.loads(json.dumps(NOTICE.to_json()))) == NOTICE


@pytest.mark.parametrize(
    "spoilt",
    [
        {"channel": "pigeon"},
        {"kind": "greeting"},
        {"lang": "no"},
        {"created": "yesterday"},
        {"created": "2026-11-12T01:00:00"},
        {"text": None},
        {"more": ""},
    ],
)
def test_what_is_no_notice(spoilt: dict[str, Any]) -> None:
    with pytest.raises(UnreadableNoticeError):
        Notice.from_json({**NOTICE.to_json(), **spoilt})


@pytest.mark.parametrize("stored", [None, [], {}, "x"])
def test_what_is_nothing_at_all(stored: Any) -> None:
    with pytest.raises(UnreadableNoticeError):
        Notice.from_json(stored)


def test_keys_differ_by_everything_they_are_made_of() -> None:
    kind = NoticeKind.DIGEST
    keys = {
        mail_key("domains", "1", kind, "a@b.example", "c@d.example"),
        mail_key("other", "1", kind, "a@b.example", "c@d.example"),
        mail_key("domains", "2", kind, "a@b.example", "c@d.example"),
        mail_key("domains", "1", NoticeKind.HELD, "a@b.example", "c@d.example"),
        mail_key("domains", "1", kind, "b@b.example", "c@d.example"),
        webhook_key("domains", "1", kind),
        webhook_key("domains", "2", kind),
    }
    assert len(keys) == 7


def test_a_message_id_as_rfc_5322_wants_it() -> None:
    key = mail_key("domäner\r\n", "1", NoticeKind.DIGEST, "säk@b.example", "c@d.example")
    assert re.fullmatch(r"<[0-9a-f]{32}@d\.example>", key)
