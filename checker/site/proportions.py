"""Proportions over time: n of N of one column, sweep by sweep, as a line chart and as a table. Pure.

Sweeps are picked, never averaged: every point is what one night measured.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from checker.history.past import Past
from checker.report.dates import shown_date, stockholm_day
from checker.report.model import RowResult, SweepInfo, summary_of
from checker.report.words import Lang, column_words
from checker.site.figures_then import Figures, figures_then
from checker.site.language import translations

MOST_POINTS = 120
LEFT, RIGHT, TOP, BOTTOM = 44, 390, 14, 150
"""The plot inside the drawing, in its own units."""
_STUDY_X = 62
_LEFT_BESIDE_STUDY = 96
_LONGEST_STEPS = 3.0
"""The line does not reach over more than this many usual steps."""
_LEVELS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One row of the table beside the chart. `study`: the figure of 2017, by another method."""

    started: datetime | None
    figures: Figures
    study: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One column's proportions. `line` is path data with a gap where nothing was measured, `dots` are lone points.

    `newest` is where the line ends, None when the last sweep did not measure; `study` is where the mark of 2017 stands.
    `rules` are (x, sweep) where a ruleset changed, `days` (x, text-anchor, sweep's time) for the axis, `levels`
    (y, per cent). Without a line there are only `readings`.
    """

    column: str
    label: str
    title: str
    description: str
    line: str
    dots: tuple[tuple[float, float], ...]
    newest: tuple[float, float] | None
    study: tuple[float, float] | None
    study_figures: Figures | None
    rules: tuple[tuple[float, SweepInfo], ...]
    days: tuple[tuple[float, str, datetime], ...]
    levels: tuple[tuple[float, int], ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    place: int
    sweep: SweepInfo
    figures: Figures


def proportions(past: Past | None, column: str, study: Sequence[RowResult], lang: Lang) -> Chart | None:
    """One column's chart; None without a past, or when no sweep of it measured anything in the column."""
    if past is None:
        return None
    days = tuple(_one_a_day(past, column))
    points = _thinned(days)
    measured = [point for point in days if point.figures.measured]
    if not measured:
        return None
    then = _study_figures(column, study)
    drawn = sum(point.figures.measured > 0 for point in points) > 1
    left = _LEFT_BESIDE_STUDY if then else LEFT
    xs = _across([point.sweep.started.timestamp() for point in points], left) if drawn else []
    stretches = tuple(_stretches(points, xs))
    newest = stretches[-1][-1] if stretches and points[-1].figures.measured else None
    readings = (*_study_reading(then), *_readings(measured))
    return Chart(
        column=column,
        label=column_words(lang)[column].label,
        title=_title(column, measured, lang),
        description=_description(readings, lang),
        line="".join(
            f"M{' '.join(f'{x:g} {y:g}' for x, y in stretch)}" for stretch in stretches if len(stretch) > 1
        ),
        dots=tuple(stretch[0] for stretch in stretches if len(stretch) == 1),
        newest=newest,
        study=(_STUDY_X, _y(then)) if then and drawn else None,
        study_figures=then,
        rules=tuple(_rule_changes(past, points, xs)) if drawn else (),
        days=((xs[0], "start", points[0].sweep.started), (xs[-1], "end", points[-1].sweep.started))
        if drawn
        else (),
        levels=tuple((round(BOTTOM - (BOTTOM - TOP) * level / 100, 1), level) for level in _LEVELS),
        readings=readings,
    )


def _one_a_day(past: Past, column: str) -> Iterator[_Point]:
    """The last sweep of each day that asked about the column; the last one of a day on which none did."""
    figures = figures_then(past, column)
    found: _Point | None = None
    day = ""
    for place, sweep in enumerate(past.sweeps):
        point, today = _Point(place, sweep, figures[place]), stockholm_day(sweep.started)
        if found is not None and today != day:
            yield found
            found = None
        if found is None or point.figures.measured or not found.figures.measured:
            found = point
        day = today
    if found is not None:
        yield found


def _thinned(points: tuple[_Point, ...]) -> tuple[_Point, ...]:
    """At most MOST_POINTS of them at even distances, the first and the newest among them."""
    if len(points) <= MOST_POINTS:
        return points
    last = len(points) - 1
    return tuple(points[round(place * last / (MOST_POINTS - 1))] for place in range(MOST_POINTS))


def _across(seconds: list[float], left: int) -> list[float]:
    scale = (RIGHT - left) / max(seconds[-1] - seconds[0], 1.0)
    return [round(left + (at - seconds[0]) * scale, 1) for at in seconds]


def _y(figures: Figures) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * figures.share, 1)


def _stretches(points: Sequence[_Point], xs: Sequence[float]) -> Iterator[list[tuple[float, float]]]:
    """The parts of the line: it breaks where nothing was measured and where no sweep was made for long."""
    if not xs:
        return
    longest = median(later - earlier for earlier, later in pairwise(xs)) * _LONGEST_STEPS
    stretch: list[tuple[float, float]] = []
    for point, x in zip(points, xs, strict=True):
        if stretch and (not point.figures.measured or x - stretch[-1][0] > longest):
            yield stretch
            stretch = []
        if point.figures.measured:
            stretch.append((x, _y(point.figures)))
    if stretch:
        yield stretch


def _rule_changes(
    past: Past, points: Sequence[_Point], xs: Sequence[float]
) -> Iterator[tuple[float, SweepInfo]]:
    """Where the rules became others: the first sweep under them, at the first point that is not before it."""
    for place, (before, now) in enumerate(pairwise(past.sweeps), start=1):
        if (before.ruleset, before.ruleset_version) != (now.ruleset, now.ruleset_version):
            found = next((x for point, x in zip(points, xs, strict=True) if point.place >= place), None)
            if found is not None:
                yield found, now


def _study_figures(column: str, study: Sequence[RowResult]) -> Figures | None:
    if not study:
        return None
    counted = summary_of(study).column(column)
    if not counted.measured:
        return None
    return Figures(
        yes=counted.yes,
        measured=counted.measured,
        not_measured=counted.not_measured,
        not_applicable=counted.not_applicable,
    )


def _study_reading(then: Figures | None) -> Iterator[Reading]:
    if then:
        yield Reading(started=None, figures=then, study=True)


def _readings(measured: Sequence[_Point]) -> Iterator[Reading]:
    """The first of every month, and the newest."""
    month = ""
    for point in measured:
        now = stockholm_day(point.sweep.started)[:7]
        if now != month or point is measured[-1]:
            yield Reading(started=point.sweep.started, figures=point.figures)
        month = now


def _title(column: str, measured: Sequence[_Point], lang: Lang) -> str:
    _ = translations(lang).gettext
    return _("%(column)s over time, %(first)s to %(last)s") % {
        "column": column_words(lang)[column].label,
        "first": shown_date(measured[0].sweep.started, lang),
        "last": shown_date(measured[-1].sweep.started, lang),
    }


def _description(readings: Sequence[Reading], lang: Lang) -> str:
    """The ends of the line, and the figure of the study, in words."""
    _ = translations(lang).gettext
    told = [reading for reading in readings if reading.study]
    own = [reading for reading in readings if not reading.study]
    told += own if len(own) < 3 else [own[0], own[-1]]
    said = (
        _("%(when)s: %(yes)d of %(measured)d")
        % {
            "when": shown_date(reading.started, lang) if reading.started else _("2017, another method"),
            "yes": reading.figures.yes,
            "measured": reading.figures.measured,
        }
        for reading in told
    )
    return "; ".join(said)
