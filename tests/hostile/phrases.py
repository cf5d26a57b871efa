"""Hostile phrases by what they attack, the same phrases tamed, and where each is said. Knows no server.

A place is a word of letters: whoever finds it on a page has found what was said there. A tamed phrase is as long as the
hostile one and does no harm: what is built of both must be built alike.
"""

import re
from dataclasses import dataclass

PAYLOADS = {
    "FORMULA": "=cmd|' /C calc'!A0",
    "MARKUP": "\"><script>alert(1)</script><img src=x onerror=alert(1)></title></q></svg>'<b>",
    "URLS": "javascript:alert(1) data:text/html,<b> vbscript:x {{7*7}}{% raw %}%(x)s %s {subject}{0}${x}",
    "BIDI": "\u202eoffer\u2066\u200b\ufeff\u00ad\u2028\u2029\ue000\U000e0041\uffff\x85",
    "CONTROL": "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\x7f\x08",
    "XML": "]]> &amp; &#x202e; &lt; <!-- <?xml <![CDATA[ \\u202e",
    "LONG": "A" * 900,
    "GONE": "@SUM(1+1) \u202e\u2028<script>alert(2)</script>&\"'",
}
"""By the code of the row whose servers say them."""
GONE = "GONE"
"""The row that has left the list by the second night."""
_FIELD_CHARACTERS = 190
FIRST = frozenset({"FORMULA", GONE})
"""Phrases that harm only where they come first."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: with what harms, or with the same made harmless."""

    harms: bool

    def __call__(self, code: str, place: str) -> str:
        """What is said in a row (its code) at a place."""
        payload = PAYLOADS[code]
        phrase = f"{payload} {place}" if code in FIRST else f"{place} {payload}"
        return phrase if self.harms else _tamed(phrase, first=code in FIRST)

    def either(self, hostile: str, harmless: str) -> str:
        """One of two texts that must do the same, where taming would not leave it so."""
        return hostile if self.harms else harmless


def _tamed(phrase: str, *, first: bool) -> str:
    """Letters and digits, as long as before, first in every order where the hostile phrase is."""
    tamed = re.sub(r"[^A-Za-z0-9 ]", "w", phrase)
    return f"0{tamed[1:]}" if first else tamed


HOSTILE, HARMLESS = Voice(True), Voice(False)


def field(text: str) -> str:
    """What a field of domains.csv can carry of it: no C0, C1 and DEL."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "", text)[:_FIELD_CHARACTERS]


def paragraph(text: str) -> str:
    """What a comment can carry of it on one line."""
    return re.sub("[\u2028\u2029]", "", field(text))


def header_line(text: str) -> str:
    """What a header line can carry of it: escape sequences too, but neither NUL nor line ends (RFC 9110 §5.5)."""
    return re.sub(r"[\x00\r\n]", "", text)
