"""Changes in words: counts, and each changed cell as a line with its reasons. Foreign text is made visible here."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from checker.history.changes import Change, Kind
from checker.notices.letter import Entry, Line
from checker.notices.occasion import Occasion
from checker.report.dates import shown_date
from checker.report.sentences import joined, number
from checker.report.words import Lang, column_words, message, notice_words, remedy, visible

FINDINGS_SHOWN = 5
"""Reasons written out for one cell; the rest are counted."""
KINDS_IN_SUBJECT = 2
NAME_LIMIT = 120
"""Characters of an organisation's name; no name in the list is that long by right."""

_MEASURED_ONCE = frozenset({Kind.RULES, Kind.ENTRY, Kind.MEASURED})
"""Kinds of which nobody can say since when: these names, or under these rules, were measured for the first time."""
_BY_ROW = frozenset({Kind.NEW, Kind.REMOVED})
"""Kinds that are counted in organisations: the row came or went, its cells with it."""


def counted(section: str, name: str, count: int, lang: Lang, **values: str) -> str:
    """A phrase with a count in it: `name_one` for one, `name_many` for all others."""
    words = notice_words(lang)[section]
    return words[f"{name}_{'one' if count == 1 else 'many'}"].format(n=number(count, lang), **values)


def counts(changes: Iterable[Change], lang: Lang) -> str:
    """How many of each kind, worst first: `2 försämringar och 1 förbättring`."""
    return joined(_parts(changes, lang), lang)


def counts_for_subject(changes: Iterable[Change], lang: Lang) -> str:
    """The same for a subject line: the two worst kinds, and that there is more."""
    parts = _parts(changes, lang)
    more = notice_words(lang)["counts"]["more"]
    return (
        joined(parts, lang)
        if len(parts) <= KINDS_IN_SUBJECT
        else ", ".join([*parts[:KINDS_IN_SUBJECT], more])
    )


def _parts(changes: Iterable[Change], lang: Lang) -> list[str]:
    found = tuple(changes)
    parts = []
    for kind in Kind:
        mine = [change for change in found if change.kind is kind]
        if mine:
            count = len({change.code for change in mine}) if kind in _BY_ROW else len(mine)
            parts.append(counted("counts", kind.value, count, lang))
    return parts


def name_of(region: str) -> str:
    """The organisation's name, made visible and of sane length."""
    return visible(region, NAME_LIMIT)


def entries(changes: Iterable[Change], occasion: Occasion, *, remedies: bool) -> tuple[Entry, ...]:
    """Changes of one kind, an entry for each organisation; `remedies` adds what to do about each reason."""
    return tuple(
        Entry(
            name=name_of(region),
            lines=tuple(_line(change, occasion.lang, remedies=remedies) for change in group),
            link="" if kind is Kind.REMOVED else occasion.link(code),
        )
        for (kind, code, region), group in groupby(
            changes, key=lambda change: (change.kind, change.code, change.region)
        )
    )


def change_lines(changes: Iterable[Change], lang: Lang) -> Iterator[str]:
    """Changes of one kind for a terminal: each organisation, below it a line a cell, below that the reasons."""
    for (_, region), group in groupby(changes, key=lambda change: (change.code, change.region)):
        yield f"  {name_of(region)}"
        for change in group:
            line = _line(change, lang, remedies=False)
            yield f"    {line.head}"
            yield from (f"      {note}" for note in line.notes)


def _line(change: Change, lang: Lang, *, remedies: bool) -> Line:
    words = notice_words(lang)["lines"]
    named = column_words(lang)[change.column]
    pattern = {Kind.NEW: "only", Kind.MEASURED: "only", Kind.REMOVED: "gone"}.get(change.kind, "change")
    head = words[pattern].format(
        column=named.label,
        before=visible(change.before),
        now=visible(change.now),
    )
    if change.kind in _BY_ROW:
        return Line(head=head)
    notes = [sentence for sentence in (_when(change, lang), named.codes.get(change.now, "")) if sentence]
    for finding in change.findings[:FINDINGS_SHOWN]:
        notes.append(message(finding, lang))
        if remedies and (what_to_do := remedy(finding, lang)):
            notes.append(words["remedy"].format(remedy=what_to_do))
    if left := len(change.findings) - FINDINGS_SHOWN:
        notes += [counted("lines", "more_findings", left, lang)] if left > 0 else []
    return Line(head=head, notes=tuple(notes))


def _has_stood_since(change: Change) -> bool:
    """Whether "since" can be said: not of what was seen once only, nor when the earlier answer was measured later."""
    if change.kind in _MEASURED_ONCE or change.unconfirmed:
        return False
    return change.since is not None and (change.before_at is None or change.since > change.before_at)


def _when(change: Change, lang: Lang) -> str:
    words = notice_words(lang)["lines"]
    said = []
    if change.since and _has_stood_since(change):
        said.append(words["since"].format(date=shown_date(change.since, lang)))
    if change.before_at and change.kind is not Kind.RULES:
        said.append(words["before_at"].format(date=shown_date(change.before_at, lang)))
    if change.kind is not Kind.RULES and change.under_new_rules not in ("", change.before):
        said.append(words["under_new_rules"].format(reads=visible(change.under_new_rules)))
    return " ".join(said)
