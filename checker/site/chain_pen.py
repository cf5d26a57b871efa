"""Puts boxes, lines and words of a chain's drawing below each other. Knows positions, nothing of DNSSEC."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checker.site.chain_parts import WIDTH, Box, ChainTree, Drawn, Glyph, Link, Look, Part, Words
from checker.site.chain_strokes import glyph_strokes, link_strokes
from checker.site.text_width import shortened, text_width, wrapped

EDGE = 1
"""A frame's distance from the drawing's edge, so that its line is not cut."""
LEFT = 9
ROOM = WIDTH - 2 * LEFT
LINE = 18
GAP = 26
"""Room for a link between two rows."""
TRUNK = 20
"""Where the line runs that answers branch off from."""
BRANCHED = 42
"""Where boxes on that line start."""
BRANCHED_ROOM = WIDTH - LEFT - BRANCHED
INSET = 8
ABREAST = 3
"""Boxes in a row."""
_BESIDE = 9
_CROSS = 11
"""How far before a box the cross of a link that failed is."""
_PADDING = 8
_NAME_X = LEFT + INSET + 16
_NARROWEST = 150

GLYPH_OF = {
    Look.GOOD: Glyph.CHECK,
    Look.FAILED: Glyph.CROSS,
    Look.UNUSED: Glyph.DASH,
    Look.INSECURE: Glyph.DASH,
    Look.UNKNOWN: Glyph.QUESTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box to be placed: each line as one or more wordings, the fullest first; the last one is shortened."""

    part: Part
    look: Look
    lines: tuple[tuple[str, ...], ...]


def height_of(lines: int) -> int:
    """How high a box with so many lines is."""
    return lines * LINE + _PADDING


class Pen:
    """Draws from the top downwards; `y` is where the next row may begin."""

    def __init__(self) -> None:
        self.y = EDGE
        self.broken: Box | None = None
        self._frames: list[Box] = []
        self._boxes: list[Box] = []
        self._links: list[Link] = []
        self._words: list[Words] = []
        self._glyphs: list[Drawn] = []
        self._open: Box | None = None

    def box(self, part: Part, look: Look, x: int, width: int, height: int) -> Box:
        """A box here, `y` moves below it."""
        box = Box(part=part, look=look, x=x, y=self.y, width=width, height=height)
        self._boxes.append(box)
        self.y = box.bottom
        if part is Part.BREAK:
            self.broken = box
        return box

    def open_zone(self, name: str, standing: str, look: Look, note: str) -> Box:
        """Begins a zone's frame with a band that has its name, how it stands and a note, if any."""
        self.y += GAP if self.y > EDGE else 0
        top, end = self.y, WIDTH - LEFT - INSET
        title = shortened(name, end - _NAME_X, bold=True)
        beside = _NAME_X + text_width(title, bold=True) + 2 * INSET + text_width(standing) <= end
        lines = 1 if beside else 2
        self.words(title, _NAME_X, top + LINE, bold=True)
        self.words(standing, end if beside else _NAME_X, top + LINE * lines, at="end" if beside else "start")
        if note:
            lines += 1
            self.words(shortened(note, end - _NAME_X), _NAME_X, top + LINE * lines)
        self._open = self.box(Part.NAME, look, EDGE, WIDTH - 2 * EDGE, height_of(lines))
        self.glyph(GLYPH_OF[look], LEFT + INSET + 2, top + height_of(1) // 2, look)
        return self._open

    def close_zone(self) -> None:
        """Ends the open zone's frame, if one is open and has anything below its name."""
        name, self._open = self._open, None
        if name is not None and self.y > name.bottom:
            self.y += LEFT
            self._frames.append(replace(name, part=Part.ZONE, height=self.y - name.y))

    def tell(self, text: str) -> None:
        """Words of the open zone, without a box."""
        self.y += LINE * self.lines(text, _NAME_X, self.y + 2, WIDTH - _NAME_X - LEFT, 4)

    def row(self, nodes: Sequence[Node]) -> list[Box]:
        """At most ABREAST boxes beside each other, centred, equally high."""
        count = len(nodes)
        if not nodes:
            return []
        if count == 1:
            widest = max(text_width(wordings[0]) for wordings in nodes[0].lines)
            width = min(ROOM, max(_NARROWEST, widest + widest % 2 + 3 * INSET))
        else:
            width = (ROOM - _BESIDE * (count - 1)) // count
        start = (WIDTH - width * count - _BESIDE * (count - 1)) // 2
        top, height = self.y, height_of(max(len(node.lines) for node in nodes))
        boxes = []
        for place, node in enumerate(nodes):
            self.y = top
            box = self.box(node.part, node.look, start + place * (width + _BESIDE), width, height)
            for number, wordings in enumerate(node.lines):
                fits = (one for one in wordings if text_width(one) <= width - _PADDING)
                text = next(fits, None) or shortened(wordings[-1], width - _PADDING)
                self.words(text, box.middle, top + LINE * (number + 1), at="middle")
            boxes.append(box)
        return boxes

    def lines(self, text: str, x: int, top: int, room: int, most: int) -> int:
        """Wrapped words below `top`; gives the number of lines. Nothing else moves."""
        found = wrapped(text, room, most)
        for number, line in enumerate(found):
            self.words(line, x, top + LINE * (number + 1))
        return len(found)

    def panel(self, part: Part, look: Look, text: str, x: int = LEFT, *, most: int = 4) -> Box:
        """A box as wide as the frame leaves, with running text; one for a break keeps its first line for the page."""
        above = int(part is Part.BREAK)
        width = WIDTH - LEFT - x
        count = self.lines(text, x + INSET, self.y + above * LINE, width - 2 * INSET, most)
        return self.box(part, look, x, width, height_of(max(count + above, 1)))

    def words(self, text: str, x: int, y: int, *, at: str = "start", bold: bool = False) -> None:
        """One line of text that fits."""
        self._words.append(Words(x, y, text, at, bold))

    def glyph(self, glyph: Glyph, x: int, y: int, look: Look = Look.GOOD) -> None:
        """A sign with its midst here."""
        self._glyphs.append(Drawn(glyph, x, y, look))

    def link(self, look: Look, *corners: tuple[int, int]) -> None:
        """A line through these corners."""
        self._links.append(Link(look, corners))

    def arrive(self, look: Look, x: int, start: int, end: int) -> None:
        """A link's last part, straight down to a box: one that failed ends in a cross before it, one that holds in an arrow."""
        if look is Look.FAILED:
            self.link(look, (x, start), (x, end - _CROSS - _CROSS // 2))
            self.glyph(Glyph.CROSS, x, end - _CROSS, look)
            return
        self.link(look, (x, start), (x, end))
        if look is not Look.UNUSED:
            self.glyph(Glyph.ARROW, x, end, look)

    def slant(self, look: Look, above: Box, below: Box) -> None:
        """A straight link behind what lies between; one that failed ends in a cross on the way."""
        start, end = (above.middle, above.bottom), (below.middle, below.y)
        if look is Look.FAILED:
            down = LEFT + GAP // 2
            cross = start[0] + (end[0] - start[0]) * down // max(1, end[1] - start[1]), start[1] + down
            self.link(look, start, cross)
            self.glyph(Glyph.CROSS, *cross, look)
            return
        self.link(look, start, end)
        if look is Look.GOOD:
            self.glyph(Glyph.ARROW, *end)

    def fan(self, sources: Sequence[tuple[Box, Look]], targets: Sequence[Box], look: Look) -> None:
        """Every source to every target over one cross-bar: who signs a set signs all of it."""
        if not sources or not targets:
            return
        bar = max(box.bottom for box, _ in sources) + GAP // 4
        if len(sources) == len(targets) == 1 and sources[0][0].middle == targets[0].middle:
            self.arrive(look, targets[0].middle, sources[0][0].bottom, targets[0].y)
            return
        middles = [box.middle for box, _ in sources] + [box.middle for box in targets]
        for box, own in sources:
            self.link(own, (box.middle, box.bottom), (box.middle, bar))
        self.link(look, (min(middles), bar), (max(middles), bar))
        for box in targets:
            self.arrive(look, box.middle, bar, box.y)

    def tree(self, name: str, summary: str) -> ChainTree:
        """What was drawn."""
        return ChainTree(
            name=name,
            summary=summary,
            width=WIDTH,
            height=self.y + EDGE,
            frames=tuple(self._frames),
            boxes=tuple(self._boxes),
            links=tuple(self._links),
            words=tuple(self._words),
            glyphs=tuple(self._glyphs),
            broken=self.broken,
            strokes=link_strokes(self._links),
            signs=glyph_strokes(self._glyphs),
        )
