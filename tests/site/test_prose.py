"""The long texts: one fragment a language, of the same build, and nothing in them that a page could not hold."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import jinja2.meta
import pytest

from checker.report.model import COLUMNS
from checker.report.site_settings import SiteSettings
from checker.report.templates import template_environment, templates_directory
from checker.severities import TLS
from checker.site.places import PAGE, indicator_path

PROSE = templates_directory() / "prose"
STYLE = templates_directory() / "style" / "prose.css"
NAMES = (*COLUMNS, "metod", "om", "tillganglighet", "data", "andringar", "jamfor", "2017")
BOTH = [(lang, name) for lang in ("sv", "en") for name in NAMES]

ANYWHERE = {"site", "root", "top"}
BY_SETTINGS = {"tillganglighet": {"publisher", "contact", "contact_link", "accessibility"}}
ALWAYS_THERE = {"metod/", "om/", "data/", "tillganglighet/", *map(indicator_path, COLUMNS)}
"""Pages that every site has; those on history and on 2017 may be missing, so no text links to them."""
TOP_FILES = {"results.csv", "results.json"}

VOID = {"br", "hr", "img", "wbr"}
ELEMENTS = {
    *("a", "br", "caption", "cite", "code", "dd", "dl", "dt", "em", "h2", "h3", "li", "ol", "p", "pre"),
    *("span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
BLOCKS = {"dl", "h2", "h3", "ol", "p", "pre", "table", "ul"}
INSIDE = {
    **{block: {""} for block in BLOCKS},
    "li": {"ul", "ol"},
    "dt": {"dl"},
    "dd": {"dl"},
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "tr": {"thead", "tbody"},
    "th": {"tr"},
    "td": {"tr"},
}
"""Where an element may stand: "" is the fragment itself. What is not here stands in running text."""


WITHOUT_TEXT = {"", "ul", "ol", "dl", "table", "thead", "tbody", "tr"}


@dataclass
class Built(HTMLParser):
    """A fragment taken apart, with what is wrong with its nesting."""

    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    outline: list[tuple[str, str | None]] = field(default_factory=list)
    structure: Counter[str] = field(default_factory=Counter)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    hrefs: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    scopes: list[str | None] = field(default_factory=list)
    langs: set[str | None] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.wrong += _misplaced(tag, self.open)
        if len(given) < len(attrs):
            self.wrong.append(f"an attribute of <{tag}> stands twice")
        self.structure[tag] += tag in BLOCKS | {"li", "dt", "dd", "tr"}
        self.attributes |= {(tag, name) for name in given}
        self.classes |= set((given.get("class") or "").split())
        self.ids += [found for found in (given.get("id"),) if found is not None]
        self.langs |= {value for name, value in attrs if name == "lang"}
        match tag:
            case "h2" | "h3":
                self.outline.append((tag, given.get("id")))
            case "th":
                self.scopes.append(given.get("scope"))
            case "a":
                self.hrefs.append(given.get("href") or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if data.strip() and (self.open[-1] if self.open else "") in WITHOUT_TEXT:
            self.wrong.append(f"text on its own: {data.strip()[:40]!r}")

    @property
    def faults(self) -> list[str]:
        return [*self.wrong, *(f"<{tag}> is never closed" for tag in self.open)]


def _misplaced(tag: str, around: list[str]) -> list[str]:
    """What is wrong with an element that begins inside these."""
    parent = around[-1] if around else ""
    wrong = [] if tag in ELEMENTS else [f"<{tag}> is not used in prose"]
    if tag in INSIDE and parent not in INSIDE[tag]:
        wrong.append(f"<{tag}> in <{parent}>")
    if tag not in INSIDE and parent in WITHOUT_TEXT:
        wrong.append(f"<{tag}> outside running text")
    if tag == "a" and "a" in around:
        wrong.append("a link in a link")
    return wrong


def source(lang: str, name: str) -> str:
    return (PROSE / lang / f"{name}.html").read_text(encoding="utf-8")


@lru_cache
def _template(path: str) -> jinja2.Template:
    return template_environment().get_template(path)


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_nobody_is_sent_to_a_contact_that_is_not_there(lang: str) -> None:
    foot = {"sv": "längst ned", "en": "bottom of the page"}[lang]
    for name in ("om", "metod"):
        assert foot in filled(lang, name, stated=True)
        assert foot not in filled(lang, name)


def built(lang: str, name: str, *, stated: bool = False) -> Built:
    """The fragment filled in; `stated` with all that a publisher can state, otherwise with none of it."""
    fragment = Built()
    fragment.feed(filled(lang, name, stated=stated))
    fragment.close()
    return fragment


def filled(lang: str, name: str, *, stated: bool = False, **values: object) -> str:
    by_settings: dict[str, object] = {
        "publisher": "Myndigheten <Exempel>" if stated else "",
        "contact": "info@example.se" if stated else "",
        "contact_link": "mailto:info@example.se" if stated else "",
        "accessibility": {
            "assessed": "2026-11-22" if stated else "",
            "method": "Självskattning" if stated else "",
            "shortcomings": ("Brist <ett>", "Brist två") if stated else (),
        },
    }
    allowed = BY_SETTINGS.get(name, set())
    given = {key: value for key, value in by_settings.items() if key in allowed} | values
    site = SiteSettings(
        title="Kollen",
        publisher=str(by_settings["publisher"]),
        contact=str(by_settings["contact"]),
    )
    template = _template(f"prose/{lang}/{name}.html")
    return template.render(root="../../", top="../../../", site=site, **given)


def _inner(fragment: Built) -> list[str]:
    """The links that stay in the site, in order."""
    return [href for href in fragment.hrefs if not href.startswith("https:")]


def test_both_languages_have_the_same_fragments() -> None:
    there = {lang: {file.stem for file in (PROSE / lang).iterdir()} for lang in ("sv", "en")}
    assert there == {"sv": set(NAMES), "en": set(NAMES)}


@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_both_languages_are_built_alike(name: str, *, stated: bool) -> None:
    swedish, english = built("sv", name, stated=stated), built("en", name, stated=stated)
    assert swedish.outline == english.outline
    assert swedish.ids == english.ids
    assert swedish.structure == english.structure
    assert _inner(swedish) == _inner(english)


@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize(("lang", "name"), BOTH)
def test_html(lang: str, name: str, *, stated: bool) -> None:
    fragment = built(lang, name, stated=stated)
    assert fragment.faults == []
    assert len(fragment.ids) == len(set(fragment.ids))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", one) for one in fragment.ids)
    assert all(anchor for _, anchor in fragment.outline), "every heading can be linked to"
    assert set(fragment.scopes) <= {"col", "row"}
    assert {found for _, found in fragment.attributes} <= {"class", "href", "id", "lang", "scope"}
    assert fragment.langs <= {"sv"}
    assert lang == "en" or not fragment.langs
    assert source(lang, name).lstrip().startswith(("<p>", "{% if "))


@pytest.mark.parametrize(("lang", "name"), BOTH)
def test_headings_follow_the_page_title(lang: str, name: str) -> None:
    """The page has the h1; no level is skipped below it."""
    level = 1
    for tag, _ in built(lang, name).outline:
        assert int(tag[1]) <= level + 1
        level = int(tag[1])


@pytest.mark.parametrize(("lang", "name"), BOTH)
def test_tables_have_caption_and_headers(lang: str, name: str) -> None:
    for table in re.findall(r"<table.*?</table>", source(lang, name), re.DOTALL):
        assert re.match(r'<table class="prose-table">\n<caption>', table)
        rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        cells = {len(re.findall(r"<t[hd]\b", row)) for row in rows}
        assert len(cells) == 1
        assert all('<th scope="row">' in row for row in rows[1:])


@pytest.mark.parametrize(("lang", "name"), BOTH)
def test_variables(lang: str, name: str) -> None:
    asked = jinja2.meta.find_undeclared_variables(
        jinja2.Environment(autoescape=True).parse(source(lang, name))
    )
    assert asked <= ANYWHERE | BY_SETTINGS.get(name, set())


@pytest.mark.parametrize(("lang", "name"), BOTH)
def test_links(lang: str, name: str) -> None:
    for href in built(lang, name).hrefs:
        if href.startswith("#"):
            assert href[1:] in built(lang, name).ids
        elif not href.startswith("../"):
            assert re.match(r"https://[a-z0-9.-]+/", href), href
        elif href.startswith("../../../"):
            assert href.removeprefix("../../../") in TOP_FILES
        else:
            path, _, anchor = href.removeprefix("../../").partition("#")
            assert path.removesuffix(PAGE) in ALWAYS_THERE
            assert path.endswith(PAGE)
            if anchor:
                stem = Path(path).parent.name
                assert anchor in built(lang, stem).ids


@pytest.mark.parametrize(("lang", "name"), BOTH)
def test_classes_are_styled(lang: str, name: str) -> None:
    style = STYLE.read_text(encoding="utf-8")
    for found in built(lang, name, stated=True).classes | built(lang, name).classes:
        assert found.startswith("prose-")
        assert f".{found}" in style or found == "prose-commands"


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_an_indicator_says_what_it_must(lang: str, name: str) -> None:
    sections = {anchor for _, anchor in built(lang, name).outline}
    assert {
        "definition",
        "why",
        "how",
        "reading",
        "rulesets",
        "not-measured",
        "limits",
        "sources",
    } <= sections
    text, _, sources = source(lang, name).partition('<h2 id="sources">')
    running = re.sub(r"<table.*?</table>|<[^>]+>", " ", text, flags=re.DOTALL)
    assert 300 <= len(running.split()) <= (900 if lang == "sv" else 1000)
    assert "https://www.rfc-editor.org/rfc/rfc" in sources
    assert "En bild av landstingens informationssäkerhetsarbete 2018" in sources


_JUDGED = (
    ("ssl2_offered", "ssl3_offered"),
    ("tls10_offered", "tls11_offered"),
    ("no_tls12_or_newer",),
    ("no_tls13",),
    ("null_suites", "anonymous_suites", "export_suites", "des_suites"),
    ("rc4_only",),
    ("rc4_suites",),
    ("block64_suites",),
    ("rsa_key_exchange", "dhe_key_exchange"),
    ("dh_prime_below_1024",),
    ("dh_prime_below_2048",),
    ("tls_compression",),
    ("no_secure_renegotiation",),
    ("no_extended_master_secret",),
    ("certificate_rsa_below_1024",),
    ("certificate_rsa_below_2048", "certificate_ec_below_224"),
    ("certificate_signature_md5", "certificate_signature_sha1"),
    (
        *("certificate_expired", "certificate_not_yet_valid", "certificate_self_signed"),
        *("certificate_unknown_issuer", "certificate_wrong_name"),
    ),
    ("certificate_common_name_only",),
    ("certificate_incomplete_chain",),
)
"""What each line of the table on the HTTPS page is about."""
_WORTH = {
    "sv": {None: "–", "fault": "(F)", "warning": "varning", "note": "notering"},
    "en": {None: "–", "fault": "(F)", "warning": "warning", "note": "note"},
}


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_table_of_rulesets_is_the_one_that_judges(lang: str) -> None:
    rows = re.findall(r'<th scope="row">.*?</th><td>(.*?)</td><td>(.*?)</td>', source(lang, "https"))
    for codes, row in zip(_JUDGED, rows, strict=True):
        for code in codes:
            worth = tuple(_WORTH[lang][severity.value if severity else None] for severity in TLS[code])
            assert worth == row, code


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_statement_names_each_missing_setting(lang: str) -> None:
    page = filled(lang, "tillganglighet")
    settings = (
        "publisher",
        "contact",
        "accessibility_assessed",
        "accessibility_method",
        "accessibility_shortcomings",
    )
    assert [name for name in settings if f"<code>{name}</code>" not in page] == []
    assert "prose-missing" not in filled(lang, "tillganglighet", stated=True)


@pytest.mark.parametrize(
    ("scenario", "assessed", "shortcomings", "swedish", "english"),
    [
        ("nothing stated", "", (), "inte angett ännu om", "has not stated yet whether"),
        ("not assessed, yet a shortcoming", "", ("x",), "inte angett ännu om", "has not stated yet whether"),
        ("assessed, none known", "2026-11-22", (), "helt förenlig</strong>", "fully compliant</strong>"),
        (
            "assessed, one known",
            "2026-11-22",
            ("x",),
            "delvis förenlig</strong>",
            "partially compliant</strong>",
        ),
    ],
)
def test_the_statement_claims_no_more_than_was_stated(
    scenario: str, assessed: str, shortcomings: tuple[str, ...], swedish: str, english: str
) -> None:
    accessibility = {"assessed": assessed, "method": "", "shortcomings": shortcomings}
    for lang, expected in (("sv", swedish), ("en", english)):
        page = filled(lang, "tillganglighet", accessibility=accessibility)
        claims = ("förenlig</strong>", "compliant</strong>")
        assert expected in page, scenario
        assert sum(page.count(claim) for claim in claims) == bool(assessed), scenario


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_what_the_publisher_states_is_escaped(lang: str) -> None:
    page = filled(lang, "tillganglighet", stated=True)
    assert "Myndigheten &lt;Exempel&gt;" in page
    assert "<li>Brist &lt;ett&gt;</li>" in page
    assert '<a href="mailto:info@example.se">info@example.se</a>' in page
