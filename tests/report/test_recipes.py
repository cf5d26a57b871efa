import re
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from checker.report import recipes
from checker.report.recipes import recipe, recipe_topics, recipes_of
from checker.report.words import LANGS, finding_texts

DOCUMENTATION = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
ADDRESS = re.compile(r"(?<![\w.:])(?:\d+(?:\.\d+){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*)(?![\w.:])")
NAMED = {topic for text in finding_texts("en").values() for topic in text.recipes}


def test_every_recipe_that_is_named_exists_and_none_is_left_over() -> None:
    assert set(recipe_topics()) == NAMED


@pytest.mark.parametrize("topic", recipe_topics())
def test_a_recipe_is_whole_in_both_languages(topic: str) -> None:
    found = recipe(topic)
    assert re.fullmatch(r"[a-z0-9_]+", topic)
    for lang in LANGS:
        assert found.title[lang]
        assert not found.title[lang].endswith(".")
        assert found.text[lang]
        assert all(software.text[lang] for software in found.software)
        assert len({software.name[lang] for software in found.software}) == len(found.software)
        assert all(software.document[lang] for software in found.software)
        assert not any(" / " in software.name[lang] for software in found.software)
    assert sum(bool(software.example) for software in found.software) >= 2
    for software in found.software:
        assert re.fullmatch(r"https://[^\s<>\"]+", software.source)


@pytest.mark.parametrize("topic", recipe_topics())
def test_examples_are_generic_and_fit_a_terminal(topic: str) -> None:
    for software in recipe(topic).software:
        for line in software.example.splitlines():
            assert line.isprintable()
            assert len(line) <= 100
        for word in ADDRESS.findall(software.example):
            try:
                address = ip_address(word)
            except ValueError:
                continue  # a time of day or a version
            generic = address.is_unspecified or address.is_loopback
            assert generic or any(address in network for network in DOCUMENTATION), word


def test_recipes_come_in_the_order_of_the_entry() -> None:
    code, text = next(item for item in finding_texts("en").items() if len(item[1].recipes) > 1)
    assert tuple(found.topic for found in recipes_of(code)) == text.recipes
    assert recipes_of("no_such_code") == ()


def test_a_topic_without_recipe() -> None:
    with pytest.raises(FileNotFoundError):
        recipe("no_such_topic")


@pytest.mark.parametrize(
    ("scenario", "old", "new", "said"),
    [
        ("a language is missing", "[en]", "[de]", "recipe made_up: missing or not known here: de, en"),
        (
            "a misspelt word",
            "title =",
            "titel =",
            "recipe made_up, sv: missing or not known here: titel, title",
        ),
        ("no source", "source", "origin", "recipe made_up, nginx: missing or not known here: origin, source"),
        (
            "a name in one language only",
            'name = "nginx"',
            'name = { sv = "a" }',
            "recipe made_up, .*: missing or not known here: en",
        ),
        (
            "a document in an unknown language",
            'name = "nginx"',
            'name = "nginx"\ndocument = { sv = "a", en = "a", de = "a" }',
            "recipe made_up, nginx: missing or not known here: de",
        ),
    ],
)
def test_a_recipe_that_is_not_as_it_should_be(
    scenario: str, old: str, new: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = '[sv]\ntitle = "a"\ntext = "b"\n[en]\ntitle = "a"\ntext = "b"\n'
    software = (
        '[[software]]\nname = "nginx"\nsv = "a"\nen = "a"\nexample = ""\nsource = "https://nginx.org/"\n'
    )
    (tmp_path / "made_up.toml").write_text((words + software).replace(old, new))
    monkeypatch.setattr(recipes, "_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match=said):
        recipe.__wrapped__("made_up")


@pytest.mark.parametrize("topic", recipe_topics())
def test_a_source_that_is_no_manual_of_the_program_is_called_what_it_is(topic: str) -> None:
    for software in recipe(topic).software:
        for lang in LANGS:
            if number := re.search(r"//www\.rfc-editor\.org/rfc/rfc(\d+)", software.source):
                assert software.document[lang].startswith(f"RFC {number[1]}")
            if "certbot" in software.source:
                assert software.document[lang] == "Certbot"
            if "internetstiftelsen" in software.source:
                assert software.document[lang] != software.name[lang]


def test_a_name_may_differ_between_the_languages() -> None:
    software = recipe("mx_records").software
    assert software[0].name == {"sv": "BIND, NSD, Knot DNS (zonfil)", "en": "BIND, NSD, Knot DNS (zone file)"}
    assert software[0].document == {"sv": "RFC 5321 §5.1", "en": "RFC 5321 §5.1"}
    assert software[1].document == software[1].name == {"sv": "PowerDNS", "en": "PowerDNS"}


def test_every_file_is_read_once() -> None:
    topic = recipe_topics()[0]
    assert recipe(topic) is recipe(topic)
