"""axe-core finds nothing wrong: every type of page, both languages, light and dark, narrow, and with text of twice the size."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import judged
from tests.browser.browsing import NARROW, Scheme, View, looking
from tests.browser.figures import Figures
from tests.browser.site_pages import Site, SitePage

pytestmark = pytest.mark.browser

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDE = tuple(View(scheme=scheme) for scheme in SCHEMES)
OTHERS = {
    "sv": (View(width=NARROW), View(scheme="dark", large_text=True)),
    "en": (View(width=NARROW, scheme="dark"), View(large_text=True)),
}
"""Narrow and with large text, each in both schemes, in one language or the other: their templates are the same."""


@pytest.mark.parametrize("view", WIDE, ids=str)
def test_nothing_is_wrong(view: View, site: Site, address: str, browser: Browser, figures: Figures) -> None:
    assert _wrong(site.examples, view, address, browser, figures) == []


@pytest.mark.parametrize(
    ("lang", "view"), [(lang, view) for lang in OTHERS for view in OTHERS[lang]], ids=str
)
def test_nothing_is_wrong_when_it_is_narrow_or_large(
    lang: str, view: View, site: Site, address: str, browser: Browser, figures: Figures
) -> None:
    pages = [page for page in site.one_of_each if page.lang == lang]
    assert _wrong(pages, view, address, browser, figures) == []


def test_nothing_is_wrong_in_forced_colours_and_without_motion(
    site: Site, address: str, browser: Browser, figures: Figures
) -> None:
    pages = [page for page in site.one_of_each if page.lang == "sv"]
    # The reader's own colours are not the page's to judge.
    options = {"forced_colors": "active", "reduced_motion": "reduce"}
    without = ("color-contrast", "link-in-text-block")
    assert _wrong(pages, View(scheme="dark"), address, browser, figures, without=without, **options) == []


def _wrong(
    pages: list[SitePage],
    view: View,
    address: str,
    browser: Browser,
    figures: Figures,
    *,
    without: tuple[str, ...] = (),
    **options: Any,
) -> list[str]:
    """Every violation on these pages, in words."""
    assert pages
    wrong: list[str] = []
    # The policy forbids all scripts but the site's own; axe-core is none of those.
    with looking(browser, address, view, bypass_csp=True, **options) as watched:
        for page in pages:
            watched.open(address + page.path)
            found = judged(watched.page, without=without)
            figures.axe(
                page.kind, page.lang, violations=len(found.violations), undecided=len(found.undecided)
            )
            wrong += [f"{page.path}: {sentence}" for sentence in found.violations]
    return wrong
