"""History strips: what the sweeps of the last months printed in one cell, with the words beside it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from weakref import WeakKeyDictionary

from checker.history.past import Past, PrintedTable
from checker.report.dates import shown_date
from checker.report.words import Lang, column_words, visible
from checker.site.language import translations
from checker.site.strip_runs import Drawing, Window, is_measured

_TOLD_VALUES = 4
_TOLD_RUNS = 12
_TOLD_RULES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One strip: `marks` are (kind, path data), `rules` the path of the ticks where the rules changed.

    `description` tells run by run what is drawn, `caption` what it amounts to; `first` and `last` are its sweeps.
    """

    column: str
    title: str
    description: str
    caption: str
    first: datetime
    last: datetime
    marks: tuple[tuple[str, str], ...]
    rules: str


_windows: WeakKeyDictionary[PrintedTable, Window] = WeakKeyDictionary()
"""The window of each table for as long as that is in use: the strips of all its cells share it."""


def history_strip(past: Past | None, code: str, column: str, lang: Lang) -> Strip | None:
    """The strip of one cell; None with fewer than two sweeps to show, or when none of them asked for the cell."""
    if past is None or len(past.sweeps) < 2:
        return None
    window = _windows.get(past.printed)
    if window is None:
        window = _windows[past.printed] = Window(past)
    if len(window.sweeps) < 2:
        return None
    drawing = window.drawing(code, column)
    if drawing is None:
        return None
    first, last = window.sweeps[0].started, window.sweeps[-1].started
    return Strip(
        column=column,
        title=_title(column, first, last, lang),
        description=_description(window, drawing, lang),
        caption=_caption(window, drawing, lang),
        first=first,
        last=last,
        marks=drawing.marks,
        rules=window.rules,
    )


@lru_cache(maxsize=16)
def _title(column: str, first: datetime, last: datetime, lang: Lang) -> str:
    _ = translations(lang).gettext
    return _("%(column)s, %(first)s to %(last)s") % {
        "column": column_words(lang)[column].label,
        "first": _day(first, lang),
        "last": _day(last, lang),
    }


_day = lru_cache(maxsize=512)(shown_date)


def _description(window: Window, drawing: Drawing, lang: Lang) -> str:
    told = [
        f"{_day(window.sweeps[run.first].started, lang)}: {visible(run.cell)}"
        for run in drawing.runs[-_TOLD_RUNS:]
    ]
    if len(drawing.runs) > _TOLD_RUNS:
        told.insert(0, "…")
    return "; ".join(told)


def _caption(window: Window, drawing: Drawing, lang: Lang) -> str:
    """What a strip amounts to, in sentences: what stands and since when, what stood before, what could not be told."""
    _, ngettext = translations(lang).gettext, translations(lang).ngettext
    if not drawing.values:
        return _("Could not be measured in any of the sweeps.")
    said = [f"{'; '.join(_standing(window, drawing, lang))}."]
    if drawing.unmeasured:
        words = ngettext(
            "Could not be measured in %(num)d sweep of %(all)d.",
            "Could not be measured in %(num)d sweeps of %(all)d.",
            drawing.unmeasured,
        )
        said.append(words % {"num": drawing.unmeasured, "all": drawing.asked})
    if window.rule_changes:
        days = (_day(window.sweeps[place].started, lang) for place in window.rule_changes[-_TOLD_RULES:])
        said.append(_("The rules changed on %(date)s.") % {"date": ", ".join(days)})
    return " ".join(said)


def _standing(window: Window, drawing: Drawing, lang: Lang) -> Iterator[str]:
    """What stands, and what stood before it, the newest first."""
    _, ngettext = translations(lang).gettext, translations(lang).ngettext
    values, newest = drawing.values, drawing.runs[-1]
    lasting = newest.last == len(window.sweeps) - 1  # else the organisation left, or nobody asked any more
    silent = lasting and not is_measured(newest.cell)
    if silent:
        since = next(run.first for run in drawing.runs if run.first > values[-1].last)
        yield _("Could not be measured since %(date)s") % {"date": _day(window.sweeps[since].started, lang)}
    shown = values[: -_TOLD_VALUES - 1 : -1]
    for number, run in enumerate(shown):
        said = {"cell": visible(run.cell), "date": _day(window.sweeps[run.first].started, lang)}
        if len(values) == 1 and not silent:
            yield _lone(window, drawing, lang, lasting=lasting) % said
        elif number == 0 and lasting and not silent:
            yield _("%(cell)s since %(date)s") % said
        elif number == len(values) - 1:
            yield _("%(cell)s before that") % said
        else:
            yield _("%(cell)s from %(date)s") % said
    if len(values) > len(shown):
        changes = len(values) - 1
        yield ngettext("%(num)d change in all", "%(num)d changes in all", changes) % {"num": changes}


def _lone(window: Window, drawing: Drawing, lang: Lang, *, lasting: bool) -> str:
    """What is said of the only value. Since when is known where the first sweep that could tell is in the window."""
    _ = translations(lang).gettext
    if drawing.asked == len(window.sweeps) and not drawing.unmeasured:
        return _("%(cell)s the whole time")
    if lasting and drawing.values[0].first and not drawing.earlier:
        return _("%(cell)s since %(date)s")
    return _("%(cell)s each time it could be measured")
