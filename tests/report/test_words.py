import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.report.model import COLUMNS
from checker.report.words import (
    LANGS,
    Lang,
    _finding_text,
    column_words,
    explain_words,
    finding_texts,
    labels,
    message,
    placeholders,
    remedy,
    sentence_words,
    source_of,
    spelled_out,
    visible,
)
from checker.rulesets import KNOWN_CODES
from checker.severities import COMMON
from checker.verdict import Finding, Severity
from tests.report.rows import HOSTILE, result_of, row_of, table_6

DNSSEC_CELLS = ("Ja", "Ja (trasig)", "Nej", "Ej mätt", "–")
CELLS = {
    "starttls": ("Ja", "Ja (C)", "Delvis", "Delvis (C)", "Nej", "Ej mätt", "–"),
    "https": (
        "Ja", "Ja (F)", "Ja (N)", "Ja (F) (N)", "Ja (trasig)", "Nej (ja)", "Nej (A)", "Nej", "Ej mätt", "–",
    ),
    "dnssec": (*DNSSEC_CELLS, "X/Y"),
    "www_ipv6": ("Ja", "Nej", "Ej mätt", "–"),
    "mail_ipv6": ("Ja", "Nej", "Ej mätt", "–"),
}  # fmt: skip


DOCUMENT = r"(?:RFC \d{1,5}|CVE-\d{4}-\d{4,7}|NIST SP 800-\d+[A-Z]?|CA/Browser Forum Baseline Requirements)"
REFERENCE = rf"{DOCUMENT}(?: §[A-F\d][\d.]*(?:, §[A-F\d][\d.]*)*)?"
ONLY_REFERENCES = re.compile(rf"{REFERENCE}(?:[,;] {REFERENCE})*")
NAMED = re.compile(rf"{DOCUMENT}|NIST SP 800-\d+|§[A-F\d][\d.]*\d")
"""Documents and sections."""


def finding(code: str = "unresolvable", subject: str = "a.se", **params: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, subject=subject, params=tuple(params.items()))


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_code_has_its_texts_and_no_text_is_left_over(lang: Lang) -> None:
    assert set(finding_texts(lang)) == KNOWN_CODES


@pytest.mark.parametrize("field", ["text", "why", "remedy"])
@pytest.mark.parametrize("code", sorted(KNOWN_CODES))
def test_every_code_is_explained_alike_in_both_languages(code: str, field: str) -> None:
    swedish, english = (str(getattr(finding_texts(lang)[code], field)) for lang in LANGS)
    assert swedish.endswith((".", "}", ")"))
    assert english.endswith((".", "}", ")"))
    assert placeholders(swedish) == placeholders(english)


@pytest.mark.parametrize("lang", LANGS)
def test_why_and_remedy_want_no_value_that_the_finding_may_lack(lang: Lang) -> None:
    wanting = {
        code: placeholders(text.why + text.remedy) - placeholders(text.text) - {"subject"}
        for code, text in finding_texts(lang).items()
    }
    assert {code: names for code, names in wanting.items() if names} == {}


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_explained_in_words_used_everywhere(lang: Lang) -> None:
    """A reason or remedy that fits every code says nothing about this one."""
    for field in ("why", "remedy"):
        told = Counter(getattr(text, field) for text in finding_texts(lang).values())
        assert [words for words, times in told.items() if times > 4] == []


@pytest.mark.parametrize("code", sorted(KNOWN_CODES))
def test_every_code_cites_its_source_in_words_of_the_language(code: str) -> None:
    """References are the same in every language, so the Swedish texts have a source only where it has other words."""
    swedish, english = (finding_texts(lang)[code].source for lang in LANGS)
    assert english
    assert bool(swedish) is not bool(ONLY_REFERENCES.fullmatch(english))
    if swedish:
        assert NAMED.findall(swedish) == NAMED.findall(english)
        assert not re.search(r"\b(and|the|of|is|are)\b", swedish, re.IGNORECASE)
        assert source_of(code, "sv") == (swedish, "sv")
    else:
        assert source_of(code, "sv") == (english, "en")
    assert source_of(code, "en") == (english, "en")
    assert not finding_texts("sv")[code].recipes


@pytest.mark.parametrize(
    ("source", "only"),
    [
        ("RFC 3207 §4", True),
        ("CVE-2023-50387, RFC 4035 §5.3.3", True),
        ("RFC 6797 §6.1, §8.1", True),
        ("CA/Browser Forum Baseline Requirements §6.1.5; NIST SP 800-131A", True),
        ("RFC 9110 §15.5 and §15.6", False),
        ("NIST SP 800-57 part 1 §5.6.1", False),
        ("RFC 3207 §4: in prose", False),
        ("The measurement itself", False),
    ],
)
def test_what_is_only_references(source: str, only: bool) -> None:
    assert bool(ONLY_REFERENCES.fullmatch(source)) is only


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", sorted(COMMON))
def test_common_texts_need_no_other_value_than_the_subject(lang: Lang, code: str) -> None:
    text = finding_texts(lang)[code]
    assert placeholders(text.text + text.why + text.remedy) <= {"subject"}


@pytest.mark.parametrize("lang", LANGS)
def test_every_cell_has_words_in_page_order(lang: Lang) -> None:
    assert tuple(column_words(lang)) == COLUMNS
    assert {name: tuple(words.codes) for name, words in column_words(lang).items()} == CELLS


def test_both_languages_have_the_same_labels_and_phrases() -> None:
    assert labels("sv").keys() == labels("en").keys()
    assert {name: set(words) for name, words in sentence_words("sv").items()} == {
        name: set(words) for name, words in sentence_words("en").items()
    }


def test_an_entry_that_is_not_as_it_should_be() -> None:
    entry = {"text": "a", "why": "b", "remedy": "c"}
    assert _finding_text("area", {**entry, "recipes": ["topic"]}).recipes == ("topic",)
    with pytest.raises(TypeError, match="recipes is a list"):
        _finding_text("area", {**entry, "recipes": "topic"})
    with pytest.raises(TypeError, match="'reason'"):
        _finding_text("area", {**entry, "reason": "d"})
    with pytest.raises(TypeError, match="'why'"):
        _finding_text("area", {"text": "a", "remedy": "c"})


def test_codes_are_explained_in_the_same_words() -> None:
    words = {lang: explain_words(lang) for lang in LANGS}
    assert words["sv"]["labels"].keys() == words["en"]["labels"].keys()
    for lang in LANGS:
        areas = {text.area for text in finding_texts(lang).values()}
        assert set(words[lang]["areas"]) == areas
    assert list(words["sv"]["areas"]) == list(words["en"]["areas"])


def test_values_fill_the_text() -> None:
    assert message(finding(subject="x.example"), "en").startswith("The name x.example could not")
    assert "x.example" in message(finding("domain_nonexistent", "x.example"), "sv")
    assert remedy(finding("domain_nonexistent", "x.example"), "sv").startswith("Kontrollera stavningen")


def test_a_value_is_never_parsed_as_a_text() -> None:
    assert "{subject}" in message(finding(subject="{subject}"), "sv")


def test_a_code_without_text_shows_as_itself() -> None:
    assert message(finding("no_such_code")) == "no_such_code"
    assert remedy(finding("no_such_code")) == ""


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb\u2066", r"a\u202eb\u2066"),
        ("zero\u200bwidth\u00adsoft\ufeff", r"zero\u200bwidth\xadsoft\ufeff"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("lone\udc80", r"lone\udc80"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("åäö – “ok” 日本", "åäö – “ok” 日本"),
        ("\x00", r"\x00"),
    ],
)
def test_what_hides_is_made_visible(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@given(st.text(st.characters(), max_size=600), st.integers(min_value=5, max_value=300))
def test_visible_text_is_one_short_line_without_anything_hidden(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", shown)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    if len(text) <= limit and text.isascii() and text.isprintable():
        assert shown == text


def test_a_long_value_is_cut_with_an_ellipsis() -> None:
    assert visible("x" * 201) == "x" * 199 + "…"
    assert visible("x" * 200) == "x" * 200


def test_a_hostile_subject_stays_in_its_place() -> None:
    text = message(finding(subject=HOSTILE), "sv")
    assert text.isprintable()
    assert len(text) < 600


def test_every_cell_of_table_6_is_spelled_out() -> None:
    for result in table_6():
        for verdict in result.verdicts:
            assert spelled_out(verdict, "sv") != verdict.cell
            assert spelled_out(verdict, "sv").endswith(".")


def test_a_pair_says_which_domain_is_which() -> None:
    result = result_of(row_of(mail_domain="dll.se"), dnssec="Ja/Nej")
    text = spelled_out(result.verdict("dnssec"), "en")
    assert re.search(r"sll\.se: The zone is signed.* dll\.se: The domain is not protected", text)


def test_a_column_that_was_not_asked_for_says_so() -> None:
    assert spelled_out(None, "en") == "The column is not part of this sweep."
