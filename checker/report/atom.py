"""Atom as text (RFC 4287): the head of a feed, and its entries one by one. Never decides what is told, writes no files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from checker.report.dates import machine_time

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
END = "</feed>\n"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even escaped: XML 1.0 §2.2, Char."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a feed or an entry: RFC 4287 §4.2.7. `kind` is the media type, `lang` that of what is linked to."""

    rel: str
    href: str
    kind: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What stands before the entries. `id` is an absolute URI; `author` is a name, `author_url` may be empty."""

    id: str
    lang: str
    title: str
    subtitle: str
    author: str
    author_url: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an entry's content: what it is about (may be empty), what is said of it, and the reasons below it."""

    about: str
    text: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `categories` are (term, label) pairs; the content is the introduction, the items and the closing words."""

    id: str
    updated: datetime
    title: str
    items: tuple[Item, ...]
    introduction: str = ""
    closing: str = ""
    categories: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


def head_text(head: FeedHead, updated: datetime) -> str:
    """The beginning of the document, up to the first entry; END closes it."""
    author = _element("name", _escaped(head.author))
    if head.author_url:
        author += _element("uri", _escaped(head.author_url))
    elements = (
        _element("id", _escaped(head.id)),
        _element("title", _escaped(head.title)),
        _element("subtitle", _escaped(head.subtitle)),
        _element("updated", machine_time(updated)),
        _element("author", author),
        *map(_link, head.links),
    )
    opening = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f'{opening}<feed xmlns="{ATOM}" xml:lang={_quoted(head.lang)}>\n{"".join(elements)}'


def entry_text(entry: Entry) -> str:
    """One entry, as it stands between the head and END."""
    elements = (
        _element("id", _escaped(entry.id)),
        _element("title", _escaped(entry.title)),
        _element("updated", machine_time(entry.updated)),
        *map(_link, entry.links),
        *(f"<category term={_quoted(term)} label={_quoted(label)}/>\n" for term, label in entry.categories),
        _content(entry),
    )
    return _element("entry", "\n" + "".join(elements))


def _content(entry: Entry) -> str:
    body = (
        _element("p", _escaped(entry.introduction)) if entry.introduction else "",
        _list(map(_item, entry.items)) if entry.items else "",
        _element("p", _escaped(entry.closing)) if entry.closing else "",
    )
    return f'<content type="xhtml"><div xmlns="{XHTML}">\n{"".join(body)}</div></content>\n'


def _item(item: Item) -> str:
    about = f"<strong>{_escaped(item.about)}</strong>: " if item.about else ""
    reasons = _list(_element("li", _escaped(reason)) for reason in item.reasons) if item.reasons else ""
    return _element("li", f"{about}{_escaped(item.text)}{reasons}")


def _list(lines: Iterable[str]) -> str:
    return _element("ul", "\n" + "".join(lines))


def _link(link: Link) -> str:
    known = {"rel": link.rel, "href": link.href, "type": link.kind, "hreflang": link.lang}
    return f"<link {' '.join(f'{name}={_quoted(value)}' for name, value in known.items())}/>\n"


def _element(tag: str, content: str) -> str:
    """An element around what is markup already."""
    return f"<{tag}>{content}</{tag}>\n"


def _escaped(text: str) -> str:
    """Text as content: never markup, and a carriage return is no line end to be tidied away."""
    return escape(_NO_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _quoted(text: str) -> str:
    """Text as the value of an attribute, quotation marks included."""
    return quoteattr(_NO_XML.sub("\ufffd", text))
