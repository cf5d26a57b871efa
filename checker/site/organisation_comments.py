"""Comments on an organisation's results ("comply or explain"), each at its place on the page. They are never our words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from checker.comments import Comment
from checker.report.words import Lang, visible

PARAGRAPH_LIMIT = 2000
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentText:
    """One comment made safe to show. `day` is None where the date says no day; `lang` only where it is not the page's."""

    author: str
    day: datetime | None
    date: str
    paragraphs: tuple[str, ...]
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedComments:
    """The comments of one page: at its top, at cells by column, and beside findings by column and code."""

    top: tuple[CommentText, ...] = ()
    cells: Mapping[str, tuple[CommentText, ...]] = field(default_factory=dict)
    findings: Mapping[str, Mapping[str, tuple[CommentText, ...]]] = field(default_factory=dict)


NOWHERE = PlacedComments()


def placed(comments: Iterable[Comment], codes: Mapping[str, frozenset[str]], lang: Lang) -> PlacedComments:
    """Put comments where they belong; `codes` are the finding codes of each column that the page shows.

    One on a finding stands beside it, in the first column that has it where it names none; where the finding is not there
    (any more), at the cell; and what names no column of the page at its top.
    """
    top: list[CommentText] = []
    cells: dict[str, list[CommentText]] = {}
    findings: dict[str, dict[str, list[CommentText]]] = {}
    for comment in comments:
        text = _text(comment, lang)
        column = comment.indicator
        if comment.finding and not column:
            column = next((name for name, found in codes.items() if comment.finding in found), "")
        if column not in codes:
            top.append(text)
        elif comment.finding in codes[column]:
            findings.setdefault(column, {}).setdefault(comment.finding, []).append(text)
        else:
            cells.setdefault(column, []).append(text)
    if not (top or cells or findings):
        return NOWHERE
    return PlacedComments(
        top=tuple(top),
        cells={column: tuple(texts) for column, texts in cells.items()},
        findings={
            column: {code: tuple(texts) for code, texts in by_code.items()}
            for column, by_code in findings.items()
        },
    )


def _text(comment: Comment, lang: Lang) -> CommentText:
    return CommentText(
        author=visible(comment.author),
        day=_day(comment.date),
        date=visible(comment.date),
        paragraphs=tuple(
            visible(line.strip(), PARAGRAPH_LIMIT) for line in comment.text.splitlines() if line.strip()
        ),
        lang=comment.lang if comment.lang != lang and _LANGUAGE_TAG.match(comment.lang) else "",
    )


def _day(words: str) -> datetime | None:
    """Noon of a day by ISO 8601: the same day in Stockholm."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
