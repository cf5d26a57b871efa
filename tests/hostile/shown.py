"""What stands in the files of a built site: elements and attributes of every page, addresses, texts. Strict: what is unsound raises."""

import json
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_VOID = frozenset({"meta", "link", "img", "br", "hr", "input", "wbr", "source", "col"})
_ADDRESSES = frozenset(
    {"href", "src", "action", "formaction", "cite", "data", "poster", "srcset", "xlink:href"}
)
XML_FILES = frozenset({".svg", ".xml", ".rdf"})
PACKED = frozenset({".xlsx"})

Skeleton = tuple[str, int, tuple[str, ...]]
"""One element: its name, how deep it stands, the names of its attributes."""


@dataclass
class Page(HTMLParser):
    """One page, read: `text` without what is hidden in elements. Raises AssertionError where an element is not closed in its place."""

    elements: list[Skeleton] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def read(cls, html: str) -> "Page":
        """Parse a whole page."""
        page = cls()
        page.feed(html)
        page.close()
        assert not page._open, page._open
        assert not page.rawdata, page.rawdata
        return page

    @property
    def text(self) -> str:
        """All text, blanks as single spaces."""
        return " ".join("".join(self.texts).split())

    @property
    def addresses(self) -> list[str]:
        """Every address that an attribute names."""
        return [value for _, name, value in self.attributes if name in _ADDRESSES]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), (tag, attrs)
        self.elements.append((tag, len(self._open), tuple(sorted(names))))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        opened = self._open.pop()
        # HTML leaves these ends out
        while opened != tag and opened in {"li", "p", "dt", "dd", "td", "th", "tr", "option"}:
            opened = self._open.pop()
        assert opened == tag, (opened, tag, self.getpos())

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"script", "style"}:
            self.code += [data] if data.strip() else []
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


class Files:
    """Every file of a site, by its path below the top."""

    def __init__(self, top: Path) -> None:
        self.top = top

    @cached_property
    def paths(self) -> list[str]:
        """All of them."""
        return sorted(str(path.relative_to(self.top)) for path in self.top.rglob("*") if path.is_file())

    def ending(self, *suffixes: str) -> list[str]:
        """Those whose names end so."""
        return [path for path in self.paths if path.endswith(suffixes)]

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every HTML page."""
        return {path: Page.read(self.text(path)) for path in self.ending(".html")}

    def text(self, path: str) -> str:
        """A file that is text; line ends as they stand."""
        return (self.top / path).read_bytes().decode("utf-8")

    def json(self, path: str) -> Any:
        """A file that is JSON."""
        return json.loads(self.text(path))

    def xml(self, path: str) -> list[Skeleton]:
        """The elements of an XML file."""
        return xml_elements((self.top / path).read_bytes())

    def parts(self, path: str) -> dict[str, bytes]:
        """The parts of a packed file."""
        with zipfile.ZipFile(self.top / path) as packed:
            return {name: packed.read(name) for name in packed.namelist()}


def xml_elements(data: bytes) -> list[Skeleton]:
    """The elements of a well-formed document."""
    assert b"<!ENTITY" not in data
    found: list[Skeleton] = []

    def walk(element: ET.Element, depth: int) -> None:
        found.append((element.tag, depth, tuple(sorted(element.keys()))))
        for inner in element:
            walk(inner, depth + 1)

    walk(ET.fromstring(data), 0)  # noqa: S314 - we wrote it ourselves
    return found


def strings(value: Any) -> Iterator[str]:
    """Every string in JSON, the names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
