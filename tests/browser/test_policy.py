"""With the policy in force nothing goes wrong on any page: no message, no error, no request that leaves the site."""

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import looking
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser


def test_no_page_makes_trouble(site: Site, address: str, browser: Browser) -> None:
    with looking(browser, address) as watched:
        troubles = [
            f"{page.path}: {found}" for page in site.examples for found in watched.open(address + page.path)
        ]
    assert troubles == []


def test_the_policy_is_in_force(address: str, browser: Browser) -> None:
    """A script and a style that a page would not have written itself do nothing but show up as trouble."""
    with looking(browser, address) as watched:
        assert watched.open(f"{address}index.html") == []
        ran = watched.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
                return window.ran === true;
            }"""
        )
        assert not ran
        watched.page.wait_for_function("() => true")
        assert any("Content Security Policy" in trouble for trouble in watched.troubles)


def test_the_site_works_opened_as_files(site: Site, browser: Browser) -> None:
    top = f"{site.top.as_uri()}/"
    with looking(browser, top) as watched:
        page = watched.page
        assert watched.open(f"{top}index.html") == []
        title = page.title()
        page.locator('a[href^="organisation/"]').first.click()
        page.wait_for_url("**/organisation/*/index.html*")
        assert page.locator("h1").count() == 1
        page.go_back()
        page.wait_for_url("**/index.html")
        assert page.title() == title
        assert watched.troubles == []
