import json
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from checker.observations.row import is_code
from checker.report.model import as_they_are
from checker.report.publish import MARKER, publish
from checker.report.spool import Spool
from checker.report.templates import templates_directory
from checker.report.words import LANGS, Lang
from checker.site.build import build
from checker.site.language import translations
from checker.site.places import PAGE, Place, organisation_path, sweep_slugs
from tests.report.rows import hostile_result, table_6
from tests.site.html_tree import Element, tree_of
from tests.site.pasts import nights, sweep_of
from tests.site.sites import material_of, whole_site

PACKAGE = Path(__file__).parents[2] / "checker"
CATALOGUES = PACKAGE / "words" / "sv" / "site"
TEMPLATES = templates_directory()
NOT_OF_THE_SITE = frozenset({"notice.html"})
Msgid = str | tuple[str, ...]


# The words


@cache
def texts_of(file: Path) -> frozenset[Msgid]:
    """Every text that a template or module wants translated."""
    return frozenset(_texts_of(file))


def _texts_of(file: Path) -> Iterator[Msgid]:
    method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {} if file.suffix == ".py" else {"trimmed": "true", "silent": "false"}
    with file.open("rb") as source:
        for _, text, _, _ in extract(
            method, source, keywords=DEFAULT_KEYWORDS | {"N_": None}, options=options
        ):
            if isinstance(text, str):
                yield text
            else:
                yield tuple(part for part in text if part)


def sources() -> list[Path]:
    pages = [
        path
        for path in (*TEMPLATES.glob("*.html"), *TEMPLATES.glob("macros/*.html"))
        if path.name not in NOT_OF_THE_SITE
    ]
    return sorted((*pages, *(PACKAGE / "site").rglob("*.py")))


def catalogue(file: Path) -> Catalog:
    return read_po(BytesIO(file.read_bytes()), locale="sv", abort_invalid=True)


def messages(file: Path) -> list[Message]:
    return [message for message in catalogue(file) if message.id]


def ids(files: list[Path]) -> set[Msgid]:
    return {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for file in files
        for message in messages(file)
    }


def catalogues() -> list[Path]:
    return sorted(CATALOGUES.glob("*.po"))


def words_of(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def placeholders(text: str) -> set[str]:
    """`%(name)s` of gettext and `{name}` of format."""
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return named | set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("source", sources(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_text_of_the_pages_has_swedish_words(source: Path) -> None:
    wanted = texts_of(source)
    own = [CATALOGUES / f"{source.stem}.po", CATALOGUES / "base.po"]
    there = ids(catalogues() if source.suffix == ".py" else [file for file in own if file.exists()])
    assert sorted(wanted - there, key=str) == []


def test_no_catalogue_has_words_that_no_page_says() -> None:
    wanted = {text for source in sources() for text in texts_of(source)}
    assert sorted(ids(catalogues()) - wanted, key=str) == []


@pytest.mark.parametrize("file", catalogues(), ids=lambda path: path.name)
def test_catalogues_are_whole_and_have_the_placeholders_of_the_text(file: Path) -> None:
    assert not catalogue(file).obsolete
    for message in messages(file):
        assert not message.fuzzy, message.id
        translated = words_of(message.string)
        assert all(translated), message.id
        originals = words_of(message.id)
        for at, words in enumerate(translated):
            assert placeholders(words) <= placeholders(originals[min(at, len(originals) - 1)]) | placeholders(
                originals[-1]
            ), message.id
        assert placeholders(translated[-1]) == placeholders(originals[-1]), message.id
        assert set(re.findall(r"</?\w+", translated[-1])) == set(re.findall(r"</?\w+", originals[-1])), (
            message.id
        )


def test_the_catalogues_read_as_one() -> None:
    assert translations("sv").gettext("Results") == "Resultat"
    assert translations("en").gettext("Results") == "Results"


# The places


@pytest.mark.parametrize(
    ("lang", "path", "folder", "root", "top", "other"),
    [
        ("sv", "", "", "", "", "en/index.html"),
        ("en", "", "en/", "", "../", "../index.html"),
        (
            "sv",
            "organisation/AB/",
            "organisation/AB/",
            "../../",
            "../../",
            "../../en/organisation/AB/index.html",
        ),
        (
            "en",
            "organisation/AB/",
            "en/organisation/AB/",
            "../../",
            "../../../",
            "../../../organisation/AB/index.html",
        ),
    ],
)
def test_places(lang: Lang, path: str, folder: str, root: str, top: str, other: str) -> None:
    place = Place(lang, path)
    assert (place.folder, place.root, place.top) == (folder, root, top)
    assert place.in_language("en" if lang == "sv" else "sv") == other


@given(st.text(max_size=70))
def test_only_plain_codes_name_folders(code: str) -> None:
    plain = re.fullmatch(r"[A-Za-z0-9._-]{1,64}", code) is not None and code not in {".", ".."}
    assert is_code(code) == (plain and code.lower() != "index.html")


@pytest.mark.parametrize("code", ["../evil", "..", ".", "", "index.html", "a/b"])
def test_what_is_no_code_has_no_folder(code: str) -> None:
    with pytest.raises(ValueError, match="no folder is called"):
        organisation_path(code)


def test_a_second_sweep_of_a_day_has_a_name_of_its_own_and_the_first_keeps_its() -> None:
    (night,) = nights(1)
    again = sweep_of(night.finished, name="again")
    alone, both = sweep_slugs((night,)), sweep_slugs((night, again))
    assert list(both.values()) == ["2026-01-01", "2026-01-01-2"]
    assert alone == {night.id: both[night.id]}


# The whole site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build(folder, whole_site())
    return folder


@pytest.fixture(scope="module")
def trees(site: Path) -> dict[Path, Element]:
    return {file.relative_to(site): tree_of(file) for file in sorted(site.rglob("*.html"))}


def test_every_page_stands_in_both_languages(trees: dict[Path, Element]) -> None:
    english = {path.relative_to("en") for path in trees if path.parts[0] == "en"}
    swedish = {path for path in trees if path.parts[0] != "en"}
    assert english == swedish
    for path, root in trees.items():
        lang = "en" if path.parts[0] == "en" else "sv"
        assert root.one("html").attributes["lang"] == lang
        own = path.relative_to("en") if lang == "en" else path
        (switch,) = [
            link for link in root.one("header", class_="site").all("a") if "hreflang" in link.attributes
        ]
        target = Path(*_resolved(path, switch.attributes["href"]))
        assert target == (own if lang == "en" else Path("en") / own)


def _resolved(page: Path, address: str) -> list[str]:
    steps = list(page.parts[:-1])
    for step in address.split("/"):
        if step == "..":
            steps.pop()
        else:
            steps.append(step)
    return steps


def test_every_inside_link_leads_somewhere(site: Path, trees: dict[Path, Element]) -> None:
    known = {
        path: {each.attributes["id"] for each in root.walk() if "id" in each.attributes}
        for path, root in trees.items()
    }
    dead = []
    for path, root in trees.items():
        for each in root.walk():
            address = each.attributes.get("href", each.attributes.get("src", ""))
            if not address or re.match(r"[a-z]+:", address):
                continue
            file, _, fragment = address.partition("#")
            target = Path(*_resolved(path, file)) if file else path
            if not (site / target).is_file() or (fragment and fragment not in known.get(target, set())):
                dead.append(f"{path}: {address}")
    assert not dead


def test_ids_are_unique_and_every_name_of_a_part_is_there(trees: dict[Path, Element]) -> None:
    for path, root in trees.items():
        found = [each.attributes["id"] for each in root.walk() if "id" in each.attributes]
        assert len(found) == len(set(found)), path
        for name in ("aria-labelledby", "aria-describedby", "for"):
            named = {one for each in root.walk() for one in each.attributes.get(name, "").split()}
            assert named <= set(found), path


def root_of(path: Path) -> str:
    return "../" * (len(path.parts) - 1)


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_inline(trees: dict[Path, Element]) -> None:
    for path, root in trees.items():
        assert not [each for each in root.walk() if each.tag in {"style", "iframe", "object", "embed"}], path
        assert not [
            name
            for each in root.walk()
            for name in each.attributes
            if name == "style" or name.startswith("on")
        ], path
        (script,) = (each for each in root.all("script") if each.attributes.get("type") != "application/json")
        assert (script.attributes["src"].removeprefix(root_of(path)), script.children) == ("site.js", [])
        (policy,) = root.all("meta", http_equiv="Content-Security-Policy")
        assert "default-src 'none'" in policy.attributes["content"]
        assert "unsafe" not in policy.attributes["content"]


def test_headings_come_in_order_below_one(trees: dict[Path, Element]) -> None:
    for path, root in trees.items():
        levels = [int(each.tag[1]) for each in root.walk() if re.fullmatch(r"h[1-6]", each.tag)]
        assert levels.count(1) == 1, path
        assert levels[0] == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), path


def test_the_address_of_each_page_leaves_out_the_name_of_its_file(trees: dict[Path, Element]) -> None:
    for path, root in trees.items():
        if path.name == PAGE:
            (canonical,) = root.all("link", rel="canonical")
            folder = path.parent.as_posix()
            assert canonical.attributes["href"] == "https://kollen.example/x/" + (
                "" if folder == "." else f"{folder}/"
            )


def test_hostile_rows_stay_text_on_every_page(site: Path, trees: dict[Path, Element]) -> None:
    for path in trees:
        text = (site / path).read_text(encoding="utf-8")
        assert "<script>" not in text, path
        assert not set(text) & set("\x1b\u202e\x00"), path


def test_building_again_changes_no_byte(site: Path, tmp_path: Path) -> None:
    build(tmp_path, whole_site())
    made = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    there = {file.relative_to(site): file.read_bytes() for file in site.rglob("*") if file.is_file()}
    assert made.keys() == there.keys()
    assert not [path for path, content in made.items() if content != there[path]]


def test_pages_for_21_rows_are_light(site: Path, trees: dict[Path, Element]) -> None:
    assert not [path for path in trees if (site / path).stat().st_size >= 100_000]


@pytest.mark.parametrize("lang", LANGS)
def test_the_foot_says_who_publishes_and_which_sweep_it_is(trees: dict[Path, Element], lang: Lang) -> None:
    root = trees[Path("index.html") if lang == "sv" else Path("en/index.html")]
    foot = root.one("footer", class_="site")
    assert "M & P" in foot.text
    assert [link.attributes["href"] for link in foot.all("a") if link.text == "a@b.example"] == [
        "mailto:a@b.example"
    ]
    assert "13\u00a0" in foot.text


def test_a_spool_becomes_a_whole_published_directory(tmp_path: Path) -> None:
    target = tmp_path / "output" / "site"
    with Spool() as spool:
        for index, result in enumerate((*table_6(), hostile_result())):
            spool.put(index, result)
        material = replace(material_of(), results=spool.results, pending=as_they_are(spool.results))
        publish(target, partial(build, material=material))
    names = {path.name for path in target.iterdir()}
    assert names >= {MARKER, PAGE, "en", "style.css", "site.js", "icon.svg", "results.csv", "results.json"}
    schema = json.loads((target / "results.schema.json").read_text(encoding="utf-8"))
    document = json.loads((target / "results.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert (document["summary"]["rows"], len(document["results"])) == (22, 22)
    table = (target / "results.csv").read_bytes()
    assert table.startswith(b"code,region,")
    assert "Östergötland".encode() in table


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_shown_later_or_by_other_rules_is_said_where_time_is_told(tmp_path: Path, lang: Lang) -> None:
    material = whole_site()
    assert material.past is not None
    older = replace(material.past.sweeps[1], ruleset="other", ruleset_version="9")
    build(tmp_path, replace(material, sweep=older))
    newest, own = material.past.sweeps[-1], material.past.sweeps[1]
    for path in ("", "organisation/AB/", "indikator/https/"):
        later, rules = tree_of(tmp_path / Place(lang, path).folder / PAGE).all("p", class_="later")
        assert (
            later.one("a")
            .attributes["href"]
            .endswith(f"svep/{sweep_slugs(material.past.sweeps)[newest.id]}/{PAGE}")
        )
        assert f"{own.ruleset}, {own.ruleset_version}" in rules.text


def test_the_newest_sweep_by_its_own_rules_needs_no_such_words(site: Path) -> None:
    for file in site.rglob("*.html"):
        assert not tree_of(file).all("p", class_="later"), file
