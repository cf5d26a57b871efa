"""Hostile words do nothing in a browser, even where no policy would stop them: they are read, and that is all."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import looking
from tests.browser.served import served
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
BUILDERS = ("tests.browser.hostile_site", "tests.hostile.twin_sites")
"""Made of rows, and swept from servers that really say such things."""
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_STRANGE = """() => {
    const strange = [];
    for (const element of document.querySelectorAll("*")) {
        for (const attribute of element.attributes) {
            if (/^on|^style$|^srcdoc$|^formaction$/i.test(attribute.name)) strange.push(`${element.localName} ${attribute.name}`);
            if (/^\\s*(javascript|data|vbscript):/i.test(attribute.value)
                && ["href", "src", "action", "xlink:href"].includes(attribute.name)) strange.push(attribute.value);
        }
        if (["iframe", "object", "embed", "base", "form", "img", "b-x"].includes(element.localName)) strange.push(element.localName);
    }
    const scripts = document.querySelectorAll("script:not([type='application/json'])");
    if ([...scripts].some(script => script.textContent.trim() || !/(^|\\/)site\\.js$/.test(script.src)))
        strange.push("a script of somebody else's");
    if (window.ran) strange.push("it ran");
    return strange;
}"""


@pytest.fixture(scope="module", params=BUILDERS)
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("hostile") / "kollen"
    made = subprocess.run(
        [sys.executable, "-m", request.param, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return Site(folder)


@pytest.mark.parametrize("bypass_csp", [False, True], ids=["with the policy", "without it"])
def test_nothing_runs(bypass_csp: bool, hostile: Site, browser: Browser) -> None:
    wrong: list[str] = []
    with served(hostile.top) as address, looking(browser, address, bypass_csp=bypass_csp) as watched:
        for page in hostile.pages if bypass_csp else hostile.examples:
            wrong += [f"{page.path}: {trouble}" for trouble in watched.open(address + page.path)]
            wrong += [f"{page.path}: {strange}" for strange in watched.page.evaluate(_STRANGE)]
    assert len(hostile.pages) > 10
    assert wrong == [], "\n".join(wrong)


def test_nothing_unseen_stands_in_a_page(hostile: Site) -> None:
    assert [
        f"{page.path}: {found.group()!a}"
        for page in hostile.pages
        if (found := UNSEEN.search(page.file.read_text(encoding="utf-8")))
    ] == []
    assert [page.path for page in hostile.pages if page.read.inline] == []


def test_files_for_machines_are_sound(hostile: Site) -> None:
    read = 0
    for file in sorted(hostile.top.rglob("*")):
        if file.suffix in {".svg", ".xml", ".rdf"}:
            names = {element.tag.rpartition("}")[2].lower() for element in ET.parse(file).iter()}  # noqa: S314 - our own
            assert not names & {"script", "foreignobject", "img", "b"}, file
        elif file.suffix == ".json":
            json.loads(file.read_text(encoding="utf-8"))
        elif file.suffix == ".csv":
            with file.open(encoding="utf-8-sig", newline="") as source:
                cells = [cell for line in csv.reader(source) for cell in line]
            assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == [], file
        else:
            continue
        read += 1
    assert read > 10
