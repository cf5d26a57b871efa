from pathlib import Path

import pytest

from checker.history.changes import Change, Kind
from checker.history.past import Past, read_once
from checker.report.feed_entries import TOGETHER_OVER
from checker.report.model import COLUMNS, SweepInfo
from checker.report.words import LANGS, Lang, feed_words
from checker.site import changes
from checker.site.changes import PATH
from tests.report.rows import table_6
from tests.site.html_tree import Element
from tests.site.sites import change_of, material_of, nights_before, page_by, pages_of


def page(directory: Path, past: Past, lang: Lang = "sv") -> Element:
    return page_by(changes.write, directory, PATH, material_of(*table_6(), past=past), lang)


def lines(root: Element) -> list[str]:
    return [item.words for each in root.all("ul", class_="changes") for item in each.all("li")]


def test_each_change_says_what_became_of_whom(tmp_path: Path) -> None:
    root = page(tmp_path, nights_before(2, night1=(change_of(Kind.WORSENED, "Ja", "Nej"),)))
    assert lines(root) == ["Sämre Region AB HTTPS Ja blev→ Nej"]
    item = root.one("ul", class_="changes").one("li")
    assert item.one("a").attributes["href"] == "../organisation/AB/index.html"
    assert [
        chip.attributes["class"] for chip in item.all("span") if "chip" in chip.attributes.get("class", "")
    ] == [
        "chip yes",
        "chip no",
    ]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Kind.WORSENED, True),
        (Kind.CHANGED, True),
        (Kind.IMPROVED, True),
        (Kind.NOT_MEASURED, False),
        (Kind.MEASURED, True),
        (Kind.RULES, True),
        (Kind.ENTRY, True),
        (Kind.NEW, True),
        (Kind.REMOVED, True),
    ],
)
def test_every_kind_but_what_could_not_be_measured_is_told(
    tmp_path: Path, kind: Kind, lang: Lang, told: bool
) -> None:
    root = page(tmp_path, nights_before(2, night1=(change_of(kind, "Ja", "Ja (F)"),)), lang)
    assert [line.startswith(feed_words(lang)["category"].get(kind, "-")) for line in lines(root)] == [
        True
    ] * told


def test_what_waits_for_a_second_measurement_is_not_told(tmp_path: Path) -> None:
    past = nights_before(2, night1=(change_of(Kind.WORSENED, "Ja", "Nej", unconfirmed=True),))
    root = page(tmp_path, past)
    assert not lines(root)
    assert "Ingenting har ändrats sedan den första mätningen, 12 december 2017." in root.words


def test_a_first_sweep_has_nothing_to_announce(tmp_path: Path) -> None:
    assert not lines(page(tmp_path, nights_before(1, night0=(change_of(Kind.NEW, "", "Ja"),))))


def test_the_newest_sweep_comes_first_and_its_date_leads_to_its_page(tmp_path: Path) -> None:
    night = {f"night{at}": (change_of(Kind.IMPROVED, "Nej", "Ja"),) for at in (1, 3)}
    root = page(tmp_path, nights_before(4, **night))
    headings = [heading.one("a") for heading in root.all("h2")]
    assert [each.attributes["href"] for each in headings] == [
        "../svep/2017-12-13/index.html",
        "../svep/2017-12-11/index.html",
    ]
    assert [each.words for each in headings] == ["13 december 2017", "11 december 2017"]


def test_a_row_that_came_or_went_is_one_line_and_leads_nowhere_when_it_is_gone(tmp_path: Path) -> None:
    gone = tuple(change_of(Kind.REMOVED, "Ja", "", code="GONE", column=column) for column in COLUMNS)
    came = tuple(change_of(Kind.NEW, "", "Ja", column=column) for column in COLUMNS)
    root = page(tmp_path, nights_before(2, night1=(*came, *gone)))
    assert lines(root) == ["Ny Region AB ny i listan", "Borttagen Region GONE inte längre i listan"]
    assert [link.words for link in root.one("ul", class_="changes").all("a")] == ["Region AB"]


@pytest.mark.parametrize(("organisations", "shown"), [(TOGETHER_OVER, TOGETHER_OVER), (TOGETHER_OVER + 1, 1)])
def test_new_rules_that_concern_many_are_one_line(tmp_path: Path, organisations: int, shown: int) -> None:
    codes = [result.row.code for result in table_6()][:organisations]
    under = tuple(change_of(Kind.RULES, "Ja", "Ja (F)", code=code) for code in codes)
    told = lines(page(tmp_path, nights_before(2, night1=under)))
    assert len(told) == shown
    if shown == 1:
        assert told == [f"Nya regler Nya regler: {organisations} organisationer läses annorlunda"]
    else:
        assert told[0].endswith("Skillnaden kommer av reglerna, inte av organisationen.")


def test_what_is_read_under_the_rules_of_today_is_said(tmp_path: Path) -> None:
    change = change_of(Kind.IMPROVED, "Ja", "Ja (N)", under_new_rules="Ja (F)")
    (told,) = lines(page(tmp_path, nights_before(2, night1=(change,))))
    assert told.endswith("Med dagens regler läses den tidigare mätningen som Ja (F).")


def test_no_more_are_shown_than_the_page_holds_and_no_more_sweeps_are_read(tmp_path: Path) -> None:
    codes = [result.row.code for result in table_6()]
    many = tuple(
        change_of(Kind.IMPROVED, "Nej", "Ja", code=code, column=column)
        for code in codes
        for column in COLUMNS
    )
    past = nights_before(9, **{f"night{at}": many for at in range(9)})
    asked = []

    def changes_of(sweep: SweepInfo) -> tuple[Change, ...]:
        asked.append(sweep.id)
        return many

    pages = pages_of(tmp_path, material_of(*table_6(), past=past))
    shown = changes.first_lines(
        changes.nights(
            pages, Past(**{name: getattr(past, name) for name in Past.__slots__} | {"changes_of": changes_of})
        ),
        changes.MOST,
    )
    assert [(len(night.lines), night.left_out) for night in shown] == [(105, 0), (95, 10)]
    assert len(asked) == 2
    root = page(tmp_path, past)
    assert len(lines(root)) == changes.MOST
    assert "och 10 ändringar till." in root.words
    assert "Äldre ändringar står på mätningarnas egna sidor." in root.words


def test_what_changed_with_a_sweep_is_read_once_for_all_pages_and_languages(tmp_path: Path) -> None:
    asked = []
    past = nights_before(5)

    def changes_of(sweep: SweepInfo) -> tuple[Change, ...]:
        asked.append(sweep.id)
        return ()

    once = read_once(
        Past(**{name: getattr(past, name) for name in Past.__slots__} | {"changes_of": changes_of})
    )
    for lang in LANGS:
        changes.write(pages_of(tmp_path, material_of(*table_6(), past=once), lang))
    assert sorted(asked) == ["2017-12-13T0900Z", "n1", "n2", "n3"]


def test_hostile_names_and_cells_of_an_imported_history_stay_text(tmp_path: Path) -> None:
    change = change_of(
        Kind.CHANGED, "<b>\u202e", "<script>", code="../../x", region="<img src=x>\x1b[0m", column="<i>"
    )
    root = page(tmp_path, nights_before(2, night1=(change,)))
    item = root.one("ul", class_="changes").one("li")
    assert {each.tag for each in item.walk()} == {"span"}
    assert "<img src=x>\\x1b[0m" in item.text
    assert "\\u202e" in item.text


def test_without_a_past_there_is_no_page(tmp_path: Path) -> None:
    changes.write(pages_of(tmp_path, material_of(*table_6())))
    assert not (tmp_path / PATH).exists()
