"""Atom feeds of what has changed, of all organisations and of each (RFC 4287). Never decides what a change is.

The addresses are for ever: `andringar/atom.xml` and `organisation/<code>/atom.xml`, in English the same under `en/`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from checker.observations.row import Row, is_code
from checker.report.atom import END, FeedHead, Link, entry_text, head_text
from checker.report.feed_entries import (
    Announcement,
    Group,
    Wording,
    entry_of,
    groups,
    page_of,
    stable_id,
)
from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS, Lang, feed_words, visible

OVERALL_ENTRIES = 100
OWN_ENTRIES = 50
"""Entries of one feed at most, the newest: a reader that was away for longer finds the history on the site."""
_WAITING = 8
"""Pieces of one feed that wait in memory until its file is opened for them."""

Announcements = Callable[[], Iterable[Announcement]]
"""Reads what sweeps announced, newest first, one item a sweep, as often as it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """What a site's feeds are made of.

    `begun` is the start of the series' first sweep: the time of feeds that have no entry, so that they stay the same
    from night to night. `series` as in `write_feeds`.
    """

    announcements: Announcements
    begun: datetime
    series: str = "domains"


def feed_path(lang: Lang, code: str = "") -> str:
    """Where a feed stands below the site's address; without a code that of all organisations."""
    place = f"organisation/{code}" if code else "andringar"
    return f"{'' if lang == 'sv' else f'{lang}/'}{place}/atom.xml"


def write_feeds(
    directory: Path,
    announcements: Iterable[Announcement],
    *,
    organisations: Iterable[Row],
    site: SiteSettings,
    updated: datetime,
    langs: Sequence[Lang] = LANGS,
    series: str = "domains",
) -> None:
    """Write the feeds of each language: one of all organisations, and one for each, also where nothing has changed.

    `announcements` come newest first and are read once, to their end: an organisation that left the list keeps its feed
    for as long as they name it. `updated` stands in feeds that have no entry; others carry the time of their newest.
    `series` names the series of sweeps and should be no other publisher's: with sweep and code it makes the ids of
    entries. Memory does not grow with the entries. Raises OSError.
    """
    shelves = [_Shelf(directory, site, lang, series) for lang in langs]
    for row in organisations:
        for shelf in shelves:
            shelf.feed(row.code, row.region)
    for announcement in announcements:
        of_all, of_each = groups(announcement)
        for shelf in shelves:
            for group in of_all:
                shelf.add(shelf.overall, group)
            for group in of_each:
                shelf.add(shelf.feed(group.code, group.changes[0].region), group)
    for shelf in shelves:
        shelf.finish(updated)


@dataclass(slots=True)
class _Feed:
    """One feed on its way to disk: opened for a few entries, so that as many as there are organisations can grow at once."""

    path: Path
    head: FeedHead
    limit: int
    entries: int = 0
    _is_there: bool = False
    _waiting: list[str] = field(default_factory=list)

    @property
    def has_room(self) -> bool:
        return self.entries < self.limit

    def add(self, updated: datetime, entry: str) -> None:
        """Write an entry, before the first one the head."""
        if not self.entries:
            self._waiting.append(head_text(self.head, updated))
        self._waiting.append(entry)
        self.entries += 1
        if len(self._waiting) >= _WAITING:
            self._write()

    def finish(self, updated: datetime) -> None:
        if not self.entries:
            self._waiting.append(head_text(self.head, updated))
        self._waiting.append(END)
        self._write()

    def _write(self) -> None:
        if not self._is_there:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a" if self._is_there else "w", encoding="utf-8", newline="\n") as out:
            out.writelines(self._waiting)
        self._is_there = True
        self._waiting.clear()


class _Shelf:
    """The feeds of one language, and what they have in common."""

    def __init__(self, directory: Path, site: SiteSettings, lang: Lang, series: str) -> None:
        self._directory, self._site, self._lang = directory, site, lang
        self._wording = Wording(series=series, lang=lang, base=site.base)
        self.overall = self._made("", "")
        self._own: dict[str, _Feed] = {}
        self._folders: set[str] = set()

    def feed(self, code: str, region: str) -> _Feed | None:
        """The feed of one organisation, made when it is first asked for.

        None for a code that names no folder, or the folder of another on a file system that ignores case.
        """
        if code not in self._own and is_code(code) and code.casefold() not in self._folders:
            self._own[code] = self._made(code, region)
            self._folders.add(code.casefold())
        return self._own.get(code)

    def add(self, feed: _Feed | None, group: Group) -> None:
        """Put an entry into a feed that has room."""
        if feed is not None and feed.has_room:
            feed.add(group.sweep.started, entry_text(entry_of(group, self._wording)))

    def finish(self, updated: datetime) -> None:
        """Close every feed."""
        for feed in (self.overall, *self._own.values()):
            feed.finish(updated)

    def _made(self, code: str, region: str) -> _Feed:
        """An empty feed, of one organisation or (without a code) of all."""
        site, lang, words = self._site, self._lang, feed_words(self._lang)["feed"]
        title = words["own_title" if code else "title"]
        path = feed_path(lang, code)
        head = FeedHead(
            id=stable_id("feed", self._wording.series, lang, code),
            lang=lang,
            title=title.format(site=visible(site.title), region=visible(region)),
            subtitle=words["subtitle"],
            author=visible(site.publisher or site.title),
            author_url=site.publisher_url,
            links=self._links(path, code),
        )
        return _Feed(self._directory / path, head, OWN_ENTRIES if code else OVERALL_ENTRIES)

    def _links(self, path: str, code: str) -> tuple[Link, ...]:
        page = page_of(code, self._wording)
        if not page:
            return ()
        return (
            Link(rel="self", href=self._site.base + path, kind="application/atom+xml", lang=self._lang),
            Link(rel="alternate", href=page, kind="text/html", lang=self._lang),
        )
