"""A page as a tree of elements, by the standard library's parser; a tag that is closed out of turn is an error.

End tags that HTML lets one leave out are understood where another begins or the parent ends.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

VOID = frozenset(
    {"meta", "link", "br", "hr", "img", "input", "wbr", "rect", "path", "line", "circle", "use", "col"}
)


_CELLS = frozenset({"td", "th"})
_ROWS = _CELLS | {"tr"}
_LEFT_OUT_BEFORE = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
    "optgroup": frozenset({"option", "optgroup"}),
    "td": _CELLS,
    "th": _CELLS,
    "tr": _ROWS,
    "tbody": _ROWS | {"thead", "tbody", "caption", "colgroup"},
    "thead": frozenset({"caption", "colgroup"}),
    "tfoot": _ROWS | {"thead", "tbody"},
}
"""What ends by itself where an element begins."""
_LEFT_OUT = frozenset().union(*_LEFT_OUT_BEFORE.values()) | {"p", "tfoot"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Element | str] = []

    def all(self, tag: str, **attributes: str) -> list["Element"]:
        """The elements below with these attributes: `class_` for class, `data_label` for data-label."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.walk()
            if each.tag == tag and all(each.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> "Element":
        (found,) = self.all(tag, **attributes)
        return found

    def walk(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def words(self) -> str:
        """The text with every run of white space as one space."""
        return " ".join(self.text.split())


class _Tree(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()
        assert self._open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        while self._open[-1].tag in _LEFT_OUT_BEFORE.get(tag, ()):
            self._open.pop()
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open[-1].tag != tag and self._open[-1].tag in _LEFT_OUT:
            self._open.pop()
        assert self._open.pop().tag == tag, tag

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def tree(page: str) -> Element:
    return _Tree(page).root


def tree_of(file: Path) -> Element:
    return tree(file.read_text(encoding="utf-8"))
