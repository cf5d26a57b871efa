import io
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from checker.report.export_json import JsonResults, result_object, schema_text
from checker.report.model import RowResult, SummaryCounter
from tests.report.rows import SWEEP, hostile_result, result_of, row_of, table_6

SCHEMA = json.loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def written(*results: RowResult) -> Any:
    counter = SummaryCounter()
    out = io.StringIO()
    writer = JsonResults(out, SWEEP, "sv")
    for result in results:
        counter.add(result)
        writer.add(result)
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
