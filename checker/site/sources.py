"""Where something is specified, as text with links: "RFC 6797 §6.1" leads to that section at the RFC Editor. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LINKED = re.compile(r"RFC (?P<rfc>\d{1,5})(?: §(?P<section>\d+(?:\.\d+)*))?|(?P<cve>CVE-\d{4}-\d{4,7})")
_RFC = "https://www.rfc-editor.org/rfc/rfc"
_CVE = "https://www.cve.org/CVERecord?id="


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """A stretch of a source's text; `href` is "" where nothing is known to link to."""

    text: str
    href: str = ""


@lru_cache(maxsize=512)
def source_parts(source: str) -> tuple[SourcePart, ...]:
    """A source in stretches, whose texts together are the source itself."""
    return tuple(_parts(source))


def _parts(source: str) -> Iterator[SourcePart]:
    end = 0
    for match in _LINKED.finditer(source):
        if match.start() > end:
            yield SourcePart(text=source[end : match.start()])
        yield SourcePart(text=match[0], href=_href(match))
        end = match.end()
    if end < len(source):
        yield SourcePart(text=source[end:])


def _href(match: re.Match[str]) -> str:
    if match["cve"]:
        return f"{_CVE}{match['cve']}"
    section = f"#section-{match['section']}" if match["section"] else ""
    return f"{_RFC}{match['rfc']}{section}"
