from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.history.past import Past
from checker.report.model import COLUMNS, SweepInfo
from checker.site.environment import environment
from checker.site.figures_then import figures_then
from checker.site.proportions import BOTTOM, LEFT, MOST_POINTS, RIGHT, TOP, Chart, proportions
from tests.report.rows import table_6
from tests.site.pasts import FIRST_NIGHT, nights, past_of, sweep_of
from tests.site.time_pages import Elements

STUDY = tuple(table_6())


def past_with(yes: Sequence[int | None], sweeps: Sequence[SweepInfo] | None = None, rows: int = 4) -> Past:
    """Sweeps in which so many of the rows had STARTTLS; None: the column was not asked for."""
    tables = [
        {
            f"R{row}": (("" if count is None else "Ja" if row < count else "Nej"), "", "", "", "")
            for row in range(rows)
        }
        for count in yes
    ]
    return past_of(sweeps or nights(len(yes)), tables)


def chart_of(
    yes: Sequence[int | None], sweeps: Sequence[SweepInfo] | None = None, *, study: bool = False
) -> Chart:
    chart = proportions(past_with(yes, sweeps), "starttls", STUDY if study else (), "en")
    assert chart is not None
    return chart


def points(chart: Chart) -> list[list[tuple[float, float]]]:
    """The stretches of the line."""
    stretches = []
    for stretch in filter(None, chart.line.split("M")):
        figures = [float(figure) for figure in stretch.split()]
        stretches.append(list(zip(figures[::2], figures[1::2], strict=True)))
    return stretches


def test_a_line_from_the_first_sweep_to_the_newest() -> None:
    chart = chart_of([0, 2, 4])
    assert points(chart) == [[(LEFT, BOTTOM), ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2), (RIGHT, TOP)]]
    assert chart.newest == pytest.approx((RIGHT, TOP))
    assert [day for _, _, day in chart.days] == [FIRST_NIGHT, FIRST_NIGHT + timedelta(days=2)]


def test_a_sweep_that_did_not_ask_leaves_a_gap() -> None:
    chart = chart_of([1, 2, None, 3, None, 4, 4])
    assert [len(stretch) for stretch in points(chart)] == [2, 2]
    assert len(chart.dots) == 1


def test_the_newest_did_not_ask() -> None:
    chart = chart_of([1, 2, None])
    assert chart.newest is None
    assert len(points(chart)) == 1


def test_a_long_pause_is_a_gap() -> None:
    sweeps = [sweep_of(FIRST_NIGHT + timedelta(days=day)) for day in (0, 1, 2, 30, 31)]
    assert [len(stretch) for stretch in points(chart_of([1] * 5, sweeps))] == [3, 2]


def test_one_point_a_day_and_that_is_the_last_that_asked() -> None:
    sweeps = [sweep_of(FIRST_NIGHT + timedelta(hours=hour)) for hour in (0, 6, 12, 24)]
    chart = chart_of([1, 2, None, 4], sweeps)
    assert [y for stretch in points(chart) for _, y in stretch] == [(TOP + BOTTOM) / 2, TOP]


@pytest.mark.parametrize("yes", [[3], [3, None], [None, 3]])
def test_a_lone_figure_is_no_line(yes: list[int | None]) -> None:
    chart = chart_of(yes, study=True)
    assert (chart.line, chart.dots, chart.study, chart.days) == ("", (), None, ())
    assert [reading.study for reading in chart.readings] == [True, False]
    assert "svg" not in written(chart)
    assert "3 of 4" in written(chart)


@pytest.mark.parametrize("past", [None, past_of((), ()), past_of(nights(1), [{}])])
def test_nothing_to_show(past: Past | None) -> None:
    assert proportions(past, "starttls", STUDY, "sv") is None


def test_the_study_is_marked_as_another_method() -> None:
    chart = chart_of([1, 2], study=True)
    assert chart.study is not None
    assert chart.study_figures is not None
    assert (chart.study_figures.yes, chart.study_figures.measured) == (19, 21)
    assert chart.study[0] < points(chart)[0][0][0]
    text = written(chart)
    assert "2017: another method" in text
    assert "measured by another method" in text
    assert "19 of 21" in text


def test_without_the_study_nothing_is_said_of_it() -> None:
    assert "2017" not in written(chart_of([1, 2]))


def test_new_rules_are_a_line_and_said() -> None:
    sweeps = list(nights(3))
    sweeps[1:] = [replace(sweep, ruleset_version="<2>") for sweep in sweeps[1:]]
    chart = chart_of([1, 2, 3], sweeps)
    assert [(x, sweep.id) for x, sweep in chart.rules] == [((LEFT + RIGHT) / 2, sweeps[1].id)]
    assert "2\u00a0January 2026 (2026, &lt;2&gt;)" in written(chart)


def test_the_table_has_the_first_of_each_month_and_the_newest() -> None:
    chart = chart_of([1] * 70)
    assert [f"{reading.started:%m-%d}" for reading in chart.readings if reading.started] == [
        "01-01",
        "02-01",
        "03-01",
        "03-11",
    ]


def test_the_table_has_the_first_of_each_month_also_where_not_every_night_is_drawn() -> None:
    chart = chart_of([1] * 400)
    told = [reading.started for reading in chart.readings if reading.started]
    assert [day.day for day in told[:-1]] == [1] * 14
    assert told[-1] == FIRST_NIGHT + timedelta(days=399)


def written(chart: Chart | None) -> str:
    template = environment("en").from_string(
        '{% from "macros/proportions.html" import proportions with context %}{{ proportions(chart) }}'
    )
    return template.render(chart=chart)


def test_the_drawing_has_a_name_and_a_table_beside() -> None:
    text = written(chart_of([1, 2, 3], study=True))
    elements = Elements(text)
    (drawing,) = elements.all("svg")
    assert drawing["role"] == "img"
    assert {drawing["aria-labelledby"], drawing["aria-describedby"]} <= set(elements.ids)
    assert "1\u00a0January 2026: 1 of 4" in elements.text
    assert "style=" not in text


@given(
    yes=st.lists(st.none() | st.integers(min_value=0, max_value=4), min_size=1, max_size=300),
    study=st.booleans(),
)
@settings(max_examples=40)
def test_any_past_can_be_drawn(yes: list[int | None], *, study: bool) -> None:
    past = past_with(yes)
    chart = proportions(past, "starttls", STUDY if study else (), "sv")
    if all(count is None for count in yes):
        assert chart is None
        return
    assert chart is not None
    drawn = [point for stretch in points(chart) for point in stretch] + list(chart.dots)
    assert len(drawn) <= MOST_POINTS
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in drawn)
    figures = figures_then(past, "starttls")
    if drawn and yes[-1] is not None:
        assert chart.newest == (RIGHT, BOTTOM - (BOTTOM - TOP) * figures[-1].share)
    assert COLUMNS[0] == chart.column
