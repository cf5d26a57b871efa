"""Pages print: the table on A4 with what its codes mean and when it was measured, and its head again on every sheet."""

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser
from pypdf import PageObject, PdfReader

from checker.report.words import Lang, column_words
from tests.browser.browsing import looking
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser

A4_MM = (210, 297)
MM = 72 / 25.4
HEADINGS = ":is(h1, h2, h3, h4, caption, thead tr):visible"
MOST_SHEETS = {"start": 8}
MOST_SHEETS_OF_OTHERS = 24
"""Whatever a page shows of 21 rows, more sheets than this are a mistake in its styles."""


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_table_prints_with_legend_and_date(
    lang: Lang, site: Site, address: str, browser: Browser
) -> None:
    (start,) = site.of_kind("start", lang)
    printed = _printed(address + start.path, browser)
    assert {_millimetres(sheet) for sheet in printed.sheets} == {(A4_MM[1], A4_MM[0])}
    whole = "".join(printed.texts)
    codes = [text for column in column_words(lang).values() for text in column.codes.values()]
    assert [text for text in codes if _close(text) not in whole] == []
    assert printed.times
    assert _close(printed.times[0]) in whole


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_every_sheet_of_the_table_has_its_head(
    lang: Lang, site: Site, address: str, browser: Browser
) -> None:
    (start,) = site.of_kind("start", lang)
    printed = _printed(address + start.path, browser)
    # on paper, names that follow each other are those of the table: elsewhere something stands between them
    neighbours = ["".join(pair) for pair in pairwise(printed.names)]
    with_rows = [text for text in printed.texts if any(names in text for names in neighbours)]
    assert len(with_rows) > 1, "all rows on one sheet: nothing shows that the head comes again"
    assert [text for text in with_rows if printed.head not in text] == []


def test_every_type_of_page_prints_in_a_few_sheets_without_lone_headings(
    site: Site, address: str, browser: Browser
) -> None:
    wrong: list[str] = []
    for page in site.one_of_each:
        printed = _printed(address + page.path, browser)
        if not 1 <= len(printed.sheets) <= MOST_SHEETS.get(page.kind, MOST_SHEETS_OF_OTHERS):
            wrong.append(f"{page.path}: {len(printed.sheets)} sheets")
        wrong += [
            f"{page.path}: sheet {number} is empty"
            for number, text in enumerate(printed.texts, 1)
            if not text
        ]
        wrong += [
            f"{page.path}: sheet {number} ends with {last}"
            for number, last in enumerate(map(_last_line, printed.sheets[:-1]), 1)
            if last in printed.headings
        ]
        if {tuple(sorted(_millimetres(sheet))) for sheet in printed.sheets} != {A4_MM}:
            wrong.append(f"{page.path}: not on A4")
    assert wrong == []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """A page on paper, all texts without spaces. `head` is that of the table of results, `names` those of its rows.

    `headings` are those of the page, and the captions and heads of its tables.
    """

    sheets: list[PageObject]
    texts: list[str]
    headings: frozenset[str]
    times: list[str]
    head: str
    names: list[str]


def _printed(address: str, browser: Browser) -> _Printed:
    with looking(browser, address) as watched:
        watched.open(address)
        page = watched.page
        page.emulate_media(media="print")
        table = page.locator("#part\\:table")
        sheets = list(PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages)
        return _Printed(
            sheets=sheets,
            texts=[_close(sheet.extract_text()) for sheet in sheets],
            headings=frozenset(_close(text) for text in page.locator(HEADINGS).all_inner_texts()),
            times=[_close(text) for text in page.locator("time:visible").all_inner_texts()],
            head=_close("".join(table.locator("thead").all_inner_texts())),
            names=[_close(text) for text in table.locator("tbody tr[id] th").all_inner_texts()],
        )


def _last_line(sheet: PageObject) -> str:
    """What stands lowest: not always what was written last."""
    lines = sheet.extract_text(extraction_mode="layout").splitlines()
    return next((text for line in reversed(lines) if (text := _close(line))), "")


def _close(text: str) -> str:
    """Without white space and ligatures: on paper, lines break anywhere."""
    return "".join(normalize("NFKC", text).split())


def _millimetres(sheet: PageObject) -> tuple[int, int]:
    return round(float(sheet.mediabox.width) / MM), round(float(sheet.mediabox.height) / MM)
