import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from checker.report.export_json import JsonResults, result_line, result_object, schema_text
from checker.report.model import RowResult, StandingCell, SummaryCounter
from tests.report.rows import SWEEP, hostile_result, result_of, row_of, table_6

SCHEMA = json.loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def written(*results: RowResult) -> Any:
    counter = SummaryCounter()
    out = io.StringIO()
    writer = JsonResults(out, SWEEP)
    for result in results:
        counter.add(result)
        writer.add(result_line(result, "sv"))
    writer.finish(counter.summary())
    out.getvalue().encode("utf-8")
    return json.loads(out.getvalue())


def test_the_schema_is_a_schema_with_a_relative_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "results.schema.json"


@pytest.mark.parametrize(
    "results",
    [
        list(table_6()),
        [],
        [hostile_result()],
        [result_of(dnssec="Ej mätt", starttls="Delvis (C)", https="–")],
    ],
    ids=["table 6", "no rows", "hostile text", "only some columns"],
)
def test_what_is_written_fits_the_schema(results: list[RowResult]) -> None:
    VALIDATOR.validate(written(*results))


def test_table_6_adds_up_in_the_file() -> None:
    document = written(*table_6())
    summary = document["summary"]
    assert (summary["starttls"]["yes"], summary["starttls"]["wrong_name"]) == (19, 9)
    assert (summary["https"]["yes"], summary["dnssec"]["yes"]) == (18, 14)
    assert [row["code"] for row in document["results"]][:3] == ["AB", "C", "D"]
    assert document["sweep"]["vantage"]["port25_ipv6"] == "not_tested"


def test_one_cell_in_full() -> None:
    document = result_object(result_of(https="Ja (F) (N)"))
    assert document["indicators"] == {
        "https": {
            "cell": "Ja (F) (N)",
            "verdict": "yes",
            "flags": ["F", "N"],
            "parts": [],
            "since": None,
            "last_good": None,
            "findings": [],
        }
    }


def test_a_pair_has_its_parts_and_the_worse_verdict_on_top() -> None:
    cell = result_object(result_of(row_of(mail_domain="dll.se"), dnssec="Ja/Nej"))["indicators"]["dnssec"]
    assert (cell["cell"], cell["verdict"]) == ("Ja/Nej", "no")
    assert cell["parts"] == [
        {"subject": "sll.se", "verdict": "yes"},
        {"subject": "dll.se", "verdict": "no"},
    ]


def test_messages_come_in_the_language_asked_for() -> None:
    swedish, english = (
        result_object(hostile_result(), lang)["indicators"]["https"]["findings"][0]["message"]
        for lang in ("sv", "en")
    )
    assert swedish.startswith("Namnet ")
    assert english.startswith("The name ")


def test_hostile_text_is_neutralised_in_the_values() -> None:
    finding = written(hostile_result())["results"][0]["indicators"]["https"]["findings"][0]
    assert finding["message"].isprintable()
    assert finding["subject"].isprintable()
    assert len(finding["subject"]) <= 260


@pytest.mark.parametrize("place", ["document", "sweep", "summary", "result", "cell", "finding"])
def test_the_schema_is_strict(place: str) -> None:
    document = written(hostile_result())
    cell = document["results"][0]["indicators"]["https"]
    places = {
        "document": document,
        "sweep": document["sweep"],
        "summary": document["summary"],
        "result": document["results"][0],
        "cell": cell,
        "finding": cell["findings"][0],
    }
    places[place]["surprise"] = 1
    with pytest.raises(ValidationError, match="surprise"):
        VALIDATOR.validate(document)


def test_the_schema_knows_the_codes_of_each_column() -> None:
    document = written(result_of(https="Ja"))
    document["results"][0]["indicators"]["https"]["cell"] = "Ja (C)"
    with pytest.raises(ValidationError, match="Ja "):
        VALIDATOR.validate(document)


def standing(
    cell: str, *, column: str = "https", unconfirmed: bool = False, not_measured: bool = True
) -> StandingCell:
    return StandingCell(
        column=column,
        cell=cell,
        since=datetime(2026, 10, 3, 1, tzinfo=UTC),
        last_measured=datetime(2026, 10, 7, 1, tzinfo=UTC),
        ruleset="2026",
        ruleset_version="1",
        subjects=("sll.se", "dll.se") if column == "dnssec" else ("www.sll.se",),
        not_measured_since=datetime(2026, 10, 8, 1, tzinfo=UTC) if not_measured else None,
        unconfirmed=unconfirmed,
    )


SINCE, NOT_SINCE = "2026-10-03T01:00:00Z", "2026-10-08T01:00:00Z"


@pytest.mark.parametrize(
    ("scenario", "cell", "history", "since", "last_good"),
    [
        ("no history", "Ja", (), None, None),
        ("stands", "Ja (F)", (standing("Ja (F)"),), SINCE, None),
        ("another stands in the history", "Ja", (standing("Ja (F)"),), None, None),
        ("not measured, nothing stands", "Ej mätt", (), None, None),
        ("not measured, one stands", "Ej mätt", (standing("Ja (F)"),), NOT_SINCE, "Ja (F)"),
        ("not measured, `–` stands", "Ej mätt", (standing("–"),), NOT_SINCE, "–"),
        ("never measured", "Ej mätt", (standing("Ej mätt", not_measured=False),), SINCE, None),
        ("another column stands", "Ej mätt", (standing("Ja", column="starttls"),), None, None),
        (
            "an unconfirmed one beside it",
            "Ej mätt",
            (standing("Nej", unconfirmed=True), standing("Ja")),
            NOT_SINCE,
            "Ja",
        ),
        ("unconfirmed only", "Ej mätt", (standing("Nej", unconfirmed=True),), None, None),
        (
            "an unconfirmed one is this sweep's",
            "Nej",
            (standing("Ja"), standing("Nej", unconfirmed=True)),
            SINCE,
            None,
        ),
    ],
)
def test_what_stands_is_told_beside_what_was_seen(
    scenario: str, cell: str, history: tuple[StandingCell, ...], since: str | None, last_good: str | None
) -> None:
    document = written(replace(result_of(https=cell), standing=history))
    VALIDATOR.validate(document)
    indicator = document["results"][0]["indicators"]["https"]
    assert (indicator["cell"], indicator["since"]) == (cell, since)
    assert (indicator["last_good"] and indicator["last_good"]["cell"]) == last_good


def test_an_older_verdict_in_full() -> None:
    result = replace(result_of(https="Ej mätt"), standing=(standing("Ja (F) (N)"),))
    assert result_object(result)["indicators"]["https"]["last_good"] == {
        "cell": "Ja (F) (N)",
        "verdict": "yes",
        "flags": ["F", "N"],
        "parts": [],
        "since": SINCE,
        "measured": "2026-10-07T01:00:00Z",
        "ruleset": "2026",
        "ruleset_version": "1",
    }


@pytest.mark.parametrize("now", ["Ej mätt/Ej mätt", "Ja/Ej mätt", "Nej/Ej mätt"])
def test_a_pair_with_a_part_not_measured_shows_the_older_pair(now: str) -> None:
    row = row_of(mail_domain="dll.se")
    document = written(
        replace(result_of(row, dnssec=now), standing=(standing("Ja/Ja (trasig)", column="dnssec"),))
    )
    VALIDATOR.validate(document)
    last_good = document["results"][0]["indicators"]["dnssec"]["last_good"]
    assert last_good["verdict"] == "broken"
    assert last_good["parts"] == [
        {"subject": "sll.se", "verdict": "yes"},
        {"subject": "dll.se", "verdict": "broken"},
    ]


def test_an_older_verdict_is_never_one_that_was_not_measured() -> None:
    document = written(replace(result_of(https="Ej mätt"), standing=(standing("Ja"),)))
    document["results"][0]["indicators"]["https"]["last_good"]["cell"] = "Ej mätt"
    with pytest.raises(ValidationError, match="Ej mätt"):
        VALIDATOR.validate(document)
