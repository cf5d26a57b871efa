"""An authentication chain as a drawing: boxes, links and words in whole units, from the root down. Pure data and no markup.

A drawing is 300 units wide and as high as it must be; its letters are 14 units high.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

WIDTH = 300
# Links, words and signs are named tuples: a site has a million of them, and they are made in a third of the time.


class Look(StrEnum):
    """How a part stands; each looks different without colour too."""

    GOOD = "good"
    FAILED = "failed"
    UNUSED = "unused"
    INSECURE = "insecure"
    """Proven to be without signatures, and what lies below such a place."""
    UNKNOWN = "unknown"
    """Nobody told us."""


class Part(StrEnum):
    """What a box stands for."""

    ZONE = "zone"
    """The frame around what one zone says."""
    NAME = "name"
    """The band across a zone's frame that has its name and how it stands."""
    DS = "ds"
    """A DS record, or a trust anchor."""
    ENTRY = "entry"
    """A key that the zone is entered by."""
    KEY = "key"
    DENIAL = "denial"
    """A proof that something does not exist."""
    ANSWER = "answer"
    """Signed records, or what stands in their place."""
    SERVER = "server"
    """A name-server address that told nothing."""
    HOP = "hop"
    """A name in another zone."""
    ABSENT = "absent"
    """What should be there and is not, or was not looked at."""
    BREAK = "break"
    """Where the chain breaks, and why; the page's word for it goes on the first line."""
    SILENCE = "silence"
    """Where the chain could not be followed any further, and why."""


class Glyph(StrEnum):
    """A sign that is drawn, not written."""

    CHECK = "check"
    CROSS = "cross"
    DASH = "dash"
    QUESTION = "question"
    ARROW = "arrow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box by its upper left corner."""

    part: Part
    look: Look
    x: int
    y: int
    width: int
    height: int

    @property
    def rounding(self) -> int:
        """The radius of its corners: keys are round, as in DNSViz."""
        return 14 if self.part in {Part.ENTRY, Part.KEY} else 3

    @property
    def middle(self) -> int:
        """Half-way across."""
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.height


class Link(NamedTuple):
    """A line from corner to corner, from what signs or vouches to what it is about."""

    look: Look
    corners: tuple[tuple[int, int], ...]


class Words(NamedTuple):
    """A line of text on its baseline. `x` is its start, middle or end, as `at` says."""

    x: int
    y: int
    text: str
    at: str = "start"
    bold: bool = False


class Drawn(NamedTuple):
    """A glyph around its midst."""

    glyph: Glyph
    x: int
    y: int
    look: Look = Look.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """All lines or all glyphs of one kind as one path: `d` as in SVG."""

    kind: str
    d: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTree:
    """One drawing. `summary` tells in words what it shows; `frames` are the zones, `broken` the one box that says where it breaks, if any.

    `strokes` are the links and `signs` the glyphs, put together into few paths; links lie behind boxes.
    """

    name: str
    summary: str
    width: int
    height: int
    frames: tuple[Box, ...]
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    words: tuple[Words, ...]
    glyphs: tuple[Drawn, ...]
    broken: Box | None
    strokes: tuple[Strokes, ...]
    signs: tuple[Strokes, ...]
