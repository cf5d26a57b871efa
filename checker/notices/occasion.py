"""What every notice about one sweep has in common, and how a letter or an event becomes notices. Never sends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checker.mail_addresses import same_mailbox
from checker.notices.letter import Letter, as_html, as_text
from checker.notices.notice import Channel, Notice, NoticeKind, mail_key, webhook_key
from checker.report.dates import machine_time
from checker.report.site_settings import page_address, site_base
from checker.report.words import Lang

WEBHOOK_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The sweep that is told about, and how the operator wants to be told.

    `sender` is the address that mails come from, "" when no mail is sent; `operators` get what is for the operator
    alone; `webhook` says whether there is one. `created` becomes the Date of mails.
    """

    series: str
    sweep_id: str
    started: datetime
    created: datetime
    lang: Lang = "sv"
    title: str = "Indikatorkollen"
    base_url: str = ""
    sender: str = ""
    operators: tuple[str, ...] = ()
    webhook: bool = False

    @property
    def site(self) -> str:
        """The site's start page in the notices' language; "" when it is not known where the site is published."""
        return page_address(site_base(self.base_url), self.lang, "")

    def link(self, code: str) -> str:
        """One organisation's page in the notices' language; "" when it is not known where the site is published."""
        return page_address(site_base(self.base_url), self.lang, f"organisation/{code}/")


def mail_to(recipient: str, kind: NoticeKind, letter: Letter, occasion: Occasion) -> Notice:
    """One letter to one mailbox."""
    mailbox = same_mailbox(recipient)
    return Notice(
        key=mail_key(occasion.series, occasion.sweep_id, kind, mailbox, occasion.sender),
        channel=Channel.MAIL,
        kind=kind,
        sweep_id=occasion.sweep_id,
        created=occasion.created,
        lang=letter.lang,
        recipient=recipient,
        subject=letter.subject,
        text=as_text(letter),
        html=as_html(letter),
    )


def for_operators(
    kind: NoticeKind, letter: Letter, event: Mapping[str, Any], occasion: Occasion
) -> tuple[Notice, ...]:
    """One mail to each operator, and the event to the webhook: each where it is configured."""
    operators = {same_mailbox(address): address for address in reversed(occasion.operators)}
    mails = [mail_to(address, kind, letter, occasion) for address in reversed(operators.values())]
    return tuple(
        (mails if occasion.sender else []) + ([_event(kind, event, occasion)] if occasion.webhook else [])
    )


def _event(kind: NoticeKind, event: Mapping[str, Any], occasion: Occasion) -> Notice:
    sweep = {"id": occasion.sweep_id, "series": occasion.series, "started": machine_time(occasion.started)}
    body = {
        "schema_version": WEBHOOK_SCHEMA_VERSION,
        "kind": kind.value,
        "created": machine_time(occasion.created),
        "sweep": {**sweep, **event.get("sweep", {})},
        **{name: value for name, value in event.items() if name != "sweep"},
    }
    return Notice(
        key=webhook_key(occasion.series, occasion.sweep_id, kind),
        channel=Channel.WEBHOOK,
        kind=kind,
        sweep_id=occasion.sweep_id,
        created=occasion.created,
        lang=occasion.lang,
        body=json.dumps(body, separators=(",", ":")),
    )
