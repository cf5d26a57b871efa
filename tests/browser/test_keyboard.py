"""The start page with the keyboard alone: skip to the content, filter, sort, and show everything again. Focus is always seen."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import View, looking
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser

STARTS = {"sv": "index.html", "en": "en/index.html"}
MOST_STOPS, FIRST_STOPS = 80, 40
FILTER, STATUS, RESET = "#filter\\:text", "#filter\\:status", "#filter\\:reset"
HEADS = "#part\\:table thead th[data-key]"
ROWS = "#part\\:table tbody tr[id]:visible"
_FOCUS = """() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const outlined = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const style = getComputedStyle(element);
    // the link of a cell covers the cell by its ::after, and that is what the ring is drawn around
    const after = getComputedStyle(element, "::after");
    const drawn = outlined(style) || style.boxShadow !== "none" || (after.content !== "none" && outlined(after));
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
        && box.top < innerHeight && box.left < innerWidth;
    const name = `${element.localName} ${element.id} "${(element.textContent || "").trim().slice(0, 30)}"`;
    return {name, lost: element === document.body, seen: drawn && inside};
}"""


@pytest.mark.parametrize("lang", STARTS)
@pytest.mark.parametrize("view", [View(), View(width=320)], ids=str)
def test_filter_and_sort(lang: str, view: View, address: str, browser: Browser) -> None:
    with looking(browser, address, view) as watched:
        page = watched.page
        assert watched.open(address + STARTS[lang]) == []
        _skips_to_the_content(page)
        everything = page.locator(ROWS).all_inner_texts()
        assert len(everything) > 1

        _tab_until(page, lambda: _is_focused(page, FILTER))
        page.keyboard.type("skåne")
        expect(page.locator(ROWS)).to_have_count(1)
        expect(page.locator(STATUS)).to_have_text(re.compile(rf"\b1\b.*\b{len(everything)}\b"))
        assert page.locator(STATUS).get_attribute("role") == "status"

        _tab_until(page, lambda: _is_focused(page, RESET))
        page.keyboard.press("Enter")
        expect(page.locator(ROWS)).to_have_count(len(everything))
        expect(page.locator(STATUS)).to_have_text("")
        assert not page.evaluate(_FOCUS)["lost"]

        second = f"{HEADS} >> nth=1"
        _tab_until(page, lambda: _is_focused(page, f"{second} >> button"))
        page.keyboard.press("Enter")
        assert _sorted(page) == {1: "ascending"}
        page.keyboard.press("Space")
        assert _sorted(page) == {1: "descending"}
        assert _is_focused(page, f"{second} >> button")
        answers = page.locator(f"{ROWS} td[data-indicator=starttls] .code").all_inner_texts()
        # rows with the same answer stand together
        changes = sum(one != other for one, other in pairwise(answers))
        assert changes == len(set(answers)) - 1 > 0

        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        assert _sorted(page) == {0: "ascending"}
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert _sorted(page) == {}
        assert page.locator(ROWS).all_inner_texts() == everything
        assert watched.troubles == []


@pytest.mark.parametrize("lang", STARTS)
def test_what_was_chosen_stands_in_the_address(lang: str, address: str, browser: Browser) -> None:
    with looking(browser, address) as watched:
        page = watched.page
        watched.open(address + STARTS[lang])
        page.locator(FILTER).fill("blekinge")
        expect(page.locator(ROWS)).to_have_count(1)
        page.reload()
        expect(page.locator(FILTER)).to_have_value("blekinge")
        expect(page.locator(ROWS)).to_have_count(1)
        page.locator("nav a[hreflang]").click()
        expect(page.locator(FILTER)).to_have_value("blekinge")
        expect(page.locator(ROWS)).to_have_count(1)
        assert watched.troubles == []


def test_focus_is_seen_at_the_first_stops_of_every_type_of_page(
    site: Site, address: str, browser: Browser
) -> None:
    wrong: list[str] = []
    with looking(browser, address) as watched:
        for found in site.one_of_each:
            if found.lang == "sv":
                watched.open(address + found.path)
                wrong += [f"{found.path}: {stop}" for stop in _unseen_stops(watched.page)]
    assert wrong == []


def _skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def _tab_until(page: Page, arrived: Callable[[], bool]) -> None:
    """Press Tab until it holds; focus is seen at every stop."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert not focus["lost"]
        assert focus["seen"], focus["name"]
        if arrived():
            return
    raise AssertionError(f"not reached with {MOST_STOPS} stops")


def _unseen_stops(page: Page) -> list[str]:
    """The stops at which focus cannot be seen, among the first."""
    unseen: list[str] = []
    for _ in range(FIRST_STOPS):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        if focus["lost"]:  # round the corner, at the browser's own controls
            break
        if not focus["seen"]:
            unseen.append(focus["name"])
    return unseen


def _is_focused(page: Page, selector: str) -> bool:
    return bool(page.locator(selector).evaluate("element => element === document.activeElement"))


def _sorted(page: Page) -> dict[int, str]:
    """The columns that say how they are sorted, by place."""
    said = page.locator(HEADS).evaluate_all("heads => heads.map(head => head.getAttribute('aria-sort'))")
    return {place: order for place, order in enumerate(said) if order is not None}
