import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.comments import Comment
from checker.protocols.hellos import HELLOS
from checker.report.model import COLUMNS
from checker.report.recipes import recipe, recipe_topics
from checker.report.words import LANGS, Lang, details_words, source_of
from checker.rulesets import KNOWN_CODES
from checker.site.evidence_tls import hello_told
from checker.site.organisation_comments import placed
from checker.site.organisation_findings import recipe_markup
from checker.site.second_opinions import second_opinions
from checker.site.sources import parts_of, source_parts
from tests.report.rows import HOSTILE, row_of
from tests.site.html_tree import tree


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("RFC 6797 §6.1", {"RFC 6797 §6.1": "https://www.rfc-editor.org/rfc/rfc6797#section-6.1"}),
        ("RFC 5746", {"RFC 5746": "https://www.rfc-editor.org/rfc/rfc5746"}),
        (
            "RFC 4035 §5.2, RFC 9904, RFC 8914 §4.2",
            {
                "RFC 4035 §5.2": "https://www.rfc-editor.org/rfc/rfc4035#section-5.2",
                "RFC 9904": "https://www.rfc-editor.org/rfc/rfc9904",
                "RFC 8914 §4.2": "https://www.rfc-editor.org/rfc/rfc8914#section-4.2",
            },
        ),
        ("RFC 5246 §F.1.1.1", {"RFC 5246": "https://www.rfc-editor.org/rfc/rfc5246"}),
        (
            "CVE-2023-50387, RFC 4035 §5.3.3",
            {
                "CVE-2023-50387": "https://www.cve.org/CVERecord?id=CVE-2023-50387",
                "RFC 4035 §5.3.3": "https://www.rfc-editor.org/rfc/rfc4035#section-5.3.3",
            },
        ),
        ("NIST SP 800-57 part 1 §5.6.1", {}),
        ("The measurement itself", {}),
        ("", {}),
    ],
)
def test_sources_lead_to_their_sections(source: str, links: dict[str, str]) -> None:
    assert {part.text: part.href for part in parts_of(source) if part.href} == links


@given(st.text())
def test_nothing_of_a_source_is_lost(source: str) -> None:
    assert "".join(part.text for part in parts_of(source)) == source


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", sorted(KNOWN_CODES))
def test_every_source_of_a_finding_that_names_an_rfc_is_linked(code: str, lang: Lang) -> None:
    source, _ = source_of(code, lang)
    parts = source_parts(code, lang)
    assert "".join(part.text for part in parts) == source
    assert len([part for part in parts if "rfc-editor" in part.href]) == len(re.findall(r"RFC \d+", source))


@pytest.mark.parametrize(
    ("code", "lang", "unlinked"),
    [
        ("https_error_status", "sv", [(" och §15.6", "")]),
        ("https_error_status", "en", [(" and §15.6", "")]),
        (
            "vantage_no_ipv6",
            "sv",
            [("Provet av mätplatsen före mätningen: frågor till rotservrar över IPv6", "")],
        ),
        ("certificate_signature_sha1", "sv", [("; CA/Browser Forum Baseline Requirements §7.1.3.2", "en")]),
        ("certificate_signature_sha1", "en", [("; CA/Browser Forum Baseline Requirements §7.1.3.2", "")]),
        ("mail_mx_is_cname", "sv", [("; ", "")]),
    ],
)
def test_only_the_english_words_of_a_source_are_marked_as_english(
    code: str, lang: Lang, unlinked: list[tuple[str, str]]
) -> None:
    assert [(part.text, part.lang) for part in source_parts(code, lang) if not part.href] == unlinked


@pytest.mark.parametrize("lang", LANGS)
def test_every_recipe_is_whole_markup(lang: Lang) -> None:
    for topic in recipe_topics():
        details = tree(recipe_markup(topic, lang)).one("details")
        assert details.attributes["id"] == f"recipe-{topic}"
        assert len(details.all("dt")) == len(details.all("dd")) > 0
        assert {link.attributes["href"].partition(":")[0] for link in details.all("a")} <= {"https"}
        said = {"sv": "Källa: ", "en": "Source: "}[lang]
        assert [link.text for link in details.all("a")] == [
            f"{said}{software.document[lang]}" for software in recipe(topic).software
        ]


@pytest.mark.parametrize("lang", LANGS)
def test_every_hello_is_told_in_words(lang: Lang) -> None:
    plain = (*HELLOS, "weak", "weak/2")
    told = {name: hello_told(name, lang) for name in plain}
    assert all(told.values())
    assert len(set(told.values())) == len(plain)
    for control in ("tls12", "broad", "rsa", "dhe", "3des", "ssl3"):
        assert hello_told(f"{control}/2", lang) == hello_told(f"{control}/3", lang)
        assert hello_told(f"{control}/2", lang) == details_words(lang)["repeated_hello"].format(
            hello=told[control]
        )
    assert hello_told("{no}/such", lang) == ""


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("lang", LANGS)
def test_second_opinions_are_asked_about_the_names_of_the_column(column: str, lang: Lang) -> None:
    row = row_of(mail_domain="xn--rksmrgs-5wao1o.se")
    found = second_opinions(row, column, lang)
    assert found
    assert all(opinion.href.startswith("https://") for opinion in found)
    names = {opinion.about for opinion in found if opinion.about}
    web, mail = {"www.sll.se"}, {"räksmörgås.se"}
    assert names == {"dnssec": {"sll.se"} | mail, "https": web, "www_ipv6": web}.get(column, mail)
    assert all("xn--rksmrgs" in opinion.href for opinion in found if opinion.about in mail)


@given(name=st.text(min_size=1, max_size=30))
def test_names_are_encoded_in_addresses(name: str) -> None:
    row = row_of(mail_domain=name.encode("utf-8", "replace").decode())
    for column in COLUMNS:
        for opinion in second_opinions(row, column, "sv"):
            assert re.fullmatch(r"[!-~]+", opinion.href)
            assert not set("<>\"' ") & set(opinion.href)


@given(
    indicator=st.sampled_from(("", *COLUMNS, "nonsense")),
    finding=st.sampled_from(("", "hsts_missing", "tls10_offered", "nonsense")),
    shown=st.dictionaries(
        st.sampled_from(COLUMNS), st.frozensets(st.sampled_from(("hsts_missing", "tls10_offered")))
    ),
)
def test_every_comment_has_exactly_one_place(
    indicator: str, finding: str, shown: dict[str, frozenset[str]]
) -> None:
    found = placed((Comment(code="AB", text="x", indicator=indicator, finding=finding),), shown, "sv")
    at_findings = [
        text for by_code in found.findings.values() for texts in by_code.values() for text in texts
    ]
    at_cells = [text for texts in found.cells.values() for text in texts]
    assert len(found.top) + len(at_findings) + len(at_cells) == 1
    assert found.cells.keys() <= shown.keys()
    assert all(code in shown[column] for column, by_code in found.findings.items() for code in by_code)


@pytest.mark.parametrize("date", ["2026-13-45", "i maj", "", "20260101T0000\u202e", "0000-00-00"])
def test_dates_of_comments_that_are_no_days_stay_words(date: str) -> None:
    (text,) = placed((Comment(code="AB", text="x", date=date),), {}, "sv").top
    assert text.day is None
    assert "\u202e" not in text.date


def test_what_a_comment_says_is_harmless_and_its_language_a_language() -> None:
    (text,) = placed((Comment(code="AB", text=HOSTILE, author=HOSTILE, lang='x" onclick="y'),), {}, "sv").top
    assert text.lang == ""
    assert not {"\x1b", "\u202e"} & set("".join((*text.paragraphs, text.author)))
