from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from checker.report.model import COLUMNS
from checker.report.recipes import recipe_topics, recipes_of
from checker.report.words import column_words, explain_words, finding_texts
from checker.rulesets import KNOWN_CODES
from checker.site import indicators
from checker.site.places import AREAS, TLS_AREAS
from tests.report.rows import table_6
from tests.site.pasts import made_up
from tests.site.time_pages import Elements, languages, page

FOLDERS = (*(f"indikator/{column}" for column in COLUMNS), "indikator/https/tls")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    rows = tuple(table_6())
    for pages in languages(directory, made_up(150, 21), study=rows, results=rows):
        indicators.write(pages)
    return directory


@cache
def read(path: Path, folder: str) -> Elements:
    return page(path, folder)


def test_every_word_file_has_its_place() -> None:
    placed = {area for areas in AREAS.values() for area in areas} | set(TLS_AREAS)
    assert placed == set(explain_words("en")["areas"])


def test_every_finding_is_explained_once_in_full(site: Path) -> None:
    for lang, prefix in (("sv", ""), ("en", "en/")):
        told = Counter(
            code
            for folder in FOLDERS
            for code in KNOWN_CODES
            if f". {code}\n" in read(site, f"{prefix}{folder}").text
        )
        for code in KNOWN_CODES:
            expected = len(COLUMNS) if finding_texts(lang)[code].area == "common" else 1
            assert told[code] == expected, code


def test_every_column_has_an_anchor_for_what_it_may_find(site: Path) -> None:
    anchors = {column: set(read(site, f"indikator/{column}").ids) for column in COLUMNS}
    areas = {code: text.area for code, text in finding_texts("sv").items()}
    for code, area in areas.items():
        home = "https" if area in {"bare_domain", "tls", "certificate"} else area
        for column in COLUMNS if home == "common" else (home,):
            assert code in anchors[column]
    assert {code for code in areas if code.startswith("mail_mx")} <= anchors["mail_ipv6"]
    assert {code for code in areas if code.startswith("web_")} <= anchors["www_ipv6"]


def test_the_steps_of_every_finding_are_beside_its_page(site: Path) -> None:
    shown = {column: set(read(site, f"indikator/{column}/atgarder").ids) for column in COLUMNS}
    for column in COLUMNS:
        for code in read(site, f"indikator/{column}").ids:
            for recipe in recipes_of(code):
                assert f"recipe-{recipe.topic}" in shown[column]
    assert {f"recipe-{topic}" for topic in recipe_topics()} <= set().union(*shown.values())


@pytest.mark.parametrize("prefix", ["", "en/"])
@pytest.mark.parametrize(
    "folder", ["indikator", *FOLDERS, *(f"indikator/{column}/atgarder" for column in COLUMNS)]
)
def test_links_between_these_pages_lead_somewhere(prefix: str, folder: str, site: Path) -> None:
    here = site / prefix / folder
    for attrs in read(site, f"{prefix}{folder}").all("a"):
        target, _, fragment = attrs["href"].partition("#")
        if ":" in target:
            continue
        path = (here / target).resolve() if target else here / "index.html"
        if "indikator/" not in str(path.relative_to(site.resolve())) or path.suffix != ".html":
            continue
        assert path.is_file(), attrs
        if fragment:
            assert fragment in read(site, str(path.parent.relative_to(site.resolve()))).ids, attrs


@pytest.mark.parametrize("prefix", ["", "en/"])
@pytest.mark.parametrize("folder", [*FOLDERS, *(f"indikator/{column}/atgarder" for column in COLUMNS)])
def test_pages_stay_small_and_their_ids_apart(prefix: str, folder: str, site: Path) -> None:
    ids = Counter(read(site, f"{prefix}{folder}").ids)
    assert [name for name, count in ids.items() if count > 1] == []
    assert (site / prefix / folder / "index.html").stat().st_size < 100_000


@pytest.mark.parametrize("column", COLUMNS)
def test_a_page_has_legend_chart_map_and_text(column: str, site: Path) -> None:
    found = read(site, f"indikator/{column}")
    for printed, text in column_words("sv")[column].codes.items():
        assert printed in found.text
        assert text in found.text
    assert f"over-time-{column}" in found.ids
    assert "definition" in found.ids
    assert sum(attrs.get("class", "").startswith("tiles") for attrs in found.all("ul")) == 1


def test_what_the_rulesets_say_differently_is_told(site: Path) -> None:
    text = read(site, "en/indikator/https/tls").text
    assert "bilaga-a-2017: nothing, 2026: Fault" in text


def test_without_a_past_there_is_no_chart(tmp_path: Path) -> None:
    indicators.write(languages(tmp_path, None)[0])
    assert "over-time-https" not in page(tmp_path, "indikator/https").ids
