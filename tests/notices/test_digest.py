"""Digests: who is told what, in which order, and when there is silence."""

import html.parser
import json
from dataclasses import replace

import pytest

from checker.history.changes import Change, Kind
from checker.notices.digest import ENTRIES_MAX, operator_digest, region_digests
from checker.notices.notice import Channel, Notice, NoticeKind
from checker.report.model import SummaryCounter
from checker.report.words import LANGS, Lang, notice_words, placeholders, visible
from checker.verdict import Finding, Severity
from tests.notices.changes import EXPIRED, NEW, OLD, change, differing, occasion, one_of_each, row, texts
from tests.report.rows import HOSTILE, result_of, row_of, table_6

WORST_FIRST = {
    "sv": [
        "FÖRSÄMRAT",
        "ÄNDRAT,",
        "FÖRBÄTTRAT",
        "GICK INTE",
        "MÄTT FÖR",
        "LÄSES",
        "ANDRA",
        "NYA",
        "BORTTAGNA",
    ],
    "en": [
        "WORSENED",
        "CHANGED,",
        "IMPROVED",
        "COULD NOT",
        "MEASURED FOR",
        "READS",
        "OTHER",
        "NEW IN",
        "REMOVED",
    ],
}


def digest(*changes: Change, lang: Lang = "sv") -> Notice:
    (notice,) = operator_digest(differing(*changes), occasion(lang=lang))
    return notice


def test_both_languages_have_the_same_phrases() -> None:
    swedish, english = notice_words("sv"), notice_words("en")
    assert swedish.keys() == english.keys()
    for section, phrases in swedish.items():
        assert phrases.keys() == english[section].keys()
        for name, text in phrases.items():
            assert placeholders(text) == placeholders(english[section][name]), f"{section}.{name}"


def test_every_kind_has_its_words() -> None:
    for words in map(notice_words, LANGS):
        assert {kind.value for kind in Kind} | {"unconfirmed"} == set(words["headings"])
        assert all(f"{kind}_one" in words["counts"] and f"{kind}_many" in words["counts"] for kind in Kind)


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_under_its_heading_worst_first(lang: Lang) -> None:
    notice = digest(*one_of_each(), lang=lang)
    assert (notice.channel, notice.kind, notice.lang) == (Channel.MAIL, NoticeKind.DIGEST, lang)
    lines = notice.text.splitlines()
    found = [next(n for n, line in enumerate(lines) if line.startswith(word)) for word in WORST_FIRST[lang]]
    assert found == sorted(found)
    assert f'<html lang="{lang}">' in notice.html


SWEDISH = """\
Region Dalarna
  HTTPS: Ja → Nej (A)
    Sedan 12 november 2026. Det förra svaret mättes senast 11 november 2026.
    Https svarar, men webbplatsens innehåll går inte att nå den vägen.
    Certifikatet CN=www.dalarna.example hos www.dalarna.example har gått ut.
  https://kollen.example/organisation/dalarna/
"""
ENGLISH = """\
Region Dalarna
  HTTPS: Ja → Nej (A)
    Since 12 November 2026. The earlier answer was last measured on
    11 November 2026.
    Https answers, but the content of the website cannot be had over it.
    The certificate CN=www.dalarna.example at www.dalarna.example has
    expired.
  https://kollen.example/en/organisation/dalarna/
"""


@pytest.mark.parametrize(
    ("lang", "subject", "said"),
    [
        ("sv", "Indikatorkollen: 1 försämring", SWEDISH),
        ("en", "Indikatorkollen: 1 worsened", ENGLISH),
    ],
)
def test_a_change_in_words(lang: Lang, subject: str, said: str) -> None:
    notice = digest(change(findings=(EXPIRED,)), lang=lang)
    assert notice.subject == subject
    assert said in notice.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ((change(), change(column="dnssec")), "2 försämringar"),
        ((change(), change(Kind.IMPROVED, "b")), "1 försämring och 1 förbättring"),
        ((change(Kind.IMPROVED), change(Kind.RULES), change(Kind.NEW)), None),
        ((change(Kind.NEW), change(Kind.NEW, column="dnssec")), "1 ny organisation i listan"),
    ],
)
def test_subjects(changes: tuple[Change, ...], subject: str | None) -> None:
    expected = subject or "1 förbättring, 1 svar som läses annorlunda med nya regler, med mera"
    assert digest(*changes).subject == f"Indikatorkollen: {expected}"


@pytest.mark.parametrize(
    ("scenario", "differences"),
    [
        ("nothing differs", differing()),
        ("a first sweep", differing(change(), old=None)),
        ("a table that another method made", differing(change(), old=replace(OLD, method="msb-2018"))),
        ("now another method", differing(change(), new=replace(NEW, method="msb-2018"))),
        ("a flapping server, seen once", differing(change(unconfirmed=True))),
    ],
)
def test_silence(scenario: str, differences: object) -> None:
    told = occasion(webhook=True)
    rows = [row(contact="it@dalarna.example")]
    assert operator_digest(differences, told) == ()  # type: ignore[arg-type]  # a table
    assert region_digests(differences, rows, told) == ()  # type: ignore[arg-type]  # a table


def test_the_operator_is_told_when_something_could_not_be_measured() -> None:
    assert "1 svar som inte gick att mäta" in digest(change(Kind.NOT_MEASURED, now="Ej mätt")).subject


def test_rules_are_never_called_a_change_for_the_worse() -> None:
    changed = change(Kind.RULES, before="Ja", now="Ja (F)", under_new_rules="Ja (F)")
    (region,) = region_digests(differing(changed), [row(contact="it@dalarna.example")], occasion())
    for notice in (digest(changed), region):
        assert "Det är reglerna som har ändrats, inte organisationen" in notice.text
        assert "FÖRSÄMRAT" not in notice.text
        assert "försämring" not in notice.subject


def test_what_the_earlier_answer_is_worth_under_the_rules_of_today() -> None:
    text = digest(change(before="Ja", now="Nej", under_new_rules="Ja (F)")).text
    assert "Det förra svaret läses som Ja (F) med dagens regler." in " ".join(text.split())


def test_what_the_operator_alone_is_told() -> None:
    counter = SummaryCounter()
    for result in table_6():
        counter.add(result)
    counter.add(result_of(row_of("x"), https="Ej mätt"))
    changes = differing(change(), change(code="b", region="Flapp", unconfirmed=True))
    contact = [row(contact="it@dalarna.example")]
    (operator,) = operator_digest(
        changes, occasion(), summary=counter.summary(), unusable=(("b", "ring\r\nväxeln"),)
    )
    (region,) = region_digests(changes, contact, occasion())
    said = " ".join(operator.text.split())
    assert "Listan har 22 organisationer. Ej mätt: HTTPS 1." in said
    assert "VÄNTAR PÅ EN ANDRA MÄTNING" in operator.text
    assert "Flapp" in operator.text
    assert r"ring\r\nväxeln (b)" in said
    for own in ("Listan har", "VÄNTAR", "Flapp", "växeln"):
        assert own not in region.text + region.html


def test_every_region_is_told_of_its_own_rows_only() -> None:
    changes = differing(
        change(code="a", region="Region A"),
        change(Kind.IMPROVED, code="b", region="Region B"),
        change(Kind.NOT_MEASURED, code="c", region="Region C", now="Ej mätt"),
        change(code="d", region="Region D", unconfirmed=True),
    )
    rows = [
        row("a", "it@a.example, both@x.example"),
        row("b", "both@x.example"),
        row("c", "it@c.example"),
        row("d", "it@d.example"),
        row("e", "it@e.example"),
        row("f", "växeln"),
    ]
    notices = region_digests(changes, rows, occasion())
    assert [notice.recipient for notice in notices] == ["it@a.example", "both@x.example"]
    alone, both = notices
    assert "Region A" in alone.text
    assert "Region B" not in alone.text + alone.html
    assert alone.subject == "Indikatorkollen: 1 försämring – Region A"
    assert "Region A" in both.text
    assert "Region B" in both.text
    assert both.subject == "Indikatorkollen: 1 försämring och 1 förbättring – 2 organisationer"
    assert "Region C" not in texts(notices)
    assert {notice.kind for notice in notices} == {NoticeKind.REGION}


def test_a_region_is_told_what_to_do_about_it() -> None:
    changes = differing(change(findings=(EXPIRED,)))
    (region,) = region_digests(changes, [row(contact="it@dalarna.example")], occasion())
    assert "Åtgärd: Förnya certifikatet" in region.text
    assert "Svara på brevet" in region.text
    assert "Åtgärd" not in digest(change(findings=(EXPIRED,))).text


def test_to_a_region_that_is_new_in_the_list_nothing_has_changed() -> None:
    changes = differing(change(Kind.NEW, before="", now="Nej", before_at=None))
    (region,) = region_digests(changes, [row(contact="it@dalarna.example")], occasion())
    said = " ".join(region.text.split())
    assert "I vår lista finns nu Region Dalarna, och det här är de första svaren." in said
    assert "annorlunda" not in said
    assert "ändrats" not in said.casefold()


def test_nobody_is_written_to_without_a_mail_server() -> None:
    told = occasion(sender="", operators=(), webhook=True)
    assert not region_digests(differing(change()), [row(contact="it@dalarna.example")], told)
    (event,) = operator_digest(differing(change()), told)
    assert event.channel is Channel.WEBHOOK
    assert not event.recipient
    assert json.loads(event.body)["changes"][0]["code"] == "dalarna"


def test_each_operator_once() -> None:
    told = occasion(operators=("a@b.example", "A@b.example", "c@d.example"), webhook=True)
    notices = operator_digest(differing(change()), told)
    assert [notice.recipient for notice in notices] == ["a@b.example", "c@d.example", ""]
    assert len({notice.key for notice in notices}) == 3


def test_made_again_it_is_the_same_with_the_same_key() -> None:
    rows = [row(contact="it@dalarna.example")]
    made = [
        (*operator_digest(differing(change()), told), *region_digests(differing(change()), rows, told))
        for told in (occasion(webhook=True), occasion(webhook=True))
    ]
    assert made[0] == made[1]
    assert len({notice.key for notice in made[0]}) == 3


def test_no_links_without_a_known_site() -> None:
    (notice,) = operator_digest(differing(change()), occasion(base_url=""))
    assert "http" not in notice.text
    assert "<a " not in notice.html


def test_long_lists_are_cut_and_counted() -> None:
    many = [change(code=f"r{n}", region=f"Region {n}") for n in range(ENTRIES_MAX + 3)]
    notice = digest(*many)
    assert "Och 3 organisationer till." in notice.text
    assert notice.text.count("HTTPS: ") == ENTRIES_MAX


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def hostile() -> tuple[Notice, ...]:
    finding = Finding(
        code="certificate_expired",
        severity=Severity.FAULT,
        subject=HOSTILE,
        params=(("certificate", HOSTILE),),
    )
    differences = differing(change(region=HOSTILE, before=HOSTILE, now=HOSTILE, findings=(finding,)))
    rows = [row(contact="it@dalarna.example", region=HOSTILE)]
    told = occasion(webhook=True)
    return (*operator_digest(differences, told), *region_digests(differences, rows, told))


def test_hostile_names_and_findings_are_harmless() -> None:
    mails = [notice for notice in hostile() if notice.channel is Channel.MAIL]
    assert len(mails) == 2
    for notice in mails:
        assert notice.subject.isprintable()
        assert len(notice.subject) <= 150
        assert all(line.replace("\u00a0", " ").isprintable() for line in notice.text.splitlines())
        assert "\nX: 1" not in notice.text
        assert not set(notice.text + notice.html) & set("\x1b\r\u202e")
        tags = Tags()
        tags.feed(notice.html)
        names = {tag for tag, _ in tags.seen}
        assert "script" not in names
        assert not names & {"img", "link", "iframe", "object", "form", "base"}
        for _, attributes in tags.seen:
            assert not {name for name in attributes if name.startswith("on")}
            assert (attributes.get("href") or "https://kollen.example/").startswith("https://kollen.example/")
            assert "src" not in attributes


def test_a_hostile_event_is_one_line_of_ascii() -> None:
    (event,) = [notice for notice in hostile() if notice.channel is Channel.WEBHOOK]
    assert event.body.isascii()
    assert event.body.isprintable()
    assert json.loads(event.body)["changes"][0]["region"] == visible(HOSTILE)
