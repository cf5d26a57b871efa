import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.history.past import Past, PrintedTable
from checker.report.model import SweepInfo
from checker.site.environment import environment
from checker.site.strip_runs import HEIGHT, MOST_MARKS, WIDTH
from checker.site.strips import Strip, history_strip
from tests.site.pasts import FIRST_NIGHT, nights, past_of, sweep_of
from tests.site.time_pages import Elements

MARK = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z")


def past_with(cells: Sequence[str], sweeps: Sequence[SweepInfo] | None = None) -> Past:
    sweeps = sweeps or nights(len(cells))
    return past_of(sweeps, [{"AB": (cell, "", "", "", "")} for cell in cells])


def strip_of(cells: Sequence[str], sweeps: Sequence[SweepInfo] | None = None) -> Strip:
    strip = history_strip(past_with(cells, sweeps), "AB", "starttls", "en")
    assert strip is not None
    return strip


def marks(strip: Strip) -> list[tuple[int, int, int, str]]:
    """Every rectangle from the left: where it begins, its width and height, and its kind."""
    found = []
    for kind, path in strip.marks:
        rectangles = list(MARK.finditer(path))
        assert "".join(match[0] for match in rectangles) == path
        found += [(int(match[1]), int(match[3]), int(match[4]), kind) for match in rectangles]
    return sorted(found)


@pytest.mark.parametrize(
    ("scenario", "cells", "caption"),
    [
        ("always the same", ["Ja"] * 3, "Ja the whole time."),
        ("came to the list", ["", "Ja", "Ja"], "Ja since 2\u00a0January 2026."),
        ("changed once", ["Ja", "Ja", "Nej"], "Nej since 3\u00a0January 2026; Ja before that."),
        (
            "went and came back",
            ["Ja", "Nej", "Ja"],
            "Ja since 3\u00a0January 2026; Nej from 2\u00a0January 2026; Ja before that.",
        ),
        (
            "not measured in between",
            ["Ja", "Ej mätt", "Ja"],
            "Ja each time it could be measured. Could not be measured in 1 sweep of 3.",
        ),
        (
            "not measured now",
            ["Nej", "Ja", "Ej mätt", "Ej mätt"],
            (
                "Could not be measured since 3\u00a0January 2026; Ja from 2\u00a0January 2026; Nej before that. "
                "Could not be measured in 2 sweeps of 4."
            ),
        ),
        ("left", ["Ja", "Ja", ""], "Ja each time it could be measured."),
        (
            "left after a change",
            ["Ja", "Nej", ""],
            "Nej from 2\u00a0January 2026; Ja before that.",
        ),
        (
            "left when it could not be measured",
            ["", "Ja", "Ej mätt", ""],
            "Ja each time it could be measured. Could not be measured in 1 sweep of 2.",
        ),
        ("never measured", ["Ej mätt", "Ej mätt"], "Could not be measured in any of the sweeps."),
        (
            "half a pair not measured",
            ["Ja/Nej", "Ja/Ej mätt", "Ja/Nej"],
            "Ja/Nej each time it could be measured. Could not be measured in 1 sweep of 3.",
        ),
        (
            "restless",
            ["Ja", "Nej", "Ja", "Nej", "Ja", "Nej"],
            (
                "Nej since 6\u00a0January 2026; Ja from 5\u00a0January 2026; Nej from 4\u00a0January 2026; "
                "Ja from 3\u00a0January 2026; 5 changes in all."
            ),
        ),
        ("does not apply", ["–", "–", "Ja"], "Ja since 3\u00a0January 2026; – before that."),
    ],
)
def test_what_a_strip_amounts_to(scenario: str, cells: list[str], caption: str) -> None:
    assert strip_of(cells).caption == caption


def test_what_was_measured_before_the_window_has_not_stood_since_its_beginning() -> None:
    sweeps = nights(100)
    assert strip_of([*["Ja"] * 8, *["Ej mätt"] * 5, *["Ja"] * 87], sweeps).caption.startswith(
        "Ja each time it could be measured."
    )
    assert strip_of([*["Ej mätt"] * 13, *["Ja"] * 87], sweeps).caption.startswith(
        "Ja since 14\u00a0January 2026."
    )


def test_new_rules_are_marked_and_said() -> None:
    sweeps = list(nights(4))
    sweeps[2:] = [replace(sweep, ruleset_version="2") for sweep in sweeps[2:]]
    strip = strip_of(["Ja"] * 4, sweeps)
    assert strip.rules == f"M{WIDTH // 2} 0v{HEIGHT}"
    assert strip.caption == "Ja the whole time. The rules changed on 3\u00a0January 2026."


@pytest.mark.parametrize("cells", [["Ja"], ["", ""], []])
def test_nothing_to_show(cells: list[str]) -> None:
    assert history_strip(past_with(cells), "AB", "starttls", "sv") is None
    assert history_strip(None, "AB", "starttls", "sv") is None


def test_a_row_that_never_was_has_no_strip() -> None:
    assert history_strip(past_with(["Ja", "Ja"]), "XX", "starttls", "sv") is None


def test_neighbouring_equal_cells_are_one_mark() -> None:
    assert marks(strip_of(["Ja", "Ja", "Nej", "Nej"])) == [(0, 299, 28, "yes"), (300, 299, 8, "no")]


def test_a_pause_is_drawn_as_a_gap() -> None:
    sweeps = [sweep_of(FIRST_NIGHT + timedelta(days=day)) for day in (0, 1, 2, 10, 11, 12)]
    before, after = marks(strip_of(["Ja"] * 6, sweeps))
    assert before[0] + before[1] < after[0] - WIDTH // 4
    assert before[3] == after[3] == "yes"


def test_what_was_not_asked_for_is_left_open() -> None:
    assert [mark[0] for mark in marks(strip_of(["Ja", "", "Ja"]))] == [0, 400]


def test_the_window_is_the_last_three_months() -> None:
    strip = strip_of(["Nej"] * 200 + ["Ja"] * 91)
    assert strip.last - strip.first == timedelta(days=90)
    assert strip.caption == "Ja the whole time."


def test_frequent_sweeps_are_cut_to_the_newest() -> None:
    sweeps = [sweep_of(FIRST_NIGHT + timedelta(hours=hour)) for hour in range(300)]
    strip = strip_of(["Ja"] * 300, sweeps)
    assert strip.first == sweeps[-MOST_MARKS].started


CELLS = st.lists(
    st.sampled_from(["", "Ja", "Ja (C)", "Delvis", "Nej", "Ej mätt", "–"]), min_size=2, max_size=120
)


@given(CELLS)
def test_marks_stand_side_by_side_in_the_order_of_the_runs(cells: list[str]) -> None:
    strip = history_strip(past_with(cells), "AB", "starttls", "sv")
    shown = cells[-min(len(cells), 91) :]
    runs = [cell for cell, _ in groupby(shown) if cell]
    if not runs:
        assert strip is None
        return
    assert strip is not None
    drawn = marks(strip)
    assert len(drawn) == len(runs)
    ends = [left + width for left, width, _, _ in drawn]
    assert all(end <= left for end, (left, *_) in zip(ends, drawn[1:], strict=False))
    assert ends[-1] <= WIDTH
    assert strip.description.split("; ")[-1].endswith(f": {runs[-1]}")


@given(st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=60))
def test_sweeps_at_any_times_stay_inside(steps: list[int]) -> None:
    moments = [FIRST_NIGHT]
    for step in steps:
        moments.append(moments[-1] + timedelta(seconds=step))
    sweeps = [sweep_of(moment, name=str(place)) for place, moment in enumerate(moments)]
    past = past_of(
        sweeps, [{"AB": ("Ja" if place % 2 else "Nej", *[""] * 4)} for place in range(len(sweeps))]
    )
    strip = history_strip(past, "AB", "starttls", "sv")
    if strip is not None:
        assert all(left >= 0 and left + width <= WIDTH + 1 for left, width, _, _ in marks(strip))


def test_languages_share_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    plain = PrintedTable.cells

    def counted(table: PrintedTable, code: str, column: str) -> tuple[str, ...]:
        read.append((code, column))
        return plain(table, code, column)

    monkeypatch.setattr(PrintedTable, "cells", counted)
    past = past_with(["Ja", "Nej"])
    swedish = history_strip(past, "AB", "starttls", "sv")
    english = history_strip(past, "AB", "starttls", "en")
    assert swedish is not None
    assert english is not None
    assert swedish.marks is english.marks
    assert swedish.caption != english.caption
    assert read == [("AB", "starttls")]


def test_the_drawing_has_a_name_and_a_text_beside() -> None:
    strip = strip_of(["Ja", "Nej"])
    written = environment("en").from_string(
        '{% from "macros/strip.html" import history_strip with context %}{{ history_strip(strip) }}'
    )
    text = written.render(strip=strip)
    elements = Elements(text)
    (drawing,) = elements.all("svg")
    assert drawing["role"] == "img"
    assert {drawing["aria-labelledby"], drawing["aria-describedby"]} <= set(elements.ids)
    assert strip.caption in elements.text
    assert "style" not in text
    assert len(text) < 1200
