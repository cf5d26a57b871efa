"""Where something is specified, as text with links: "RFC 6797 §6.1" leads to that section at the RFC Editor. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from checker.report.words import Lang, source_of

_LINKED = re.compile(r"RFC (?P<rfc>\d{1,5})(?: §(?P<section>\d+(?:\.\d+)*))?|(?P<cve>CVE-\d{4}-\d{4,7})")
_WORD = re.compile(r"[^\W\d_]{2}")
_RFC = "https://www.rfc-editor.org/rfc/rfc"
_CVE = "https://www.cve.org/CVERecord?id="


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """A stretch of a source's text; `href` is "" where nothing is known to link to.

    `lang` is "en" where it has English words, such as a document's name, on a page in another language; else "".
    """

    text: str
    href: str = ""
    lang: str = ""


@lru_cache(maxsize=512)
def source_parts(code: str, lang: Lang) -> tuple[SourcePart, ...]:
    """The source of a finding code for pages in one language. KeyError for a code without texts."""
    source, said_in = source_of(code, lang)
    return tuple(parts_of(source, foreign="" if said_in == lang else said_in))


def parts_of(source: str, foreign: str = "") -> Iterator[SourcePart]:
    """A source in stretches, whose texts together are the source itself; `foreign` is the language of its words."""
    end = 0
    for match in _LINKED.finditer(source):
        if match.start() > end:
            yield _unlinked(source[end : match.start()], foreign)
        yield SourcePart(text=match[0], href=_href(match))
        end = match.end()
    if end < len(source):
        yield _unlinked(source[end:], foreign)


def _unlinked(text: str, foreign: str) -> SourcePart:
    return SourcePart(text=text, lang=foreign if _WORD.search(text) else "")


def _href(match: re.Match[str]) -> str:
    if match["cve"]:
        return f"{_CVE}{match['cve']}"
    section = f"#section-{match['section']}" if match["section"] else ""
    return f"{_RFC}{match['rfc']}{section}"
