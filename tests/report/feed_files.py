"""Feeds written from announced changes, and read back as the XML that they are."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

from checker.history.changes import Change, Kind, SweepHead
from checker.report.feed_entries import Announcement
from checker.report.feeds import feed_path, write_feeds
from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS, Lang
from checker.verdict import Finding
from tests.report.rows import row_of

A = "{http://www.w3.org/2005/Atom}"
H = "{http://www.w3.org/1999/xhtml}"
FIRST = datetime(2026, 10, 1, 0, 0, 5, tzinfo=UTC)
SITE = SiteSettings(title="Kollen", publisher="Myndigheten", base_url="https://kollen.example.se/a/")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URI = re.compile(r"(urn:uuid:[0-9a-f-]{36}|https?://[^\s<>\"]+)")


def sweep(night: int = 0, method: str = "") -> SweepHead:
    started = FIRST + timedelta(days=night)
    return SweepHead(
        id=f"{started:%Y%m%dT%H%M%SZ}", started=started, ruleset="2026", ruleset_version="2", method=method
    )


def change(
    kind: Kind = Kind.WORSENED,
    *,
    code: str = "AB",
    region: str = "Stockholm",
    column: str = "https",
    before: str = "Ja",
    now: str = "Ja (F)",
    unconfirmed: bool = False,
    before_at: datetime | None = None,
    since: datetime | None = None,
    under_new_rules: str = "",
    findings: tuple[Finding, ...] = (),
) -> Change:
    return Change(
        code=code,
        region=region,
        column=column,
        kind=kind,
        before=before,
        now=now,
        before_at=before_at,
        since=since,
        under_new_rules=under_new_rules,
        unconfirmed=unconfirmed,
        findings=findings,
    )


def told(*changes: Change, night: int = 0, method: str = "") -> Announcement:
    return Announcement(sweep=sweep(night, method), changes=changes)


def write(
    directory: Path,
    *announcements: Announcement,
    codes: Sequence[str] = ("AB", "C"),
    site: SiteSettings = SITE,
    lang: Lang = "sv",
    series: str = "domains",
) -> Path:
    rows = [row_of(code, region=f"Region {code}") for code in codes]
    write_feeds(
        directory, announcements, organisations=rows, site=site, updated=FIRST, langs=[lang], series=series
    )
    return directory


def read(directory: Path, code: str = "", lang: Lang = "sv") -> ET.Element:
    root = ET.fromstring((directory / feed_path(lang, code)).read_bytes())  # noqa: S314 - our own file
    assert_is_a_feed(root)
    return root


def entries(directory: Path, code: str = "", lang: Lang = "sv") -> list[ET.Element]:
    return read(directory, code, lang).findall(f"{A}entry")


def titles(directory: Path, code: str = "", lang: Lang = "sv") -> list[str]:
    return [child(entry, "title") for entry in entries(directory, code, lang)]


def child(element: ET.Element, name: str) -> str:
    """The text of a child that stands there exactly once and is not empty."""
    (found,) = element.findall(A + name)
    assert found.text
    return found.text


def words_of(entry: ET.Element) -> list[str]:
    """The lines of an entry's content."""
    (body,) = entry.findall(f"{A}content/{H}div")
    return ["".join(line.itertext()) for line in body.iter() if line.tag in {f"{H}li", f"{H}p"}]


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def assert_is_a_feed(root: ET.Element) -> None:
    """What RFC 4287 §4.1 asks of a feed and its entries, and no element that it does not know."""
    assert root.tag == f"{A}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") in LANGS
    known = {"id", "title", "subtitle", "updated", "author", "link", "entry"}
    assert {element.tag.removeprefix(A) for element in root} <= known
    (author,) = root.findall(f"{A}author")
    child(author, "name")
    ids = [child(root, "id")]
    for entry in root.findall(f"{A}entry"):
        assert {element.tag.removeprefix(A) for element in entry} <= {
            "id",
            "title",
            "updated",
            "link",
            "category",
            "content",
        }
        ids.append(child(entry, "id"))
        assert RFC_3339.fullmatch(child(entry, "updated"))
        child(entry, "title")
        assert all(category.get("term") and category.get("label") for category in entry.iter(f"{A}category"))
        (content,) = entry.findall(f"{A}content")
        assert content.get("type") == "xhtml"
        assert [element.tag for element in content] == [f"{H}div"]
        assert all(element.tag.startswith(H) for element in content.iter() if element is not content)
    assert len(ids) == len(set(ids))
    assert all(URI.fullmatch(known_as) for known_as in ids)
    assert RFC_3339.fullmatch(child(root, "updated"))
    links = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in root.findall(f"{A}link")]
    assert len(links) == len(set(links))
    assert all(URI.fullmatch(link.get("href") or "") for link in root.iter(f"{A}link"))
