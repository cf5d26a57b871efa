"""Nothing is lost on a narrow screen or with large text: no scrolling sideways, nothing cut off."""

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import HALF, NARROW, WIDE, View, looking
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser

VIEWS = (
    View(width=NARROW),
    View(width=WIDE, large_text=True),
    View(width=HALF, large_text=True),
)
_LOST = """() => {
    const root = document.documentElement;
    for (const details of document.querySelectorAll("details")) details.open = true;
    const lost = [];
    if (root.scrollWidth > root.clientWidth)
        lost.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
    const named = element => {
        const classes = element.getAttribute("class");
        const text = element.textContent.trim().replace(/\\s+/g, " ").slice(0, 40);
        return `${element.localName}${classes ? "." + classes.split(" ").join(".") : ""} "${text}"`;
    };
    const unseen = element => {
        // What is there for the ear alone: clipped to a point on purpose, or a link that covers a cell.
        for (let one = element; one; one = one.parentElement) {
            const style = getComputedStyle(one);
            if (style.overflowX === "visible") continue;
            if ((one.clientWidth <= 1 && one.clientHeight <= 1) || style.textIndent === "110%") return true;
        }
        return false;
    };
    const scrolls = element => {
        for (let one = element; one && one !== document.body; one = one.parentElement)
            if (["auto", "scroll"].includes(getComputedStyle(one).overflowX)) return true;
        return false;
    };
    for (const element of document.body.querySelectorAll("*")) {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        if (!box.width || !box.height || !element.checkVisibility({visibilityProperty: true}) || unseen(element)) continue;
        if (["hidden", "clip"].includes(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
            lost.push(`cut off sideways: ${named(element)}`);
        if (["hidden", "clip"].includes(style.overflowY) && element.scrollHeight > element.clientHeight + 1)
            lost.push(`cut off below: ${named(element)}`);
        if ((box.right > root.clientWidth + 1 || box.left < -1) && style.position !== "fixed" && !scrolls(element)
            && !element.matches(".skip, .skip *"))
            lost.push(`outside the page: ${named(element)} ${Math.round(box.left)}–${Math.round(box.right)}`);
    }
    return lost;
}"""


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_nothing_is_lost(view: View, site: Site, address: str, browser: Browser) -> None:
    lost: list[str] = []
    with looking(browser, address, view) as watched:
        for page in site.examples:
            watched.open(address + page.path)
            if view.large_text:
                size = watched.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
                assert size >= 30, f"{page.path}: the text does not follow the reader's size"
            lost += [f"{page.path}: {what}" for what in watched.page.evaluate(_LOST)[:5]]
    assert lost == [], "\n".join(lost)
