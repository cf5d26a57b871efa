"""What the open data are, for data portals: DCAT-AP-SE 3 as RDF/XML.

Source: DCAT-AP-SE 3.0.1 (Digg), which wants formats as media types and licences by their old addresses; DCAT-AP 3, DCAT 3.
Without a base address all references are relative: they are resolved by where the file is fetched from (RFC 3986 §5.1.3).
"""

from pathlib import Path
from xml.etree import ElementTree as ET

from checker.report.dates import machine_time
from checker.report.words import LANGS, Lang, visible
from checker.site.files.offered import SCHEMA, Dataset, File, datasets
from checker.site.files.regularity import frequency
from checker.site.language import translations
from checker.site.material import Material
from checker.site.pages import N_

PATH = "data/dcat.rdf"

_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_AUTHORITY = "http://publications.europa.eu/resource/authority"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
_SWEDEN = "http://sws.geonames.org/2661886"
_PUBLISHER_TYPES = "http://purl.org/adms/publishertype"
_LANGUAGES: dict[Lang, str] = {"sv": "SWE", "en": "ENG"}


def write(directory: Path, material: Material) -> None:
    """Write the catalogue; the files that it describes stand in the directory by then, so that their sizes can be told."""
    for name, address in _NAMESPACES.items():
        ET.register_namespace(name, address)
    root = ET.Element(_name("rdf:RDF"))
    _Catalogue(root, material, directory).fill()
    ET.indent(root, space=" ")
    path = directory / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        ET.ElementTree(root).write(out, encoding="utf-8", xml_declaration=True)
        out.write(b"\n")


class _Catalogue:
    """Puts the elements together below the root."""

    def __init__(self, root: ET.Element, material: Material, directory: Path) -> None:
        self._root, self._material, self._directory = root, material, directory
        settings = material.settings
        self._base = settings.base or "../"
        self._publisher = settings.publisher_url or f"{self._base}om/#publisher"
        past = [sweep.started for sweep in material.past.sweeps] if material.past else []
        self._sweeps = sorted(start for start in past if start <= material.sweep.started) or [
            material.sweep.started
        ]

    def fill(self) -> None:
        """Write catalogue, datasets, files, contact and publisher."""
        base, settings = self._base, self._material.settings
        found = datasets(self._material)
        catalogue = self._thing("dcat:Catalog", f"{base}data/#catalogue")
        self._words(catalogue, "dcterms:title", N_("Open data of {title}"), title=visible(settings.title))
        self._words(
            catalogue,
            "dcterms:description",
            N_("What this site publishes: how public organisations' domains answer from the outside."),
        )
        self._common(catalogue)
        _link(catalogue, "dcterms:license", _CC0)
        _link(catalogue, "foaf:homepage", base)
        _link(catalogue, "dcat:themeTaxonomy", f"{_AUTHORITY}/data-theme")
        for dataset in found:
            _link(catalogue, "dcat:dataset", self._address(dataset.name))
        for dataset in found:
            self._dataset(dataset)
        self._standard()
        self._contact()
        self._agent()

    def _address(self, name: str) -> str:
        """Where something of the catalogue is described: on the page about the data."""
        return f"{self._base}data/#{name}"

    def _dataset(self, dataset: Dataset) -> None:
        thing = self._thing("dcat:Dataset", self._address(dataset.name))
        self._words(thing, "dcterms:title", dataset.title)
        self._words(thing, "dcterms:description", dataset.text)
        self._common(thing)
        _link(thing, "dcterms:accessRights", f"{_AUTHORITY}/access-right/PUBLIC")
        if often := frequency(self._sweeps):
            _link(thing, "dcterms:accrualPeriodicity", f"{_AUTHORITY}/frequency/{often}")
        for theme in ("GOVE", "TECH"):
            _link(thing, "dcat:theme", f"{_AUTHORITY}/data-theme/{theme}")
        for word in dataset.keywords:
            self._words(thing, "dcat:keyword", word)
        _link(thing, "dcat:landingPage", f"{self._base}data/")
        if self._material.settings.contact_link:
            _link(thing, "dcat:contactPoint", self._address("contact"))
        period = ET.SubElement(ET.SubElement(thing, _name("dcterms:temporal")), _name("dcterms:PeriodOfTime"))
        first = self._sweeps[0 if dataset.of_all_time else -1]
        _typed(period, "dcat:startDate", "dateTime", machine_time(first))
        for file in dataset.files:
            _link(thing, "dcat:distribution", self._address(file.path))
        for file in dataset.files:
            self._distribution(file)

    def _distribution(self, file: File) -> None:
        thing = self._thing("dcat:Distribution", self._address(file.path))
        self._words(thing, "dcterms:title", file.title)
        self._words(thing, "dcterms:description", file.text)
        _link(thing, "dcat:accessURL", f"{self._base}{file.path}")
        _link(thing, "dcat:downloadURL", f"{self._base}{file.path}")
        ET.SubElement(thing, _name("dcterms:format")).text = file.media
        _link(thing, "dcterms:license", _CC0)
        if file.lang:
            _link(thing, "dcterms:language", f"{_AUTHORITY}/language/{_LANGUAGES[file.lang]}")
        if file.schema:
            _link(thing, "dcterms:conformsTo", f"{self._base}{file.schema}")
        _typed(thing, "dcterms:modified", "dateTime", machine_time(self._material.sweep.finished))
        written = self._directory / file.path
        if written.is_file():
            _typed(thing, "dcat:byteSize", "nonNegativeInteger", str(written.stat().st_size))

    def _standard(self) -> None:
        standard = self._thing("dcterms:Standard", f"{self._base}{SCHEMA}")
        self._words(standard, "dcterms:title", N_("Description of results.json (JSON Schema)"))

    def _contact(self) -> None:
        settings = self._material.settings
        if settings.contact_link:
            card = self._thing("vcard:Organization", self._address("contact"))
            ET.SubElement(card, _name("vcard:fn")).text = visible(settings.publisher or settings.title)
            kind = "vcard:hasEmail" if settings.contact_link.startswith("mailto:") else "vcard:hasURL"
            _link(card, kind, settings.contact_link)

    def _agent(self) -> None:
        settings = self._material.settings
        agent = self._thing("foaf:Agent", self._publisher)
        ET.SubElement(agent, _name("foaf:name")).text = visible(settings.publisher or settings.title)
        if settings.publisher_type:
            _link(agent, "dcterms:type", f"{_PUBLISHER_TYPES}/{settings.publisher_type}")
        if settings.publisher_url:
            _link(agent, "foaf:homepage", settings.publisher_url)

    def _common(self, thing: ET.Element) -> None:
        """What catalogue and datasets both say."""
        _link(thing, "dcterms:publisher", self._publisher)
        for lang in LANGS:
            _link(thing, "dcterms:language", f"{_AUTHORITY}/language/{_LANGUAGES[lang]}")
        _link(thing, "dcterms:spatial", _SWEDEN)
        _typed(thing, "dcterms:issued", "dateTime", machine_time(self._sweeps[0]))
        _typed(thing, "dcterms:modified", "dateTime", machine_time(self._material.sweep.finished))

    def _thing(self, kind: str, address: str) -> ET.Element:
        return ET.SubElement(self._root, _name(kind), {_name("rdf:about"): address})

    def _words(self, thing: ET.Element, name: str, text: str, **values: str) -> None:
        """The text in every language."""
        for lang in LANGS:
            element = ET.SubElement(thing, _name(name), {_XML_LANG: lang})
            element.text = translations(lang).gettext(text).format(**values)


def _link(thing: ET.Element, name: str, address: str) -> None:
    ET.SubElement(thing, _name(name), {_name("rdf:resource"): address})


def _typed(thing: ET.Element, name: str, kind: str, text: str) -> None:
    ET.SubElement(thing, _name(name), {_name("rdf:datatype"): f"{_XSD}{kind}"}).text = text


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
