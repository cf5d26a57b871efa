"""`checker diff` on stores of a few nights: which two it compares, what it prints, and how it ends without them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from checker.cli import main
from checker.store.store import Store
from tests.store.samples import night
from tests.store.stored_nights import OTHER_RULES, concluded, https, measured

STORE = ("--store", "checker.db")
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def store() -> Iterator[Store]:
    """The store in the current directory."""
    with Store("checker.db") as store:
        yield store


def diff(capsys: Captured, *arguments: str) -> dict[str, Any]:
    assert main(["diff", *STORE, *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    found: dict[str, Any] = json.loads(captured.out)
    return found


def kinds(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(one["code"], one["kind"], one["before"], one["now"]) for one in found["changes"]]


def refused(capsys: Captured, *arguments: str) -> str:
    """The one line that it ends with."""
    assert main(["diff", *STORE, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def test_the_last_two_or_any_two_either_way(store: Store, capsys: Captured) -> None:
    ids = [
        concluded(store, what, number).sweep.id
        for number, what in enumerate([https("Ja", "Ja"), https("Nej!", "Ja"), https("Nej", "Ja (F)!")])
    ]
    assert kinds(diff(capsys)) == [("R001", "worsened", "Ja", "Ja (F)")]
    found = diff(capsys, ids[0], "LAST")
    assert kinds(found) == [("R000", "worsened", "Ja", "Nej"), ("R001", "worsened", "Ja", "Ja (F)")]
    assert [one["since"] for one in found["changes"]] == ["2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z"]
    assert found["compared"]["https"] == 2
    assert kinds(diff(capsys, "20261124", "2026-11-22")) == [
        ("R000", "improved", "Nej", "Ja"),
        ("R001", "improved", "Ja (F)", "Ja"),
    ]
    assert kinds(diff(capsys, ids[1], ids[1])) == []


def test_a_sweep_that_could_not_tell_is_compared_by_what_stood(store: Store, capsys: Captured) -> None:
    for number, what in enumerate([https("Ja"), https("Ej mätt"), https("Nej!")]):
        concluded(store, what, number)
    (change,) = diff(capsys)["changes"]
    assert (change["kind"], change["before"], change["before_at"]) == (
        "worsened",
        "Ja",
        "2026-11-22T02:00:00Z",
    )


def test_what_was_seen_once_is_listed_apart(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    concluded(store, https("Nej", "Ja (F)!"), 1)
    assert main(["diff", *STORE, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[1] == "1 worsened"
    worsened, waiting = said.index("\nWorsened\n"), said.index("\nWaiting for a second measurement\n")
    assert worsened < said.index("Ja → Ja (F)") < waiting < said.index("Ja → Nej")


def test_when_all_was_seen_once_there_is_nothing_to_count(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja"), 0)
    concluded(store, https("Nej"), 1)
    assert main(["diff", *STORE]) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == ["", "Väntar på en andra mätning"]


def test_other_rules_are_said_beside_each_sweep(store: Store, capsys: Captured) -> None:
    concluded(store, https("Nej", ruleset=OTHER_RULES), 0)
    concluded(store, https("Nej"), 1)
    assert main(["diff", *STORE]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "20261122T020000Z (bilaga-a-2017 1) → 20261123T020000Z (2026 1)",
        "Inget har ändrats.",
    ]


def test_one_clear_sentence_without_two_sweeps(store: Store, capsys: Captured) -> None:
    assert refused(capsys) == "error: checker.db: holds no sweep yet; checker sweep makes one"
    sweep, _ = measured(store, https("Ja"), 0)
    assert refused(capsys) == "error: checker.db: no sweep of domains has come to its end yet"
    assert (
        refused(capsys, "--series", "lista")
        == "error: --series: there are no sweeps of lista; there are: domains"
    )
    assert refused(capsys, sweep.id, sweep.id).startswith(
        f"error: the sweep {sweep.id} did not come to its end (running)"
    )
    concluded(store, https("Ja"), 1)
    assert refused(capsys) == "error: there is no sweep of domains before 20261123T020000Z to compare it with"
    assert refused(capsys, "20250101") == (
        "error: no sweep is called '20250101'; the last ones: 20261122T020000Z, 20261123T020000Z"
    )
    assert refused(capsys, "2026").startswith("error: several sweeps are called '2026'; the last ones: ")
    assert "no sweep is called '\\x1b[2Jnobody'" in refused(capsys, "\x1b[2Jnobody")


def test_a_store_that_is_not_there_is_not_made(capsys: Captured) -> None:
    assert main(["diff", "--store", "nowhere.db"]) == 3
    assert "nowhere.db" in capsys.readouterr().err
    assert main(["diff"]) == 3
    assert "output/checker.db" in capsys.readouterr().err


def test_an_id_says_which_list_is_meant(store: Store, capsys: Captured) -> None:
    first = concluded(store, https("Ja"), 0, "ours").sweep.id
    second = concluded(store, https("Nej!"), 1, "ours").sweep.id
    concluded(store, https("Ja"), 2, "theirs")
    assert kinds(diff(capsys, "LAST", first)) == [("R000", "improved", "Nej", "Ja")]
    assert diff(capsys, "LAST", first)["old"]["id"] == second
    assert main(["diff", *STORE, "--series", "ours", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"]["id"] == second
    assert main(["diff", *STORE]) == 2
    said = capsys.readouterr().err
    assert "sweeps of theirs (others with --series: ours)" in said


def test_a_held_sweep_can_be_looked_at(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3).sweep.id
    found = diff(capsys, "LAST", held)
    assert kinds(found) == [("R000", "worsened", "Ja", "Nej"), ("R001", "worsened", "Ja", "Nej")]
    assert found["old"]["started"] == f"{night(0):%Y-%m-%dT%H:%M:%SZ}"


def test_since_when_it_could_not_be_measured_although_it_has_been_since(
    store: Store, capsys: Captured
) -> None:
    nights = [https("Ja"), https("Ej mätt"), https("Ej mätt"), https("Ja"), https("Ej mätt")]
    ids = [concluded(store, what, number).sweep.id for number, what in enumerate(nights)]
    (change,) = diff(capsys, ids[0], ids[2])["changes"]
    assert (change["kind"], change["since"]) == ("not_measured", "2026-11-23T02:00:00Z")
    (change,) = diff(capsys)["changes"]
    assert (change["before_at"], change["since"]) == ("2026-11-25T02:00:00Z", "2026-11-26T02:00:00Z")


def test_another_method_is_said_in_words(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja"), 0)
    assert main(["store", "baseline", *STORE, "--quiet"]) == 0
    assert main(["diff", *STORE, "bilaga-a-2017", "--lang", "en"]) == 0
    first, said, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("bilaga-a-2017 (another method) → ")
    assert said.startswith("bilaga-a-2017 is a table that was measured by another method.")


def test_sweeps_are_found_in_their_own_list_by_the_beginning_of_their_name(
    store: Store, capsys: Captured
) -> None:
    concluded(store, https("Ja"), 0)
    concluded(store, https("Nej!"), 1)
    concluded(store, https("Ja"), 5, "theirs")
    assert kinds(diff(capsys, "20261122", "20261123")) == [("R000", "worsened", "Ja", "Nej")]


def test_since_is_said_of_what_has_stood_only(store: Store, capsys: Captured) -> None:
    for number, what in enumerate([https("Ja", "Ja"), https("Nej", "Ja"), https("Ja", "Nej")]):
        concluded(store, what, number)
    assert main(["diff", *STORE, "--lang", "en"]) == 0
    better, waiting = capsys.readouterr().out.split("Waiting for a second measurement")
    assert "Nej → Ja" in better
    assert "Ja → Nej" in waiting
    assert "Since" not in better + waiting
