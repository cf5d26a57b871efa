"""Draws what branches off below a chain's last zone: boxes beside one line that runs down at the left."""

from collections import Counter
from collections.abc import Iterable, Sequence

from checker.report.chain_phrases import ChainPhrases
from checker.site.chain_branches import SIGN_ROOM, Branch
from checker.site.chain_parts import Box, Glyph, Look, Part
from checker.site.chain_pen import BRANCHED, BRANCHED_ROOM, GAP, GLYPH_OF, INSET, LINE, TRUNK, Pen, height_of

_BETWEEN = 8
_MOST = {Part.ANSWER: 12, Part.SERVER: 4, Part.HOP: 6}
"""Branches of one kind that are drawn."""


def begin_trunk(pen: Pen, sources: Sequence[tuple[Box, Look]]) -> int:
    """From the keys that sign answers to the line at the left; gives where that begins."""
    bar = pen.y + GAP // 2
    for box, look in sources:
        pen.link(look, (box.middle, box.bottom), (box.middle, bar))
    if sources:
        pen.link(Look.GOOD, (max(box.middle for box, _ in sources), bar), (TRUNK, bar))
    pen.y += GAP
    return bar


def draw_branches(pen: Pen, branches: Iterable[Branch], start: int, phrases: ChainPhrases) -> int:
    """Boxes beside the line that begins at `start`; gives where it ends."""
    found = list(branches)
    drawn, end = _foremost(found), start
    for branch in drawn:
        end = _draw(pen, branch)
    holds = any(branch.look in {Look.GOOD, Look.INSECURE} for branch in drawn)
    pen.link(Look.GOOD if holds else drawn[0].look, (TRUNK, start), (TRUNK, end))
    if len(found) > len(drawn):
        pen.words(phrases.say("more", count=len(found) - len(drawn)), BRANCHED + INSET, pen.y + LINE - 4)
        pen.y += LINE
    return end


def _foremost(branches: list[Branch]) -> list[Branch]:
    """Those that are drawn, in their order: of too many of one kind rather those that fail."""
    counts = Counter[Part]()
    kept = set[int]()
    for place in sorted(range(len(branches)), key=lambda place: branches[place].look is not Look.FAILED):
        part = branches[place].part
        kind = Part.ANSWER if part is Part.DENIAL else part
        counts[kind] += 1
        if counts[kind] <= _MOST[kind]:
            kept.add(place)
    return [branch for place, branch in enumerate(branches) if place in kept]


def _draw(pen: Pen, branch: Branch) -> int:
    """One branch, and below it why the chain breaks there if it does; gives where its link leaves the line."""
    top = pen.y
    middle = top + height_of(1) // 2
    for number, line in enumerate(branch.lines, 1):
        pen.words(line, BRANCHED + INSET + SIGN_ROOM, top + LINE * number)
    pen.box(branch.part, branch.look, BRANCHED, BRANCHED_ROOM, height_of(len(branch.lines)))
    pen.glyph(GLYPH_OF[branch.look], BRANCHED + INSET + 5, middle, branch.look)
    breaks = bool(branch.trouble) and pen.broken is None
    pen.link(branch.look, (TRUNK, middle), (TRUNK + 4 if breaks else BRANCHED, middle))
    if breaks:
        pen.glyph(Glyph.CROSS, (TRUNK + BRANCHED) // 2, middle, branch.look)
        pen.panel(Part.BREAK, branch.look, branch.trouble, BRANCHED)
    pen.y += _BETWEEN
    return middle
