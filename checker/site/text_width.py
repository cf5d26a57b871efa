"""How wide text comes out in a drawing, without a font at hand. Never measures: estimates, on the wide side.

The widths are those of DejaVu Sans, the widest of the system fonts that pages meet; other fonts leave some room.
"""

from collections.abc import Iterator
from functools import lru_cache

_BY_WIDTH = {
    29: "ijlIJ'",
    33: " ,./:;\\|",
    39: "-f()[]t!r",
    55: '"*_`–szc?Lk',
    61: "FPTYaoåäövxye",
    64: "ESbdghnpquéÉ$0123456789{}",
    69: "KAVÅÄBRXZ",
    79: "CUHNDG&OQÖ",
    86: "wM#+<=>^~→",
    100: "%mW@…",
}
_WIDTHS = {character: width for width, characters in _BY_WIDTH.items() for character in characters}
_OTHER = 90
_WIDE = 110
_FIRST_WIDE = 0x1100
"""From here on scripts have characters as wide as they are high."""
_SIZE = 14
_BOLD = 112
"""Bold letters are this many hundredths as wide as the plain ones."""


@lru_cache(maxsize=2048)
def text_width(text: str, *, bold: bool = False) -> int:
    """Units that a line of 14-unit letters takes at most, in common fonts."""
    widths = _WIDTHS
    hundredths = sum(
        widths[one] if one in widths else _WIDE if ord(one) >= _FIRST_WIDE else _OTHER for one in text
    )
    return hundredths * _SIZE * (_BOLD if bold else 100) // 10_000 + 1


def shortened(text: str, room: int, *, bold: bool = False) -> str:
    """The text, or its start and its end around `…` so that it fits into `room` units."""
    if text_width(text, bold=bold) <= room:
        return text
    kept = len(text)
    while kept > 1:
        kept = min(kept - 1, max(1, kept * room // text_width(_cut(text, kept), bold=bold)))
        if text_width(_cut(text, kept), bold=bold) <= room:
            break
    return _cut(text, kept)


def _cut(text: str, kept: int) -> str:
    end = kept // 2
    return f"{text[: kept - end]}…{text[len(text) - end :]}"


def wrapped(text: str, room: int, most: int) -> tuple[str, ...]:
    """The text in at most `most` lines of `room` units; what does not fit is cut with `…`, long words in their midst."""
    lines = list(_lines(text, room))
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and text_width(f"{last} …") > room:
        last = last.rpartition(" ")[0]
    return (*lines[: most - 1], f"{last} …".lstrip())


def _lines(text: str, room: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer) <= room:
            line = longer
            continue
        if line:
            yield line
        line = shortened(word, room)
    if line:
        yield line
