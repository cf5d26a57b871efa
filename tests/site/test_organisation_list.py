from dataclasses import replace
from pathlib import Path

import pytest

from checker.report.words import LANGS, Lang
from checker.site import organisation_list
from checker.site.collation import swedish_order
from checker.site.organisation_list import PATH
from tests.report.rows import hostile_result, result_of, row_of
from tests.site.html_tree import Element
from tests.site.sites import material_of, page_by


def page(directory: Path, *rows: tuple[str, str, str], lang: Lang = "sv") -> Element:
    results = [
        result_of(replace(row_of(code, region=region), group=group), https="Ja")
        for code, region, group in rows
    ]
    return page_by(organisation_list.write, directory, PATH, material_of(*results), lang)


def test_names_stand_in_swedish_alphabetical_order_then_by_code(tmp_path: Path) -> None:
    named = ("Örebro", "Ånge", "Zinkgruvan", "ale", "Älvsbyn", "Ale", "Åre", "Vänersborg", "Wien")
    root = page(tmp_path, *((f"c{at}", name, "") for at, name in enumerate(named)))
    shown = [link.text for link in root.one("ul", class_="listing").all("a")]
    assert shown == ["ale", "Ale", "Vänersborg", "Wien", "Zinkgruvan", "Ånge", "Åre", "Älvsbyn", "Örebro"]
    same = page(tmp_path, ("b", "Ale", ""), ("a", "Ale", ""))
    links = same.one("ul", class_="listing").all("a")
    assert [link.attributes["href"] for link in links] == ["a/index.html", "b/index.html"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Z", "Å"),
        ("Å", "Ä"),
        ("Ä", "Ö"),
        ("zz", "å"),
        ("Oz", "Pa"),
        ("Vara", "Wara"),
        ("e", "é"),
        ("Idé", "Ideal"),
        ("Muller", "Müller"),
    ],
)
def test_collation(one: str, other: str) -> None:
    assert swedish_order(one) < swedish_order(other)


def test_letters_in_two_pieces_sort_as_in_one() -> None:
    assert swedish_order("A\u030ange") == swedish_order("Ånge")


def test_groups_come_in_the_order_of_the_list_and_the_rest_last(tmp_path: Path) -> None:
    root = page(
        tmp_path, ("a", "A", ""), ("b", "B", "Statliga"), ("c", "C", "Kommuner"), ("d", "D", "Statliga")
    )
    assert [heading.words for heading in root.all("h2")] == ["Statliga 2", "Kommuner 1", "Utan grupp 1"]


@pytest.mark.parametrize("lang", LANGS)
def test_a_list_without_groups_has_no_headings_but_its_own(tmp_path: Path, lang: Lang) -> None:
    root = page(tmp_path, ("a", "A", ""), lang=lang)
    assert not root.all("h2")
    assert len(root.all("h1")) == 1


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    root = page_by(organisation_list.write, tmp_path, PATH, material_of(hostile_result()))
    link = root.one("ul", class_="listing").one("a")
    assert (link.text, link.attributes["href"]) == ('=HYPERLINK("x")<b>', "X.1/index.html")
