"""Letters about what has changed: one to the operator about everything, one to each contact about its own rows.

Pure. Silent when nothing changed, after a first sweep, and about tables that another method made.
"""

from collections.abc import Iterable
from typing import Any

from checker.history.changes import CellRow, Change, Differences, Kind
from checker.notices.contacts import read_contacts
from checker.notices.letter import MAIL_SUBJECT_LIMIT, Letter, Section
from checker.notices.notice import Notice, NoticeKind
from checker.notices.occasion import Occasion, for_operators, mail_to
from checker.notices.wording import counted, counts, counts_for_subject, entries, name_of
from checker.report.dates import machine_time, shown_time
from checker.report.export_json import finding_object
from checker.report.model import Summary
from checker.report.sentences import joined, number
from checker.report.words import column_words, notice_words, visible

ENTRIES_MAX = 100
"""Organisations written out under one heading; the rest are counted, the site has them all."""
UNUSABLE_SHOWN = 20

SILENT_TO_REGIONS = frozenset({Kind.NOT_MEASURED})
"""What is no reason to write to a region: it says nothing of the organisation."""


def operator_digest(
    differences: Differences,
    occasion: Occasion,
    *,
    summary: Summary | None = None,
    unusable: tuple[tuple[str, str], ...] = (),
) -> tuple[Notice, ...]:
    """Everything that has changed, for the operator: mails and webhook; nothing when nothing is announced.

    `summary` adds how much could not be measured; `unusable` are (code, text) of contacts that are no addresses.
    """
    changes = _announced(differences)
    if not changes:
        return ()
    words = notice_words(occasion.lang)
    said = counts(changes, occasion.lang)
    waiting = tuple(change for change in differences.changes if change.unconfirmed)
    sections = [*_sections(changes, differences, occasion, remedies=False)]
    if waiting:
        sections.append(_section("unconfirmed", waiting, differences, occasion, remedies=False))
    letter = Letter(
        lang=occasion.lang,
        subject=visible(
            words["digest"]["subject"].format(
                title=occasion.title, counts=counts_for_subject(changes, occasion.lang)
            ),
            MAIL_SUBJECT_LIMIT,
        ),
        heading=words["digest"]["heading"],
        lead=(
            words["digest"]["lead"].format(**_moments(differences, occasion), counts=said),
            *_coverage(summary, occasion),
        ),
        sections=tuple(sections),
        closing=_unusable(unusable, occasion),
        site=occasion.site,
        site_label=words["digest"]["site"],
        page_label=words["digest"]["page"],
    )
    event = _event(differences, changes, len(waiting), summary, occasion)
    return for_operators(NoticeKind.DIGEST, letter, event, occasion)


def region_digests(
    differences: Differences, rows: Iterable[CellRow], occasion: Occasion
) -> tuple[Notice, ...]:
    """One mail to each mailbox among the contacts, about the rows that name it and no others.

    `rows` are those of the new sweep. A mailbox whose rows have nothing announced but `Ej mätt` gets none.
    """
    changes = _announced(differences)
    if not changes or not occasion.sender:
        return ()
    notices = []
    for contact in read_contacts(rows).mailboxes:
        own = tuple(change for change in changes if change.code in contact.codes)
        if any(change.kind not in SILENT_TO_REGIONS for change in own):
            letter = _region_letter(own, differences, occasion)
            notices.append(mail_to(contact.address, NoticeKind.REGION, letter, occasion))
    return tuple(notices)


def _region_letter(own: tuple[Change, ...], differences: Differences, occasion: Occasion) -> Letter:
    words = notice_words(occasion.lang)["digest"]
    names = list(dict.fromkeys(name_of(change.region) for change in own))
    shown = names[0] if len(names) == 1 else counted("counts", "organisations", len(names), occasion.lang)
    said = counts_for_subject(own, occasion.lang)
    moments = _moments(differences, occasion)
    only_new = all(change.kind is Kind.NEW for change in own)
    return Letter(
        lang=occasion.lang,
        subject=visible(
            words["region_subject"].format(title=occasion.title, counts=said, name=shown), MAIL_SUBJECT_LIMIT
        ),
        heading=words["new_heading" if only_new else "heading"],
        lead=(
            words["region_new_lead" if only_new else "region_lead"].format(
                before=moments["before"], name=shown
            ),
            words["region_when"].format(now=moments["now"]),
        ),
        sections=tuple(_sections(own, differences, occasion, remedies=True)),
        closing=(words["region_why"],),
        site=occasion.site,
        site_label=words["site"],
        page_label=words["page"],
    )


def _announced(differences: Differences) -> tuple[Change, ...]:
    """Nothing is told of a first sweep."""
    return differences.announced if differences.old is not None else ()


def _sections(
    changes: tuple[Change, ...], differences: Differences, occasion: Occasion, *, remedies: bool
) -> Iterable[Section]:
    for kind in Kind:
        mine = tuple(change for change in changes if change.kind is kind)
        if mine:
            yield _section(kind.value, mine, differences, occasion, remedies=remedies)


def _section(
    name: str, changes: tuple[Change, ...], differences: Differences, occasion: Occasion, *, remedies: bool
) -> Section:
    words = notice_words(occasion.lang)
    by_row = entries(changes, occasion, remedies=remedies)
    left = len(by_row) - ENTRIES_MAX
    return Section(
        heading=words["headings"][name],
        introduction=words["introductions"]
        .get(name, "")
        .format(ruleset=visible(differences.new.ruleset), version=visible(differences.new.ruleset_version)),
        entries=by_row[:ENTRIES_MAX],
        more=counted("lines", "more", left, occasion.lang) if left > 0 else "",
    )


def _moments(differences: Differences, occasion: Occasion) -> dict[str, str]:
    old = differences.old.started if differences.old else differences.new.started
    return {
        "now": shown_time(differences.new.started, occasion.lang),
        "before": shown_time(old, occasion.lang),
    }


def _coverage(summary: Summary | None, occasion: Occasion) -> tuple[str, ...]:
    """How many organisations there are, and how many cells of each column could not be measured."""
    if summary is None:
        return ()
    words = notice_words(occasion.lang)["digest"]
    missing = [
        f"{column_words(occasion.lang)[column.column].label} {number(column.not_measured, occasion.lang)}"
        for column in summary.columns
        if column.not_measured
    ]
    told = (
        words["not_measured"].format(columns=joined(missing, occasion.lang))
        if missing
        else words["all_measured"]
    )
    return (f"{counted('digest', 'measured', summary.rows, occasion.lang)} {told}",)


def _unusable(unusable: tuple[tuple[str, str], ...], occasion: Occasion) -> tuple[str, ...]:
    if not unusable:
        return ()
    named = [f"{visible(text, 60)} ({visible(code, 64)})" for code, text in unusable[:UNUSABLE_SHOWN]]
    shown = ", ".join(named) + (" …" if len(unusable) > UNUSABLE_SHOWN else "")
    return (counted("digest", "unusable", len(unusable), occasion.lang, contacts=shown),)


def _event(
    differences: Differences,
    changes: tuple[Change, ...],
    waiting: int,
    summary: Summary | None,
    occasion: Occasion,
) -> dict[str, Any]:
    old, new = differences.old, differences.new
    return {
        "sweep": {"ruleset": new.ruleset, "ruleset_version": new.ruleset_version},
        "previous": {"id": old.id, "started": machine_time(old.started)} if old else None,
        "changes": [_change(change, occasion) for change in changes],
        "unconfirmed": waiting,
        "not_measured": {column.column: column.not_measured for column in summary.columns} if summary else {},
    }


def _change(change: Change, occasion: Occasion) -> dict[str, Any]:
    return {
        "code": change.code,
        "region": visible(change.region),
        "column": change.column,
        "kind": change.kind.value,
        "before": change.before,
        "now": change.now,
        "before_at": machine_time(change.before_at) if change.before_at else None,
        "since": machine_time(change.since) if change.since else None,
        "under_new_rules": change.under_new_rules,
        "findings": [finding_object(finding, occasion.lang) for finding in change.findings],
    }
