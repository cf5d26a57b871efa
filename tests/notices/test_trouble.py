"""What the operator alone is told when a sweep was held back or failed."""

import json

import pytest

from checker.history.brake import BrakedColumn
from checker.notices.notice import Channel, NoticeKind
from checker.notices.trouble import failed_notice, held_notice
from checker.report.words import LANGS, Lang
from tests.notices.changes import occasion

COLUMNS = (
    BrakedColumn(column="https", worse=9, compared=21),
    BrakedColumn(column="starttls", worse=1200, compared=2100),
)
COMMANDS = {
    "look_command": "checker diff",
    "publish_command": "checker publish --anyway '2026-11-12T0100Z'",
    "measure_command": "checker sweep --again",
}


@pytest.mark.parametrize(
    ("lang", "subject", "column"),
    [
        ("sv", "mätningen är inte publicerad", "HTTPS: 9 av 21 jämförda svar blev sämre eller ändrades"),
        ("en", "the sweep is not published", "HTTPS: 9 of 21 compared answers worsened or changed"),
    ],
)
def test_held(lang: Lang, subject: str, column: str) -> None:
    mail, event = held_notice(occasion(lang=lang, webhook=True), COLUMNS, **COMMANDS)
    assert (mail.kind, mail.recipient, mail.subject) == (
        NoticeKind.HELD,
        "drift@operator.example",
        f"Indikatorkollen: {subject}",
    )
    assert column in mail.text
    assert [line.strip() for line in mail.text.splitlines() if line.startswith("  checker")] == [
        *COMMANDS.values()
    ]
    assert "<code>checker publish --anyway &#39;2026-11-12T0100Z&#39;</code>" in mail.html
    assert event.channel is Channel.WEBHOOK
    assert json.loads(event.body)["columns"][1] == {"column": "starttls", "worse": 1200, "compared": 2100}


@pytest.mark.parametrize("lang", LANGS)
def test_failed(lang: Lang) -> None:
    mail, event = failed_notice(
        occasion(lang=lang, webhook=True), "no route\r\nBcc: <b>x</b>\x1b[2J " + "y" * 5000
    )
    assert mail.kind is NoticeKind.FAILED
    lines = mail.text.splitlines()
    assert r"  no route\r" in lines
    assert any(line.startswith("  Bcc: <b>x</b>") for line in lines)
    assert r"Bcc: &lt;b&gt;x&lt;/b&gt;\x1b[2J" in mail.html
    assert len(mail.text) < 3000
    assert json.loads(event.body)["kind"] == "failed"


def test_nobody_to_tell() -> None:
    assert failed_notice(occasion(sender="", operators=()), "x") == ()
