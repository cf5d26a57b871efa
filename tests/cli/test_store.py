"""`checker store` in this process, without any network: listed, archived, lost and brought back."""

import json
import logging
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.retaining import retain_by_settings
from checker.cli.stores import archive_directory, store_setting
from checker.settings import SettingsError, load_settings
from checker.store.store import Store
from checker.store.tables import rows
from tests.cli.laboratory import NoNetwork
from tests.store.archived import ROWS, night, over, stopped
from tests.store.samples import begun

Captured = pytest.CaptureFixture[str]
STORE, ARCHIVE = Path("output/checker.db"), Path("output/archive")


def checker(*arguments: str) -> int:
    return main(["store", *arguments], network_class=NoNetwork)


@pytest.fixture
def kept() -> list[str]:
    """A store in its usual place with three sweeps: finished, stopped, under way."""
    with Store(str(STORE)) as store:
        return [over(store, 0).id, stopped(store, 1).id, begun(store, ROWS, night(2)).id]


def test_list(kept: list[str], capsys: Captured) -> None:
    assert checker("baseline", "--quiet") == 0
    assert checker("list") == 0
    captured = capsys.readouterr()
    lines = [line.split("  ") for line in captured.out.splitlines()]
    assert [line[0] for line in lines] == ["SWEEP", "bilaga-a-2017", *kept]
    assert "other method (bilaga-a-2017)" in captured.out.splitlines()[1]
    assert "2026 1, bilaga-a-2017 1" in captured.out.splitlines()[2]
    assert [line[-1].strip() for line in lines] == ["OBSERVATIONS", "none", "3", "2", "none"]
    assert captured.err == ""


def test_list_as_json(kept: list[str], capsys: Captured) -> None:
    assert checker("list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed] == kept
    assert listed[0] == {
        "id": kept[0],
        "series": "domains",
        "method": "",
        "state": "finished",
        "why": "",
        "started": "2026-11-22T02:00:00Z",
        "finished": "2026-11-22T02:00:00Z",
        "published": "2026-11-22T02:00:00Z",
        "rows": 3,
        "seen": 3,
        "observations": 3,
        "rulesets": [{"name": "2026", "version": "1"}, {"name": "bilaga-a-2017", "version": "1"}],
    }


def test_a_lost_store_is_brought_back(kept: list[str], capsys: Captured) -> None:
    assert checker("export", "--all") == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [str(ARCHIVE / f"{sweep_id}.jsonl.gz") for sweep_id in kept[:2]]
    assert f"{kept[2]}: is under way or was cut short, and is left out" in captured.err
    for path in STORE.parent.glob("checker.db*"):
        path.unlink()
    assert checker("import", str(ARCHIVE)) == 0
    assert "the history of domains follows from 1 sweeps" in capsys.readouterr().err
    with Store(str(STORE)) as store:
        assert [sweep.id for sweep in store.sweeps.all()] == kept[:2]
        assert store.intervals.of_row("domains", "R000")
    assert checker("check") == 0
    assert checker("import", str(ARCHIVE)) == 0
    assert capsys.readouterr().err.count(": there") == 2


def test_one_sweep_by_the_beginning_of_its_name(kept: list[str], capsys: Captured) -> None:
    assert checker("export", "2026-11-22", "--to", "elsewhere", "--quiet") == 0
    assert capsys.readouterr().out == f"elsewhere/{kept[0]}.jsonl.gz\n"


def test_a_damaged_archive_leaves_the_others_alone(kept: list[str], capsys: Captured) -> None:
    assert checker("export", "--all", "--quiet") == 0
    damaged = ARCHIVE / f"{kept[0]}.jsonl.gz"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert checker("import", str(ARCHIVE), "--store", "new.db") == 4
    captured = capsys.readouterr()
    assert f"error: {damaged}: " in captured.err
    assert "1 of 2 archives were not taken" in captured.err
    assert checker("import", str(damaged), "--store", "new.db") == 2


def test_check_tells_what_is_damaged(kept: list[str], capsys: Captured) -> None:
    with Store(str(STORE)) as store, store.transaction() as connection:
        connection.execute(rows.update().where(rows.c.position == 0).values(observation=b"x"))
    assert checker("check") == 3
    captured = capsys.readouterr()
    assert captured.out.startswith(f"sweep {kept[0]}: the observation of row R000: ")
    assert "The archives of its sweeps are the way back" in captured.err


def test_forget(kept: list[str], capsys: Captured) -> None:
    with Store(str(STORE)) as store:
        over(store, -400)
    assert checker("forget", "--older-than", "400d") == 0
    captured = capsys.readouterr()
    assert "3 sweeps archived" in captured.err
    assert captured.out == ""
    assert len(list(ARCHIVE.iterdir())) == 3


def test_the_table_of_others(kept: list[str], capsys: Captured) -> None:
    text = "code,domain,starttls,https,dnssec,www_ipv6,mail_ipv6\nR000,region0.se,Ja,Nej,Nej,Nej,Ja\n"
    Path("mine.csv").write_text(text)
    assert checker("baseline", "mine.csv", "--date", "2019-05-02", "--name", "uppföljning") == 2
    assert checker("baseline", "mine.csv", "--date", "2019-05-02", "--name", "uppfoljning-2019") == 0
    assert "uppfoljning-2019: 1 rows stored" in capsys.readouterr().err
    assert checker("baseline", "mine.csv", "--date", "2019-05-02", "--name", "uppfoljning-2019") == 0
    assert "was there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export"], "name the sweeps to export, or --all"),
        (["export", "x", "--all"], "name the sweeps to export, or --all"),
        (["export", "1999"], "no sweep is called '1999'"),
        (["import"], "Missing argument"),
        (["import", "empty"], "empty: there are no archives in this directory"),
        (["import", "missing.gz"], "missing.gz: there is no such file"),
        (["baseline", "x.csv"], "a table of your own needs its --date and a --name"),
        (["baseline", "--date", "2017-12-13"], "--date: goes with a table of your own"),
        (["baseline", "x.csv", "--date", "nyss", "--name", "x"], "--date: must be a day"),
        (["baseline", "x.csv", "--date", "2019-05-02", "--name", "x"], "x.csv: cannot be read"),
        (["forget", "--older-than", "soon"], "--older-than: must be a number of days"),
        (["list", "--store", "output/site/x.db"], "lies inside the site"),
        (["list", "--store", "postgresql://me:hush@db/x"], "--store: has a password in it"),
        (["list", "--output", "elsewhere/site"], "elsewhere/checker.db: there is no such store"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, kept: list[str], capsys: Captured) -> None:
    Path("empty").mkdir()
    assert checker(*arguments) in {2, 3}
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert "hush" not in captured.err
    assert "Traceback" not in captured.err


def test_nothing_is_taken_while_a_sweep_holds_the_store(kept: list[str], capsys: Captured) -> None:
    with Store(str(STORE)) as store, store.lock():
        for arguments in (["forget"], ["baseline"], ["import", "x.gz"]):
            assert checker(*arguments) == 3
            assert "another sweep is under way" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "address", "may"),
    [
        ({}, "checker.db", True),
        ({}, "postgresql://me@db/x", False),
        ({"archive": "off"}, "postgresql://me@db/x", True),
        ({"archive": "a"}, "postgresql://me@db/x", True),
    ],
)
def test_nothing_is_forgotten_for_want_of_an_archive(
    given: dict[str, str], address: str, may: bool, kept: list[str]
) -> None:
    settings = load_settings({"keep_observations": 1, **given})
    with Store(str(STORE)) as store:
        over(store, 3)
        retain_by_settings(store, settings, address, now=night(900))
        left = next(store.observations.stored(kept[0]), None)
    assert (left is None) is may


def test_forget_asks_where_the_archive_is_to_be(capsys: Captured) -> None:
    assert main(["store", "forget", "--store", "postgresql://me@127.0.0.1:1/x"]) == 2
    assert "archive: is not set" in capsys.readouterr().err


def test_where_the_store_and_its_archives_are() -> None:
    settings = load_settings({})
    assert store_setting(settings) == "output/checker.db"
    assert store_setting(settings, Path("site")) == "checker.db"
    assert archive_directory(settings, "output/checker.db") == Path("output/archive")
    assert archive_directory(settings, "sqlite:///var/x.db") == Path("var/archive")
    assert archive_directory(settings, "postgresql://me@db/x") is None
    assert archive_directory(load_settings({"archive": "off"}), "checker.db") is None
    assert archive_directory(load_settings({"archive": "a"}), "postgresql://me@db/x") == Path("a")


def test_places_in_a_settings_file_are_relative_to_it() -> None:
    Path("etc").mkdir()
    path = Path("etc/mine.toml")
    path.write_text('store = "x.db"\narchive = "old"\n')
    settings = load_settings({}, config=path)
    assert (settings.store, settings.archive) == ("etc/x.db", "etc/old")
    path.write_text('store = "postgresql://me@db/x"\narchive = "off"\n')
    settings = load_settings({}, config=path)
    assert (settings.store, settings.archive) == ("postgresql://me@db/x", "off")


@pytest.mark.parametrize("address", ["postgresql://me:hush@db/x", "postgresql://db/x?user=me&password=hush"])
def test_a_password_stands_in_a_file_or_in_the_environment(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path("mine.toml")
    path.write_text(f'store = "{address}"\n')
    with pytest.raises(SettingsError, match=r"mine\.toml: store: has a password in it") as caught:
        load_settings({}, config=path)
    assert "hush" not in str(caught.value)
    monkeypatch.setenv("CHECKER_STORE", address)
    assert load_settings({}).store == address
    monkeypatch.setenv("CHECKER_STORE", address + "x" * 1000)
    with pytest.raises(SettingsError) as caught:
        load_settings({})
    assert "hush" not in str(caught.value)


def test_the_password_of_a_file_goes_into_the_address(capsys: Captured) -> None:
    Path("secret").write_text("a/b@c\n")
    given = {"store": "postgresql://me@db/x", "store_password_file": "secret"}
    assert store_setting(load_settings(given)) == "postgresql://me:a%2Fb%40c@db/x"


def test_trouble_with_the_archive_is_told_and_spoils_nothing(
    kept: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("checker"), "propagate", True)  # commands take it away
    STORE.with_name("archive").write_text("a file in the way")
    with Store(str(STORE)) as store:
        retain_by_settings(store, load_settings({}), str(STORE), now=night(3))
    assert "nothing is forgotten before it is archived" in caplog.text
