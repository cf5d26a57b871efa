"""The pages of a built site as files: found by following links, read by the standard library's parser. Asks no browser."""

from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

LANGS = ("sv", "en")
ENTRANCES = ("index.html", "en/index.html")
MOST_OF_A_KIND = 3
_LOADS = {"script": "src", "img": "src", "source": "src", "iframe": "src", "embed": "src", "object": "data"}
_LOADING_LINKS = frozenset({"stylesheet", "icon", "preload", "manifest"})
_VOID = frozenset({"meta", "link", "img", "br", "hr", "input", "wbr", "source", "col"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address that a page names: of an element's attribute, as it stands. `loads`: the browser fetches it by itself."""

    element: str
    address: str
    loads: bool
    relations: frozenset[str] = frozenset()
    language: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether it leads off the site."""
        parts = urlsplit(self.address)
        return bool(parts.scheme or parts.netloc)


@dataclass(slots=True)
class _Read(HTMLParser):
    """What one page says of itself."""

    language: str = ""
    policy: str = ""
    title: str = ""
    links: list[Link] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    headings: list[tuple[int, str]] = field(default_factory=list)
    looks: set[str] = field(default_factory=set)
    referred: set[tuple[str, str]] = field(default_factory=set)
    inline: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _in_code: bool = False

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.looks |= {f"{tag}.{name}" for name in values.get("class", "").split()} | {tag}
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "html":
            self.language = values.get("lang", "")
        if values.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = values.get("content", "")
        if "id" in values:
            self.ids[values["id"]] += 1
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal():
            self.headings.append((int(tag[1]), ""))
        # A block of data is no script, whatever its element is called.
        self._in_code = tag == "script" and values.get("type", "module") != "application/json"
        self._names_others(tag, values)
        self._is_inline(tag, values)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        if self.headings and self._open and any(name == f"h{self.headings[-1][0]}" for name in self._open):
            level, text = self.headings[-1]
            self.headings[-1] = level, text + data
        if self._in_code and data.strip():
            self.inline.append(f"script: {data.strip()[:60]}")

    def _names_others(self, tag: str, values: dict[str, str]) -> None:
        relations = frozenset(values.get("rel", "").lower().split())
        address = values.get("href", values.get("xlink:href", ""))
        if "href" in values or "xlink:href" in values:
            self.links.append(
                Link(
                    element=tag,
                    address=address,
                    loads=tag == "use" or (tag == "link" and bool(relations & _LOADING_LINKS)),
                    relations=relations,
                    language=values.get("hreflang", ""),
                )
            )
        if (loaded := _LOADS.get(tag)) in values:
            self.links.append(Link(element=tag, address=values[loaded], loads=True))
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers", "list"):
            self.referred |= {(name, one) for one in values.get(name, "").split()}

    def _is_inline(self, tag: str, values: dict[str, str]) -> None:
        self.inline += [f"{tag} {name}" for name in values if name.startswith("on") or name == "style"]
        if tag == "style":
            self.inline.append("style")


@dataclass(frozen=True)
class SitePage:
    """One HTML file of a site. `path` is where it stands below the site's top."""

    top: Path
    path: str

    @property
    def file(self) -> Path:
        """The file."""
        return self.top / self.path

    @property
    def lang(self) -> str:
        """The language that its place says."""
        return "en" if self.path.startswith("en/") else "sv"

    @property
    def kind(self) -> str:
        """What type of page it is, by its place: `start`, `metod`, `organisation/*`."""
        parts = PurePosixPath(self.path.removeprefix("en/")).parts
        if parts == ("index.html",):
            return "start"
        folders = parts[:-1] if parts[-1] == "index.html" else parts
        return "/".join((folders[0], *("*" for _ in folders[1:])))

    @cached_property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.stat().st_size

    @cached_property
    def read(self) -> _Read:
        """What it says of itself."""
        parser = _Read()
        parser.feed(self.file.read_text(encoding="utf-8"))
        parser.close()
        return parser

    @property
    def links(self) -> list[Link]:
        """Every address that it names."""
        return self.read.links

    def leads_to(self, address: str) -> tuple[str, str]:
        """The path below the site's top that an inside address names, with `../` before it when it leaves the site, and the fragment."""
        parts = urlsplit(address)
        if not parts.path:
            return self.path, unquote(parts.fragment)
        steps: list[str] = []
        for step in (*PurePosixPath(self.path).parts[:-1], *unquote(parts.path).split("/")):
            if step == ".." and steps and steps[-1] != "..":
                steps.pop()
            elif step not in {"", "."}:
                steps.append(step)
        return "/".join(steps), unquote(parts.fragment)


class Site:
    """A built site: `top` is its folder."""

    def __init__(self, top: Path) -> None:
        self.top = top

    @cached_property
    def pages(self) -> list[SitePage]:
        """Every page that links lead to, from the start pages on; broken links lead to none."""
        found = {path: SitePage(self.top, path) for path in ENTRANCES if (self.top / path).is_file()}
        waiting = deque(found.values())
        while waiting:
            page = waiting.popleft()
            for link in page.links:
                if link.is_outside:
                    continue
                path, _ = page.leads_to(link.address)
                if path.endswith(".html") and path not in found and (self.top / path).is_file():
                    found[path] = SitePage(self.top, path)
                    waiting.append(found[path])
        return [found[path] for path in sorted(found)]

    def of_kind(self, kind: str, lang: str) -> list[SitePage]:
        """The pages of one kind in one language."""
        return [page for page in self.pages if (page.kind, page.lang) == (kind, lang)]

    @cached_property
    def kinds(self) -> list[str]:
        """Every type of page there is."""
        return sorted({page.kind for page in self.pages})

    @cached_property
    def examples(self) -> list[SitePage]:
        """Of each kind and language the few pages that show most between them: every element and class, as far as so few can."""
        return [page for pages in self._examples for page in pages]

    @cached_property
    def one_of_each(self) -> list[SitePage]:
        """Of each kind and language the page that shows most."""
        return [pages[0] for pages in self._examples if pages]

    @cached_property
    def _examples(self) -> list[list[SitePage]]:
        return [_showing_most(self.of_kind(kind, lang)) for kind in self.kinds for lang in LANGS]


def _showing_most(pages: list[SitePage]) -> list[SitePage]:
    chosen: list[SitePage] = []
    seen: set[str] = set()
    while len(chosen) < MOST_OF_A_KIND:
        best = max(pages, key=lambda page: len(page.read.looks - seen), default=None)
        if best is None or not best.read.looks - seen:
            break
        chosen.append(best)
        seen |= best.read.looks
    return chosen
