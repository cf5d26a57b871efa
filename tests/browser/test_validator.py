"""The W3C's validator has nothing to say of any page, style sheet or picture."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.browsing import give_up
from tests.browser.figures import Figures
from tests.browser.site_pages import Site

pytestmark = pytest.mark.browser

VALIDATOR = Path(__file__).with_name("node_modules") / "vnu-jar" / "build" / "dist" / "vnu.jar"
MEANINGLESS = {
    r"Policy \(meta tag\): external \w+ “(\.\./)*[\w.-]+” blocked by": "it reads files, none of which is 'self' to it",
    "The “list” role is unnecessary for element “[uo]l”": "Safari forgets that a list without bullets is one",
}
"""Messages, as regular expressions, that say nothing of the site: each with the reason."""


def test_the_validator_has_nothing_to_say(site: Site, figures: Figures) -> None:
    java = shutil.which("java")
    if java is None or not VALIDATOR.is_file():
        give_up("not installed: default-jdk-headless, or vnu-jar (make test-browser installs the latter)")
    pages = {page.file.resolve(): page for page in site.pages}
    others = [file.resolve() for suffix in ("css", "svg") for file in sorted(site.top.rglob(f"*.{suffix}"))]
    said = _said_of(java, [*pages, *others])
    for file, page in pages.items():
        figures.validated(page.kind, page.lang, sum(name == file for name, _ in said))
    sentences = [f"{file.relative_to(site.top.resolve())}: {sentence}" for file, sentence in said]
    assert sentences == [], "\n".join(sentences[:40])


def _said_of(java: str, files: list[Path]) -> list[tuple[Path, str]]:
    """Every message: the file and a sentence."""
    assert files
    ended = subprocess.run(
        [
            java,
            "-jar",
            str(VALIDATOR),
            "--format",
            "json",
            "--also-check-css",
            "--also-check-svg",
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    messages: list[dict[str, Any]] = json.loads(ended.stderr)["messages"]
    assert ended.returncode == 0 or messages, ended.stderr
    return [
        (Path(unquote(urlsplit(message["url"]).path)), _sentence(message))
        for message in messages
        if not any(re.search(known, message["message"]) for known in MEANINGLESS)
    ]


def _sentence(message: dict[str, Any]) -> str:
    kind = message.get("subType", message["type"])
    extract = " ".join(message.get("extract", "").split())
    return f"{kind} in line {message.get('lastLine', '–')}: {message['message']} {extract}"
