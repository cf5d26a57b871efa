"""Puts the lines and the signs of a drawing together into few paths, as SVG writes them."""

from collections.abc import Iterable, Sequence

from checker.site.chain_parts import Drawn, Glyph, Link, Strokes

_GLYPHS = {
    Glyph.CHECK: "m-5 0l3.5 4 6.5-8",
    Glyph.CROSS: "m-5-5l10 10m0-10l-10 10",
    Glyph.DASH: "m-5 0h10",
    Glyph.QUESTION: "m-3-3c0-4 6-4 6-.5 0 2.5-3 2-3 5m0 3v1",
    Glyph.ARROW: "m-4-6l4 5 4-5",
}


def link_strokes(links: Iterable[Link]) -> tuple[Strokes, ...]:
    """One path for all links that look alike."""
    return _strokes((link.look, _line(link.corners)) for link in links)


def glyph_strokes(glyphs: Iterable[Drawn]) -> tuple[Strokes, ...]:
    """One path for all signs that look alike, one for all arrow heads."""
    return _strokes(
        (
            "arrow" if drawn.glyph is Glyph.ARROW else drawn.look,
            f"M{drawn.x} {drawn.y}{_GLYPHS[drawn.glyph]}",
        )
        for drawn in glyphs
    )


def _line(corners: Sequence[tuple[int, int]]) -> str:
    """Corners as path commands, upright and level ones in their short form."""
    x, y = corners[0]
    path = f"M{x} {y}"
    for across, down in corners[1:]:
        path += f"V{down}" if across == x else f"H{across}" if down == y else f"L{across} {down}"
        x, y = across, down
    return path


def _strokes(paths: Iterable[tuple[str, str]]) -> tuple[Strokes, ...]:
    joined: dict[str, list[str]] = {}
    for kind, path in paths:
        joined.setdefault(kind, []).append(path)
    return tuple(Strokes(kind=kind, d="".join(found)) for kind, found in joined.items())
