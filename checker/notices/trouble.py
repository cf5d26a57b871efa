"""What the operator alone is told: a sweep that the brake held back, and one that failed. Pure."""

from checker.history.brake import BrakedColumn
from checker.notices.letter import MAIL_SUBJECT_LIMIT, Entry, Letter, Line, Section
from checker.notices.notice import Notice, NoticeKind
from checker.notices.occasion import Occasion, for_operators
from checker.report.dates import shown_time
from checker.report.sentences import number
from checker.report.words import column_words, notice_words, visible

REASON_LIMIT = 1000


def held_notice(
    occasion: Occasion,
    columns: tuple[BrakedColumn, ...],
    *,
    look_command: str,
    publish_command: str,
    measure_command: str,
) -> tuple[Notice, ...]:
    """The sweep is measured and stored, but not published: why, and what to do. The commands are to be copied."""
    words = notice_words(occasion.lang)["held"]
    found = tuple(
        Line(
            head=words["column"].format(
                column=column_words(occasion.lang)[held.column].label,
                worse=number(held.worse, occasion.lang),
                compared=number(held.compared, occasion.lang),
            )
        )
        for held in columns
    )
    steps = (("look", look_command), ("publish", publish_command), ("measure", measure_command))
    sections = (
        Section(heading=words["columns"], entries=(Entry(name="", lines=found),)),
        Section(
            heading=words["steps"],
            entries=tuple(Entry(name=words[name], command=command) for name, command in steps),
        ),
    )
    event = {
        "columns": [
            {"column": held.column, "worse": held.worse, "compared": held.compared} for held in columns
        ]
    }
    return for_operators(NoticeKind.HELD, _letter("held", sections, occasion), event, occasion)


def failed_notice(occasion: Occasion, reason: str) -> tuple[Notice, ...]:
    """The sweep gave nothing: `reason` in the words of the log, which are lines of our own."""
    words = notice_words(occasion.lang)["failed"]
    lines = tuple(
        Line(head=visible(line, REASON_LIMIT)) for line in reason[:REASON_LIMIT].split("\n") if line
    )
    section = Section(heading=words["reason"], entries=(Entry(name="", lines=lines),))
    event = {"reason": visible(reason, REASON_LIMIT)}
    return for_operators(NoticeKind.FAILED, _letter("failed", (section,), occasion), event, occasion)


def _letter(kind: str, sections: tuple[Section, ...], occasion: Occasion) -> Letter:
    words = notice_words(occasion.lang)
    return Letter(
        lang=occasion.lang,
        subject=visible(words[kind]["subject"].format(title=occasion.title), MAIL_SUBJECT_LIMIT),
        heading=words[kind]["heading"],
        lead=(words[kind]["lead"].format(now=shown_time(occasion.started, occasion.lang)),),
        sections=sections,
        site=occasion.site,
        site_label=words["digest"]["site"],
        page_label=words["digest"]["page"],
    )
