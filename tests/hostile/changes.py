"""Changing bytes and texts at random: what hostile parsers' input is made from. Replayed by the generator's seed."""

import random
import unicodedata
from collections.abc import Callable, Iterator

HOSTILE_TEXTS = (
    "\x1b[2J\x1b]0;owned\x07",
    "\u202eoffer\u2066",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "nul\x00nul",
    "two\r\nlines: yes",
    "\x85\u2028\u2029",
    "\u200b\ufeff\u00ad",
    "\ue000\U000e0041\uffff",
    "caf\xe9",
    "%0d%0aX: y",
    "{subject}{0}",
    "A" * 3_000,
)
"""What servers may say to hurt whoever shows it, as text."""
HOSTILE_BYTES = (
    *(text.encode("utf-8") for text in HOSTILE_TEXTS),
    b"\xff\xfe\xc3\x28",
    b"\xed\xa0\x80",
    b"\x9b31m",
)
"""The same as bytes, with invalid UTF-8, a surrogate in UTF-8 and a control sequence of eight bits."""
_EXTREMES = (
    b"\0",
    b"\xff",
    b"\0\0",
    b"\xff\xff",
    b"\0\0\0",
    b"\xff\xff\xff",
    b"\x80\0\0\0",
    b"\x7f\xff\xff\xff",
)

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what terminals and browsers obey, or do not show."""

Change = Callable[[random.Random, bytearray], None]


def change(draw: random.Random, data: bytes, *, most: int = 4) -> bytes:
    """A mutated copy: one change to `most` of them."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, most))):
        draw.choice(_CHANGES)(draw, changed)
    return bytes(changed)


def hidden(text: str, *, allowed: str = "") -> set[str]:
    """The characters that are obeyed or not shown."""
    return {character for character in text if unicodedata.category(character) in HIDDEN} - set(allowed)


def pieces(draw: random.Random, data: bytes) -> Iterator[bytes]:
    """The bytes in order, split anywhere: at single bytes, here and there, or not at all."""
    longest = draw.choice((1, 3, 40, 600, 16_384))
    at = 0
    while at < len(data):
        size = draw.randint(1, longest)
        yield data[at : at + size]
        at += size


def _flip(draw: random.Random, data: bytearray) -> None:
    for _ in range(draw.choice((1, 1, 2, 8))):
        if data:
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _overwrite(draw: random.Random, data: bytearray) -> None:
    at = draw.randrange(len(data) + 1)
    extreme = draw.choice(_EXTREMES)
    data[at : at + len(extreme)] = extreme


def _cut(draw: random.Random, data: bytearray) -> None:
    if data:
        del data[draw.randrange(len(data)) :]


def _remove(draw: random.Random, data: bytearray) -> None:
    start, size = _span(draw, data)
    del data[start : start + size]


def _repeat(draw: random.Random, data: bytearray) -> None:
    start, size = _span(draw, data)
    at = draw.randrange(len(data) + 1)
    data[at:at] = data[start : start + size] * draw.choice((1, 1, 2, 30))


def _swap(draw: random.Random, data: bytearray) -> None:
    start, size = _span(draw, data)
    piece = data[start : start + size]
    del data[start : start + size]
    at = draw.randrange(len(data) + 1)
    data[at:at] = piece


def _insert(draw: random.Random, data: bytearray) -> None:
    at = draw.randrange(len(data) + 1)
    data[at:at] = draw.choice(
        (draw.choice(_EXTREMES), draw.randbytes(draw.randrange(1, 40)), draw.choice(HOSTILE_BYTES))
    )


def _length(draw: random.Random, data: bytearray) -> None:
    """A number of one to three bytes somewhere becomes one more, one less, none or all that is left."""
    size = draw.choice((1, 2, 3))
    if len(data) >= size:
        at = draw.randrange(len(data) - size + 1)
        known = int.from_bytes(data[at : at + size], "big")
        chosen = draw.choice(
            (known - 1, known + 1, 0, len(data) - at - size, known ^ 0x80, (1 << 8 * size) - 1)
        )
        data[at : at + size] = (chosen % (1 << 8 * size)).to_bytes(size, "big")


def _span(draw: random.Random, data: bytearray) -> tuple[int, int]:
    return draw.randrange(len(data) + 1), draw.choice((1, 2, 5, 16, 64, 300))


_CHANGES: tuple[Change, ...] = (
    _flip,
    _flip,
    _overwrite,
    _cut,
    _remove,
    _repeat,
    _swap,
    _insert,
    _length,
    _length,
)
