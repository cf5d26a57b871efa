from dataclasses import replace
from pathlib import Path

import pytest

from checker.report.model import COLUMNS, SweepInfo
from checker.report.words import LANGS, Lang, column_words
from checker.site import start
from checker.site.tiles import counties, tile_map, tile_maps
from tests.report.rows import SWEEP, result_of, row_of, table_6
from tests.site.html_tree import Element
from tests.site.sites import material_of, page_by

ROWS_FROM_THE_NORTH = ("BD", "AC", "ZY", "WX", ("S", "T", "U", "C"), ("O", "E", "D", "AB"), "NFHI", "MGK")
FROM_THE_NORTH = [code for row in ROWS_FROM_THE_NORTH for code in ((row,) if row in ("BD", "AC") else row)]


def test_all_21_counties_have_a_tile_in_the_order_of_the_map() -> None:
    shown = tile_map(table_6, "https", "sv")
    assert shown is not None
    assert [tile.code for tile in shown.tiles] == FROM_THE_NORTH
    assert counties() == {result.row.code for result in table_6()} == set(FROM_THE_NORTH)


def test_no_two_tiles_of_a_row_lie_on_each_other() -> None:
    shown = tile_map(table_6, "https", "sv")
    assert shown is not None
    across = {tile.code: tile.across for tile in shown.tiles}
    for row in ROWS_FROM_THE_NORTH:
        codes = (row,) if row in ("BD", "AC") else row
        places = [across[code] for code in codes]
        assert places == sorted(set(places))
    # A tile that does not lie east of the one before begins a new row.
    begins = [
        tile.code
        for tile, before in zip(shown.tiles[1:], shown.tiles, strict=False)
        if tile.across <= before.across
    ]
    assert begins == ["AC", "Z", "W", "S", "O", "N", "M"]


def test_there_is_no_map_without_every_county() -> None:
    assert tile_map(lambda: iter(list(table_6())[1:]), "https", "sv") is None
    assert tile_maps([result_of(row_of("AB"), https="Ja")], "sv") == ()


def test_others_in_the_list_are_no_part_of_the_map() -> None:
    rows = [*table_6(), result_of(row_of("1234"), https="Nej")]
    (shown,) = tile_maps(rows, "sv", ("https",))
    assert len(shown.tiles) == 21


def page(directory: Path, lang: Lang = "sv", sweep: SweepInfo = SWEEP) -> Element:
    return page_by(start.write, directory, "", material_of(*table_6(), sweep=sweep), lang)


@pytest.mark.parametrize("lang", LANGS)
def test_every_tile_is_a_link_that_says_letters_name_and_answer(tmp_path: Path, lang: Lang) -> None:
    results = {result.row.code: result for result in table_6()}
    for shown, column in zip(page(tmp_path, lang).all("ul", class_="tiles"), COLUMNS, strict=True):
        assert column_words(lang)[column].label in shown.attributes["aria-label"]
        for tile in shown.all("li"):
            link = tile.one("a")
            code = link.one("b").text
            assert link.attributes["href"] == f"organisation/{code}/index.html#{column}"
            # what is seen comes first: whoever speaks to the page says that
            assert link.words == f"{code} {results[code].cell(column)}, {results[code].row.region}"


def test_tiles_differ_by_more_than_colour(tmp_path: Path) -> None:
    shown = page(tmp_path).all("ul", class_="tiles")[1]
    looks = {link.one("b").text: link.attributes["class"] for link in shown.all("a")}
    assert (looks["AB"], looks["C"], looks["X"], looks["BD"]) == ("no remark", "yes", "broken", "yes remark")


def test_columns_not_asked_for_have_no_map(tmp_path: Path) -> None:
    shown = page(tmp_path, sweep=replace(SWEEP, columns=("https",))).all("ul", class_="tiles")
    assert [each.attributes["aria-label"] for each in shown] == ["HTTPS, län för län"]
