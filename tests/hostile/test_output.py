"""Hostile words from servers, through the program as users run it, into everything that it prints and writes."""

import asyncio
import csv
import functools
import io
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from checker.cli import main
from checker.network.addresses import IPAddress
from tests.hostile.changes import hidden
from tests.hostile.shown import strings
from tests.hostile.words import ROWS, WordyInternet
from tests.lab.apart import start_options
from tests.lab.network import LabNetwork

LONGEST_LINE = 4_000
"""No text of a finding comes near; a server's megabyte would pass it."""


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CHECKER_")]:
        monkeypatch.delenv(name)


@pytest.fixture
async def internet() -> AsyncIterator[WordyInternet]:
    async with WordyInternet(ROWS) as running:
        yield running


async def run(internet: WordyInternet, directory: Path, *command: str) -> int:
    internet.write_files(directory)
    options = (*start_options(directory), "--timeout=10", "--verbose")
    return await asyncio.to_thread(main, [*command, *options], network_class=internet.network)


def harmless(text: str, *, line_ends: str = "\n") -> None:
    """Nothing that a terminal, browser or reader of text would obey or hide."""
    found = hidden(text, allowed=line_ends)
    assert not found, sorted(map(ascii, found))
    assert max(map(len, text.splitlines()), default=0) <= LONGEST_LINE


async def test_a_sweep(internet: WordyInternet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site"
    command = ("sweep", str(tmp_path / "domains.csv"), f"--output={site}", "--no-retest")
    assert await run(internet, tmp_path, *command) == 0
    said = capsys.readouterr()
    harmless(said.out)
    harmless(said.err)

    text = (site / "results.json").read_text(encoding="utf-8")
    assert not hidden(text, allowed="\n")
    written = json.loads(text)
    for string in strings(written):
        harmless(string, line_ends="")
    told = " ".join(strings(written))
    for word in (r"\x1b[31m", r"\u202e", "<script>alert(1)</script>", "=cmd|"):
        assert word in told, word  # neutralised, and told all the same

    with (site / "results.csv").open(encoding="utf-8", newline="") as file:
        table = file.read()
    harmless(table, line_ends="\r\n")
    for row in csv.reader(io.StringIO(table)):
        assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r")) for field in row)

    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert not hidden(html, allowed="\n")
        assert "<script>" not in html  # ours has a source, and data a type
        assert "<img" not in html
        assert 'href="=' not in html
    page = site / "organisation" / "plain" / "index.html"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.read_text(encoding="utf-8")


async def test_a_check(internet: WordyInternet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    domains = [row.domain for row in ROWS]
    for lang in ("sv", "en"):
        assert await run(internet, tmp_path, "check", *domains, f"--lang={lang}") == 0
        said = capsys.readouterr()
        harmless(said.out)
        harmless(said.err)
        for word in (r"\x1b[31m", r"\u202e", "<script>", r"\x9b31m"):
            assert word in "".join(said.out.split()), word
    assert await run(internet, tmp_path, "check", *domains, "--json") == 0
    for string in strings(json.loads(capsys.readouterr().out)):
        harmless(string, line_ends="")


class Faulty(LabNetwork):
    """A lab whose door has a bug, in which the words of some server are quoted."""

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        if port == 25:
            raise RuntimeError("it said \x1b[2J\u202e\r\nnext: \x9b31m\ud800")
        return super().locate(address, port, udp=udp)


async def test_an_own_error_that_quotes_a_server(
    internet: WordyInternet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    internet.write_files(tmp_path)
    options = (*start_options(tmp_path), "--verbose", "--only=starttls")
    door = functools.partial(Faulty, internet.destinations)
    await asyncio.to_thread(main, ["check", "plain.se", *options], network_class=door)
    said = capsys.readouterr()
    harmless(said.out)
    harmless(said.err)
    assert r"\x1b[2J" in said.err
