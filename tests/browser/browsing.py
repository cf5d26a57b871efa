"""Debian's Chromium by Playwright, and pages opened in it the way somebody would: wide, narrow, dark, with large text.

Whatever a page does that it should not is noted: requests that leave the site, what the console says, errors, dialogs.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Playwright

Scheme = Literal["light", "dark"]
CHROMIUM = "chromium"
# Nobody answers to a name: what would leave the machine fails, and is noted.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
WIDE, NARROW, HALF = 1280, 320, 640
HEIGHT = 900
WAIT_MS = 30_000
USUAL_TEXT_PX, LARGE_TEXT_PX = 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How somebody looks at a page. `large_text`: the browser is set to text of twice the usual size."""

    width: int = WIDE
    scheme: Scheme = "light"
    large_text: bool = False

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}{', 200 % text' if self.large_text else ''}"


@dataclass(slots=True)
class Watched:
    """A page and what went wrong in it so far, in words. `origin` is where it may load from."""

    page: Page
    origin: str
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        # Playwright notes things on the objects of bound methods, and this one has slots.
        self.page.on("dialog", lambda dialog: self._dismiss(dialog))  # noqa: PLW0108
        self.page.on("popup", lambda popup: self.troubles.append(f"window: {popup.url}"))
        self.page.on("request", lambda request: self._leaves(request.url))
        self.page.on("response", lambda response: self._missing(response.status, response.url))
        self.page.on("requestfailed", lambda request: self._fails(request.url, request.failure))

    def open(self, address: str) -> list[str]:
        """Go to a page; gives what went wrong on the way and until it had settled."""
        self.troubles.clear()
        self.page.goto(address, wait_until="load")
        return self.troubles

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.troubles.append(f"console {kind}: {text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _leaves(self, address: str) -> None:
        if not address.startswith(self.origin):
            self.troubles.append(f"asked elsewhere: {address}")

    def _fails(self, address: str, reason: str | None) -> None:
        if reason != "net::ERR_ABORTED":  # what was still under way when the next page was opened
            self.troubles.append(f"not loaded: {address} ({reason})")

    def _missing(self, status: int, address: str) -> None:
        if status >= 400:
            self.troubles.append(f"{status}: {address}")


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser, for the block; without one the test is skipped, in CI it fails."""
    executable = shutil.which(CHROMIUM)
    if executable is None:
        give_up(f"not installed: {CHROMIUM}")
    browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def looking(browser: Browser, origin: str, view: View | None = None, **options: Any) -> Iterator[Watched]:
    """A fresh page for the block, in a context of its own; `options` are those of Playwright's contexts."""
    view = view or View()
    context = browser.new_context(
        viewport={"width": view.width, "height": HEIGHT}, color_scheme=view.scheme, locale="sv-SE", **options
    )
    context.set_default_timeout(WAIT_MS)
    try:
        yield Watched(_page(context, large_text=view.large_text), origin)
    finally:
        context.close()


def _page(context: BrowserContext, *, large_text: bool) -> Page:
    page = context.new_page()
    if large_text:
        # What the setting "font size: very large" does: no style of the page's, which its policy would forbid.
        sizes = {"standard": LARGE_TEXT_PX, "fixed": LARGE_TEXT_PX * 13 // USUAL_TEXT_PX}
        context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": sizes})
    return page


def give_up(reason: str) -> NoReturn:
    """Skip what cannot be checked here; in CI everything must be there, and it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
