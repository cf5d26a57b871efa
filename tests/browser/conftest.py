"""The site in a real browser: Debian's Chromium, driven by Playwright for Python; axe-core and the W3C's validator beside it.

    make test-browser

The pages are found by following links: a new type of page is checked like the others without a word here. What is
missing is said, and the tests skipped; where the variable CI is set they fail instead. BROWSER_SITE names a site that
stands already, to be checked in place of the demonstration's.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.browsing import chromium
from tests.browser.figures import Figures
from tests.browser.served import served
from tests.browser.site_pages import Site

ROOT = Path(__file__).parents[2]
_FIGURES = pytest.StashKey[Figures]()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site that is checked."""
    standing = os.environ.get("BROWSER_SITE")
    if standing:
        return Site(Path(standing).resolve())
    folder = tmp_path_factory.mktemp("published") / "kollen"
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.demo_site", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return Site(folder)


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """Where a web server on loopback has it."""
    with served(site.top) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    """What is printed when all tests are done."""
    return request.config.stash.setdefault(_FIGURES, Figures())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the tests counted."""
    if _FIGURES in config.stash:
        for line in config.stash[_FIGURES].table():
            terminalreporter.write_line(line)
