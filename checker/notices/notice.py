"""A notice: all that is sent to one receiver about one sweep, complete before anything is sent. Never holds a secret."""

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args

from checker.report.dates import machine_time
from checker.report.words import Lang


class Channel(StrEnum):
    """The way a notice goes."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class NoticeKind(StrEnum):
    """What a notice is about. REGION goes to a row's contact, the others to the operator alone."""

    DIGEST = "digest"
    REGION = "region"
    FAILED = "failed"
    HELD = "held"


class UnreadableNoticeError(ValueError):
    """Stored JSON that is no notice of ours; says which field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is sent. `key` is unique and the same when the notice is made again: a Message-ID, or a webhook-id.

    A mail has `recipient`, `subject`, `text` and `html`; a webhook has `body`, the JSON text that is signed, and no
    recipient, since its address may be a secret. `created` is the Date of a mail, so that making and sending again
    yields the same octets.
    """

    key: str
    channel: Channel
    kind: NoticeKind
    sweep_id: str
    created: datetime
    lang: Lang
    recipient: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    body: str = ""

    def to_json(self) -> dict[str, str]:
        """Everything as plain strings, for the store."""
        return {**asdict(self), "created": machine_time(self.created)}

    @classmethod
    def from_json(cls, stored: Any) -> "Notice":
        """The notice that `to_json` stored. Raises UnreadableNoticeError."""
        names = {field.name for field in fields(cls)}
        if not isinstance(stored, dict) or stored.keys() != names:
            raise UnreadableNoticeError("a notice has other fields")
        if wrong := sorted(name for name, value in stored.items() if not isinstance(value, str)):
            raise UnreadableNoticeError(f"{wrong[0]} is not a text")
        if stored["lang"] not in get_args(Lang):
            raise UnreadableNoticeError("lang is no language")
        try:
            created = datetime.fromisoformat(stored["created"])
            channel, kind = Channel(stored["channel"]), NoticeKind(stored["kind"])
        except ValueError as error:
            raise UnreadableNoticeError(str(error)) from None
        if created.tzinfo is None:
            raise UnreadableNoticeError("created has no offset")
        return cls(**{**stored, "created": created, "channel": channel, "kind": kind})


def mail_key(series: str, sweep_id: str, kind: NoticeKind, recipient: str, sender: str) -> str:
    """The Message-ID of a mail: the same for the same sweep, kind and recipient (RFC 5322 §3.6.4).

    `sender` is the address it is sent from; its domain makes the identifier ours.
    """
    return f"<{_fingerprint(series, sweep_id, kind, recipient)}@{sender.rpartition('@')[2]}>"


def webhook_key(series: str, sweep_id: str, kind: NoticeKind) -> str:
    """The webhook-id: the same for the same sweep and kind, so that a receiver can drop what it has had already."""
    return f"msg_{_fingerprint(series, sweep_id, kind, '')}"


def _fingerprint(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:32]
