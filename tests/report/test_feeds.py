from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]  # has no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.history.changes import Change, Kind
from checker.report.atom import END, Entry, FeedHead, Item, Link, entry_text, head_text
from checker.report.feed_entries import TOGETHER_OVER, Announcement, Topic
from checker.report.feeds import OVERALL_ENTRIES, OWN_ENTRIES, feed_path, write_feeds
from checker.report.model import COLUMNS
from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS, Lang, feed_words, placeholders
from checker.verdict import Finding, Severity
from tests.report.feed_files import (
    FIRST,
    SITE,
    A,
    H,
    change,
    child,
    entries,
    files,
    read,
    titles,
    told,
    write,
)
from tests.report.rows import HOSTILE, row_of


def test_every_organisation_has_a_feed_before_anything_has_changed(tmp_path: Path) -> None:
    write(tmp_path)
    assert set(files(tmp_path)) == {
        "andringar/atom.xml",
        "organisation/AB/atom.xml",
        "organisation/C/atom.xml",
    }
    for code in ("", "AB", "C"):
        assert entries(tmp_path, code) == []
        assert child(read(tmp_path, code), "updated") == "2026-10-01T00:00:05Z"


def test_the_english_feeds_stand_beside_the_swedish_ones(tmp_path: Path) -> None:
    for lang in LANGS:
        write(tmp_path, told(change()), codes=["AB"], lang=lang)
    assert set(files(tmp_path)) == {
        "andringar/atom.xml",
        "organisation/AB/atom.xml",
        "en/andringar/atom.xml",
        "en/organisation/AB/atom.xml",
    }
    assert titles(tmp_path) == ["Stockholm: HTTPS sämre"]
    assert titles(tmp_path, lang="en") == ["Stockholm: HTTPS worse"]
    swedish, english = (child(entries(tmp_path, lang=lang)[0], "id") for lang in LANGS)
    assert swedish != english


def test_feeds_keep_the_newest_entries_only(tmp_path: Path) -> None:
    nights = [told(change(), night=night) for night in range(OVERALL_ENTRIES + 5, 0, -1)]
    write(tmp_path, *nights)
    for code, bound in (("", OVERALL_ENTRIES), ("AB", OWN_ENTRIES)):
        times = [child(entry, "updated") for entry in entries(tmp_path, code)]
        assert len(times) == bound
        assert times == sorted(times, reverse=True)
        assert times[0] == child(read(tmp_path, code), "updated")


def test_the_stream_is_read_once_for_all_languages_and_never_held(tmp_path: Path) -> None:
    alive: list[int] = []

    def stream() -> Iterable[Announcement]:
        for night in range(30, 0, -1):
            alive.append(night)
            yield told(change(), night=night)

    write_feeds(tmp_path, stream(), organisations=[row_of()], site=SITE, updated=FIRST)
    assert alive == list(range(30, 0, -1))
    for lang in LANGS:
        assert len(entries(tmp_path, "", lang)) == 30


def test_languages_together_are_written_as_each_alone(tmp_path: Path) -> None:
    news = [told(change(), change(Kind.REMOVED, code="Z", now=""), night=night) for night in range(9, 0, -1)]
    for lang in LANGS:
        write(tmp_path / "alone", *news, codes=["AB"], lang=lang)
    write_feeds(tmp_path / "both", news, organisations=[row_of(region="Region AB")], site=SITE, updated=FIRST)
    assert files(tmp_path / "both") == files(tmp_path / "alone")


def test_feeds_that_are_full_do_not_hide_an_organisation_that_left_long_ago(tmp_path: Path) -> None:
    nights = [told(change(), night=night) for night in range(OVERALL_ENTRIES + 5, 1, -1)]
    write(tmp_path, *nights, told(change(Kind.REMOVED, code="Z", now=""), night=1), codes=["AB"])
    assert len(entries(tmp_path, "Z")) == 1


def test_an_organisation_that_left_the_list_keeps_its_feed(tmp_path: Path) -> None:
    write(tmp_path, told(change(Kind.REMOVED, code="Z", region="Jämtland", now="")))
    assert titles(tmp_path, "Z") == ["Jämtland: inte längre i listan"]
    assert child(read(tmp_path, "Z"), "title") == "Kollen: ändringar för Jämtland"


def test_a_code_that_differs_by_case_has_no_feed_beside_the_listed_one(tmp_path: Path) -> None:
    write(tmp_path, told(change(code="ab")), codes=["AB"])
    assert {path for path in files(tmp_path) if "organisation" in path} == {"organisation/AB/atom.xml"}


@pytest.mark.parametrize("code", ["..", ".", "", "a/b", "../../x", "a\n", "å", "x" * 65, "index.html"])
def test_no_code_leads_out_of_the_directory(tmp_path: Path, code: str) -> None:
    inner = tmp_path / "site"
    inner.mkdir()
    write(inner, told(change(code=code)), codes=[code, "AB"])
    assert {path for path in files(tmp_path) if code not in path or code in {"", "."}} >= {
        "site/andringar/atom.xml"
    }
    assert set(files(tmp_path)) == {"site/andringar/atom.xml", "site/organisation/AB/atom.xml"}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    finding = Finding(code="unresolvable", severity=Severity.FAULT, subject=HOSTILE)
    news = (told(change(findings=(finding,)), change(Kind.RULES, column="dnssec"), night=3), told(change()))
    assert files(write(tmp_path / "one", *news)) == files(write(tmp_path / "two", *news))


def test_a_night_without_news_changes_no_byte(tmp_path: Path) -> None:
    news = (told(change(), night=3),)
    before = files(write(tmp_path / "one", *news))
    assert files(write(tmp_path / "two", told(change(Kind.NOT_MEASURED), night=4), *news)) == before


@pytest.mark.parametrize("site", [SiteSettings(), replace(SITE, base_url="https://annan.example.se")])
def test_ids_do_not_depend_on_where_or_by_whom_it_is_published(tmp_path: Path, site: SiteSettings) -> None:
    one, two = write(tmp_path / "one", told(change())), write(tmp_path / "two", told(change()), site=site)
    for code in ("", "AB"):
        assert child(read(one, code), "id") == child(read(two, code), "id")
        assert child(entries(one, code)[0], "id") == child(entries(two, code)[0], "id")


def test_ids_are_the_same_in_every_version_of_the_program(tmp_path: Path) -> None:
    write(tmp_path, told(change()))
    assert child(read(tmp_path), "id") == "urn:uuid:66c08b4b-c4ee-54eb-bb26-1ca0364a497c"
    assert child(entries(tmp_path)[0], "id") == "urn:uuid:589fb4d0-a7aa-5fe9-97b0-fe4db073cadc"


def test_another_series_has_other_ids(tmp_path: Path) -> None:
    one = write(tmp_path / "one", told(change()))
    two = write(tmp_path / "two", told(change()), series="kommuner")
    assert child(read(one), "id") != child(read(two), "id")
    assert child(entries(one)[0], "id") != child(entries(two)[0], "id")


@pytest.mark.parametrize(("lang", "below"), [("sv", ""), ("en", "en/")])
def test_links_lead_to_the_pages_of_the_feed_s_language(tmp_path: Path, lang: Lang, below: str) -> None:
    many = tuple(change(code=f"X{number}") for number in range(TOGETHER_OVER + 1))
    write(tmp_path, told(*many, night=2), told(change()), lang=lang)
    base = f"https://kollen.example.se/a/{below}"
    for code, page in (("AB", f"{base}organisation/AB/"), ("", f"{base}andringar/")):
        feed = read(tmp_path, code, lang)
        links = {
            link.get("rel"): (link.get("href"), link.get("hreflang")) for link in feed.findall(f"{A}link")
        }
        own = f"https://kollen.example.se/a/{feed_path(lang, code)}"
        assert links == {"self": (own, lang), "alternate": (page, lang)}
    together, alone = (
        [(link.get("href"), link.get("hreflang")) for link in entry.findall(f"{A}link")]
        for entry in entries(tmp_path, "", lang)
    )
    assert together == [(f"{base}andringar/", lang)]
    assert alone == [(f"{base}organisation/AB/", lang)]


@pytest.mark.parametrize("published", ["https://a.se/k", "https://a.se/k/", "https://a.se/k/index.html#x"])
def test_the_address_may_be_written_in_several_ways(tmp_path: Path, published: str) -> None:
    write(tmp_path, told(change()), site=replace(SITE, base_url=published))
    (link,) = entries(tmp_path)[0].findall(f"{A}link")
    assert link.get("href") == "https://a.se/k/organisation/AB/"


def test_links_need_an_address(tmp_path: Path) -> None:
    without = write(tmp_path, told(change()), site=SiteSettings())
    assert list(read(without, "AB").iter(f"{A}link")) == []


def test_a_reader_of_feeds_understands_them(tmp_path: Path) -> None:
    finding = Finding(code="unresolvable", severity=Severity.FAULT, subject="<b>&amp;www.sll.se")
    write(tmp_path, told(change(region="<Å&Ä>", findings=(finding,)), night=1), told(change(Kind.IMPROVED)))
    parsed = feedparser.parse((tmp_path / feed_path("sv")).read_bytes())
    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert (parsed.feed.title, parsed.feed.author) == ("Kollen: ändringar", "Myndigheten")
    newest, oldest = parsed.entries
    assert newest.title_detail.type == "text/plain"
    assert newest.title == "<Å&Ä>: HTTPS sämre"
    assert newest.updated_parsed[:3] == (2026, 10, 2)
    assert newest.link == "https://kollen.example.se/a/organisation/AB/"
    assert newest.content[0].type == "application/xhtml+xml"
    assert "&lt;b&gt;&amp;amp;www.sll.se" in newest.content[0].value
    assert {tag.term for tag in oldest.tags} == {"change/improved", "indicator/https", "organisation/AB"}


def test_an_empty_feed_is_understood_too(tmp_path: Path) -> None:
    write(tmp_path, site=SiteSettings())
    parsed = feedparser.parse((tmp_path / feed_path("sv", "AB")).read_bytes())
    assert (parsed.bozo, parsed.version, parsed.entries) == (False, "atom10", [])


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    finding = Finding(
        code="unresolvable", severity=Severity.FAULT, subject=HOSTILE, params=(("banner", HOSTILE),)
    )
    news = told(change(region=HOSTILE, before=HOSTILE, now=HOSTILE, findings=(finding,)))
    write(tmp_path, news, site=SiteSettings(title=HOSTILE, publisher=HOSTILE))
    root = read(tmp_path, "AB")
    (entry,) = root.findall(f"{A}entry")
    assert {element.tag for element in entry.iter()} <= {
        *(A + name for name in ("entry", "id", "title", "updated", "category", "content", "link")),
        *(H + name for name in ("div", "ul", "li", "strong", "p")),
    }
    assert all(text.replace("\xa0", " ").strip("\n").isprintable() for text in entry.itertext())
    assert len(child(root, "title")) < 600


TEXT = st.text(st.characters(), max_size=40)


@given(text=TEXT, code=TEXT)
def test_whatever_is_said_the_document_is_well_formed(text: str, code: str) -> None:
    link = Link(rel="alternate", href=text, kind=text, lang=text)
    entry = Entry(
        id=text,
        updated=FIRST,
        title=text,
        items=(Item(about=text, text=text, reasons=(text, text)), Item(about="", text=text)),
        introduction=text,
        closing=text,
        categories=((code, text),),
        links=(link,),
    )
    head = FeedHead(
        id=text, lang="sv", title=text, subtitle=text, author=text, author_url=text, links=(link,)
    )
    document = (head_text(head, FIRST) + entry_text(entry) + END).encode("utf-8")
    root = ET.fromstring(document)  # noqa: S314 - our own text
    (read_entry,) = root.findall(f"{A}entry")
    expected = "".join(
        character
        if character in "\t\n\r" or (character >= " " and not "\ud800" <= character <= "\udfff")
        else "\ufffd"
        for character in text
    ).translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD})
    assert (read_entry.findtext(f"{A}title") or "") == expected
    assert expected in "".join(read_entry.itertext())
    assert {element.tag.partition("}")[2] for element in read_entry.iter()} <= {
        *("entry", "id", "title", "updated", "category", "content", "link"),
        *("div", "ul", "li", "strong", "p"),
    }


CHANGES = st.builds(
    Change,
    code=st.sampled_from(["AB", "C", "X"]),
    region=st.text(st.characters(), min_size=1, max_size=40),
    column=st.sampled_from(COLUMNS),
    kind=st.sampled_from(Kind),
    before=TEXT | st.sampled_from(["", "Ja", "Ja/Nej", "Ej mätt"]),
    now=TEXT | st.sampled_from(["", "Ja", "Ja/Nej", "Ej mätt"]),
    before_at=st.none() | st.just(FIRST),
    since=st.none() | st.just(FIRST),
    under_new_rules=TEXT,
    unconfirmed=st.booleans(),
    findings=st.lists(
        st.builds(
            Finding,
            code=TEXT | st.just("unresolvable"),
            severity=st.sampled_from(Severity),
            subject=TEXT,
            params=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


@given(nights=st.lists(st.lists(CHANGES, max_size=4).map(tuple), max_size=3), lang=st.sampled_from(LANGS))
def test_whatever_has_changed_every_feed_is_a_feed(
    tmp_path_factory: pytest.TempPathFactory, nights: list[tuple[Change, ...]], lang: Lang
) -> None:
    directory = tmp_path_factory.mktemp("feeds")
    news = [told(*changes, night=10 - number) for number, changes in enumerate(nights)]
    write(directory, *news, lang=lang)
    announced = {
        (index, item.code)
        for index, changes in enumerate(nights)
        for item in changes
        if not item.unconfirmed and item.kind is not Kind.NOT_MEASURED
    }
    assert len(entries(directory, "", lang)) >= len(announced)
    for code in {"AB", "C", *(code for _, code in announced)}:
        own = entries(directory, code, lang)
        assert len({child(entry, "updated") for entry in own}) == len(
            [1 for _, changed in announced if changed == code]
        )


def test_both_languages_say_the_same_things() -> None:
    swedish, english = feed_words("sv"), feed_words("en")
    assert {section: set(words) for section, words in swedish.items()} == {
        section: set(words) for section, words in english.items()
    }
    for section, words in swedish.items():
        for name, text in words.items():
            assert placeholders(text) == placeholders(english[section][name]), (section, name)
    assert set(swedish["short"]) == set(Kind) - {Kind.NOT_MEASURED}
    assert {f"many_{topic}" for topic in Topic} <= set(swedish["title"])
