"""The comparison of two sweeps with its script: what differs, what is said of it, and the address that keeps the choice."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from checker.site import assets, comparison, sweeps
from tests.browser.browsing import looking
from tests.site.pasts import nights, past_of
from tests.site.time_pages import languages

pytestmark = pytest.mark.browser

COUNT, ROWS = "[id='compare:count']", "[id='compare:measured'] tbody tr"
OLDER, NEWER = "[id='compare:older']", "[id='compare:newer']"


@pytest.fixture
def written(tmp_path: Path) -> str:
    """The address of a site with three sweeps."""
    tables = [
        {"AB": ("Ja", "Nej", "Ja", "Ja", ""), "C": ("Ja",) * 5},
        {"AB": ("Ej mätt", "Ja (F)", "Ja", "Ja", "Nej"), "D": ("Nej",) * 5},
        {"AB": ("Ja", "Ja (F)", "Nej", "Ja", "Nej"), "D": ("Nej",) * 5},
    ]
    found = list(nights(3))
    found[0] = replace(found[0], ruleset="bilaga-a-2017")
    past = past_of(found, tables, regions="<b>Region {}</b>".format)
    pages = languages(tmp_path, past)
    assets.write(tmp_path, pages[0].material.settings)
    sweeps.write(pages)
    for one in pages:
        comparison.write(one)
    return tmp_path.as_uri()


def test_any_two_sweeps(written: str, browser: Browser) -> None:
    with looking(browser, written) as watched:
        page = watched.page
        assert watched.open(f"{written}/en/svep/jamfor/index.html") == []
        expect(page.locator(ROWS)).to_have_text(["<b>Region AB</b>DNSSECJaNej"])
        expect(page.locator(COUNT)).to_have_text(
            "1 cell differs. 1 could be measured in one of the two only."
        )
        page.select_option(OLDER, "2026-01-01")
        expect(page.locator(ROWS)).to_have_text(
            ["<b>Region AB</b>HTTPSNejJa (F)", "<b>Region AB</b>DNSSECJaNej"]
        )
        expect(page.locator(COUNT)).to_have_text(
            "2 cells differ. Only in the later one: <b>Region D</b>. Only in the earlier one: <b>Region C</b>. "
            "The two were judged by different rules, so a difference may come from them: "
            "bilaga-a-2017, 1 and 2026, 1."
        )
        assert page.url.endswith("#2026-01-01..2026-01-03")
        assert watched.troubles == []


def test_an_address_keeps_the_choice(written: str, browser: Browser) -> None:
    with looking(browser, written) as watched:
        page = watched.page
        assert watched.open(f"{written}/svep/jamfor/index.html#2026-01-01..2026-01-01") == []
        expect(page.locator(COUNT)).to_have_text("Ingen cell skiljer sig.")
        page.evaluate("location.hash = '#%E0%A4..nonsense'")
        page.evaluate("location.hash = '#2026-01-02..2026-01-03'")
        expect(page.locator(OLDER)).to_have_value("2026-01-02")
        assert watched.troubles == []


def test_the_earlier_sweep_stands_first_however_the_two_were_chosen(written: str, browser: Browser) -> None:
    with looking(browser, written) as watched:
        page = watched.page
        watched.open(f"{written}/en/svep/jamfor/index.html")
        page.select_option(NEWER, "2026-01-01")
        expect(page.locator(OLDER)).to_have_value("2026-01-01")
        expect(page.locator(NEWER)).to_have_value("2026-01-02")
        expect(page.locator(COUNT)).to_contain_text("Only in the later one: <b>Region D</b>.")
        assert page.url.endswith("#2026-01-01..2026-01-02")
        page.select_option(OLDER, "2026-01-03")
        expect(page.locator(ROWS)).to_have_text(["<b>Region AB</b>DNSSECJaNej"])
        assert page.url.endswith("#2026-01-02..2026-01-03")
        page.evaluate("location.hash = '#2026-01-03..2026-01-01'")
        expect(page.locator(OLDER)).to_have_value("2026-01-01")
        expect(page.locator(NEWER)).to_have_value("2026-01-03")
        assert watched.troubles == []


@pytest.mark.parametrize(("folder", "langs"), [("", [""] * 3), ("en/", ["", "sv", "sv"])])
def test_printed_codes_are_swedish_on_english_pages(
    folder: str, langs: list[str], written: str, browser: Browser
) -> None:
    with looking(browser, written) as watched:
        watched.open(f"{written}/{folder}svep/jamfor/index.html")
        cells = watched.page.locator(f"{ROWS} td")
        expect(cells).to_have_text(["DNSSEC", "Ja", "Nej"])
        assert cells.evaluate_all("cells => cells.map(cell => cell.lang)") == langs


def test_without_a_script_nothing_is_promised(written: str, browser: Browser) -> None:
    with looking(browser, written, java_script_enabled=False) as watched:
        assert watched.open(f"{written}/svep/jamfor/index.html") == []
        expect(watched.page.locator(OLDER)).to_be_hidden()
        expect(watched.page.get_by_text("checker diff")).to_be_visible()
