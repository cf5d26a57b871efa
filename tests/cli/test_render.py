"""`checker render` from stores of a few nights: which sweep, which rules, and how it ends without one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, update

from checker.cli import main
from checker.rulesets import RULESETS
from checker.store import tables
from checker.store.store import Store
from checker.store.stored_sweep import State
from tests.store.stored_nights import Cells, StoredNight, concluded, https, measured

RENDER = ("render", "--store", "checker.db", "--output", "site")
VERSION = RULESETS["2026"].version
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store("checker.db") as store:
        yield store


def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("site/results.json").read_text(encoding="utf-8"))
    return found


def refused(capsys: Captured, code: int, *arguments: str) -> str:
    assert main([*RENDER, *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert not Path("site").exists()
    return captured.err


def test_without_a_sweep_nothing_is_written(store: Store, capsys: Captured) -> None:
    assert "checker.db: holds no sweep yet; checker sweep makes one" in refused(capsys, 2)
    measured(store, https("Ja"), 0)
    assert "no sweep of domains has come to its end yet" in refused(capsys, 2)
    assert "no sweep is called '2019'" in refused(capsys, 2, "2019")


def test_without_a_store_nothing_is_made(capsys: Captured) -> None:
    assert main(["render", "--store", "nowhere.db", "--output", "site"]) == 3
    assert "nowhere.db" in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_the_newest_is_shown_with_its_history_and_an_older_one_with_that_of_its_time(store: Store) -> None:
    ids = [concluded(store, https(cell), number).sweep.id for number, cell in enumerate(["Ja", "Ja", "Ja"])]
    assert main([*RENDER]) == 0
    assert written()["sweep"]["id"] == ids[2]
    assert written()["results"][0]["indicators"]["https"]["since"] == "2026-11-22T02:00:00Z"
    assert main([*RENDER, ids[1]]) == 0
    assert written()["sweep"]["id"] == ids[1]
    assert written()["results"][0]["indicators"]["https"]["since"] == "2026-11-22T02:00:00Z"
    published = [sweep.published is not None for sweep in store.sweeps.all()]
    assert published == [False, True, True]


def test_an_older_sweep_is_shown_with_what_stood_then(store: Store) -> None:
    cells = ["Ja", "Ej mätt", "Nej", "Nej", "Ja"]
    ids = [concluded(store, https(cell), number).sweep.id for number, cell in enumerate(cells)]
    shown = {}
    for name in ids:
        assert main([*RENDER, name]) == 0
        https_then = written()["results"][0]["indicators"]["https"]
        good = https_then["last_good"]
        shown[name[6:8]] = (https_then["since"], good and (good["cell"], good["measured"]))
    assert shown == {
        "22": ("2026-11-22T02:00:00Z", None),
        "23": ("2026-11-23T02:00:00Z", ("Ja", "2026-11-22T02:00:00Z")),
        "24": ("2026-11-24T02:00:00Z", None),
        "25": ("2026-11-24T02:00:00Z", None),
        "26": ("2026-11-26T02:00:00Z", None),
    }


def test_an_older_sweep_that_could_not_tell_knows_nothing_of_later_ones(store: Store) -> None:
    cells = ["Ja", "Ej mätt", "Ja"]
    ids = [concluded(store, https(cell), number).sweep.id for number, cell in enumerate(cells)]
    assert main([*RENDER, ids[1]]) == 0
    good = written()["results"][0]["indicators"]["https"]["last_good"]
    assert (good["cell"], good["measured"]) == ("Ja", "2026-11-22T02:00:00Z")


def test_the_newest_is_one_with_all_columns_if_there_is_one(store: Store) -> None:
    partial = concluded(store, https("Ja"), 0, columns=("https",)).sweep.id
    assert main([*RENDER]) == 0
    assert written()["sweep"]["id"] == partial
    whole = concluded(store, https("Ja"), 1).sweep.id
    concluded(store, https("Ja"), 2, columns=("https",))
    assert main([*RENDER]) == 0
    assert written()["sweep"]["id"] == whole


def test_a_held_sweep_needs_to_be_accepted(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3).sweep.id
    assert f"the sweep {held} was held back" in refused(capsys, 2, held)
    assert main([*RENDER, held, "--accept", "--quiet"]) == 0
    assert [sweep.state for sweep in store.sweeps.all()] == [State.FINISHED] * 2
    assert written()["sweep"]["id"] == held
    assert main([*RENDER, held, "--accept"]) == 0
    assert "was not held back: there is nothing to accept" in capsys.readouterr().err


def test_a_table_by_another_method_is_no_site_of_ours(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja"), 0)
    assert main(["store", "baseline", "--store", "checker.db", "--quiet"]) == 0
    assert "was measured by another method" in refused(capsys, 2, "bilaga-a-2017")
    assert main(["rejudge", "bilaga-a-2017", "--store", "checker.db", "--ruleset", "2026"]) == 2
    assert "is a table by another method" in capsys.readouterr().err


def test_the_rules_are_the_sweeps_own_unless_others_are_asked_for(store: Store) -> None:
    concluded(store, https("Ja"), 0, ruleset_version=VERSION)
    assert main([*RENDER]) == 0
    assert written()["sweep"]["ruleset"] == "2026"
    assert main([*RENDER, "--ruleset", "bilaga-a-2017"]) == 0
    assert written()["sweep"]["ruleset"] == "bilaga-a-2017"
    (sweep,) = store.sweeps.all()
    assert sweep.ruleset == "2026"
    assert main([*RENDER]) == 0
    assert written()["sweep"]["ruleset"] == "2026"


def test_other_rules_do_not_borrow_the_age_of_a_cell(store: Store) -> None:
    def shown(*rules: str) -> tuple[str, str | None]:
        assert main([*RENDER, *rules]) == 0
        indicator = written()["results"][0]["indicators"]["starttls"]
        return indicator["cell"], indicator["since"]

    others = ("--ruleset", "bilaga-a-2017")
    one = StoredNight(rows={0: Cells(cells={"starttls": "Nej"})})
    concluded(store, one, 0, ruleset_version=VERSION)
    cell, _ = shown(*others)
    assert cell.startswith("Ja")
    same = StoredNight(rows={0: Cells(cells={"starttls": cell})})
    concluded(store, same, 1, ruleset_version=VERSION)
    concluded(store, same, 2, ruleset_version=VERSION)
    assert shown() == (cell, "2026-11-23T02:00:00Z")
    assert shown(*others) == (cell, None)


def test_what_the_metrics_file_says_after_a_held_sweep_was_accepted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKER_METRICS", "kollen.prom")
    concluded(store, https("Ja", "Ja"), 0)
    held = concluded(store, https("Nej!", "Nej!"), 1, brake=0.3).sweep.id
    assert main([*RENDER, held, "--accept", "--quiet"]) == 0
    text = Path("kollen.prom").read_text(encoding="utf-8")
    assert 'indikatorkollen_changes{kind="worsened"} 2' in text


def test_somebody_elses_directory_is_left_alone(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja"), 0)
    Path("site").mkdir()
    (Path("site") / "theirs").touch()
    assert main([*RENDER]) == 2
    assert "--output: " in capsys.readouterr().err
    assert [path.name for path in Path("site").iterdir()] == ["theirs"]


def test_not_while_a_sweep_is_under_way(store: Store, capsys: Captured) -> None:
    concluded(store, https("Ja"), 0)
    with store.lock():
        assert "sweep" in refused(capsys, 3)


def renamed(store: Store, sweep_id: str, code: str) -> None:
    with store.transaction() as connection:
        for table in (tables.rows, tables.changes):
            of_row = (table.c.sweep_id == sweep_id) & (table.c.code == "R000")
            connection.execute(update(table).where(of_row).values(code=code))
        told = func.replace(tables.changes.c.change, '"R000"', f'"{code}"')
        connection.execute(
            update(tables.changes).where(tables.changes.c.sweep_id == sweep_id).values(change=told)
        )


def test_a_code_that_leads_out_of_the_site_is_damage_and_nothing_is_written(
    store: Store, capsys: Captured
) -> None:
    sweep = concluded(store, https("Ja"), 0).sweep.id
    renamed(store, sweep, "../../../evil")
    said = refused(capsys, 3)
    assert f"is damaged: row 0 of sweep {sweep}: a code that no row can have: '../../../evil'" in said
    assert {path.name.partition(".db")[0] for path in Path().iterdir()} == {"checker"}
    assert list(Path("..").glob("evil")) == []


def test_a_code_that_earlier_versions_took_is_told_by_name(store: Store, capsys: Captured) -> None:
    renamed(store, concluded(store, https("Ja"), 0).sweep.id, "index.html")
    said = refused(capsys, 3)
    assert 'the row "Region 0 Åäö" of the sweep 20261122T020000Z has the code "index.html"' in said
    assert "give it another code in the list of domains and sweep again" in said


@pytest.mark.parametrize("code", ["index.html", "INDEX.html", ".."])
def test_such_a_code_of_the_past_stops_nothing(store: Store, code: str) -> None:
    concluded(store, https("Ja", "Ja"), 0)
    changed = concluded(store, https("Nej!", "Nej!"), 1).sweep.id
    renamed(store, changed, code)
    concluded(store, https("Nej", "Nej"), 2)
    assert main([*RENDER]) == 0
    assert Path("site/organisation/R000/index.html").is_file()
    assert {path.name for path in Path("site/organisation").iterdir()} == {"index.html", "R000", "R001"}
