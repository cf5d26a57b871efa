"""Without JavaScript everything is there: the same text, rows and links, and nothing to press that does nothing."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import looking
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser

ALIVE = "svep/jamfor/index.html"
"""The comparison of any two sweeps: the script alone can make one. Without it the page says so, and where to go instead."""
CONTROLS = "button, input, select, textarea, [role=button], [tabindex='0']:not(:has(table))"


def test_everything_is_there(site: Site, address: str, browser: Browser) -> None:
    wrong: list[str] = []
    with looking(browser, address) as scripted, looking(browser, address, java_script_enabled=False) as plain:
        for page in site.examples:
            wrong += scripted.open(address + page.path) + plain.open(address + page.path)
            there, here = _shown(scripted.page), _shown(plain.page)
            wrong += [
                f"{page.path}: {name} {len(there[name])} with the script and {len(here[name])} without"
                for name in there
                if there[name] != here[name] and not page.path.endswith(ALIVE)
            ]
            dead = [control for control in plain.page.locator(CONTROLS).all() if control.is_visible()]
            wrong += [f"{page.path}: does nothing: {control.inner_text()!r}" for control in dead]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("start", ["", "en/"])
def test_the_comparison_says_what_to_do_instead(start: str, address: str, browser: Browser) -> None:
    with looking(browser, address, java_script_enabled=False) as watched:
        assert watched.open(f"{address}{start}{ALIVE}") == []
        instead = watched.page.locator("#compare\\:without")
        expect(instead).to_be_visible()
        expect(instead.locator("a")).to_have_attribute("href", "../index.html")


def test_links_lead_on(address: str, browser: Browser) -> None:
    with looking(browser, address, java_script_enabled=False) as watched:
        page = watched.page
        assert watched.open(f"{address}index.html") == []
        row = page.locator("tbody th[scope=row]").first
        name = row.locator("a").last.inner_text()
        row.locator("a").last.click()
        page.wait_for_url("**/organisation/*/index.html*")
        assert name in page.locator("h1").inner_text()
        page.locator("a[hreflang=en]").click()
        page.wait_for_url("**/en/organisation/*/index.html")
        assert page.locator("html").get_attribute("lang") == "en"
        assert watched.troubles == []


def _shown(page: Page) -> dict[str, list[str]]:
    """What stands in the page and can be seen: rows, links and headings."""
    return {
        "rows": [text for text in page.locator("tbody tr:visible").all_inner_texts() if text.strip()],
        "links": page.locator("main a:visible").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        ),
        "headings": page.locator("h1:visible, h2:visible, h3:visible").all_inner_texts(),
    }
