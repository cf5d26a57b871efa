from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from checker.history.changes import CellRow, Kind
from checker.history.intervals import Interval
from checker.history.past import Past
from checker.report.feeds import FeedSource
from checker.report.model import COLUMNS, SweepInfo
from checker.report.words import LANGS, Lang
from checker.site import gone, organisation
from checker.site.build import build
from checker.site.organisation_history import MOST, histories
from checker.site.places import prefix
from tests.report.rows import HOSTILE, SWEEP, result_of, row_of
from tests.site.html_tree import Element, tree_of
from tests.site.pasts import nights, past_of
from tests.site.sites import material_of, nights_before, pages_of

CELLS = ("Ja", "Nej", "Nej/Ja", "–", "Ej mätt")


def interval(cell: str, first: int, last: int | None = None, **more: object) -> Interval:
    """A cell of HTTPS from one night to before another, counted back from the sweep of the 2017 table."""
    found = Interval(
        code="AB",
        column="https",
        cell=cell,
        since=SWEEP.started - timedelta(days=first),
        last_measured=SWEEP.started - timedelta(days=last + 1 if last is not None else 0),
        ruleset="2026",
        ruleset_version="1",
        came=Kind.WORSENED,
        subject=("www.sll.se",),
        ended=SWEEP.started - timedelta(days=last) if last is not None else None,
    )
    return replace(found, **more)  # type: ignore[arg-type]  # the fields are the caller's


def past_with(*intervals: Interval) -> Past:
    return replace(nights_before(3), intervals_of=lambda code: intervals if code == "AB" else ())


def history(directory: Path, *intervals: Interval, lang: Lang = "sv") -> list[list[str]]:
    """The table of HTTPS, row by row."""
    result = result_of(row_of(), https="Nej")
    pages = pages_of(directory, material_of(result, past=past_with(*intervals)), lang)
    organisation.write(pages, result)
    root = tree_of(directory / pages.folder / "organisation" / "AB" / "index.html")
    (details,) = [each for each in root.all("details") if "history" in each.attributes.get("class", "")]
    return [
        [each.words for each in row.children if isinstance(each, Element)]
        for row in details.one("tbody").all("tr")
    ]


def test_every_answer_stands_with_its_time_the_newest_first(tmp_path: Path) -> None:
    assert history(
        tmp_path,
        interval("Ja", 300, 100),
        interval("Ja (F)", 100, 3, ruleset_version="2", not_measured_since=SWEEP.started - timedelta(days=5)),
        interval("Nej", 3, came=Kind.ENTRY, ruleset_version="2"),
        interval("Ja (N)", 0, unconfirmed=True, ruleset_version="2"),
    ) == [
        ["Ja (N)", "13 december 2017", "gäller", "13 december 2017", "Bara sett en gång, inte bekräftat."],
        ["Nej", "10 december 2017", "gäller", "13 december 2017", "Gäller andra namn än tidigare."],
        [
            "Ja (F)",
            "4 september 2017",
            "10 december 2017",
            "9 december 2017",
            "Har inte gått att mäta sedan den 8 december 2017. Regler: 2026 (2)",
        ],
        ["Ja", "16 februari 2017", "4 september 2017", "3 september 2017", "Regler: 2026 (1)"],
    ]


def test_of_a_cell_that_flaps_only_the_newest_answers_are_shown(tmp_path: Path) -> None:
    many = [interval(("Ja", "Nej")[night % 2], 200 - night, 199 - night) for night in range(MOST + 7)]
    rows = history(tmp_path, *many)
    assert len(rows) == MOST
    assert histories(past_with(*many), "AB")["https"].left_out == 7
    assert rows[0][0] == many[-1].cell


def test_a_column_without_history_has_no_table() -> None:
    assert histories(past_with(interval("Ja", 3)), "AB").keys() == {"https"}
    assert histories(past_with(interval("Ja", 3)), "C") == {}
    assert histories(None, "AB") == {}


# Those who left


def tables(*nightly: str) -> list[Mapping[str, Sequence[str]]]:
    """A table a night with these codes in it, parted by spaces."""
    return [dict.fromkeys(codes.split(), CELLS) for codes in nightly]


def past_of_codes(*nightly: str) -> Past:
    return past_of(nights(len(nightly)), tables(*nightly))


@pytest.mark.parametrize(
    ("nightly", "in_list", "expected"),
    [
        (("A B", "A B", "A"), {"A"}, {"B": 1}),
        (("A B", "A", "A"), {"A"}, {"B": 0}),
        (("A B C", "A B", "A"), {"A"}, {"C": 0, "B": 1}),
        (("A B", "A", "A B"), {"A", "B"}, {}),
        (("A a b", "A B"), {"A", "B"}, {}),
        (("A x X", "A"), {"A"}, {"x": 0}),
        (("A .. a/b å", "A"), {"A"}, {}),
        (("A", "A B"), {"A"}, {}),
        (("A",), {"A"}, {}),
    ],
)
def test_who_has_left_and_when(nightly: tuple[str, ...], in_list: set[str], expected: dict[str, int]) -> None:
    past = past_of_codes(*nightly)
    found = gone.last_seen(past, in_list)
    assert {last.code: past.sweeps.index(last.sweep) for last in found} == expected
    assert all(
        past.sweeps.index(last.sweep) + 1 == [s.started for s in past.sweeps].index(last.gone)
        for last in found
    )


def gone_page(directory: Path, past: Past, lang: Lang = "sv", **more: object) -> Element:
    result = result_of(row_of(), https="Ja")
    pages = pages_of(directory, material_of(result, past=past, **more), lang)
    gone.write_all(pages, {"AB"})
    (file,) = (directory / pages.folder / "organisation").rglob("index.html")
    return tree_of(file)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_of_who_left_says_since_when_and_keeps_what_was_printed(tmp_path: Path, lang: Lang) -> None:
    past = replace(
        past_of_codes("AB B", "AB B", "AB"), intervals_of=lambda _: (interval("Nej", 30, 3, code="B"),)
    )
    root = gone_page(tmp_path, past, lang, feeds=FeedSource(announcements=tuple, begun=SWEEP.started))
    assert root.one("h1").text == "Region B"
    day = {"sv": "3 januari 2026", "en": "3 January 2026"}[lang]
    assert day in root.one("p", class_="lead").words
    for column, cell in zip(COLUMNS, CELLS, strict=True):
        assert root.one("section", id=column).one("h2").words.endswith(f": {cell}")
    assert len(root.all("table")) == 1
    links = {link.attributes["href"] for link in root.one("main").all("a")}
    assert links == {"../../index.html", "../../svep/2026-01-02/index.html", "atom.xml"}
    assert not [each for each in root.all("link") if "resultat.json" in each.attributes["href"]]


def test_who_left_keeps_page_and_feed_in_both_languages(tmp_path: Path) -> None:
    result = result_of(row_of(), https="Ja")
    feeds = FeedSource(announcements=tuple, begun=SWEEP.started)
    build(tmp_path, material_of(result, past=past_of_codes("AB B", "AB B", "AB"), feeds=feeds))
    for lang in LANGS:
        folder = tmp_path / prefix(lang) / "organisation" / "B"
        assert {file.name for file in folder.iterdir()} == {"index.html", "atom.xml"}


def test_without_a_past_nobody_has_left(tmp_path: Path) -> None:
    pages = pages_of(tmp_path, material_of(result_of(row_of(), https="Ja")))
    gone.write_all(pages, set())
    assert list(tmp_path.iterdir()) == []


def test_hostile_names_of_an_imported_history_stay_text(tmp_path: Path) -> None:
    past = past_of(nights(2), [{"B": (HOSTILE,) * 5}, {}], regions=lambda _: HOSTILE)
    root = gone_page(tmp_path, past)
    assert not root.one("main").all("script")
    assert not {"\x1b", "\u202e"} & set(root.text)


def test_each_sweep_is_read_once_for_all_who_left_with_it() -> None:
    past = past_of_codes("A B C D", "A B C", "A")
    read: list[str] = []

    def rows_of(sweep: SweepInfo) -> Iterator[CellRow]:
        read.append(sweep.id)
        return past.rows_of(sweep)

    counted = replace(past, rows_of=rows_of)
    assert {last.code for last in gone.last_seen(counted, {"A"})} == {"B", "C", "D"}
    assert len(read) == len(set(read)) == 2
