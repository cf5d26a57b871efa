"""Changes put into words as the entries of Atom feeds. Pure; never compares cells and writes no files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from checker.history.changes import Change, Kind, SweepHead
from checker.report.atom import Entry, Item, Link
from checker.report.dates import shown_date, shown_time
from checker.report.sentences import number
from checker.report.site_settings import page_address
from checker.report.words import Lang, column_words, feed_words, message, visible

REASONS_SHOWN = 10
TOGETHER_OVER = 20
"""Organisations of one sweep that get entries of their own in the feed of all; more are told in one entry together."""
TOGETHER_SHOWN = 200
"""Organisations that an entry about many of them names."""

_IDS = UUID("8d8e4a0e-5a3c-4f0a-9a43-1f5d1c2a7b60")
"""The name space of every id below (RFC 9562 §5.5). To change it makes every entry new to every reader."""


class Topic(StrEnum):
    """What an entry is about: what was measured, the rules of judging, or our own list. Never two of them at once."""

    MEASURED = "measured"
    RULES = "rules"
    LIST = "list"


TOPIC_OF = {
    Kind.WORSENED: Topic.MEASURED,
    Kind.CHANGED: Topic.MEASURED,
    Kind.IMPROVED: Topic.MEASURED,
    Kind.MEASURED: Topic.MEASURED,
    Kind.RULES: Topic.RULES,
    Kind.ENTRY: Topic.LIST,
    Kind.NEW: Topic.LIST,
    Kind.REMOVED: Topic.LIST,
}
"""What feeds tell. NOT_MEASURED is left out: it says nothing of the organisation, whose earlier verdict stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What one finished sweep found to have changed against the one before; never a held or unfinished sweep."""

    sweep: SweepHead
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The changes that one entry tells: one topic of one sweep, in one organisation (`code`) or in many ("")."""

    sweep: SweepHead
    topic: Topic
    code: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What entries share. `series` names the series of sweeps, and no other publisher's: ids are made of it.

    `base` is the address of the site's top with a slash at its end, empty when it is not known.
    """

    series: str
    lang: Lang
    base: str = ""


def groups(announcement: Announcement) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """What the feed of all tells of one sweep, and what the organisations' own feeds tell.

    Left out: what waits for a second measurement, what could not be measured, and everything by another method.
    """
    told = [
        change
        for change in announcement.changes
        if change.kind in TOPIC_OF and not change.unconfirmed and not announcement.sweep.method
    ]
    own = tuple(_by_organisation(announcement.sweep, told))
    overall: list[Group] = []
    for topic in Topic:
        of_topic = [group for group in own if group.topic is topic]
        if len(of_topic) > TOGETHER_OVER:
            changes = tuple(change for group in of_topic for change in group.changes)
            of_topic = [Group(sweep=announcement.sweep, topic=topic, code="", changes=changes)]
        overall += of_topic
    return tuple(overall), own


def _by_organisation(sweep: SweepHead, changes: Sequence[Change]) -> Iterator[Group]:
    """One group a topic and organisation, topics in their order, organisations in that of their first change."""
    found: dict[tuple[Topic, str], list[Change]] = {}
    for change in changes:
        found.setdefault((TOPIC_OF[change.kind], change.code), []).append(change)
    for topic in Topic:
        for (of_topic, code), own in found.items():
            if of_topic is topic:
                yield Group(sweep=sweep, topic=topic, code=code, changes=tuple(own))


def entry_of(group: Group, wording: Wording) -> Entry:
    """The entry of one group; the same in the feed of all and in the organisation's own."""
    lang, sweep = wording.lang, group.sweep
    note = feed_words(lang)["note"]
    return Entry(
        id=stable_id("entry", wording.series, lang, sweep.id, group.topic, group.code),
        updated=sweep.started,
        title=_title(group, lang) if group.code else _title_of_many(group, lang),
        items=_items(group, lang) if group.code else _items_of_many(group, lang),
        introduction=note["rules"] if group.topic is Topic.RULES else "",
        closing=note["sweep"].format(
            time=shown_time(sweep.started, lang),
            ruleset=visible(sweep.ruleset),
            version=visible(sweep.ruleset_version),
        ),
        categories=_categories(group, lang),
        links=_links(group, wording),
    )


def stable_id(*parts: str) -> str:
    """A urn:uuid made of these parts alone: the same for ever, wherever the feed is published."""
    return uuid5(_IDS, "\n".join(parts)).urn


def page_of(code: str, wording: Wording) -> str:
    """The address of an organisation's page in the wording's language, without a code that of all changes; or ""."""
    return page_address(wording.base, wording.lang, f"organisation/{code}/" if code else "andringar/")


def _links(group: Group, wording: Wording) -> tuple[Link, ...]:
    page = page_of(group.code, wording)
    return (Link(rel="alternate", href=page, kind="text/html", lang=wording.lang),) if page else ()


def _title(group: Group, lang: Lang) -> str:
    words = feed_words(lang)
    return words["title"]["own"].format(
        region=visible(group.changes[0].region), changes=_short(group.changes, lang)
    )


def _short(changes: Iterable[Change], lang: Lang) -> str:
    """What has changed in one organisation, in a few words."""
    short = feed_words(lang)["short"]
    said = (short[change.kind].format(column=_label(change, lang)) for change in changes)
    return ", ".join(dict.fromkeys(said))


def _title_of_many(group: Group, lang: Lang) -> str:
    words = feed_words(lang)
    organisations: dict[Kind, set[str]] = {}
    for change in group.changes:
        organisations.setdefault(change.kind, set()).add(change.code)
    counted = (
        words["count"][kind].format(n=number(len(organisations[kind]), lang))
        for kind in Kind
        if kind in organisations
    )
    n = number(len({change.code for change in group.changes}), lang)
    return words["title"][f"many_{group.topic}"].format(n=n, changes=", ".join(counted))


def _items_of_many(group: Group, lang: Lang) -> tuple[Item, ...]:
    own: dict[str, list[Change]] = {}
    for change in group.changes:
        own.setdefault(change.code, []).append(change)
    items = [
        Item(about=visible(changes[0].region), text=f"{_short(changes, lang)}.")
        for changes in list(own.values())[:TOGETHER_SHOWN]
    ]
    if len(own) > TOGETHER_SHOWN:
        more = feed_words(lang)["note"]["more"]
        items.append(Item(about="", text=more.format(n=number(len(own) - TOGETHER_SHOWN, lang))))
    return tuple(items)


def _items(group: Group, lang: Lang) -> tuple[Item, ...]:
    return tuple(
        Item(
            about=_label(change, lang),
            text=" ".join(_sentences(change, group.sweep, lang)),
            reasons=_reasons(change, lang),
        )
        for change in group.changes
    )


def _sentences(change: Change, sweep: SweepHead, lang: Lang) -> Iterator[str]:
    line = feed_words(lang)["line"]
    before = visible(change.before)
    if change.before_at:
        before = line["measured_at"].format(before=before, date=shown_date(change.before_at, lang))
    yield line[change.kind].format(now=visible(change.now), before=before)
    if spelled := _spelled(change.column, change.now, lang):
        yield spelled
    if change.kind is not Kind.RULES and change.under_new_rules not in {"", change.before}:
        yield line["under_new_rules"].format(cell=visible(change.under_new_rules))
    if change.since and change.since < sweep.started:
        yield line["since"].format(date=shown_date(change.since, lang))


def _spelled(column: str, printed: str, lang: Lang) -> str:
    """What a printed code says; of a pair only what pairs are. Empty when there is nothing to say."""
    return column_words(lang)[column].codes.get("X/Y" if "/" in printed else printed, "")


def _reasons(change: Change, lang: Lang) -> tuple[str, ...]:
    shown = [message(finding, lang) for finding in change.findings[:REASONS_SHOWN]]
    left = len(change.findings) - len(shown)
    if left:
        shown.append(feed_words(lang)["note"]["more"].format(n=number(left, lang)))
    return tuple(shown)


def _categories(group: Group, lang: Lang) -> tuple[tuple[str, str], ...]:
    """What readers can sort by: `change/worsened`, `indicator/https`, `organisation/AB`."""
    names = feed_words(lang)["category"]
    kinds = {change.kind for change in group.changes}
    columns = dict.fromkeys((change.column, _label(change, lang)) for change in group.changes)
    own = [(f"organisation/{group.code}", visible(group.changes[0].region))] if group.code else []
    return (
        *((f"change/{kind}", names[kind]) for kind in Kind if kind in kinds),
        *((f"indicator/{column}", label) for column, label in columns),
        *own,
    )


def _label(change: Change, lang: Lang) -> str:
    return column_words(lang)[change.column].label
