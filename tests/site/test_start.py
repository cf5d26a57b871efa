import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.history.changes import Kind
from checker.observations.fact import Fact
from checker.observations.row import Row
from checker.report.feeds import FeedSource
from checker.report.model import COLUMNS, RowResult, StandingCell
from checker.report.site_settings import SiteSettings
from checker.report.templates import templates_directory
from checker.report.words import LANGS, Lang
from checker.site import start
from checker.site.material import Material
from tests.report.rows import SWEEP, hostile_result, result_of, row_of, table_6
from tests.site.html_tree import Element, tree_of
from tests.site.sites import change_of, material_of, nights_before, page_by, pages_of


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Element:
    return page_by(start.write, tmp_path_factory.mktemp("start"), "", material_of(*table_6()))


def start_page(directory: Path, *results: RowResult, lang: Lang = "sv", **more: object) -> Element:
    return page_by(start.write, directory, "", material_of(*results, **more), lang)


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_is_as_the_contract_says(tmp_path: Path, lang: Lang) -> None:
    table = start_page(tmp_path, *table_6(), lang=lang).one("table", class_="indicators")
    rows = table.one("tbody").all("tr")
    for row, result in zip(rows, table_6(), strict=True):
        assert row.attributes["id"] == result.row.code
        header = row.one("th")
        assert (header.attributes["scope"], header.text) == ("row", result.row.region)
        assert header.one("a").attributes["href"] == f"organisation/{result.row.code}/index.html"
        cells = row.all("td")
        assert [cell.attributes["data-indicator"] for cell in cells] == list(COLUMNS)
        for cell, column in zip(cells, COLUMNS, strict=True):
            code = cell.one("span", class_="code")
            assert code.children == [result.cell(column)]
            assert code.attributes.get("lang") == {"sv": None, "en": "sv"}[lang]
            link = cell.children[0]
            assert isinstance(link, Element)
            assert (link.tag, link.children[0]) == ("a", code)


def test_every_cell_spells_itself_out_and_leads_to_its_reasons(page: Element) -> None:
    cell = page.one("tr", id="AB").one("td", data_indicator="https")
    link = cell.one("a")
    assert link.attributes["href"] == "organisation/AB/index.html#https"
    assert link.text.startswith("Nej (ja): ")
    assert "skickas tillbaka till okrypterad http" in link.text


def test_one_sentence_says_how_many_were_measured_when_and_from_where(page: Element) -> None:
    (lead,) = page.all("p", class_="lead")
    assert "21 organisationer, mätta utifrån 13 december 2017 kl. 10.00, från Provrummet." in lead.words


def test_one_organisation_is_one(tmp_path: Path) -> None:
    assert "En organisation, mätt utifrån" in start_page(tmp_path, result_of(https="Ja")).words


def test_the_figures_stand_as_sentences_beside_bars_of_their_length(page: Element) -> None:
    figures = page.one("ul", class_="figures").all("li")
    assert "19 av 21 erbjuder STARTTLS, varav 9 med certifikat på fel namn." in figures[0].words
    assert "14 av 21 har fungerande DNSSEC." in figures[2].words
    lengths = [figure.one("rect", class_="bar-yes").attributes["width"] for figure in figures]
    assert lengths == ["90.5", "85.7", "66.7", "28.6", "33.3"]


def test_nobody_measured_is_no_bar(tmp_path: Path) -> None:
    figures = start_page(tmp_path, result_of(https="Ej mätt")).one("ul", class_="figures").all("li")
    assert [len(figure.all("svg")) for figure in figures] == [0] * 5
    assert "Ingen organisation kunde mätas." in figures[1].words


def test_date_ruleset_vantage_and_program_are_said(page: Element) -> None:
    text = page.words
    assert "13 december 2017 kl. 10.00" in text
    assert "bilaga-a-2017, version 1" in text
    assert "Provrummet. Hade IPv4, IPv6 och utgående e-post (port 25)." in text
    assert "indikatorkollen 0.1.0" in text
    assert {"2017-12-13T09:00:00Z", "2017-12-13T09:04:30Z"} == {
        each.attributes["datetime"] for each in page.all("time")
    }


@pytest.mark.parametrize(
    ("done", "said"), [(True, "prövas en gång till"), (False, "ingenting en andra gång")]
)
def test_whether_there_were_second_attempts_is_said(tmp_path: Path, *, done: bool, said: str) -> None:
    assert said in start_page(tmp_path, sweep=replace(SWEEP, second_attempts=done)).words


@pytest.mark.parametrize(
    ("lang", "said"), [("sv", "Hade IPv4. Saknade IPv6."), ("en", "It had IPv4. It lacked IPv6.")]
)
def test_what_the_vantage_lacked_is_said(tmp_path: Path, lang: Lang, said: str) -> None:
    vantage = replace(SWEEP.vantage, ipv6=Fact.NO, port25_ipv4=Fact.NOT_TESTED)
    assert said in start_page(tmp_path, sweep=replace(SWEEP, vantage=vantage), lang=lang).words


def test_mail_domains_of_their_own_have_a_footnote(page: Element) -> None:
    table = page.one("table", class_="domains")
    marked = [row.all("th")[0].text for row in table.all("tr") if row.all("a", class_="footnote")]
    assert marked == ["Sörmland", "Kronoberg"]
    assert "dll.se" in table.text
    assert page.one("p", id="part:mail-note")


def test_without_such_domains_there_is_no_footnote(tmp_path: Path) -> None:
    assert not start_page(tmp_path, result_of(https="Ja")).all("p", class_="footnotes")


def test_columns_not_asked_for_stay_empty(tmp_path: Path) -> None:
    cells = start_page(tmp_path, result_of(https="Ja")).one("tr", id="AB").all("td")
    assert [len(cell.all("span", class_="code")) for cell in cells] == [0, 1, 0, 0, 0]
    assert "ingår inte i den här mätningen" in cells[0].text
    assert [len(cell.all("a")) for cell in cells] == [0, 1, 0, 0, 0]


def test_values_differ_by_more_than_colour(tmp_path: Path) -> None:
    cells = ("Ja", "Ja (N)", "Nej", "Ja (trasig)", "Ej mätt", "–")
    root = start_page(tmp_path, *(result_of(row_of(str(at)), https=cell) for at, cell in enumerate(cells)))
    looks = [
        root.one("tr", id=str(at)).one("td", data_indicator="https").attributes["class"]
        for at in range(len(cells))
    ]
    assert looks == ["yes", "yes remark", "no", "broken", "unknown", "not-applicable"]
    legend = root.one("section", class_="legend")
    shown = {chip.text: chip.attributes["class"] for chip in legend.all("span")}
    assert [shown[cell].removeprefix("chip ") for cell in cells] == looks


def stood(column: str, cell: str, **more: object) -> StandingCell:
    return StandingCell(
        column=column,
        cell=cell,
        since=datetime(2017, 10, 3, 2, tzinfo=UTC),
        last_measured=datetime(2017, 12, 11, 2, tzinfo=UTC),
        ruleset="bilaga-a-2017",
        ruleset_version="1",
        **more,  # type: ignore[arg-type]  # each test's own
    )


def test_a_cell_that_could_not_be_measured_shows_the_verdict_that_stands_with_its_age(tmp_path: Path) -> None:
    others = result_of(row_of("C"), https="Ej mätt")
    result = replace(result_of(https="Ej mätt", starttls="Nej"), standing=(stood("https", "Ja (F)"),))
    page = start_page(tmp_path, others, result)
    cell = page.one("tr", id="AB").one("td", data_indicator="https")
    assert cell.one("span", class_="code").text == "Ej mätt"
    assert cell.one("a").text.startswith("Ej mätt: ")
    assert cell.one("span", class_="earlier").words == "tidigare Ja (F), 11 december 2017"
    assert len(page.all("span", class_="earlier")) == 1


def test_a_verdict_that_was_seen_once_stands_in_for_nothing(tmp_path: Path) -> None:
    result = replace(result_of(https="Ej mätt"), standing=(stood("https", "Nej", unconfirmed=True),))
    assert not start_page(tmp_path, result).all("span", class_="earlier")


def test_a_pair_is_spelled_out_with_the_domains_of_its_own_row(tmp_path: Path) -> None:
    pairs = [
        result_of(
            replace(row_of(code, mail_domain=f"mail-{code}.se"), domain=f"web-{code}.se"), dnssec="Ja/Nej"
        )
        for code in ("a", "b")
    ]
    page = start_page(tmp_path, *pairs)
    for code in ("a", "b"):
        said = page.one("tr", id=code).one("td", data_indicator="dnssec").one("a").text
        assert said.startswith(f"Ja/Nej: web-{code}.se: ")
        assert f"mail-{code}.se: " in said


def test_codes_of_organisations_never_collide_with_the_page(tmp_path: Path) -> None:
    codes = ("main", "page", "part", "filter", "results", "https", "x.y_z-1")
    root = start_page(tmp_path, *(result_of(row_of(code), https="Ja") for code in codes))
    ids = [each.attributes["id"] for each in root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert {one for one in ids if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", one)} == set(codes)


def grouped(*groups: str) -> Iterator[RowResult]:
    for at, group in enumerate(groups):
        row = replace(row_of(f"r{at}", region=f"Namn {at}"), group=group)
        yield result_of(row, https="Nej" if at % 2 else "Ja")


def test_every_run_of_a_group_has_a_body_and_a_heading_in_the_order_of_the_list(tmp_path: Path) -> None:
    page = start_page(tmp_path, *grouped("Kommuner", "Kommuner", "Ämbetsverk", "", "Kommuner"))
    bodies = page.one("table", class_="indicators").all("tbody")
    headings = [body.one("th", scope="rowgroup") for body in bodies]
    assert [" ".join(each.text.split()) for each in headings] == [
        "Kommuner 2",
        "Ämbetsverk 1",
        "Utan grupp 1",
        "Kommuner 1",
    ]
    assert {each.attributes["colspan"] for each in headings} == {"6"}
    assert [row.attributes["id"] for body in bodies for row in body.all("tr") if "id" in row.attributes] == [
        f"r{at}" for at in range(5)
    ]
    options = page.one("select", id="filter:group").all("option")
    assert [each.text for each in options] == ["Alla grupper", "Kommuner", "Ämbetsverk"]


def test_the_figures_of_each_group_stand_beside_each_other(tmp_path: Path) -> None:
    table = start_page(tmp_path, *grouped("A", "A", "B", "A")).one("table", class_="by-group")
    rows = [(row.all("th")[0].text, row.all("td")[1].text) for row in table.one("tbody").all("tr")]
    assert rows == [("A", "1 av 3"), ("B", "1 av 1")]
    assert table.one("tbody").all("tr")[0].all("td")[0].text == "–"


@pytest.mark.parametrize("groups", [("", ""), ("Kommuner", "Kommuner")])
def test_a_single_group_is_not_compared(tmp_path: Path, groups: tuple[str, ...]) -> None:
    page = start_page(tmp_path, *grouped(*groups))
    assert not page.all("table", class_="by-group")
    assert len(page.all("select", id="filter:group")) == bool(groups[0])


def test_what_needs_the_script_is_hidden_without_it(page: Element) -> None:
    assert "hidden" in page.one("div", class_="filter").attributes
    assert not page.one("table", class_="indicators").all("button")
    assert [each.tag for each in page.walk() if each.tag in {"button", "input", "select"}] == [
        each.tag
        for each in page.one("div", class_="filter").walk()
        if each.tag in {"button", "input", "select"}
    ]


def test_a_site_without_a_past_says_nothing_of_changes(page: Element) -> None:
    assert not page.all("h2", id="part:changes")
    assert "andringar" not in "".join(each.attributes["href"] for each in page.all("a"))


def test_a_first_sweep_says_nothing_of_changes(tmp_path: Path) -> None:
    assert not start_page(tmp_path, *table_6(), past=nights_before(1)).all("h2", id="part:changes")


def test_a_first_sweep_says_nothing_of_changes_when_others_have_followed(tmp_path: Path) -> None:
    past = nights_before(3)
    page = start_page(tmp_path, *table_6(), past=past, sweep=past.sweeps[0])
    assert not page.all("h2", id="part:changes")
    assert "En senare mätning har gjorts" in page.words


def test_that_nothing_has_changed_is_said(tmp_path: Path) -> None:
    page = start_page(tmp_path, *table_6(), past=nights_before(3))
    assert "Ingenting har ändrats." in page.words
    assert "0 ändringar de senaste 30 dagarna" in page.words


def test_the_newest_changes_of_the_last_days_are_shown(tmp_path: Path) -> None:
    changes = {f"night{at}": (change_of(Kind.IMPROVED, "Nej", "Ja", code="AB"),) for at in range(50)}
    page = start_page(tmp_path, *table_6(), past=nights_before(50, **changes))
    shown = page.one("div", class_="nights")
    assert [each.attributes["datetime"] for each in shown.all("time")] == [
        (SWEEP.started - timedelta(days=back)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for back in range(start.RECENT_LINES)
    ]
    assert f"{30 - start.RECENT_LINES} ändringar till, och alla tidigare" in page.words
    assert "30 ändringar de senaste 30 dagarna" in page.words


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    root = start_page(tmp_path, hostile_result())
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert len(root.all("script")) == 1
    assert "<script>" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert root.one("tr", id="X.1").all("th")[0].text == '=HYPERLINK("x")<b>'


@pytest.mark.parametrize(
    ("contact", "links"),
    [
        ("matning@myndighet.example", ["mailto:matning@myndighet.example"]),
        ("https://myndighet.example/kontakt", ["https://myndighet.example/kontakt"]),
        ("javascript:alert(1)", []),
        ("Registrator, 010-000 00 00", []),
    ],
)
def test_the_contact_is_a_link_when_it_can_be(tmp_path: Path, contact: str, links: list[str]) -> None:
    foot = start_page(tmp_path, settings=SiteSettings(contact=contact)).one("footer", class_="site")
    assert f"Stämmer något inte? Kontakta {contact}." in foot.words
    assert [link.attributes["href"] for link in foot.all("a") if link.text == contact] == links


@pytest.mark.parametrize("feeds", [None, FeedSource(announcements=tuple, begun=SWEEP.started)])
def test_the_feed_is_named_where_there_is_one(tmp_path: Path, feeds: FeedSource | None) -> None:
    root = start_page(tmp_path, result_of(https="Ja"), feeds=feeds)
    named = root.all("link", type="application/atom+xml")
    assert [link.attributes["href"] for link in named] == ["andringar/atom.xml"] * (feeds is not None)
    assert len([link for link in root.all("a") if link.attributes["href"] == "andringar/atom.xml"]) == len(
        named
    )


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(region=names, group=names, vantage=names, contact=names, publisher=names)
def test_whatever_is_in_list_and_settings_the_page_holds_together(
    tmp_path: Path, region: str, group: str, vantage: str, contact: str, publisher: str
) -> None:
    row = Row(code="AB", region=region, domain="a.se", web_host="www.a.se", mail_domain="b.se", group=group)
    material = material_of(
        result_of(row, https="Ja", dnssec="Ja/Nej"),
        sweep=replace(SWEEP, vantage=replace(SWEEP.vantage, name=vantage)),
        settings=SiteSettings(publisher=publisher, contact=contact),
    )
    root = page_by(start.write, tmp_path, "", material)
    assert root.one("tr", id="AB").all("td", data_indicator="https")
    assert root.one("footer", class_="site")
    assert not set(root.one("table", class_="indicators").text) & set("\x00\x1b\u202e\u2066\u200b")


def build_twice(tmp_path: Path, material: Material, lang: Lang) -> list[bytes]:
    made = []
    for name in ("one", "two"):
        start.write(pages_of(tmp_path / name, material, lang))
        made.append(next((tmp_path / name).rglob("index.html")).read_bytes())
    return made


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_rows_make_the_same_bytes(tmp_path: Path, lang: Lang) -> None:
    one, two = build_twice(tmp_path, material_of(*table_6(), past=nights_before(3)), lang)
    assert one == two
    assert len(one) < 100_000


def test_the_rows_are_read_once_and_again_for_the_maps_alone(tmp_path: Path) -> None:
    for results, most in ((tuple(table_6()), 2), (tuple(table_6())[:20], 1)):
        read = 0

        def rows(results: tuple[RowResult, ...] = results) -> Iterator[RowResult]:
            nonlocal read
            read += 1
            return iter(results)

        pages = pages_of(tmp_path, material_of(*results))
        pages.material = replace(pages.material, results=rows)
        start.write(pages)
        assert read == most


def test_the_english_page_stands_below_and_says_so(tmp_path: Path) -> None:
    start.write(pages_of(tmp_path, material_of(*table_6()), "en"))
    root = tree_of(tmp_path / "en" / "index.html")
    assert root.one("html").attributes["lang"] == "en"
    assert (
        "21 organisations, measured from the outside 13 December 2017 at 10:00, from Provrummet."
        in root.words
    )


def test_the_style_needs_nothing_from_elsewhere_and_nothing_moves() -> None:
    for part in (templates_directory() / "style").glob("*.css"):
        style = part.read_text(encoding="utf-8")
        assert not re.search(r"url\(|@import|@font-face|https?:|@keyframes", style), part.name


COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast_meets_wcag_aa(scheme: int) -> None:
    style = (templates_directory() / "style" / "base.css").read_text(encoding="utf-8")
    colours = dict(COLOUR.findall(style.split(":root {")[scheme + 1].split("}")[0]))
    for background in ("page", "panel", "yes", "remark", "no"):
        assert contrast(colours["text"], colours[background]) >= 7
        assert contrast(colours["muted"], colours[background]) >= 4.5
    for background in ("page", "panel"):
        assert contrast(colours["link"], colours[background]) >= 4.5
        assert contrast(colours["strong-line"], colours[background]) >= 3
    for edge, background in (
        ("yes-edge", "yes"),
        ("remark-edge", "remark"),
        ("no-edge", "no"),
        ("bar", "page"),
    ):
        assert contrast(colours[edge], colours[background]) >= 3
