"""A mail before it is a mail: headings, entries and lines, written out as plain text and as HTML.

Takes finished words only: whoever fills a letter has made foreign text visible. Never loads anything from elsewhere.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import jinja2

from checker.report.templates import template_environment
from checker.report.words import Lang

TEXT_WIDTH = 76
"""Columns of the plain text (RFC 5322 §2.1.1 wants at most 78)."""
MAIL_SUBJECT_LIMIT = 150
"""Characters of a subject line: about what mail programs show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One statement and what explains it."""

    head: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is said of one organisation ("" when it needs no name), or one step to take with a command to copy."""

    name: str
    lines: tuple[Line, ...] = ()
    command: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries under a heading; `more` says how many were left out."""

    heading: str
    introduction: str = ""
    entries: tuple[Entry, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The whole of it. `site` is where the table is published, "" when that is not known."""

    lang: Lang
    subject: str
    heading: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...] = ()
    site: str = ""
    site_label: str = ""
    page_label: str = ""


def as_text(letter: Letter) -> str:
    """The letter as plain text, lines of at most 76 characters but for links and commands."""
    return "\n".join(_text_lines(letter)).rstrip() + "\n"


def as_html(letter: Letter) -> str:
    """The letter as one HTML document: no images, no scripts, nothing remote, readable on dark and light."""
    return _template().render(letter=letter)


def _text_lines(letter: Letter) -> Iterator[str]:
    yield from _paragraph(letter.heading.upper())
    for paragraph in letter.lead:
        yield from _paragraph(paragraph)
    for section in letter.sections:
        yield ""
        yield section.heading.upper()
        yield "-" * min(len(section.heading), TEXT_WIDTH)
        if section.introduction:
            yield from _paragraph(section.introduction)
        for entry in section.entries:
            yield from _text_entry(entry)
        if section.more:
            yield from _paragraph(section.more)
    if letter.site:
        yield ""
        yield from _paragraph(f"{letter.site_label}: {letter.site}")
    for paragraph in letter.closing:
        yield from _paragraph(paragraph)


def _text_entry(entry: Entry) -> Iterator[str]:
    yield from _wrapped(entry.name)
    for line in entry.lines:
        yield from _wrapped(line.head, "  ")
        for note in line.notes:
            yield from _wrapped(note, "    ")
    for plain in filter(None, (entry.command, entry.link)):
        yield f"  {plain}"
    yield ""


def _paragraph(text: str) -> Iterator[str]:
    yield from _wrapped(text)
    yield ""


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        TEXT_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    return template_environment().get_template("notice.html")
