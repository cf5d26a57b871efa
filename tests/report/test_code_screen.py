from string import Formatter

import pytest

from checker.report.code_screen import all_codes, code_lines, list_lines, severities, without_values
from checker.report.export_codes import code_object
from checker.report.recipes import recipes_of
from checker.report.words import LANGS, Lang, explain_words, finding_texts, source_of
from checker.rulesets import KNOWN_CODES


def test_a_printed_code_is_explained_in_every_column_that_has_it() -> None:
    assert code_lines("Ja (C)", lang="en")[0] == "STARTTLS: Ja (C)"
    assert [line for line in code_lines("Nej") if not line.startswith(" ")] == [
        "STARTTLS: Nej",
        "HTTPS: Nej",
        "DNSSEC: Nej",
        "www via IPv6: Nej",
        "e-post via IPv6: Nej",
    ]


def test_a_pair_is_explained_by_its_halves() -> None:
    text = "\n".join(code_lines("Nej/Ja", lang="en", width=1000))
    assert text.startswith("DNSSEC: Nej/Ja\n  Web and mail have different domains")
    assert text.index("  Nej: The domain is not protected") < text.index("  Ja: The zone is signed")
    assert "HTTPS" not in text


@pytest.mark.parametrize("code", ["no_such_code", "Nej/", "Nej/Nej/Nej", "Nej (A)/Ja", ""])
def test_an_unknown_code_has_no_lines(code: str) -> None:
    assert code_lines(code) == ()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", sorted(KNOWN_CODES))
def test_a_finding_is_explained_in_full(code: str, lang: Lang) -> None:
    text = "\n".join(code_lines(code, lang=lang, width=10_000))
    entry, words = finding_texts(lang)[code], explain_words(lang)["labels"]
    assert text.startswith(f"{code}\n")
    assert f"\n{words['why']}: {without_values(entry.why, lang)}" in text
    assert f"\n{words['remedy']}: {without_values(entry.remedy, lang)}" in text
    assert text.endswith(f"\n{words['source']}: {source_of(code, lang)[0]}")
    assert "{" not in text.partition(words["recipe"])[0]
    for recipe in recipes_of(code):
        assert f"\n{words['recipe']}: {recipe.title[lang]}\n" in text
        for software in recipe.software:
            assert f"\n  {software.name[lang]}\n    {software.text[lang]}\n" in text
            assert all(f"      {line}".rstrip() in text for line in software.example.splitlines())


@pytest.mark.parametrize("lang", LANGS)
def test_every_placeholder_has_a_word(lang: Lang) -> None:
    used = {
        name
        for entry in finding_texts(lang).values()
        for text in (entry.text, entry.why, entry.remedy)
        for _, name, _, _ in Formatter().parse(text)
        if name is not None
    }
    assert explain_words(lang)["placeholders"].keys() == used


def test_placeholders_are_told_in_the_language_of_the_text() -> None:
    text = finding_texts("sv")["certificate_expired"].text
    assert without_values(text, "sv") == "Certifikatet <certifikat> hos <namn> har gått ut."


@pytest.mark.parametrize("code", sorted(KNOWN_CODES))
def test_prose_is_wrapped_and_examples_are_not(code: str) -> None:
    examples = {
        f"      {line}"
        for recipe in recipes_of(code)
        for s in recipe.software
        for line in s.example.splitlines()
    }
    for line in code_lines(code, width=80):
        assert len(line) <= 80 or line in examples or "://" in line


def test_what_a_finding_is_worth_is_said_for_each_ruleset_that_differs() -> None:
    assert code_lines("dnssec_no_ds", lang="en")[1] == "  Warning"
    assert code_lines("rc4_suites", lang="en")[1] == "  Note (ruleset bilaga-a-2017), Fault (ruleset 2026)"
    assert code_lines("no_tls13", lang="en")[1] == "  nothing (ruleset bilaga-a-2017), Note (ruleset 2026)"
    assert severities("no_tls13") == {"bilaga-a-2017": None, "2026": "note"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_has_every_code_on_a_line(lang: Lang) -> None:
    lines = list(list_lines(lang=lang))
    listed = {line[4:].split("  ")[0] for line in lines if line.startswith("    ")}
    assert listed == set(all_codes()) >= KNOWN_CODES
    assert all(len(line) <= 80 for line in lines)


def test_a_code_as_data() -> None:
    assert code_object("Nej (A)", "en")["columns"] == [
        {
            "indicator": "https",
            "label": "HTTPS",
            "text": "Https answers, but the content of the website cannot be had over it.",
            "why": "With https nobody on the way can read or change what the website and its visitor send each other.",
        }
    ]
    assert code_object("Nej/Ja") == {**code_object("X/Y"), "code": "Nej/Ja"}
    found = code_object("dnssec_no_ds", "en")
    assert found["area"] == "dnssec"
    assert found["severity"] == {"bilaga-a-2017": "warning", "2026": "warning"}
    assert found["source"] == "RFC 4035 §5.2"
    assert len(str(found["recipes"])) > 1000
