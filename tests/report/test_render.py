import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Self

import pytest

from checker.observations.fact import Fact
from checker.report.model import COLUMNS, RowResult, StandingCell, SummaryCounter
from checker.report.render import SiteSettings, write_page
from checker.report.templates import templates_directory
from tests.report.rows import SWEEP, hostile_result, result_of, row_of, table_6

VOID = {"meta", "link", "br", "rect", "wbr"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Element | str] = []

    def all(self, tag: str, **attributes: str) -> list["Element"]:
        wanted = {name.replace("_", "-").strip("-"): value for name, value in attributes.items()}
        return [
            each
            for each in self.walk()
            if each.tag == tag and all(each.attributes.get(name) == value for name, value in wanted.items())
        ]

    def walk(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Tree(HTMLParser):
    """A page as elements; a tag that is closed out of turn is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()
        assert self._open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def page_of(*results: RowResult, settings: SiteSettings | None = None, feed: str = "") -> str:
    counter = SummaryCounter()
    for result in results:
        counter.add(result)
    out = io.StringIO()
    write_page(
        lambda: iter(results),
        out,
        sweep=SWEEP,
        summary=counter.summary(),
        settings=settings or SiteSettings(),
        feed=feed,
    )
    return out.getvalue()


@pytest.fixture(scope="module")
def page() -> Element:
    return Tree(page_of(*table_6())).root


def test_the_table_is_as_the_contract_says(page: Element) -> None:
    (table,) = page.all("table", class_="indicators")
    rows = table.all("tbody")[0].all("tr")
    for row, result in zip(rows, table_6(), strict=True):
        assert row.attributes["id"] == result.row.code
        (header,) = row.all("th")
        assert (header.attributes["scope"], header.text) == ("row", result.row.region)
        cells = row.all("td")
        assert [cell.attributes["data-indicator"] for cell in cells] == list(COLUMNS)
        for cell, column in zip(cells, COLUMNS, strict=True):
            first = cell.children[0]
            assert isinstance(first, Element)
            assert (first.tag, first.attributes) == ("span", {"class": "code"})
            assert first.children == [result.cell(column)]


def test_ids_are_unique_and_every_inner_link_leads_somewhere(page: Element) -> None:
    ids = [each.attributes["id"] for each in page.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    targets = {
        each.attributes["href"][1:] for each in page.all("a") if each.attributes["href"].startswith("#")
    }
    assert targets <= set(ids)
    named = {
        each.attributes["aria-labelledby"] for each in page.walk() if "aria-labelledby" in each.attributes
    }
    assert named <= set(ids)


def test_every_cell_spells_itself_out_and_leads_to_its_reasons(page: Element) -> None:
    (cell,) = page.all("tr", id="AB")[0].all("td", data_indicator="https")
    (link,) = cell.all("a")
    assert link.attributes["href"] == "#varfor:AB:https"
    assert "skickas tillbaka till okrypterad http" in link.text


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(page: Element) -> None:
    assert not [each for each in page.walk() if each.tag in {"script", "style", "img", "iframe", "object"}]
    assert not [
        name for each in page.walk() for name in each.attributes if name == "style" or name.startswith("on")
    ]
    assert {each.attributes["href"] for each in page.all("link")} == {
        "style.css",
        "icon.svg",
        "results.csv",
        "results.json",
    }
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert "default-src 'none'" in policy.attributes["content"]
    assert "unsafe" not in policy.attributes["content"]


def test_the_style_needs_nothing_from_elsewhere() -> None:
    style = (templates_directory() / "style.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|@font-face|https?:", style)


def test_codes_of_organisations_never_collide_with_the_page() -> None:
    results = [
        result_of(row_of(code), https="Ja") for code in ("del", "varfor", "resultat", "not", "x.y_z-1")
    ]
    root = Tree(page_of(*results)).root
    ids = [each.attributes["id"] for each in root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))


def test_date_ruleset_vantage_and_limits_are_said(page: Element) -> None:
    text = page.text.replace("\u00a0", " ")
    assert "13 december 2017 kl. 10.00" in text
    assert "bilaga-a-2017, version 1" in text
    assert "Provrummet. Hade IPv4, IPv6 och utgående e-post (port 25)." in text
    assert {"2017-12-13T09:00:00Z", "2017-12-13T09:04:30Z"} == {
        each.attributes["datetime"] for each in page.all("time")
    }
    for limit in ("Heartbleed", "ROBOT", "revokerade"):
        assert limit in text


@pytest.mark.parametrize(("done", "said"), [(True, "prövas en gång till"), (False, "inga nya försök")])
def test_whether_there_were_second_attempts_is_said(*, done: bool, said: str) -> None:
    out = io.StringIO()
    sweep = replace(SWEEP, second_attempts=done)
    summary = SummaryCounter().summary()
    write_page(lambda: iter(()), out, sweep=sweep, summary=summary, settings=SiteSettings())
    assert said in out.getvalue()


def test_what_the_vantage_lacked_is_said() -> None:
    vantage = replace(SWEEP.vantage, ipv6=Fact.NO, port25_ipv4=Fact.NOT_TESTED)
    out = io.StringIO()
    sweep = replace(SWEEP, vantage=vantage)
    summary = SummaryCounter().summary()
    write_page(lambda: iter(()), out, sweep=sweep, summary=summary, settings=SiteSettings())
    assert "Hade IPv4. Saknade IPv6." in out.getvalue()


def test_summary_sentences_are_on_the_page(page: Element) -> None:
    text = page.text
    assert "19 av 21 erbjuder STARTTLS, varav 9 med certifikat på fel namn." in text
    assert "14 av 21 har fungerande DNSSEC." in text


def test_mail_domains_of_their_own_have_a_footnote(page: Element) -> None:
    (table,) = page.all("table", class_="domains")
    marked = [row.all("th")[0].text for row in table.all("tr") if row.all("a", class_="footnote")]
    assert marked == ["Sörmland", "Kronoberg"]
    assert "dll.se" in table.text


def test_hostile_text_stays_text() -> None:
    text = page_of(hostile_result())
    root = Tree(text).root
    assert not root.all("script")
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert root.all("tr", id="X.1")[0].all("th")[0].text == '=HYPERLINK("x")<b>'


def test_columns_not_asked_for_stay_empty() -> None:
    root = Tree(page_of(result_of(https="Ja"))).root
    cells = root.all("tr", id="AB")[0].all("td")
    assert [cell.all("span", class_="code")[0].text for cell in cells] == ["", "Ja", "", "", ""]
    assert "ingår inte i den här mätningen" in cells[0].text


def test_values_differ_by_more_than_colour() -> None:
    cells = ("Ja", "Ja (N)", "Nej", "Ja (trasig)", "Ej mätt", "–")
    root = Tree(page_of(*(result_of(row_of(str(at)), https=cell) for at, cell in enumerate(cells)))).root
    looks = [
        root.all("tr", id=str(at))[0].all("td", data_indicator="https")[0].attributes["class"]
        for at in range(len(cells))
    ]
    assert looks == ["yes", "yes remark", "no", "broken", "unknown", "not-applicable"]
    legend = root.all("section", class_="legend")[0]
    shown = {chip.text: chip.attributes["class"] for chip in legend.all("span")}
    assert [shown[cell].removeprefix("chip ") for cell in cells] == looks


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("matning@myndighet.example", "mailto:matning@myndighet.example"),
        ("https://myndighet.example/kontakt", "https://myndighet.example/kontakt"),
        ("javascript:alert(1)", ""),
        ("Registrator, 010-000 00 00", ""),
    ],
)
def test_the_contact_is_a_link_when_it_can_be(contact: str, link: str) -> None:
    settings = SiteSettings(contact=contact, publisher="M & P", base_url="https://x.example/")
    assert settings.contact_link == link
    root = Tree(page_of(settings=settings)).root
    (footer,) = root.all("footer")
    assert f"Kontakta {contact}." in footer.text.replace("Stämmer något inte? ", "")
    assert [each.attributes["href"] for each in footer.all("a")] == [link] * bool(link)
    assert [each.attributes["href"] for each in root.all("link", rel="canonical")] == ["https://x.example/"]


def test_rows_are_read_one_at_a_time_and_never_kept() -> None:
    alive = most = 0

    class Counted(str):
        __slots__ = ()

        def __new__(cls, text: str) -> Self:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            return super().__new__(cls, text)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows() -> Iterator[RowResult]:
        for number in range(50):
            yield result_of(row_of(Counted(f"r{number}")), https="Ja")

    write_page(rows, io.StringIO(), sweep=SWEEP, summary=SummaryCounter().summary(), settings=SiteSettings())
    assert most <= 6


LIGHT_AND_DARK = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6});")


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
    style = (templates_directory() / "style.css").read_text(encoding="utf-8")
    colours = dict(LIGHT_AND_DARK.findall(style.split(":root {")[scheme + 1].split("}")[0]))
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


def test_a_cell_that_could_not_be_measured_shows_the_verdict_that_stands_with_its_age() -> None:
    result = replace(result_of(https="Ej mätt", starttls="Nej"), standing=(stood("https", "Ja (F)"),))
    page = Tree(page_of(result)).root
    (cell,) = page.all("td", data_indicator="https")
    (code,) = cell.all("span", class_="code")
    assert cell.children[0] is code
    assert code.text == "Ej mätt"
    (earlier,) = cell.all("span", class_="earlier")
    assert earlier.text == "Ja (F) 11\u00a0december 2017"
    assert "Det senaste svaret var Ja (F), mätt 11\u00a0december 2017." in page.text
    assert len(page.all("span", class_="earlier")) == 1


def test_since_when_a_cell_has_stood_is_said_in_its_reasons() -> None:
    page = Tree(page_of(replace(result_of(https="Ja (F)"), standing=(stood("https", "Ja (F)"),)))).root
    assert [each.text for each in page.all("p", class_="since")] == [
        "Så har det varit i våra mätningar sedan 3\u00a0oktober 2017."
    ]


def test_a_verdict_that_was_seen_once_stands_in_for_nothing() -> None:
    result = replace(result_of(https="Ej mätt"), standing=(stood("https", "Nej", unconfirmed=True),))
    assert not Tree(page_of(result)).root.all("span", class_="earlier")


@pytest.mark.parametrize(("feed", "links"), [("", 0), ("andringar/atom.xml", 1)])
def test_the_feed_is_named_where_there_is_one(feed: str, links: int) -> None:
    page = Tree(page_of(result_of(https="Ja"), feed=feed)).root
    assert len(page.all("link", type="application/atom+xml")) == links
    assert (
        len([link for link in page.all("a") if link.attributes.get("href") == "andringar/atom.xml"]) == links
    )
