"""The status badge: well-formed, all text, and wide enough for it."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.report.model import COLUMNS, RowResult
from checker.report.words import LANGS, Lang, column_words
from checker.site.files.badge import NAME, badge, write
from checker.site.text_width import text_width
from checker.verdict import PRINTED
from tests.report.rows import HOSTILE, SWEEP, hostile_result, result_of, row_of, table_6

SVG = "{http://www.w3.org/2000/svg}"
LONG = "Myndigheten för samhällsskydd och beredskap i Västra Götalands län med omnejd"
LONGEST = {
    "starttls": "Delvis (C)",
    "https": "Ja (F) (N)",
    "dnssec": "Ja (trasig)/Ej mätt",
    "www_ipv6": "Ej mätt",
    "mail_ipv6": "–",
}


def read(result: RowResult, lang: Lang = "sv") -> ET.Element:
    return ET.fromstring(badge(result, SWEEP, lang))  # noqa: S314 - our own file


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("lang", LANGS)
def test_it_says_the_printed_codes_and_nothing_more(lang: Lang) -> None:
    root = read(result_of(row_of(), **LONGEST), lang)
    words = column_words(lang)
    head, *said = texts(root)
    assert head == {"sv": "Stockholm, 13\xa0december 2017", "en": "Stockholm, 13\xa0December 2017"}[lang]
    assert said == [text for column in COLUMNS for text in (words[column].label, LONGEST[column])]
    title = root.findtext(f"{SVG}title")
    assert title == root.get("aria-label")
    assert root.get("role") == "img"
    assert all(f"{words[column].label}: {LONGEST[column]}" in (title or "") for column in COLUMNS)


def test_it_carries_no_script_no_link_and_no_style() -> None:
    root = read(result_of(row_of(), **LONGEST))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "title", "rect", "text"}
    assert not {name for element in root.iter() for name in element.keys() if name.startswith(("on", "href"))}  # noqa: SIM118 - of an element, not of a dict


@pytest.mark.parametrize("cells", [LONGEST, {"https": "Ja"}, {}])
@pytest.mark.parametrize("region", ["Ö", "Stockholm", LONG, "W" * 80])
@pytest.mark.parametrize("lang", LANGS)
def test_texts_fit_their_boxes_and_boxes_the_picture(cells: dict[str, str], region: str, lang: Lang) -> None:
    root = read(result_of(row_of(region=region), **cells), lang)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    background, *boxes = root.iter(f"{SVG}rect")
    assert (background.get("width"), background.get("fill")) == (root.get("width"), "#ffffff")
    ends = 0.0
    for box in boxes:
        left, wide = float(box.get("x", "")), float(box.get("width", ""))
        assert left >= ends
        ends = left + wide
        assert float(box.get("y", "")) + float(box.get("height", "")) <= height
        inside = [
            text
            for text in root.iter(f"{SVG}text")
            if left <= float(text.get("x", "")) <= ends and text.get("y") != "15"
        ]
        assert len(inside) == 2
        for text in inside:
            bold = text.get("font-weight") == "600"
            assert float(text.get("x", "")) + text_width(text.text or "", bold=bold) <= ends
    assert ends <= width
    head = texts(root)[0]
    assert text_width(head) + 16 <= width
    assert head.endswith("2017")
    assert region in (root.findtext(f"{SVG}title") or "")


def test_codes_differ_by_more_than_colour() -> None:
    """Broken and unknown have dashed edges of their own; every box has its code in it."""
    dashes = {}
    for printed in ("Ja", "Nej", "Ja (trasig)", PRINTED["unknown"], PRINTED["not_applicable"]):  # type: ignore[index]  # values are strings
        _, box = read(result_of(dnssec=printed)).iter(f"{SVG}rect")
        dashes[printed] = box.get("stroke-dasharray")
    assert dashes["Ja"] is dashes["Nej"] is None
    assert dashes["Ja (trasig)"] not in {None, dashes["Ej mätt"]}
    assert dashes["Ej mätt"] == dashes["–"] is not None


def test_columns_that_were_not_asked_for_are_left_out() -> None:
    assert texts(read(result_of(https="Ja")))[1:] == ["HTTPS", "Ja"]
    assert len(texts(read(result_of()))) == 1


def test_hostile_names_stay_text() -> None:
    result = hostile_result()
    root = read(replace(result, row=replace(result.row, region=HOSTILE)))
    assert "<script>alert(1)</script>" in (root.findtext(f"{SVG}title") or "")
    assert all(text.replace("\xa0", " ").isprintable() for text in root.itertext() if text.strip())


@given(region=st.text(max_size=60) | st.sampled_from(["\ud800", "]]>", '"&<', "\ufffe"]))
def test_whatever_the_name_it_is_well_formed(region: str) -> None:
    root = read(result_of(row_of(region=region), https="Ja"))
    badge(result_of(row_of(region=region)), SWEEP, "en").encode("utf-8")
    assert len(texts(root)) == 3


def test_each_language_has_its_own_beside_the_page(tmp_path: Path) -> None:
    result = next(table_6())
    for lang in LANGS:
        write(tmp_path, result, SWEEP, lang)
    code = result.row.code
    for folder, lang in (("", "sv"), ("en/", "en")):
        text = (tmp_path / f"{folder}organisation/{code}/{NAME}").read_text(encoding="utf-8")
        assert f'xml:lang="{lang}"' in text
