"""The pages around the long texts: method, about, accessibility."""

from dataclasses import replace
from pathlib import Path

import pytest

from checker.report.site_settings import AccessibilityStatement, SiteSettings
from checker.report.words import LANGS, Lang
from checker.site import prose
from checker.site.material import Material
from tests.report.rows import HOSTILE, SWEEP
from tests.site.sites import material_of, pages_of

STATED = SiteSettings(
    publisher="M <& P>",
    contact="a@b.example",
    accessibility=AccessibilityStatement(
        assessed="2026-03-29",
        method="Självskattning " + "x" * 900,
        shortcomings=("Kartan <saknar> text.", "En till. " + "y" * 280),
    ),
)


def pages(directory: Path, material: Material, lang: Lang = "sv") -> dict[str, str]:
    made = pages_of(directory, material, lang)
    prose.write(made)
    return {
        path: (directory / made.folder / path / "index.html").read_text(encoding="utf-8")
        for path in made.made
    }


@pytest.mark.parametrize(
    ("lang", "titles"),
    [
        ("sv", ("Så mäts det", "Om webbplatsen", "Webbplatsens tillgänglighet")),
        ("en", ("How it is measured", "About the site", "Accessibility of the site")),
    ],
)
def test_three_pages_with_their_titles(tmp_path: Path, lang: Lang, titles: tuple[str, ...]) -> None:
    found = pages(tmp_path, material_of(), lang)
    assert list(found) == ["metod/", "om/", "tillganglighet/"]
    for text, title in zip(found.values(), titles, strict=True):
        assert text.count("<h1>") == 1
        assert f"<h1>{title}</h1>" in text
        assert f"<title>{title} – Indikatorkollen</title>" in text


@pytest.mark.parametrize("lang", LANGS)
def test_the_method_page_says_what_this_sweep_was(tmp_path: Path, lang: Lang) -> None:
    sweep = replace(SWEEP, vantage=replace(SWEEP.vantage, name=HOSTILE), trust_store="certifi <2017>")
    found = pages(tmp_path, material_of(sweep=sweep), lang)
    method = found["metod/"]
    assert '<time datetime="2017-12-13T09:00:00Z">' in method
    assert '<time datetime="2017-12-13T09:04:30Z">' in method
    assert "certifi &lt;2017&gt;" in method
    assert "bilaga-a-2017 (1)" in method
    assert "<script>alert" not in method
    assert "\u202e" not in method
    assert 'id="this-sweep"' in method
    assert 'id="this-sweep"' not in found["om/"]


def test_a_sweep_without_a_trust_store_names_none(tmp_path: Path) -> None:
    assert "Betrodda utfärdare" in pages(tmp_path / "one", material_of())["metod/"]
    without = material_of(sweep=replace(SWEEP, trust_store="", ruleset_version=""))
    method = pages(tmp_path / "two", without)["metod/"]
    assert "Betrodda utfärdare" not in method
    assert "<dd>bilaga-a-2017</dd>" in method


@pytest.mark.parametrize(("lang", "day"), [("sv", "29\xa0mars 2026"), ("en", "29\xa0March 2026")])
def test_the_publisher_s_own_words_stand_whole_and_harmless(tmp_path: Path, lang: Lang, day: str) -> None:
    page = pages(tmp_path, material_of(settings=STATED), lang)["tillganglighet/"]
    assert "M &lt;&amp; P&gt;" in page
    assert f"{'x' * 900}</p>" in page
    assert "<li>Kartan &lt;saknar&gt; text.</li>" in page
    assert f"{'y' * 280}</li>" in page
    assert day in page
    assert '<a href="mailto:a@b.example">a@b.example</a>' in page
    assert "prose-missing" not in page


def test_what_the_publisher_has_not_said_is_marked(tmp_path: Path) -> None:
    assert "prose-missing" in pages(tmp_path, material_of())["tillganglighet/"]
