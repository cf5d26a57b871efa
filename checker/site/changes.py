"""What sweeps announced, in words: the page of all changes, and those of the last days for the start page. Never compares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checker.history.changes import Change, Kind, SweepHead
from checker.history.past import Past
from checker.report.feed_entries import TOGETHER_OVER, Announcement, Group, Topic, Wording, entry_of, groups
from checker.report.model import SweepInfo
from checker.report.words import Lang, column_words, feed_words, visible
from checker.site.cells import look_of
from checker.site.pages import Pages

PATH = "andringar/"
MOST = 200
"""Changes on the page; older ones stand on the pages of their sweeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change in words; `before` or `now` is "" where there was none.

    `code` is "" where the organisation has no page, and where the line is about many, `region` then too: it is all in `note`.
    """

    kind: str
    kind_word: str
    code: str
    region: str
    label: str = ""
    before: str = ""
    before_look: str = ""
    now: str = ""
    now_look: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What one sweep announced. `slug` names its page; `left_out` of its lines are not shown."""

    sweep: SweepInfo
    slug: str
    lines: tuple[Line, ...]
    left_out: int = 0


def write(pages: Pages) -> None:
    """Write the page of all changes, where there is a past."""
    _ = pages.gettext
    if pages.past is None:
        return
    shown = first_lines(nights(pages, pages.past), MOST)
    pages.write(
        "changes",
        PATH,
        title=_("Changes"),
        nights=shown,
        begun=pages.past.sweeps[0] if pages.past.sweeps else None,
        all_shown=sum(len(night.lines) for night in shown) < MOST,
    )


def nights(
    pages: Pages, past: Past, *, after: datetime | None = None, until: datetime | None = None
) -> Iterator[Night]:
    """What each sweep announced, the newest first, only those that began later than `after` and not after `until`.

    Silent sweeps are left out. The first sweep of a series has nothing to announce. Reads as far as it is asked to.
    """
    shown = pages.material.sweep.id
    place = next((place for place, sweep in enumerate(past.sweeps) if sweep.id == shown), None)
    present = frozenset(code for code, _ in past.printed.table(place)) if place is not None else frozenset()
    for sweep in reversed(past.sweeps[1:]):
        if after is not None and sweep.started <= after:
            return
        if until is not None and sweep.started > until:
            continue
        lines = tuple(_lines(sweep, past.changes_of(sweep), present, pages))
        if lines:
            yield Night(sweep=sweep, slug=pages.slugs[sweep.id], lines=lines)


def first_lines(found: Iterator[Night], most: int) -> tuple[Night, ...]:
    """The nights that the first lines belong to, the last of them cut; reads no further."""
    shown: list[Night] = []
    room = most
    for night in found:
        kept = night.lines[:room]
        shown.append(
            Night(sweep=night.sweep, slug=night.slug, lines=kept, left_out=len(night.lines) - len(kept))
        )
        room -= len(kept)
        if not room:
            break
    return tuple(shown)


def _lines(
    sweep: SweepInfo, changes: Sequence[Change], present: frozenset[str], pages: Pages
) -> Iterator[Line]:
    """One line a change, for a row that came or went one in all; what concerns many without their doing is one line."""
    head = SweepHead(
        id=sweep.id, started=sweep.started, ruleset=sweep.ruleset, ruleset_version=sweep.ruleset_version
    )
    own = groups(Announcement(sweep=head, changes=tuple(changes)))[1]
    for topic in Topic:
        of_topic = [group for group in own if group.topic is topic]
        told = [change for group in of_topic for change in group.changes]
        if topic is not Topic.MEASURED and len(of_topic) > TOGETHER_OVER:
            yield _of_many(Group(sweep=head, topic=topic, code="", changes=tuple(told)), pages.lang)
            continue
        whole_rows: set[tuple[str, Kind]] = set()
        for change in sorted(told, key=_by_kind):
            if change.kind in (Kind.NEW, Kind.REMOVED):
                if (change.code, change.kind) not in whole_rows:
                    whole_rows.add((change.code, change.kind))
                    yield _of_row(change, present, pages.lang)
            else:
                yield _of_cell(change, present, pages)


_KINDS = tuple(Kind)


def _by_kind(change: Change) -> int:
    return _KINDS.index(change.kind)


def _of_many(group: Group, lang: Lang) -> Line:
    kind = group.changes[0].kind
    entry = entry_of(group, Wording(series="", lang=lang))
    return Line(kind=kind.value, kind_word=_kind_word(kind, lang), code="", region="", note=entry.title)


def _of_row(change: Change, present: frozenset[str], lang: Lang) -> Line:
    return Line(
        kind=change.kind.value,
        kind_word=_kind_word(change.kind, lang),
        code=change.code if change.code in present else "",
        region=visible(change.region),
        note=feed_words(lang)["short"][change.kind],
    )


def _of_cell(change: Change, present: frozenset[str], pages: Pages) -> Line:
    words = column_words(pages.lang).get(change.column)
    before, now = visible(change.before), visible(change.now)
    return Line(
        kind=change.kind.value,
        kind_word=_kind_word(change.kind, pages.lang),
        code=change.code if change.code in present else "",
        region=visible(change.region),
        label=words.label if words else visible(change.column),
        before=before,
        before_look=look_of(change.before),
        now=now,
        now_look=look_of(change.now),
        note=_note(change, pages),
    )


def _note(change: Change, pages: Pages) -> str:
    _ = pages.gettext
    if change.kind is Kind.RULES:
        return _("The difference comes from the rules, not from the organisation.")
    if change.kind is Kind.ENTRY:
        return _("Our list has other names to measure.")
    if change.under_new_rules in {"", change.before}:
        return ""
    return feed_words(pages.lang)["line"]["under_new_rules"].format(cell=visible(change.under_new_rules))


def _kind_word(kind: Kind, lang: Lang) -> str:
    return feed_words(lang)["category"][kind]
