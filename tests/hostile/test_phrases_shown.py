"""Servers, certificates, names, lists, comments and settings that say hostile phrases: nothing that is told of them does harm.

Two sites are swept twice each, alike in everything but the phrases: whatever a phrase would add to a page shows as a
difference. And each phrase is really there, made visible.
"""

import csv
import functools
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from dataclasses import field as with_default
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from xml.sax.saxutils import escape

import dns.name
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from checker.cli import main
from checker.protocols.locations import WebUrl, resolve
from checker.report.words import visible
from tests.hostile.changes import hidden
from tests.hostile.phrases import GONE, HARMLESS, HOSTILE, PAYLOADS, Voice, field, header_line, paragraph
from tests.hostile.phrasing_servers import (
    LINE_OCTETS,
    ascii_name,
    distinguished_name,
    domain_of,
    label,
    reload_words,
)
from tests.hostile.shown import XML_FILES, Files, strings, xml_elements
from tests.hostile.twin_sites import OPERATOR, SPEAKS_IN_SETTINGS, Published, published
from tests.lab.apart import start_options
from tests.lab.network import LabNetwork
from tests.notices.http_sink import HttpSink
from tests.notices.smtp_sink import SmtpSink

Captured = pytest.CaptureFixture[str]
SECRET = "whsec_aW5kaWthdG9ya29sbGVuLWVuLW5hdHQ="
LISTED = tuple(code for code in PAYLOADS if code != GONE)
RECOGNISED = 60
"""Characters by which a phrase is known again where it may be cut."""
OVERVIEWS = ("", "organisation/", "andringar/")
SETTINGS_SHOWN = {
    "": "title",
    "om/": "publisher",
    "organisation/MARKUP/": "vantage",
    "tillganglighet/": "accessibilitymethod",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_LINE = 4_000


@dataclass(kw_only=True)
class Told:
    """One site and what its receivers got."""

    done: Published
    files: Files
    screen: tuple[str]
    mails: list[EmailMessage] = with_default(default_factory=list)
    events: list[Any] = with_default(default_factory=list)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Voice, Told]]:
    """Both sites; the lab of the hostile one still runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CHECKER_")]:
            patch.delenv(name)
        patch.setenv("CHECKER_WEBHOOK_SECRET", SECRET)
        smtp, webhook = SmtpSink(), HttpSink()
        with smtp.serving(), webhook.serving():
            receivers = f"""\
smtp_host = "127.0.0.1"
smtp_port = {smtp.port}
smtp_tls = "none"
mail_from = "kollen@kollen.example"
mail_to = ["{OPERATOR}"]
webhook_url = "{webhook.url}/hook"
metrics = "kollen.prom"
"""
            harmless = _publish(patch, tmp_path_factory, HARMLESS, receivers)
            with harmless as quiet:
                twins = {HARMLESS: _told(quiet, smtp, webhook, "")}
            smtp.messages.clear()
            webhook.posts.clear()
            screen = tmp_path_factory.mktemp("screen") / "said"
            with ExitStack() as stack:
                with screen.open("w", encoding="utf-8") as out, redirect_stdout(out), redirect_stderr(out):
                    loud = stack.enter_context(_publish(patch, tmp_path_factory, HOSTILE, receivers))
                twins[HOSTILE] = _told(loud, smtp, webhook, screen.read_text(encoding="utf-8"))
                yield twins


def _publish(patch: pytest.MonkeyPatch, places: pytest.TempPathFactory, say: Voice, receivers: str) -> Any:
    place = places.mktemp("hostile" if say.harms else "harmless")
    patch.chdir(place)
    return published(place, say, receivers)


def _told(done: Published, smtp: SmtpSink, webhook: HttpSink, screen: str) -> Told:
    return Told(
        done=done,
        files=Files(done.site),
        screen=(screen,),
        mails=[message_from_bytes(data, policy=policy.default) for data in smtp.messages],
        events=[json.loads(post.body) for post in webhook.posts],
    )


@pytest.fixture
def loud(twins: dict[Voice, Told]) -> Told:
    """What is told of the hostile servers."""
    return twins[HOSTILE]


@pytest.fixture
def quiet(twins: dict[Voice, Told]) -> Told:
    """What is told of the harmless ones."""
    return twins[HARMLESS]


def test_the_twins_are_alike(loud: Told, quiet: Told) -> None:
    """Otherwise their pages could not be compared."""
    assert loud.done.nights.cells() == quiet.done.nights.cells()
    assert loud.files.paths == quiet.files.paths
    cells = loud.done.nights.cells()
    assert {row["starttls"] for row in cells.values()} == {"Delvis (C)"}
    assert cells["MARKUP"]["dnssec"] == "Ja (trasig)"


def test_no_page_has_an_element_or_attribute_more(loud: Told, quiet: Told) -> None:
    differing = [
        path for path, page in loud.files.pages.items() if page.elements != quiet.files.pages[path].elements
    ]
    assert differing == []


def test_no_document_has_an_element_or_attribute_more(loud: Told, quiet: Told) -> None:
    documents = loud.files.ending(*XML_FILES)
    assert documents
    assert [path for path in documents if loud.files.xml(path) != quiet.files.xml(path)] == []


def test_no_page_leads_anywhere_else(loud: Told, quiet: Told) -> None:
    """But for the link that writes to the publisher, whose words the publisher chose."""
    for path, page in loud.files.pages.items():
        kept, twin = (
            Counter(one for one in found.addresses if not one.startswith("mailto:"))
            for found in (page, quiet.files.pages[path])
        )
        assert kept == twin, path
        for address in page.addresses:
            assert not hidden(address), path
            assert not address.lower().lstrip().startswith(("javascript:", "data:", "vbscript:")), path
            assert not set(address) & set("\"'<> "), (path, address)


def test_nothing_runs(loud: Told, quiet: Told) -> None:
    for path, page in loud.files.pages.items():
        twin = quiet.files.pages[path]
        assert len(page.code) == len(twin.code)
        for data in page.code:  # no script: what one of ours reads
            assert not [one for one in strings(json.loads(data)) if hidden(one)], path
        scripts, expected = (
            [one for one in found.attributes if one[0] == "script"] for found in (page, twin)
        )
        assert scripts == expected
        for tag, name, value in page.attributes:
            assert not name.startswith("on"), (path, tag, name)
            assert name not in {"style", "srcdoc"}, (path, tag)
            if name not in {"content", "title", "aria-label"}:
                assert not value.lower().startswith(("javascript:", "data:", "vbscript:")), (path, tag, name)


def test_nothing_is_hidden_in_any_file(loud: Told) -> None:
    packed = {path: loud.files.parts(path) for path in loud.files.ending(".xlsx")}
    texts = {path: loud.files.text(path) for path in loud.files.paths if path not in packed}
    for path, parts in packed.items():
        texts |= {f"{path}:{name}": data.decode("utf-8") for name, data in parts.items()}
    found = {}
    for path, text in texts.items():
        allowed = "\r\n" if path.endswith((".csv", "security.txt")) or ".xlsx:" in path else "\n"
        if hiding := hidden(text, allowed=allowed + "\t"):
            found[path] = sorted(map(ascii, hiding))
    assert found == {}


def test_pages_hide_nothing_behind_references(loud: Told) -> None:
    """`&#x202e;` is as good as the character."""
    for path, page in loud.files.pages.items():
        assert not hidden("".join(page.texts), allowed="\n\t"), path
        for tag, name, value in page.attributes:
            assert not hidden(value, allowed="\n"), (path, tag, name)


def test_json_keeps_to_its_schemas_and_hides_nothing(loud: Told) -> None:
    schemas = {
        path.removesuffix(".schema.json"): Resource.from_contents(loud.files.json(path))
        for path in loud.files.ending(".schema.json")
    }
    registry = Registry[Any]().with_resources([(one.id() or "", one) for one in schemas.values()])
    checked = Counter[str]()
    for path in loud.files.ending(".json"):
        written = loud.files.json(path)
        for string in strings(written):
            assert not hidden(string), (path, string)
            assert len(string) <= LONGEST_LINE
        if path.endswith((".schema.json", "manifest.json")):
            continue
        name = "organisation" if path.startswith("organisation/") else path.removesuffix(".json")
        Draft202012Validator(schemas[name].contents, registry=registry).validate(written)
        checked[name] += 1
    assert checked == {"results": 1, "organisation": len(LISTED)}


def test_no_cell_of_a_table_is_a_formula(loud: Told) -> None:
    tables = loud.files.ending(".csv")
    assert "results.csv" in tables
    for path in tables:
        rows = list(csv.reader(io.StringIO(loud.files.text(path), newline=""), strict=True))
        assert len({len(row) for row in rows}) == 1, path
        assert not [one for row in rows for one in row if one.startswith(FORMULA_STARTS)], path


def test_no_cell_of_a_workbook_is_a_formula_or_link(loud: Told, quiet: Told) -> None:
    books = loud.files.ending(".xlsx")
    assert len(books) == 2
    for path in books:
        parts, twin = loud.files.parts(path), quiet.files.parts(path)
        assert parts.keys() == twin.keys()
        for name, data in parts.items():
            elements = xml_elements(data)
            assert not [
                tag for tag, *_ in elements if tag.rpartition("}")[2] in {"f", "hyperlink", "drawing"}
            ]
            # xml:space is set where a text begins or ends with a blank; and like texts are kept once
            if not name.endswith("sharedStrings.xml"):
                assert [one[:2] for one in elements] == [one[:2] for one in xml_elements(twin[name])], name
            assert b'TargetMode="External"' not in data


def _reply(code: str, place: str) -> str:
    """Replies are read octet by octet (Latin-1)."""
    return HOSTILE(code, place).encode("utf-8")[:LINE_OCTETS].decode("latin-1")


def _host(code: str, place: str) -> str:
    return dns.name.from_text(f"{label(HOSTILE(code, place))}.{domain_of(code)}").to_text(omit_final_dot=True)


def _location(code: str, place: str) -> str:
    """Those that lead nowhere are not told: the visit ends before."""
    target = header_line(HOSTILE(code, place))
    url = resolve(f"/{target}?{target}", WebUrl(scheme="http", host=f"www.{domain_of(code)}", port=80))
    return "" if code in {"URLS", "MARKUP"} else "/location%1B[2J" if code == "CONTROL" else str(url)


def _reload(code: str, _: str) -> str:
    return "" if code in {"URLS", "MARKUP"} else reload_words(code, HOSTILE)


def _field(code: str, place: str) -> str:
    return field(HOSTILE(code, place))


TOLD: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys(("banner", "hello", "refusal", "starttls", "greeting"), _reply),
    **dict.fromkeys(("mxhost", "nowhere"), _host),
    **dict.fromkeys(
        ("subject", "issuer"),
        lambda code, place: distinguished_name(HOSTILE(code, place)).rfc4514_string(),
    ),
    **dict.fromkeys(("altname", "othername"), lambda code, place: ascii_name(HOSTILE(code, place))),
    "location": _location,
    "refresh": _reload,
    "hsts": lambda code, place: header_line(HOSTILE(code, place)),
    "region": _field,
    "comment": lambda code, place: paragraph(HOSTILE(code, place)),
    "author": lambda code, place: paragraph(HOSTILE(code, place)),
}
"""What each place says, before it is made visible, on the organisation's page and in its JSON file."""
ON_PAGES = {"group": _field}
"""The same, on the page alone."""


@pytest.mark.parametrize("code", LISTED)
def test_what_was_said_is_told(loud: Told, code: str) -> None:
    pages = [loud.files.pages[f"{folder}organisation/{code}/index.html"].text for folder in ("", "en/")]
    document = _one_blank(" ".join(strings(loud.files.json(f"organisation/{code}/resultat.json"))))
    for place, words in TOLD.items():
        wanted = _one_blank(visible(words(code, place), 10_000)[:RECOGNISED])
        assert all(wanted in page for page in pages), (place, wanted)
        assert wanted in document, (place, wanted)
    for place, words in ON_PAGES.items():
        assert all(visible(words(code, place))[:RECOGNISED] in page for page in pages), place


def _one_blank(text: str) -> str:
    return " ".join(text.split())


def test_other_pages_tell_it_too(loud: Told) -> None:
    for folder in ("", "en/"):
        texts = {path: loud.files.pages[f"{folder}{path}index.html"].text for path in OVERVIEWS}
        for code in LISTED:
            name = visible(field(HOSTILE(code, "region")))[:RECOGNISED]
            assert all(name in text for text in texts.values()), code
        gone = visible(field(HOSTILE(GONE, "region")))
        assert gone in loud.files.pages[f"{folder}organisation/{GONE}/index.html"].text
        assert gone in texts["andringar/"]
        for path, setting in SETTINGS_SHOWN.items():
            words = HOSTILE(SPEAKS_IN_SETTINGS, setting)
            assert words in loud.files.pages[f"{folder}{path}index.html"].text, setting


def test_tables_tell_it_too(loud: Told) -> None:
    rows = list(csv.DictReader(io.StringIO(loud.files.text("results.csv"), newline="")))
    for row in rows:
        told = row["region"].removeprefix("'")
        assert told == visible(field(HOSTILE(row["code"], "region")))
    book = b"".join(loud.files.parts("data/resultat.xlsx").values()).decode("utf-8")
    for code in LISTED:
        assert escape(visible(_reply(code, "starttls"))[:RECOGNISED]) in book


def test_mails_are_one_line_each_header(loud: Told, quiet: Told) -> None:
    assert len(loud.mails) == len(quiet.mails) == 1 + len(LISTED)
    for mail, twin in zip(loud.mails, quiet.mails, strict=True):
        assert [name for name, _ in mail.items()] == [name for name, _ in twin.items()]
        for name, value in mail.items():
            assert not hidden(str(value)), (name, value)
        assert not mail.defects
        assert [part.get_content_type() for part in mail.walk()] == [
            part.get_content_type() for part in twin.walk()
        ]
        for part in mail.walk():
            if part.is_multipart():
                continue
            text = str(part.get_content()).replace("\r\n", "\n")
            assert not hidden(text, allowed="\n"), mail["Subject"]


def test_events_hide_nothing(loud: Told) -> None:
    assert loud.events
    for event in loud.events:
        for string in strings(event):
            assert not hidden(string)


def test_metrics_hide_nothing(loud: Told) -> None:
    text = (loud.done.nights.place / "kollen.prom").read_text(encoding="utf-8")
    assert not hidden(text, allowed="\n")


def _on_screen(captured: Any, *wanted: str) -> None:
    """Nothing that a terminal would obey; and what is wanted is there, however it is wrapped."""
    for text in captured:
        assert not hidden(text, allowed="\n")
        assert max(map(len, text.splitlines()), default=0) <= LONGEST_LINE
    said = "".join("".join(captured).split())
    for words in wanted:
        assert "".join(visible(words, 10_000)[:RECOGNISED].split()) in said


def test_sweeps_say_nothing_that_a_terminal_obeys(loud: Told) -> None:
    _on_screen(loud.screen, field(HOSTILE("FORMULA", "region"))[:8])


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_differences_on_screen(loud: Told, capsys: Captured, lang: str) -> None:
    assert loud.done.nights.checker("diff", f"--lang={lang}") == 0
    _on_screen(capsys.readouterr(), *(field(HOSTILE(code, "region")) for code in LISTED))
    assert loud.done.nights.checker("diff", "--json") == 0
    text = capsys.readouterr().out
    assert not hidden(text, allowed="\n")
    assert field(HOSTILE("BIDI", "region")) in {*strings(json.loads(text))}  # escaped, and nothing lost


def test_the_list_on_screen(loud: Told, capsys: Captured) -> None:
    assert main(["domains", "domains.csv"]) == 0
    _on_screen(capsys.readouterr())


def test_one_check_on_screen(loud: Told, capsys: Captured) -> None:
    lab = loud.done.labs[1]
    codes = ("CONTROL", "BIDI", "MARKUP")
    network = functools.partial(LabNetwork, lab.internet.destinations)
    command = ["check", *map(domain_of, codes), "--verbose", *start_options(lab.directory)]
    assert main(command, network_class=network) == 0
    places = ("refusal", "starttls", "hello", "altname", "nowhere")
    _on_screen(capsys.readouterr(), *(TOLD[place](code, place)[:40] for code in codes for place in places))
    name = f"{label(HOSTILE('CONTROL', 'nowhere'))}.control.se"
    assert main(["resolve", name, "A", *start_options(lab.directory)], network_class=network) == 0
    _on_screen(capsys.readouterr(), "nowhere")
