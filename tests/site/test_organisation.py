import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from checker.comments import Comment
from checker.report.model import COLUMNS, RowResult, StandingCell
from checker.report.site_settings import SiteSettings
from checker.report.words import LANGS, Lang, column_words, labels
from checker.site import organisation
from checker.site.evidence_mail import ROWS
from checker.site.material import Material
from checker.verdict import Finding, Severity
from tests.report.rows import SWEEP, result_of, row_of, verdict_of
from tests.site.html_tree import Element, tree_of
from tests.site.measured import NAMES, measured
from tests.site.sites import material_of, nights_before, pages_of

LIMIT = 100_000


def page(directory: Path, result: RowResult, lang: Lang = "sv", **more: object) -> Element:
    material = material_of(result, **more)
    return written(directory, result, material, lang)


def written(directory: Path, result: RowResult, material: Material, lang: Lang = "sv") -> Element:
    pages = pages_of(directory, material, lang)
    organisation.write(pages, result)
    return tree_of(directory / pages.folder / "organisation" / result.row.code / "index.html")


def section(root: Element, column: str) -> Element:
    return root.one("section", id=column)


def classes(root: Element, tag: str, wanted: str) -> list[Element]:
    """The elements with this class among theirs."""
    return [each for each in root.all(tag) if wanted in each.attributes.get("class", "").split()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, Lang], Element]:
    """The pages of everything that was measured, in both languages; none may be too heavy."""
    directory = tmp_path_factory.mktemp("site")
    found = {}
    for lang in LANGS:
        for name in NAMES:
            found[name, lang] = page(directory, measured()[name], lang)
    sizes = {file: file.stat().st_size for file in directory.rglob("index.html")}
    assert len(sizes) == len(LANGS) * len(NAMES)
    assert max(sizes.values()) < LIMIT, sizes
    return found


# What every page has


@pytest.mark.parametrize("name", NAMES)
def test_the_five_answers_stand_above_and_lead_to_their_sections(
    site: Mapping[tuple[str, Lang], Element], name: str
) -> None:
    root, result = site[name, "sv"], measured()[name]
    rows = classes(root, "table", "answers")[0].one("tbody").all("tr")
    assert [row.one("a").attributes["href"] for row in rows] == [f"#{column}" for column in COLUMNS]
    for column, row in zip(COLUMNS, rows, strict=True):
        printed = result.cell(column)
        assert row.one("span", class_="code").text == printed
        heading = section(root, column).one("h2")
        assert heading.words == f"{column_words('sv')[column].label}: {printed}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", LANGS)
def test_ids_are_unique_headings_in_order_and_links_lead_to_them(
    site: Mapping[tuple[str, Lang], Element], name: str, lang: Lang
) -> None:
    root = site[name, lang]
    ids = [each.attributes["id"] for each in root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    levels = [int(each.tag[1]) for each in root.walk() if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    inside = [
        each.attributes["href"][1:] for each in root.all("a") if each.attributes["href"].startswith("#")
    ]
    assert set(inside) <= set(ids)
    for each in root.walk():
        for name_of in ("aria-labelledby", "aria-describedby"):
            assert set(each.attributes.get(name_of, "").split()) <= set(ids)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_are_built_alike(site: Mapping[tuple[str, Lang], Element], name: str) -> None:
    built = [
        [
            (each.tag, each.attributes.get("class"), each.attributes.get("id"))
            for each in site[name, lang].one("main").walk()
            if each.tag not in {"text", "path", "rect"}  # the drawing wraps its words
        ]
        for lang in LANGS
    ]
    assert built[0] == built[1]


@pytest.mark.parametrize("name", NAMES)
def test_tables_say_what_they_are_about(site: Mapping[tuple[str, Lang], Element], name: str) -> None:
    for table in site[name, "en"].all("table"):
        assert table.one("caption").words
        assert all(heading.attributes["scope"] in {"col", "row"} for heading in table.all("th"))
        columns = len(table.one("thead").all("th"))
        assert all(len(row.all("th")) + len(row.all("td")) == columns for row in table.one("tbody").all("tr"))


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_is_there_with_its_code_the_worst_first(
    site: Mapping[tuple[str, Lang], Element], name: str
) -> None:
    order = [severity.value for severity in (Severity.FAULT, Severity.WARNING, Severity.NOTE)]
    for verdict in measured()[name].verdicts:
        cards = classes(section(site[name, "sv"], verdict.indicator), "li", "finding")
        assert {card.all("code")[-1].text for card in cards} == {finding.code for finding in verdict.findings}
        said = [card.attributes["class"].split()[1] for card in cards]
        assert said == sorted(said, key=order.index)


# What it rests on


def test_the_first_stage_that_went_wrong_is_marked_and_its_words_are_quoted(
    site: Mapping[tuple[str, Lang], Element],
) -> None:
    root = section(site["mx-one-of-two-no-starttls", "sv"], "starttls")
    rows = classes(root, "table", "matrix")[0].one("tbody").all("tr")
    good, bad = sorted(rows, key=lambda row: len(classes(row, "td", "ended")))
    assert not classes(good, "td", "ended")
    (ended,) = classes(bad, "td", "ended")
    assert ended.attributes["data-label"] == "STARTTLS"
    assert ended.words == "✗ nej"
    assert [cell.words for cell in bad.all("td")][-3:] == ["· nåddes aldrig"] * 3
    assert "erbjuder inte STARTTLS" in bad.one("th").words
    refused = section(site["greeting-554", "sv"], "starttls")
    headings = classes(refused, "table", "matrix")[0].all("th", scope="row")
    assert headings
    assert all("hälsning: 554" in heading.words for heading in headings)
    assert "avvisade oss" in refused.words


def test_mail_servers_stand_by_preference_and_no_more_than_a_page_holds(tmp_path: Path) -> None:
    result = measured()["mx-twelve-hosts"]
    backwards = replace(result.details, mail_hosts=tuple(reversed(result.details.mail_hosts)) * 4)
    root = page(tmp_path, replace(result, details=backwards))
    rows = classes(root, "table", "matrix")[0].one("tbody").all("tr")
    preferences = [int(row.one("span", class_="small").text.removeprefix("MX ")) for row in rows]
    assert preferences == sorted(preferences)
    assert len(rows) == ROWS
    assert f"{len(backwards.mail_hosts) - ROWS} till finns i sidans JSON-fil" in root.words


def test_visits_are_numbered_steps_and_the_way_back_to_http_is_marked(
    site: Mapping[tuple[str, Lang], Element],
) -> None:
    root = section(site["https-back-to-http", "sv"], "https")
    down = classes(root, "li", "down")
    assert down
    assert all("tillbaka till http, okrypterat" in step.words for step in down)
    assert all(step.one("code").text.startswith("http://") for step in down)
    looping = section(site["loop-between-http-and-https", "sv"], "https")
    assert "Omdirigeringarna går runt." in {end.words for end in classes(looping, "p", "end")}
    reloading = section(site["http-meta-refresh", "sv"], "https")
    assert "sidan laddar om till" in reloading.words


def test_visits_from_several_addresses_that_went_alike_are_told_once(
    site: Mapping[tuple[str, Lang], Element],
) -> None:
    trips = classes(section(site["signed", "sv"], "https"), "ol", "trips")[0]
    starts = [each.words for each in classes(trips, "p", "small")]
    assert len(starts) == 2  # http and https
    assert all("192." in start and ":" in start for start in starts)


def test_certificates_are_told_with_names_dates_and_fingerprint(
    site: Mapping[tuple[str, Lang], Element],
) -> None:
    root = section(site["certificate-expired", "sv"], "https")
    (trust,) = {each.words for each in classes(root, "dd", "trust-no")}
    assert trust.startswith("har gått ut")
    (line,) = {service.certificates[0] for service in measured()["certificate-expired"].details.web_services}
    prints = {each.text.replace(":", "").lower() for each in classes(root, "dd", "fingerprint")}
    assert prints == {line.sha256}
    assert line.names[0] in root.words
    assert line.not_after
    assert any(
        each.attributes["datetime"] == f"{line.not_after:%Y-%m-%dT%H:%M:%SZ}" for each in root.all("time")
    )


def test_tls_facts_have_three_values_and_the_hellos_they_rest_on(
    site: Mapping[tuple[str, Lang], Element],
) -> None:
    root = section(site["rc4-only", "sv"], "https")
    facts = {
        row.one("th").text: row.one("td").text
        for row in classes(root, "table", "tls-facts")[0].one("tbody").all("tr")
    }
    assert facts["RC4"] == "erbjuder"
    assert set(facts.values()) <= {"erbjuder", "erbjuder inte", "ej prövat"}
    assert {"64-bitars block (3DES, IDEA, RC2)", "utökad huvudhemlighet (extended master secret)"} <= set(
        facts
    )
    hellos = [row.one("th").words for row in classes(root, "table", "tls-hellos")[0].one("tbody").all("tr")]
    assert "TLS 1.2 med alla vanliga sviter tls12" in hellos
    assert all(" " in hello for hello in hellos)  # words, then what measuring calls it


@pytest.mark.parametrize(
    ("name", "chains", "words"),
    [
        ("signed", 1, "säker"),
        ("expired", 1, "signatur"),
        ("half-signed", 1, "signatur"),
        ("two-domains", 2, "post-of-two-domains.se"),
        ("nonexistent", 1, "finns inte"),
    ],
)
def test_chains_are_drawn_and_told(
    site: Mapping[tuple[str, Lang], Element], name: str, chains: int, words: str
) -> None:
    root = section(site[name, "sv"], "dnssec")
    assert len(root.all("svg", class_="chain")) == chains
    assert len(classes(root, "ol", "chain-told")) == chains
    assert words in classes(root, "ol", "chain-told")[-1].words or words in root.words


def test_the_ipv6_columns_show_the_addresses_that_were_tried(
    site: Mapping[tuple[str, Lang], Element],
) -> None:
    for column in ("www_ipv6", "mail_ipv6"):
        table = classes(section(site["signed", "sv"], column), "table", "addresses")[0]
        families = {row.one("span", class_="small").text for row in table.one("tbody").all("tr")}
        assert families == {"IPv4", "IPv6"}


def test_without_evidence_the_page_says_so(tmp_path: Path) -> None:
    root = page(tmp_path, result_of(row_of(), starttls="Nej", https="Ja (F)", dnssec="Ej mätt"))
    for column in ("starttls", "https", "dnssec"):
        assert "Det finns inget mer att visa" in section(root, column).words
    for column in ("www_ipv6", "mail_ipv6"):
        assert "Så vet vi det" not in section(root, column).words
        assert labels("sv")["not_asked"] in section(root, column).words


# What to do


def test_a_recipe_that_several_findings_need_stands_once_in_full(tmp_path: Path) -> None:
    row = row_of()
    findings = tuple(
        Finding(code=code, severity=severity, subject="192.0.2.1")
        for code, severity in (
            ("tls10_offered", Severity.FAULT),
            ("tls11_offered", Severity.FAULT),
            ("hsts_missing", Severity.NOTE),
        )
    )
    root = page(tmp_path, replace(result_of(row), verdicts=(verdict_of("https", "Ja (F)", row, findings),)))
    (recipe,) = root.all("details", id="recipe-tls_versions")
    first, second, note = classes(root, "li", "finding")
    assert recipe in list(first.walk())
    assert "#recipe-tls_versions" in {link.attributes["href"] for link in second.all("a")}
    assert "../../indikator/https/atgarder/index.html#recipe-hsts" in {
        link.attributes["href"] for link in note.all("a")
    }
    assert recipe.all("pre")
    assert "../../indikator/https/tls/index.html#tls10_offered" in {
        link.attributes["href"] for link in first.all("a")
    }


def test_findings_of_one_code_are_told_together(tmp_path: Path) -> None:
    row = row_of()
    findings = tuple(
        Finding(code="tls10_offered", severity=Severity.FAULT, subject=subject)
        for subject in ("192.0.2.1", "::1")
    )
    root = page(tmp_path, replace(result_of(row), verdicts=(verdict_of("https", "Ja (F)", row, findings),)))
    (card,) = classes(root, "li", "finding")
    assert len(classes(card, "p", "message")) == 2
    assert card.words.count("Gör så här:") == 1
    assert "2 fel" in classes(root, "span", "tally")[0].words


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        (
            "kollen@example.se",
            "mailto:kollen@example.se?subject=Indikatorkollen%3A%20AB%2C%20Stockholm%20%26%20C%C2%B0%20",
        ),
        ("mailto:k@example.se?cc=a@b.se", "mailto:k@example.se?cc=a@b.se&subject="),
        ("https://example.se/kontakt", "https://example.se/kontakt"),
    ],
)
def test_whoever_objects_writes_with_the_code_in_the_subject(tmp_path: Path, contact: str, href: str) -> None:
    result = result_of(row_of(region="Stockholm & C° \r\nBcc: x"), starttls="Ja")
    root = page(tmp_path, result, settings=SiteSettings(contact=contact))
    link = root.one("section", id="objection").one("a").attributes["href"]
    assert link.startswith(href)
    assert "\n" not in link
    assert "%0A" not in link
    assert "%0D" not in link


@pytest.mark.parametrize(("contact", "links"), [("", ["../../om/index.html"]), ("Ring växeln", [])])
def test_without_a_contact_to_link_to_the_page_still_says_how_to_object(
    tmp_path: Path, contact: str, links: list[str]
) -> None:
    root = page(tmp_path, result_of(row_of(), starttls="Ja"), settings=SiteSettings(contact=contact))
    objection = root.one("section", id="objection")
    assert [link.attributes["href"] for link in objection.all("a")] == links
    assert contact in objection.words
    assert "koden AB" in objection.words


# What others say


def test_comments_stand_where_they_belong_and_are_marked_as_others_words(tmp_path: Path) -> None:
    row = row_of()
    finding = Finding(code="hsts_missing", severity=Severity.NOTE, subject="www.sll.se")
    result = replace(result_of(row), verdicts=(verdict_of("https", "Ja", row, (finding,)),))
    said = (
        Comment(code="AB", text="Om allt.", author="Region Stockholm", date="2026-11-01"),
        Comment(code="AB", text="About the cell.", indicator="https", lang="en", date="in May"),
        Comment(code="AB", text="Om fyndet.\n\nMer.", indicator="https", finding="hsts_missing"),
        Comment(code="AB", text="Om fyndet igen.", finding="hsts_missing"),
        Comment(code="AB", text="Det fyndet är borta.", indicator="https", finding="tls10_offered"),
        Comment(code="AB", text="Den kolumnen mättes inte.", indicator="dnssec"),
    )
    root = page(tmp_path, result, comments={"AB": said})
    at_finding = classes(classes(root, "li", "finding")[0], "figure", "comment")
    assert [[p.text for p in each.one("blockquote").all("p")] for each in at_finding] == [
        ["Om fyndet.", "Mer."],
        ["Om fyndet igen."],
    ]
    at_cell = [
        each for each in classes(section(root, "https"), "figure", "comment") if each not in at_finding
    ]
    assert [each.one("blockquote").words for each in at_cell] == ["About the cell.", "Det fyndet är borta."]
    assert at_cell[0].one("blockquote").attributes == {"lang": "en"}
    assert at_cell[0].one("figcaption").words == "Kommentar, in May"
    top = [
        each
        for each in classes(root, "figure", "comment")
        if each not in classes(section(root, "https"), "figure", "comment")
    ]
    assert [each.one("blockquote").words for each in top] == ["Om allt.", "Den kolumnen mättes inte."]
    assert top[0].one("figcaption").words == "Kommentar från Region Stockholm, 1 november 2026"


# Over time


def test_an_answer_that_could_not_be_had_shows_the_one_that_stands(tmp_path: Path) -> None:
    before = StandingCell(
        column="https",
        cell="Ja (F)",
        since=SWEEP.started - timedelta(days=90),
        last_measured=SWEEP.started - timedelta(days=2),
        ruleset="2026",
        ruleset_version="1",
        not_measured_since=SWEEP.started - timedelta(days=1),
    )
    result = replace(
        result_of(row_of(), https="Ej mätt"), standing=(before,), remeasured=frozenset({"https"})
    )
    root = page(tmp_path, result, past=nights_before(3))
    standing = classes(section(root, "https"), "dl", "standing")[0]
    assert [each.words for each in standing.all("dt")] == [
        "Har stått sig sedan",
        "Senast kontrollerat",
        "När det senast gick att mäta",
    ]
    assert "12 december 2017" in standing.words
    assert "Ja (F), 11 december 2017" in standing.words
    assert "en gång till senare i samma mätning" in standing.words


def test_without_a_past_nothing_is_said_of_time(tmp_path: Path) -> None:
    root = page(tmp_path, result_of(row_of(), https="Ja"))
    assert "Sedan" not in [each.words for each in classes(root, "table", "answers")[0].all("th")]
    assert not classes(root, "figure", "strip")
    assert not classes(root, "details", "history")
    assert not [link for link in root.all("a") if "atom.xml" in link.attributes["href"]]


def test_the_same_row_makes_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for turn in ("one", "two"):
        page(tmp_path / turn, measured()["mx-one-of-two-no-starttls"], "en")
        made.append([file.read_bytes() for file in sorted((tmp_path / turn).rglob("*.html"))])
    assert made[0] == made[1]
