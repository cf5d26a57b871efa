"""A status badge of one organisation: its five printed codes as a small picture. No grade, no sum.

For embedding with <img>: it needs no style sheet, says everything as text, and reads on light and dark pages.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from checker.report.dates import shown_date
from checker.report.model import COLUMNS, RowResult, SweepInfo
from checker.report.words import Lang, column_words, visible
from checker.site.cells import look_of
from checker.site.places import Place, organisation_path
from checker.site.text_width import shortened, text_width

NAME = "badge.svg"

_PADDING, _HEIGHT, _HEAD = 8, 46, 22
_HEAD_MIN = 300
"""Room that the name and the day get at least, in pixels, however few boxes there are."""


@dataclass(frozen=True, slots=True)
class _Paint:
    fill: str
    edge: str
    dashes: str


_PAINTS = {
    "yes": _Paint("#e4f3e9", "#2b7a48", ""),
    "yes remark": _Paint("#fdf2d6", "#8a5c00", ""),
    "partial": _Paint("#fdf2d6", "#8a5c00", ""),
    "partial remark": _Paint("#fdf2d6", "#8a5c00", ""),
    "no": _Paint("#fbe6e3", "#a62b26", ""),
    "no remark": _Paint("#fbe6e3", "#a62b26", ""),
    "broken": _Paint("#fbe6e3", "#a62b26", "4 2"),
}
_NOTHING_KNOWN = _Paint("#ffffff", "#69737c", "2 2")


def write(directory: Path, result: RowResult, sweep: SweepInfo, lang: Lang) -> None:
    """Write the badge of one row in one language beside its page."""
    folder = directory / Place(lang, organisation_path(result.row.code)).folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(badge(result, sweep, lang), encoding="utf-8", newline="\n")


def badge(result: RowResult, sweep: SweepInfo, lang: Lang) -> str:
    """The badge as an SVG document; a name that does not fit is cut in its midst, and whole in the picture's title."""
    words = column_words(lang)
    boxes: list[str] = []
    said: list[str] = []
    left = 0
    for column in COLUMNS:
        label, printed = words[column].label, result.cell(column)
        if not printed:
            continue
        width = max(text_width(label), text_width(printed, bold=True)) + 2 * _PADDING
        boxes.append(_box(left, width, label, printed))
        said.append(f"{label}: {printed}")
        left += width
    region, day = visible(result.row.region), f", {shown_date(sweep.started, lang)}"
    width = max(left, _HEAD_MIN)
    head = shortened(region, width - 2 * _PADDING - text_width(day)) + day
    title = f"{region}{day}. {'; '.join(said)}."
    height = _HEAD + (_HEIGHT if boxes else 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" xml:lang="{lang}" aria-label={quoteattr(title)}'
        ' font-family="system-ui, Roboto, Noto Sans, sans-serif" font-size="13" fill="#1a1f24">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="{_PADDING}" y="15">{escape(head)}</text>\n{"".join(boxes)}</svg>\n'
    )


def _box(left: int, width: int, label: str, printed: str) -> str:
    paint = _PAINTS.get(look_of(printed), _NOTHING_KNOWN)
    dashes = f' stroke-dasharray="{paint.dashes}"' if paint.dashes else ""
    return (
        f'<rect x="{left + 1.5:g}" y="{_HEAD + 0.5}" width="{width - 3}" height="{_HEIGHT - 3}"'
        f' fill="{paint.fill}" stroke="{paint.edge}"{dashes}/>'
        f'<text x="{left + _PADDING}" y="{_HEAD + 18}" fill="#4d565e">{escape(label)}</text>'
        f'<text x="{left + _PADDING}" y="{_HEAD + 36}" font-weight="600">{escape(printed)}</text>\n'
    )
