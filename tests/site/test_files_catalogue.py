"""The catalogue read as the graph that it is, and held to what DCAT-AP-SE 3 asks for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from checker.report.feeds import FeedSource
from checker.report.site_settings import SiteSettings
from checker.site import tables
from checker.site.files import catalogue, history_csv, workbook
from checker.site.files.regularity import frequency
from checker.site.material import Material
from tests.report.rows import HOSTILE, SWEEP, table_6
from tests.site.sites import material_of, nights_before, pages_of

BASE = "https://kollen.example.se/k/"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
AUTHORITY = "http://publications.europa.eu/resource/authority"
CC0 = URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
PUBLISHED = SiteSettings(
    title="Kollen",
    publisher="Myndigheten",
    publisher_url="https://www.example.se/",
    publisher_type="NationalAuthority",
    contact="kollen@example.se",
    base_url=BASE,
)


def full(**more: object) -> Material:
    material = material_of(
        *table_6(),
        past=nights_before(10),
        feeds=FeedSource(announcements=tuple, begun=SWEEP.started),
        settings=PUBLISHED,
    )
    return replace(material, **more)  # type: ignore[arg-type]  # the fields are the caller's


def graph(
    directory: Path, material: Material, *, fetched_from: str = "https://elsewhere.example/data/dcat.rdf"
) -> Graph:
    directory.mkdir(exist_ok=True)
    summary, _ = tables.write_csv(directory, material)
    with tables.JsonTable(directory, material, summary) as table:
        for result in material.results():
            table.add(tables.json_line(result, material.lang))
    for lang in ("sv", "en"):
        workbook.write(pages_of(directory, material, lang), material.results)
    with history_csv.HistoryFile(directory, material):
        pass
    catalogue.write(directory, material)
    found = Graph()
    found.parse(data=(directory / catalogue.PATH).read_bytes(), format="xml", publicID=fetched_from)
    return found


def the(found: Iterable[Node]) -> Node:
    (only,) = found
    return only


def of(kind: Node, found: Graph) -> list[Node]:
    return in_order(found.subjects(RDF.type, kind))


def in_order(things: Iterable[Node]) -> list[Node]:
    return sorted(things, key=str)


def in_both_languages(found: Graph, thing: Node, name: URIRef) -> bool:
    texts = [text for text in found.objects(thing, name) if isinstance(text, Literal)]
    return {text.language for text in texts} == {"sv", "en"} and all(str(text).strip() for text in texts)


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return graph(tmp_path_factory.mktemp("catalogue") / "site", full())


def test_the_catalogue_has_what_it_must(whole: Graph) -> None:
    it = the(of(DCAT.Catalog, whole))
    assert it == URIRef(f"{BASE}data/#catalogue")
    assert in_both_languages(whole, it, DCTERMS.title)
    assert in_both_languages(whole, it, DCTERMS.description)
    assert the(whole.objects(it, DCTERMS.publisher)) == URIRef("https://www.example.se/")
    assert in_order(whole.objects(it, DCAT.dataset)) == of(DCAT.Dataset, whole)
    assert the(whole.objects(it, DCTERMS.license)) == CC0
    assert the(whole.objects(it, FOAF.homepage)) == URIRef(BASE)
    assert the(whole.objects(it, DCAT.themeTaxonomy)) == URIRef(f"{AUTHORITY}/data-theme")
    assert the(whole.objects(it, DCTERMS.modified)) == Literal("2017-12-13T09:04:30Z", datatype=XSD.dateTime)
    assert the(whole.objects(it, DCTERMS.issued)) == Literal("2017-12-04T09:00:00Z", datatype=XSD.dateTime)


def test_datasets_have_what_they_must(whole: Graph) -> None:
    datasets = of(DCAT.Dataset, whole)
    assert datasets == [URIRef(f"{BASE}data/#dataset"), URIRef(f"{BASE}data/#history")]
    for it in datasets:
        for name in (DCTERMS.title, DCTERMS.description, DCAT.keyword):
            assert in_both_languages(whole, it, name)
        assert the(whole.objects(it, DCTERMS.publisher)) == URIRef("https://www.example.se/")
        assert the(whole.objects(it, DCAT.contactPoint)) in of(VCARD.Organization, whole)
        assert the(whole.objects(it, DCTERMS.accessRights)) == URIRef(f"{AUTHORITY}/access-right/PUBLIC")
        assert the(whole.objects(it, DCTERMS.accrualPeriodicity)) == URIRef(f"{AUTHORITY}/frequency/DAILY")
        assert URIRef(f"{AUTHORITY}/data-theme/GOVE") in set(whole.objects(it, DCAT.theme))
        assert the(whole.objects(it, DCTERMS.spatial)) == URIRef("http://sws.geonames.org/2661886")
        assert set(whole.objects(it, DCAT.distribution))
    starts = [whole.value(whole.value(it, DCTERMS.temporal), DCAT.startDate) for it in datasets]
    assert [str(start)[:10] for start in starts] == ["2017-12-13", "2017-12-04"]
    assert not list(whole.objects(None, DCAT.endDate)), "nothing that goes on has an end"


def test_distributions_have_what_they_must_and_their_files_are_there(whole: Graph, tmp_path: Path) -> None:
    graph(tmp_path, full())
    distributions = of(DCAT.Distribution, whole)
    assert distributions == in_order(whole.objects(None, DCAT.distribution))
    formats = {}
    for it in distributions:
        address = str(the(whole.objects(it, DCAT.accessURL)))
        assert [str(found) for found in whole.objects(it, DCAT.downloadURL)] == [address]
        path = address.removeprefix(BASE)
        form = the(whole.objects(it, DCTERMS.format))
        assert isinstance(form, Literal)
        formats[path] = str(form)
        assert the(whole.objects(it, DCTERMS.license)) == CC0
        assert in_both_languages(whole, it, DCTERMS.title)
        assert in_both_languages(whole, it, DCTERMS.description)
        size = whole.value(it, DCAT.byteSize)
        if not path.endswith("atom.xml"):
            assert isinstance(size, Literal)
            assert size.datatype == XSD.nonNegativeInteger
            assert int(size) == (tmp_path / path).stat().st_size
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert formats == {
        "results.csv": "text/csv",
        "results.json": "application/json",
        "data/resultat.xlsx": sheet,
        "en/data/resultat.xlsx": sheet,
        "data/historik.csv": "text/csv",
        "andringar/atom.xml": "application/atom+xml",
        "en/andringar/atom.xml": "application/atom+xml",
    }
    schema = the(whole.objects(None, DCTERMS.conformsTo))
    assert schema == URIRef(f"{BASE}results.schema.json")
    assert in_both_languages(whole, schema, DCTERMS.title)


def test_who_publishes_and_whom_to_ask(whole: Graph) -> None:
    agent = the(of(FOAF.Agent, whole))
    assert agent == URIRef("https://www.example.se/")
    assert str(the(whole.objects(agent, FOAF.name))) == "Myndigheten"
    assert the(whole.objects(agent, DCTERMS.type)) == URIRef(
        "http://purl.org/adms/publishertype/NationalAuthority"
    )
    card = the(of(VCARD.Organization, whole))
    assert str(the(whole.objects(card, VCARD.fn))) == "Myndigheten"
    assert the(whole.objects(card, VCARD.hasEmail)) == URIRef("mailto:kollen@example.se")


def test_nothing_is_said_that_is_not_known(tmp_path: Path) -> None:
    found = graph(tmp_path, material_of(*table_6()))
    assert len(of(DCAT.Dataset, found)) == 1
    assert of(VCARD.Organization, found) == []
    for name in (DCTERMS.type, DCTERMS.accrualPeriodicity, DCAT.contactPoint):
        assert list(found.objects(None, name)) == []
    assert str(found.value(the(of(FOAF.Agent, found)), FOAF.name)) == "Indikatorkollen"


def test_a_contact_that_is_a_page(tmp_path: Path) -> None:
    settings = replace(PUBLISHED, contact="https://www.example.se/kontakt")
    found = graph(tmp_path, full(settings=settings))
    card = the(of(VCARD.Organization, found))
    assert the(found.objects(card, VCARD.hasURL)) == URIRef("https://www.example.se/kontakt")


def test_without_an_address_everything_follows_where_it_is_fetched_from(tmp_path: Path, whole: Graph) -> None:
    settings = replace(PUBLISHED, base_url="")
    text = graph(tmp_path / "one", full(settings=settings), fetched_from=f"{BASE}data/dcat.rdf")
    assert isomorphic(_without_sizes(text), _without_sizes(whole))
    assert BASE not in (tmp_path / "one" / catalogue.PATH).read_text(encoding="utf-8")


def _without_sizes(found: Graph) -> Graph:
    """The address stands in the workbook too, so that its size is another."""
    found = Graph() + found
    found.remove((None, DCAT.byteSize, None))
    return found


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    graph(tmp_path / "one", full())
    graph(tmp_path / "two", full())
    assert (tmp_path / "one" / catalogue.PATH).read_bytes() == (
        tmp_path / "two" / catalogue.PATH
    ).read_bytes()


def test_hostile_settings_stay_text(tmp_path: Path) -> None:
    found = graph(tmp_path, full(settings=SiteSettings(title=f"{{title}}{HOSTILE}", publisher=HOSTILE)))
    name = str(found.value(the(of(FOAF.Agent, found)), FOAF.name))
    assert "<script>alert(1)</script>" in name
    assert name.isprintable()
    titles = {str(text) for text in found.objects(the(of(DCAT.Catalog, found)), DCTERMS.title)}
    assert all("{title}" in title and title.replace("\xa0", " ").isprintable() for title in titles)


def starts(*days: float) -> list[datetime]:
    return [datetime(2026, 1, 1, 2, 15, tzinfo=UTC) + timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("scenario", "days", "name"),
    [
        ("one sweep", [0], ""),
        ("two", [0, 1], ""),
        ("many on one day", [0, 0.1, 0.2, 0.3], ""),
        ("every night", range(40), "DAILY"),
        ("every night, some twice", [0, 0.1, 1, 1.1, 2, 3, 3.2], "DAILY"),
        ("every night but for a week without power", [0, 1, 2, 9, 10, 11], "DAILY"),
        ("every week", range(0, 70, 7), "WEEKLY"),
        ("every month", [0, 31, 59, 90, 120], "MONTHLY"),
        ("as it happens", [0, 3, 5, 40, 44], "IRREG"),
        ("first every week, now every night", [*range(0, 70, 7), *range(70, 90)], "DAILY"),
    ],
)
def test_how_often_is_told_from_what_was_done(scenario: str, days: Iterable[float], name: str) -> None:
    assert frequency(starts(*days)) == name, scenario
    assert frequency(reversed(starts(*days))) == name
