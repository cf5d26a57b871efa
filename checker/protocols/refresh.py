"""Refresh, which sends a visitor on without a redirect: the header and `<meta http-equiv=refresh>`. Runs no script."""

import re
from collections.abc import Iterator

MAX_ELEMENTS = 100
MAX_ELEMENT_BYTES = 1_000
MAX_TARGET_CHARACTERS = 500

# Possessive quantifiers all through: what a page or header says must never make the search go back and forth.
_EQUIV = re.compile(rb"""\bhttp-equiv\s*+=\s*+["']?+\s*+refresh\b""", re.IGNORECASE)
_CONTENT = re.compile(rb"""\bcontent\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_VALUE = re.compile(
    r"""[\d.]*+(?:\s*+[;,]\s*+|\s++)(?:url\s*+=\s*+)?+["']?+([^"']++)""",
    re.IGNORECASE,
)


def refresh_target(value: str) -> str | None:
    """Where a value like "0; url=https://www.example.se/" leads; None when it only reloads the page."""
    found = _VALUE.fullmatch(value.strip().rstrip("\"'"))
    return (found[1].strip()[:MAX_TARGET_CHARACTERS] or None) if found else None


def meta_refresh(page: bytes) -> str | None:
    """Where the first meta refresh of a page leads, comments left out; None without one.

    Source: HTML Living Standard, "http-equiv refresh state".
    """
    page = b"".join(_outside_comments(page))
    lowered = page.lower()
    start = -1
    for _ in range(MAX_ELEMENTS):
        start = lowered.find(b"<meta", start + 1)
        if start < 0:
            return None
        element = page[start : start + MAX_ELEMENT_BYTES].partition(b">")[0]
        if _EQUIV.search(element) and (content := _CONTENT.search(element)):
            value = content[1] or content[2] or content[3] or b""
            if target := refresh_target(value.decode("utf-8", "replace")):
                return target
    return None


def _outside_comments(page: bytes) -> Iterator[bytes]:
    """The parts of a page between its comments; one without an end takes the rest."""
    at = 0
    while (start := page.find(b"<!--", at)) >= 0:
        yield page[at:start]
        end = page.find(b"-->", start + 2)  # "<!-->" is a whole comment
        if end < 0:
            return
        at = end + 3
    yield page[at:]
