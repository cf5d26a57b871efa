"""An authentication chain as plain text, zone below zone. Returns lines and never prints; the words are `chain_outline`'s."""

import textwrap
from collections.abc import Iterator

from checker.authentication_chain import AuthenticationChain
from checker.report.chain_outline import Line, chain_outline
from checker.report.words import Lang

WIDTH = 80
_BRANCH, _STEP, _MARGIN = "└─ ", "   ", "  "
_DEEPEST = 8
"""Zones that are set in one below the other; a name of a hundred zones would leave no room."""


def chain_lines(chain: AuthenticationChain, *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """The whole chain: its zones as a tree, below the last one the servers' answers and the ways out of the zone."""
    outline = chain_outline(chain, lang)
    yield outline.title
    indent = _MARGIN
    for depth, zone in enumerate(outline.zones):
        branch = _BRANCH if depth else ""
        indent = _MARGIN + _STEP * min(depth, _DEEPEST)
        before = indent[: -len(_STEP)] if 0 < depth <= _DEEPEST else indent
        yield from _wrapped(before + branch if depth <= _DEEPEST else indent, zone, width)
        for line in zone.below:
            yield from _wrapped(indent + _MARGIN, line, width)
    inner = indent + _MARGIN
    for line in outline.end:
        yield from _wrapped(inner, line, width)
        for deeper in line.below:
            yield from _wrapped(inner + _MARGIN, deeper, width)


def _wrapped(indent: str, line: Line, width: int) -> list[str]:
    """The line within the width; what runs over is set in below its sign."""
    blank = " " * len(indent) + _MARGIN
    room = max(width, len(blank) + 24)
    return textwrap.wrap(
        f"{line.sign} {line.text}",
        room,
        initial_indent=indent,
        subsequent_indent=blank,
        break_on_hyphens=False,
    )
