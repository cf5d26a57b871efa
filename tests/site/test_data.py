"""The page about the open data: it names files that are there, and no others."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from checker.report.feeds import FeedSource
from checker.report.words import LANGS, Lang
from checker.site.build import build
from checker.site.material import Material
from tests.report.rows import SWEEP, hostile_result, table_6
from tests.site.html_tree import Element, tree_of
from tests.site.sites import material_of, nights_before, whole_site


def page(directory: Path, lang: Lang) -> Element:
    return tree_of(directory / ("" if lang == "sv" else "en/") / "data/index.html")


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    build(directory, whole_site())
    return directory


@pytest.fixture(name="bare", scope="module")
def _bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bare")
    build(directory, material_of(hostile_result()))
    return directory


def offered(directory: Path, lang: Lang) -> dict[str, tuple[str, str]]:
    """What the table of files links to (below the site's top), its name and its size."""
    found = {}
    text = (directory / ("" if lang == "sv" else "en/") / "data/index.html").read_text(encoding="utf-8")
    (table,) = re.findall(r'<table class="files">.*?</table>', text, re.DOTALL)
    folder = Path(directory / ("" if lang == "sv" else "en") / "data")
    for href, name, size in re.findall(
        r'<a href="([^"]+)">([^<]+)</a></th><td>[^<]+</td><td>([^<]*)</td>', table
    ):
        path = (folder / href).resolve().relative_to(directory.resolve())
        found[path.as_posix()] = (name, size)
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_every_file_is_there_and_its_size_is_told(whole: Path, lang: Lang) -> None:
    below = "" if lang == "sv" else "en/"
    found = offered(whole, lang)
    assert set(found) == {
        "results.csv",
        "results.json",
        "results.schema.json",
        f"{below}data/resultat.xlsx",
        "data/historik.csv",
        "organisation.schema.json",
        "data/dcat.rdf",
        f"{below}andringar/atom.xml",
        "sitemap.xml",
        "organisation/AB/resultat.json",
        f"{below}organisation/AB/badge.svg",
    }
    for path, (_, size) in found.items():
        assert (whole / path).is_file()
        if size:
            kilobytes = (whole / path).stat().st_size / 1000
            assert size == f"{max(1, round(kilobytes))} kB"
    assert {path for path, (_, size) in found.items() if size} >= {"results.csv", "data/historik.csv"}


def test_files_that_are_not_made_are_not_named(bare: Path) -> None:
    assert set(offered(bare, "sv")) == {
        "results.csv",
        "results.json",
        "results.schema.json",
        "data/resultat.xlsx",
        "organisation.schema.json",
        "data/dcat.rdf",
        "organisation/X.1/resultat.json",
        "organisation/X.1/badge.svg",
    }
    for name in ("data/historik.csv", "sitemap.xml", ".well-known", "andringar"):
        assert not (bare / name).exists()


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_has_a_caption_and_headings(whole: Path, lang: Lang) -> None:
    text = (whole / ("" if lang == "sv" else "en/") / "data/index.html").read_text(encoding="utf-8")
    (table,) = re.findall(r'<table class="files">.*?</table>', text, re.DOTALL)
    assert table.count("<caption>") == 1
    assert table.count('<th scope="col">') == 3
    assert table.count('<th scope="row">') == len(offered(whole, lang))


def test_a_site_without_rows_has_no_example(tmp_path: Path) -> None:
    build(tmp_path, material_of())
    assert not [path for path in offered(tmp_path, "sv") if path.startswith("organisation/")]


def built(directory: Path, material: Material) -> dict[str, bytes]:
    directory.mkdir(exist_ok=True)
    build(directory, material)
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_announcements_are_read_once(tmp_path: Path) -> None:
    asked: list[int] = []

    def announcements() -> tuple[()]:
        asked.append(1)
        return ()

    feeds = FeedSource(announcements=announcements, begun=SWEEP.started)
    made = built(tmp_path, material_of(*list(table_6())[:2], past=nights_before(2), feeds=feeds))
    assert asked == [1]
    assert {"andringar/atom.xml", "en/andringar/atom.xml"} <= set(made)


def test_a_site_is_the_same_from_the_same_input(tmp_path: Path) -> None:
    rows = [replace(result, row=replace(result.row, group="G")) for result in list(table_6())[:2]]
    one, two = (built(tmp_path / name, material_of(*rows, past=nights_before(2))) for name in ("one", "two"))
    assert set(one) == set(two)
    assert [name for name in one if one[name] != two[name]] == []
