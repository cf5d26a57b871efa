"""Each organisation's own file and the history of all: as the schemas say, with everything that a lab can show."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from checker.comments import Comment
from checker.history.changes import Kind
from checker.history.intervals import Interval
from checker.history.past import Past
from checker.report.export_json import schema_text
from checker.report.model import RowResult
from checker.site.files import history_csv, organisation_json
from tests.report.rows import HOSTILE, SWEEP, hostile_result, result_of, table_6
from tests.site.measured import NAMES, measured
from tests.site.sites import material_of, nights_before

FOLDER = "organisation/{}/resultat.json"
COMMENTS = (
    Comment(
        code="AB",
        text="Vi vet.\u202e<b>" + "å" * 1500,
        indicator="https",
        finding="unresolvable",
        author=HOSTILE,
        date="2026-11-22",
    ),
    Comment(code="AB", text="We know.", lang="en"),
)


def interval(code: str, cell: str, **more: object) -> Interval:
    made = Interval(
        code=code,
        column="https",
        cell=cell,
        since=SWEEP.started - timedelta(days=9),
        last_measured=SWEEP.started,
        ruleset="2026",
        ruleset_version="2",
        came=Kind.NEW,
        subject=("sll.se",),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # the fields are the caller's


STOOD = (
    interval("AB", "Nej", ended=SWEEP.started - timedelta(days=2), since=SWEEP.started - timedelta(days=30)),
    interval("AB", "Ja (F)", since=SWEEP.started - timedelta(days=2)),
    interval("AB", "Ja", since=SWEEP.started, unconfirmed=True),
)


def past() -> Past:
    return replace(nights_before(4), intervals_of=lambda code: [one for one in STOOD if one.code == code])


@pytest.fixture(name="check", scope="module")
def _check(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Holds a document against the schemas as a site has them."""
    directory = tmp_path_factory.mktemp("schemas")
    organisation_json.write_schema(directory)
    own = json.loads((directory / organisation_json.SCHEMA_NAME).read_text(encoding="utf-8"))
    others = json.loads(schema_text())
    registry: Registry[Any] = Registry().with_resources(
        [(schema["$id"], Resource.from_contents(schema)) for schema in (own, others)]
    )
    jsonschema.Draft202012Validator.check_schema(own)
    assert own["$id"].rpartition("/")[0] == others["$id"].rpartition("/")[0], "they refer to each other"
    return partial(
        jsonschema.validate,
        schema=own,
        cls=jsonschema.Draft202012Validator,
        registry=registry,
        format_checker=jsonschema.FormatChecker(),
    )


def written(directory: Path, result: RowResult, **more: object) -> dict[str, Any]:
    organisation_json.OrganisationFiles(directory, material_of(result, **more)).write(result)
    document: dict[str, Any] = json.loads((directory / FOLDER.format(result.row.code)).read_text("utf-8"))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_rows_with_all_their_evidence_are_as_the_schema_says(check: Any, tmp_path: Path, name: str) -> None:
    document = written(tmp_path, measured()[name])
    check(document)
    assert all(text.replace("\xa0", " ").isprintable() for text in _texts(document))


def test_all_kinds_of_evidence_are_told(tmp_path: Path) -> None:
    told = {
        (column, kind)
        for result in measured().values()
        for column, found in written(tmp_path, result)["result"]["indicators"].items()
        for kind in found
    }
    assert {
        ("dnssec", "chains"),
        ("https", "visits"),
        ("https", "tls"),
        ("starttls", "hosts"),
        ("starttls", "tls"),
    } <= told


def test_history_and_comments_are_told(check: Any, tmp_path: Path) -> None:
    result = next(one for one in table_6() if one.row.code == "AB")
    document = written(tmp_path, result, past=past(), comments={"AB": COMMENTS, "C": COMMENTS})
    check(document)
    assert [(one["cell"], one["ended"] is None, one["unconfirmed"]) for one in document["history"]] == [
        ("Nej", False, False),
        ("Ja (F)", True, False),
        ("Ja", True, True),
    ]
    first, second = document["comments"]
    assert (first["indicator"], first["finding"], first["date"]) == ("https", "unresolvable", "2026-11-22")
    assert first["text"].startswith("Vi vet.\\u202e<b>")
    assert first["text"].endswith("å" * 1490), "nothing is cut off"
    assert (second["text"], second["lang"], second["indicator"]) == ("We know.", "en", "")


def test_without_a_store_there_is_no_history(check: Any, tmp_path: Path) -> None:
    document = written(tmp_path, next(table_6()))
    check(document)
    assert document["history"] == document["comments"] == []


def test_hostile_text_is_harmless(check: Any, tmp_path: Path) -> None:
    result = hostile_result()
    document = written(tmp_path, result, comments={result.row.code: (replace(COMMENTS[0], code="X.1"),)})
    check(document)
    texts = list(_texts(document))
    assert any("<script>alert(1)</script>" in text for text in texts)
    assert all(text.replace("\xa0", " ").isprintable() for text in texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def test_the_same_row_gives_the_same_bytes(tmp_path: Path) -> None:
    result = measured()["signed"]
    for name in ("one", "two"):
        written(tmp_path / name, result)
    one, two = ((tmp_path / name / FOLDER.format(result.row.code)).read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.endswith(b"\n")


def test_a_row_that_was_asked_for_one_column(check: Any, tmp_path: Path) -> None:
    document = written(tmp_path, result_of(https="Ja"))
    check(document)
    assert list(document["result"]["indicators"]) == ["https"]


def test_what_the_schema_does_not_know_is_noticed(check: Any, tmp_path: Path) -> None:
    document = written(tmp_path, next(table_6()))
    for wrong in ({**document, "grade": "A"}, {**document, "history": [{}]}):
        with pytest.raises(jsonschema.ValidationError):
            check(wrong)


def lines(directory: Path) -> list[dict[str, str]]:
    data = (directory / history_csv.PATH).read_bytes()
    assert data.endswith(b"\r\n")
    return list(csv.DictReader(data.decode("utf-8").splitlines()))


def test_the_history_of_all(tmp_path: Path) -> None:
    with history_csv.HistoryFile(tmp_path, material_of(past=past())) as history:
        for code in ("AB", "C"):
            history.add(code)
    found = lines(tmp_path)
    assert [(line["code"], line["cell"], line["ended"], line["unconfirmed"]) for line in found] == [
        ("AB", "Nej", "2017-12-11T09:00:00Z", "false"),
        ("AB", "Ja (F)", "", "false"),
        ("AB", "Ja", "", "true"),
    ]
    assert found[1]["since"] == "2017-12-11T09:00:00Z"
    assert (found[0]["indicator"], found[0]["ruleset"], found[0]["ruleset_version"]) == ("https", "2026", "2")


def test_no_cell_of_the_history_is_a_formula(tmp_path: Path) -> None:
    hostile = replace(
        past(), intervals_of=lambda code: [interval(code, "=1+1", ruleset="@x", ruleset_version="-1")]
    )
    with history_csv.HistoryFile(tmp_path, material_of(past=hostile)) as history:
        history.add("-A")
    (line,) = lines(tmp_path)
    assert (line["code"], line["cell"], line["ruleset"], line["ruleset_version"]) == (
        "'-A",
        "'=1+1",
        "'@x",
        "'-1",
    )


def test_a_site_without_a_past_has_no_history_file(tmp_path: Path) -> None:
    with history_csv.HistoryFile(tmp_path, material_of()) as history:
        history.add("AB")
    assert list(tmp_path.iterdir()) == []
