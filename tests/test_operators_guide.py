"""The Swedish operator's guide, held to the program: settings, commands, files, exit codes, and every line to be typed."""

import re
import shlex
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import typer.main

from checker.cli.app import HELP, app
from checker.cli.exits import ExitCode
from checker.comments import COLUMNS as COMMENT_COLUMNS
from checker.comments import parse_comments
from checker.notices.webhook import signature, signing_key
from checker.publishing_settings import PublisherType
from checker.report.feeds import feed_path
from checker.report.metrics import End, Metrics, Run, metrics_text
from checker.report.model import COLUMNS
from checker.settings import PATHS, Settings, load_settings

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEPLOYED = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "deploy").rglob("*") if path.is_file()
)
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
SHELL = [block.replace("\\\n", " ") for language, block in BLOCKS if language == "sh"]
TOML = [block for language, block in BLOCKS if language == "toml"]
MOMENT = datetime(2026, 11, 22, 2, tzinfo=UTC)
SECRETS_OF_THE_ENVIRONMENT = {"smtp_password", "webhook_secret", "webhook_url"}


def commands(group: Any = None, *before: str) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    top: Any = typer.main.get_command(app)
    for name, command in (group or top).commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


def typed(text: str) -> list[str]:
    """What follows `checker` wherever it is called in lines of a shell."""
    called = re.compile(r"(?:^|[\s/])checker (?=[a-z])([^|;&>#\n]*)")
    return [match[1].strip() for line in text.splitlines() for match in called.finditer(line.split(" #")[0])]


def in_words(text: str) -> list[str]:
    """What follows `checker` in code between the words of a paragraph or table."""
    return [
        code.removeprefix("sudo ").removeprefix("checker ")
        for code in re.findall(r"`([^`\n]+)`", text)
        if re.match(r"(sudo )?checker [a-z]", code)
    ]


INDENTED = "\n".join(line.strip() for line in README.splitlines() if line.startswith("    "))
LINES = sorted(
    {
        *(line for block in SHELL for line in typed(block)),
        *in_words(GUIDE),
        *in_words(README),
        *typed(INDENTED),
        *(re.split(r"  +", line)[0] for line in typed(HELP)),
    }
)


USAGE_ERROR: Any = typer.BadParameter.__base__
"""Typer has a click of its own in some versions and not in others."""
SPOKEN_OF = {" ".join(words) for words in commands()}


def parsed(line: str) -> Any:
    """The context that Typer makes of a line, and of a subcommand its own. Raises click's errors."""
    words = shlex.split(line)
    group: Any = typer.main.get_command(app)
    while hasattr(group, "commands"):
        name, *words = words
        group = group.commands[name]
    return group.make_context(group.name, words)


@pytest.mark.parametrize("line", LINES)
def test_what_is_to_be_typed_is_understood(line: str) -> None:
    try:
        parsed(line)
    except typer.BadParameter as error:
        # a command that is spoken of, not typed
        assert (type(error).__name__, line in SPOKEN_OF) == ("MissingParameter", True)  # noqa: PT017 - most lines raise nothing


@pytest.mark.parametrize("line", ["swep", "sweep --outptu site", "store", "store list --older-than 3d"])
def test_a_line_that_is_wrong_would_be_noticed(line: str) -> None:
    with pytest.raises((KeyError, ValueError, USAGE_ERROR)):
        parsed(line)


def test_lines_are_found_in_all_places() -> None:
    assert {
        "store import /var/lib/indikatorkollen/archive",  # a block
        "check example.se --only starttls",  # a table
        "schedule --next 3",
        "doctor",  # HELP and the README
    } <= set(LINES)
    assert len(LINES) > 30


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_guide(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDE), name
    assert name in SECRETS_OF_THE_ENVIRONMENT or name in uncommented(TOML[-1])


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_is_in_the_guide_and_the_help_names_it(words: tuple[str, ...]) -> None:
    assert f"| `checker {' '.join(words)}` |" in GUIDE
    assert re.search(rf"\bchecker {words[0]}\b", HELP)


@pytest.mark.parametrize("path", DEPLOYED)
def test_every_file_for_servers_is_in_the_guide(path: str) -> None:
    assert re.search(rf"(?<![\w.-]){re.escape(path)}(?![\w.-])", GUIDE)


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_in_the_guide(code: ExitCode) -> None:
    assert re.search(rf"^\| {int(code)} \| \w", GUIDE, re.MULTILINE)


def uncommented(block: str) -> dict[str, Any]:
    """The settings of a block, with those that are only shown."""
    return tomllib.loads(re.sub(r"^# (?=\w+ = )", "", block, flags=re.MULTILINE))


@pytest.mark.parametrize("block", range(len(TOML)))
def test_settings_in_the_guide_are_accepted(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each block alone, for what it shows; files that it names are there."""
    monkeypatch.chdir(tmp_path)
    given = uncommented(TOML[block])
    assert given
    for name in given.keys() & PATHS:
        given[name] = str(tmp_path / name)
        Path(given[name]).touch()
    if "smtp_user" in given or "webhook_url_file" in given:
        assert {"smtp_password_file", "webhook_secret_file"} & given.keys()
    settings = load_settings(given)
    assert settings.model_fields_set == given.keys()


def test_the_whole_example_shows_defaults_where_it_has_no_example_of_its_own() -> None:
    given = uncommented(TOML[-1])
    usual = Settings().model_dump()
    numbers = {name: usual[name] for name, value in given.items() if isinstance(value, (int, float))}
    own = {"smtp_port", "allow_private", "no_store"}
    assert {name: given[name] for name in numbers if name not in own} == {
        name: value for name, value in numbers.items() if name not in own
    }


def test_comments_in_the_guide_are_read() -> None:
    (block,) = (text for language, text in BLOCKS if language == "csv" and "comment" in text)
    comments = parse_comments(block.encode())
    assert [len(comments[code]) for code in ("AB", "C", "BD")] == [2, 1, 1]
    for name in (*COMMENT_COLUMNS, *COLUMNS):
        assert f"`{name}`" in GUIDE


def test_kinds_of_publishers_are_in_the_guide() -> None:
    for kind in get_args(PublisherType):
        assert f"`{kind}`" in GUIDE


def test_links_within_the_guide_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    }
    for target in re.findall(r"\]\(#([^)]+)\)", GUIDE):
        assert target in headings


def test_messages_that_point_to_the_guide_find_what_they_name() -> None:
    from checker.store.errors import LOST  # noqa: PLC0415 - the only one that does

    assert (named := re.search(r"docs/drift\.md, (\w+)", LOST))
    assert f"\n## {named[1]}\n" in GUIDE


def test_the_guide_names_no_machine_of_ours_and_fits_its_width() -> None:
    assert not re.search(r"/(work|tmp|root|home)/", GUIDE)
    long = [line for line in GUIDE.splitlines() if len(line) > 130 and not line.startswith("|")]
    assert not long


def test_messages_that_are_explained_are_still_said() -> None:
    table = GUIDE.partition("## Felsökning")[2].partition("\n## ")[0]
    explained = [
        code
        for line in table.splitlines()
        if line.startswith("|")
        for code in re.findall(r"`([^`]+)`", line.split("|")[1])
        if re.fullmatch(r"[a-z -]+ [a-z -]+", code)
    ]
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "checker").rglob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    assert len(explained) > 5
    assert [message for message in explained if message not in joined] == []


def test_figures_that_are_watched_are_written() -> None:
    run = Run(started=MOMENT, ended=MOMENT, end=End.HELD)
    written = metrics_text(Metrics(version="1", last_run=run, notices_pending=0, notices_failed=0))
    watched = re.findall(r'\bindikatorkollen_\w+(?:\{state="\w+"\})?', GUIDE)
    assert len(watched) >= 3
    for figure in watched:
        assert f"\n{figure} " in written


def test_feeds_are_where_the_guide_says() -> None:
    for code in ("", "KOD"):
        assert f"`{feed_path('sv', code)}`" in GUIDE
        assert feed_path("en", code) == f"en/{feed_path('sv', code)}"
    assert "`en/`" in GUIDE


def test_a_receiver_that_follows_the_guide_knows_our_events() -> None:
    (block,) = (block for language, block in BLOCKS if language == "python")
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - it is our own page that is tried
    timestamp, body = int(time.time()), b'{"kind":"held"}'
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(signing_key("secret"), "msg_1", timestamp, body),
    }
    assert names["is_genuine"](headers, body, "secret")
    assert not names["is_genuine"](headers, body, "another")
    assert not names["is_genuine"](headers, body + b" ", "secret")
    old = headers | {"webhook-timestamp": str(timestamp - 3600)}
    old["webhook-signature"] = signature(signing_key("secret"), "msg_1", timestamp - 3600, body)
    assert not names["is_genuine"](old, body, "secret")
