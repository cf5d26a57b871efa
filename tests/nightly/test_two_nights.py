"""Two nights with changed behaviour between them, and a third without: everything that is told, to everybody."""

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from checker.history.changes import Kind
from checker.notices.webhook import signature, signing_key
from checker.report.feeds import feed_path
from checker.store import tables
from tests.nightly.conftest import SETTINGS
from tests.nightly.night_lab import Nights, night, served
from tests.nightly.two_nights import (
    CHANGED,
    CODES,
    CONTACTS,
    ENTRY,
    FIRST,
    IMPROVED,
    NOT_MEASURED,
    OPERATOR,
    SECOND,
    WORSENED,
)
from tests.notices.authority import LocalAuthority
from tests.notices.http_sink import HttpSink
from tests.notices.smtp_sink import PASSWORD, USER, SmtpSink

ATOM = "{http://www.w3.org/2005/Atom}"
SECRET = "whsec_aW5kaWthdG9ya29sbGVuLWVuLW5hdHQ="
BASE = "https://kollen.example/tabell/"
FIRST_ID, SECOND_ID, THIRD_ID = "20260101T021500Z", "20260102T021500Z", "20260103T021500Z"
Captured = pytest.CaptureFixture[str]


@dataclass(kw_only=True)
class Told:
    """One night's end: exit code, files, and what the receivers got by then."""

    code: int
    files: dict[str, bytes]
    metrics: str
    mails: list[EmailMessage]
    envelopes: list[tuple[str, str]]
    events: list[dict[str, Any]]
    results: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Story:
    """Three nights, and everybody who was to hear of them."""

    nights: Nights
    smtp: SmtpSink
    webhook: HttpSink
    told: list[Told] = field(default_factory=list)

    def note(self, code: int) -> None:
        self.told.append(
            Told(
                code=code,
                files=self.nights.files(),
                metrics=(self.nights.place / "kollen.prom").read_text(encoding="utf-8"),
                mails=self.mails(),
                envelopes=list(self.smtp.envelopes),
                events=[json.loads(post.body) for post in self.webhook.posts],
                results=self.nights.results(),
            )
        )

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(message, policy=policy.default) for message in self.smtp.messages]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, authority: LocalAuthority) -> Iterator[Story]:
    place = tmp_path_factory.mktemp("place")
    smtp = SmtpSink(context=authority.context())
    with pytest.MonkeyPatch.context() as patch, smtp.serving(), HttpSink().serving() as webhook:
        for name in [name for name in os.environ if name.startswith("CHECKER_")]:
            patch.delenv(name)
        patch.chdir(place)
        patch.setenv("CHECKER_WEBHOOK_SECRET", SECRET)
        (place / "smtp-password").write_text(f"{PASSWORD}\n", encoding="utf-8")
        (place / "smtp-password").chmod(0o600)
        (place / "checker.toml").write_text(
            f"""\
{SETTINGS}smtp_host = "localhost"
smtp_port = {smtp.port}
smtp_user = "{USER}"
smtp_password_file = "smtp-password"
smtp_ca_file = "{authority.ca_file}"
mail_from = "kollen@kollen.example"
mail_to = ["{OPERATOR}"]
webhook_url = "{webhook.url}/hook"
metrics = "kollen.prom"
base_url = "{BASE}"
""",
            encoding="utf-8",
        )
        nights = Nights(place=place, contacts=CONTACTS)
        story = Story(nights=nights, smtp=smtp, webhook=webhook)
        with served(*FIRST, directory=place / "lab1") as lab:
            story.note(nights.sweep(lab, 1, "--quiet"))
        with served(*SECOND, directory=place / "lab2") as lab:
            story.note(nights.sweep(lab, 2, "--quiet", "--fail-on", "worse"))
            story.note(nights.sweep(lab, 3, "--quiet", "--fail-on", "worse"))
        yield story


def rows_of(found: dict[str, Any], kind: Kind) -> list[tuple[str, str, str, str]]:
    return [
        (change["code"], change["column"], change["before"], change["now"])
        for change in found["changes"]
        if change["kind"] == kind
    ]


def diff_json(story: Story, capsys: Captured, *sweeps: str) -> dict[str, Any]:
    assert story.nights.checker("diff", *sweeps, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_exit_code_says_when_something_is_worse(story: Story) -> None:
    assert [told.code for told in story.told] == [0, 1, 0]


def test_diff_has_every_change_by_kind(story: Story, capsys: Captured) -> None:
    found = diff_json(story, capsys, FIRST_ID, SECOND_ID)
    assert rows_of(found, Kind.WORSENED) == WORSENED
    assert rows_of(found, Kind.CHANGED) == CHANGED
    assert rows_of(found, Kind.IMPROVED) == IMPROVED
    assert rows_of(found, Kind.NOT_MEASURED) == NOT_MEASURED
    assert rows_of(found, Kind.ENTRY) == ENTRY
    assert [code for code, *_ in rows_of(found, Kind.NEW)] == ["NEW"] * 5
    assert [code for code, *_ in rows_of(found, Kind.REMOVED)] == ["GONE"] * 5
    assert not any(change["unconfirmed"] for change in found["changes"])
    assert found["compared"]["https"] == 8
    assert found["compared"]["dnssec"] == len(CODES) - 1
    assert (found["old"]["id"], found["new"]["id"]) == (FIRST_ID, SECOND_ID)


def test_diff_says_why_and_since_when(story: Story, capsys: Captured) -> None:
    worse = {
        change["code"]: change
        for change in diff_json(story, capsys, FIRST_ID, SECOND_ID)["changes"]
        if change["kind"] == Kind.WORSENED
    }
    codes = {code: {one["code"] for one in change["findings"]} for code, change in worse.items()}
    assert "certificate_expired" in codes["WEB"]
    assert codes["MAIL"]
    assert codes["ZONE"]
    assert {change["since"] for change in worse.values()} == {"2026-01-02T02:15:00Z"}
    assert {change["before_at"] for change in worse.values()} == {"2026-01-01T02:15:00Z"}


def test_diff_without_names_compares_the_last_two_and_finds_nothing(story: Story, capsys: Captured) -> None:
    assert story.nights.checker("diff", "--lang", "en") == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"{SECOND_ID} (2026 1) → {THIRD_ID} (2026 1)", "Nothing has changed."]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_diff_in_words(story: Story, capsys: Captured, lang: str) -> None:
    assert story.nights.checker("diff", FIRST_ID, SECOND_ID, "--lang", lang) == 0
    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    headings = {
        "sv": ["Försämrat", "Ändrat, varken bättre eller sämre", "Förbättrat", "Gick inte att mäta"],
        "en": ["Worsened", "Changed, neither better nor worse", "Improved", "Could not be measured"],
    }[lang]
    lines = said.splitlines()
    assert [line for line in lines if line in headings] == headings
    counted = {
        "sv": "3 försämringar, 1 annan ändring, 1 förbättring",
        "en": "3 worsened, 1 changed otherwise",
    }
    assert lines[1].startswith(counted[lang])
    worse = said[said.index(f"\n{headings[0]}\n") : said.index(f"\n{headings[1]}\n")]
    for code, _, before, now in WORSENED:
        assert f"  Region {code}\n" in worse
        assert f": {before} → {now}\n" in worse
    assert {"sv": "2 januari 2026", "en": "2 January 2026"}[lang] in worse


def test_results_json_has_since_and_the_last_good_verdict(story: Story) -> None:
    first, second, third = (told.results for told in story.told)
    assert {one["since"] for row in first.values() for one in row.values()} == {"2026-01-01T02:15:00Z"}
    for results in (second, third):
        for code, column, _, now in (*WORSENED, *CHANGED, *IMPROVED, *NOT_MEASURED):
            assert (results[code][column]["cell"], results[code][column]["since"]) == (
                now,
                "2026-01-02T02:15:00Z",
            )
        assert results["SAME"]["https"]["since"] == "2026-01-01T02:15:00Z"
        assert results["MOVED"]["https"]["since"] == "2026-01-02T02:15:00Z"
        assert results["MOVED"]["starttls"]["since"] == "2026-01-01T02:15:00Z"
        blind = results["BLIND"]["https"]["last_good"]
        assert (blind["cell"], blind["since"], blind["measured"]) == (
            "Ja",
            "2026-01-01T02:15:00Z",
            "2026-01-01T02:15:00Z",
        )
        assert results["WEB"]["https"]["last_good"] is None


def test_intervals_in_the_store(story: Story) -> None:
    with story.nights.opened_store() as store:
        web, better, blind, gone, same = (
            {one.column: one for one in store.intervals.of_row("domains", code) if one.ended is None}
            for code in ("WEB", "BETTER", "BLIND", "GONE", "SAME")
        )
        before = [one for one in store.intervals.of_row("domains", "WEB") if one.column == "https"]
        ended = [one.ended for one in store.intervals.of_row("domains", "GONE")]
    assert [(one.cell, one.since, one.ended) for one in before] == [
        ("Ja", night(1), night(2)),
        ("Ja (F)", night(2), None),
    ]
    assert (web["https"].last_measured, web["https"].came) == (night(3), Kind.WORSENED)
    assert not web["https"].unconfirmed
    assert better["starttls"].cell == "Ja"
    assert (blind["https"].cell, blind["https"].not_measured_since) == ("Ja", night(2))
    assert blind["https"].last_measured == night(1)
    assert blind["starttls"].last_measured == night(3)
    assert gone == {}
    assert ended == [night(2)] * 5
    assert {(one.since, one.last_measured) for one in same.values()} == {(night(1), night(3))}


def entries(told: Told, path: str) -> list[tuple[str, str]]:
    """Title and categories of each entry."""
    root = ET.fromstring(told.files[path])  # noqa: S314 - we wrote it ourselves
    return [
        (
            entry.findtext(f"{ATOM}title") or "",
            " ".join(category.get("term") or "" for category in entry.iter(f"{ATOM}category")),
        )
        for entry in root.iter(f"{ATOM}entry")
    ]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_feeds(story: Story, lang: Any) -> None:
    first, second, third = story.told
    overall = feed_path(lang)
    assert entries(first, overall) == []
    found = entries(second, overall)
    told_of = [categories for _, categories in found]
    assert [
        next(word for word in told.split() if word.startswith("organisation/")).partition("/")[2]
        for told in told_of
    ] == ["MAIL", "WEB", "ZONE", "ASIDE", "BETTER", "MOVED", "NEW", "GONE"]
    assert "change/worsened" in told_of[0]
    assert "Region MAIL" in found[0][0]
    assert "BLIND" not in str(found)
    assert "SAME" not in str(found)
    own = entries(second, feed_path(lang, "WEB"))
    assert own == [found[1]]
    assert entries(second, feed_path(lang, "SAME")) == []
    assert entries(second, feed_path(lang, "BLIND")) == []
    assert len(entries(second, feed_path(lang, "GONE"))) == 1
    feeds = {name: data for name, data in second.files.items() if name.endswith("atom.xml")}
    assert len(feeds) == 2 * (1 + len(SECOND) + 1)
    assert {name: third.files[name] for name in feeds} == feeds


def test_who_gets_mail(story: Story) -> None:
    first, second, third = story.told
    assert first.mails == []
    assert sorted(to for _, to in second.envelopes) == sorted(
        f"RCPT TO:<{address}>"
        for address in (
            OPERATOR,
            "webb@web.example",
            "drift@samordnad.example",
            "post@better.example",
            "post@new.example",
        )
    )
    assert len(third.mails) == len(second.mails)
    assert all(story.smtp.encrypted)
    assert all(story.smtp.logged_in)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def mail_to(told: Told, address: str) -> EmailMessage:
    (found,) = [mail for mail in told.mails if address in str(mail["To"])]
    return found


def test_the_operator_reads_the_worst_first(story: Story) -> None:
    mail = mail_to(story.told[1], OPERATOR)
    assert "3 försämringar" in mail["Subject"]
    text = text_of(mail)
    places = [
        text.lower().index(f"\n{heading.lower()}\n")
        for heading in (
            "Försämrat",
            "Ändrat, varken bättre eller sämre",
            "Förbättrat",
            "Gick inte att mäta",
            "Nya i listan",
            "Borttagna ur listan",
        )
    ]
    assert places == sorted(places)
    for code in ("WEB", "MAIL", "ZONE", "ASIDE", "BETTER", "BLIND", "NEW", "GONE"):
        assert f"Region {code}" in text
    assert "Region SAME" not in text
    assert f"{BASE}organisation/WEB/" in text


def test_a_contact_reads_of_its_own_rows_only(story: Story) -> None:
    web = text_of(mail_to(story.told[1], "webb@web.example"))
    both = text_of(mail_to(story.told[1], "drift@samordnad.example"))
    assert "Region WEB" in web
    assert [code for code in (*CODES, "NEW") if f"Region {code}" in web] == ["WEB"]
    assert [code for code in (*CODES, "NEW") if f"Region {code}" in both] == ["MAIL", "ZONE"]
    assert "Åtgärd:" in web
    assert OPERATOR not in web


def test_the_event_is_signed_and_says_the_same(story: Story) -> None:
    first, second, third = story.told
    assert (first.events, len(second.events), len(third.events)) == ([], 1, 1)
    (post,) = story.webhook.posts
    expected = signature(
        signing_key(SECRET), post.headers["webhook-id"], int(post.headers["webhook-timestamp"]), post.body
    )
    assert post.headers["webhook-signature"] == expected
    (event,) = second.events
    assert (event["kind"], event["sweep"]["id"]) == ("digest", SECOND_ID)
    assert [
        (change["code"], change["column"], change["before"], change["now"])
        for change in event["changes"]
        if change["kind"] == Kind.WORSENED
    ] == WORSENED


def test_metrics(story: Story) -> None:
    first, second, third = (told.metrics for told in story.told)
    for text, worse in ((second, 3), (third, 0)):
        assert f'indikatorkollen_changes{{kind="worsened"}} {worse}' in text
        assert 'indikatorkollen_notices{state="pending"} 0' in text
    assert 'kind="worsened"' not in first or 'kind="worsened"} 0' in first


def test_what_is_delivered_again_is_the_same_message(story: Story) -> None:
    before = len(story.smtp.messages)
    sent = {
        str(mail["To"]): bytes(data) for mail, data in zip(story.mails(), story.smtp.messages, strict=True)
    }
    posts = len(story.webhook.posts)
    with story.nights.opened_store() as store, store.transaction() as connection:
        connection.execute(update(tables.outbox).values(sent=None, due=tables.outbox.c.created))
    assert story.nights.checker("render", "--quiet") == 0
    again = story.smtp.messages[before:]
    assert sorted(again) == sorted(sent.values())
    assert len({message_from_bytes(one, policy=policy.default)["Message-ID"] for one in again}) == len(again)
    first, second = (post.headers["webhook-id"] for post in story.webhook.posts[posts - 1 :])
    assert first == second


def test_secrets_are_nowhere(story: Story) -> None:
    everything = b"".join(
        path.read_bytes() for path in Path(story.nights.place).glob("checker.db*")
    ) + b"".join(story.told[-1].files.values())
    assert PASSWORD.encode() not in everything
    assert SECRET.encode() not in everything
