"""Pictures of every type of page, for people to look at.

    python -m tests.browser.screenshots SITE OUT

For each type and language: wide in light and dark, narrow, with large text, in forced colours, and as printed.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.browsing import HALF, NARROW, View, chromium, looking
from tests.browser.served import served
from tests.browser.site_pages import Site

VIEWS: dict[str, tuple[View, dict[str, Any]]] = {
    "light": (View(), {}),
    "dark": (View(scheme="dark"), {}),
    "320": (View(width=NARROW), {}),
    "large": (View(width=HALF, large_text=True), {}),
    "forced": (View(), {"forced_colors": "active"}),
}
PRINTED_DPI = "60"


def main(top: Path, out: Path) -> None:
    """Take them all; the printed ones as PNG where poppler's `pdftoppm` is installed."""
    out.mkdir(parents=True, exist_ok=True)
    site = Site(top.resolve())
    with sync_playwright() as playwright, chromium(playwright) as browser, served(site.top) as address:
        for name, (view, options) in VIEWS.items():
            with looking(browser, address, view, **options) as watched:
                for page in site.examples:
                    watched.open(address + page.path)
                    watched.page.screenshot(path=out / f"{_stem(page.path)}.{name}.png", full_page=True)
                    if name == "light":
                        _print(watched.page.pdf(prefer_css_page_size=True), out / f"{_stem(page.path)}.print")
    print(f"{len(list(out.iterdir()))} files in {out}")


def _stem(path: str) -> str:
    return path.removesuffix(".html").removesuffix("/index").replace("/", "_")


def _print(pdf: bytes, stem: Path) -> None:
    file = stem.with_name(f"{stem.name}.pdf")
    file.write_bytes(pdf)
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-png", "-r", PRINTED_DPI, str(file), str(stem)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
