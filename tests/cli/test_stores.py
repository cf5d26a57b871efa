"""Which store a command means, and what becomes of its trouble."""

from pathlib import Path

import pytest

from checker.cli.exits import ExitCode, Quit
from checker.cli.next_steps import Place
from checker.cli.stores import archive_directory, locked, opened, series_of, store_setting
from checker.settings import Settings, load_settings
from checker.store.errors import DamagedError
from checker.store.store import Store
from tests.store.samples import sweep


def settings(**given: object) -> Settings:
    return load_settings(given)


def test_the_store_lies_beside_the_site() -> None:
    assert store_setting(settings(), Path("output/site")) == "output/checker.db"
    assert store_setting(settings(), Path("site")) == "checker.db"
    assert store_setting(settings(store="var/x.db"), Path("site")) == "var/x.db"
    assert store_setting(settings(store="sqlite:///var/x.db"), Path("site")) == "sqlite:///var/x.db"


@pytest.mark.parametrize(
    "given", ["site/x.db", "site/deep/x.db", "sqlite:///site/x.db", "other/../site/x.db"]
)
def test_never_inside_the_site(given: str) -> None:
    with pytest.raises(Quit, match="lies inside the site, which is replaced as a whole") as ending:
        store_setting(settings(store=given), Path("site"))
    assert ending.value.code is ExitCode.USAGE


def test_a_password_comes_from_its_file() -> None:
    Path("password").write_text("hemlig/åäö:@\n", encoding="utf-8")
    given = settings(store="postgresql://kollen@db/kollen", store_password_file="password")
    assert store_setting(given) == "postgresql://kollen:hemlig%2F%C3%A5%C3%A4%C3%B6%3A%40@db/kollen"
    Path("password").write_bytes(b"\xff")
    with pytest.raises(Quit, match="store_password_file password: cannot be read as text"):
        store_setting(given)


@pytest.mark.parametrize(
    ("store", "archive", "place"),
    [
        (None, None, "output/archive"),
        ("var/x.db", None, "var/archive"),
        ("postgresql://db/x", None, None),
        ("var/x.db", "off", None),
        ("postgresql://db/x", "kept", "kept"),
    ],
)
def test_where_archives_are_kept(store: str | None, archive: str | None, place: str | None) -> None:
    given = settings(store=store, archive=archive)
    found = archive_directory(given, store_setting(given, Path("output/site")))
    assert (str(found) if found else None) == place


@pytest.mark.parametrize(
    ("path", "series"),
    [("domains.csv", "domains"), ("a/b/regioner.2026.csv", "regioner.2026"), (f"{'x' * 200}.csv", "x" * 100)],
)
def test_the_series_of_a_list(path: str, series: str) -> None:
    assert series_of(Path(path)) == series


def test_trouble_with_the_store_ends_the_command() -> None:
    with pytest.raises(Quit, match=r"store nowhere\.db: ") as ending, opened("nowhere.db"):
        pass
    assert ending.value.code is ExitCode.FAILED
    with pytest.raises(Quit, match=r"store .*a row is no row"), opened("checker.db", create=True):
        raise DamagedError("a row is no row")
    Path("text.db").write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(Quit, match=r"store text\.db: ") as ending, opened("text.db"):
        pass
    assert ending.value.code is ExitCode.FAILED


def test_one_sweep_at_a_time() -> None:
    with Store("checker.db") as one, Store("checker.db") as other, locked(one):
        with pytest.raises(Quit) as ending, locked(other):
            pass
        assert ending.value.code is ExitCode.FAILED


def test_what_an_operator_is_told_to_type() -> None:
    here = Path.cwd()
    place = Place(
        settings=settings(), store="min db/checker.db", output=Path("site"), path=Path("mina län.csv")
    )
    held = sweep()
    store = f"--store '{here}/min db/checker.db'"
    assert place.look(held) == f"checker diff {store} LAST {held.id}"
    assert place.publish(held) == f"checker render {store} --output {here}/site --accept {held.id}"
    assert place.measure(held) == (
        f"checker sweep '{here}/mina län.csv' {store} --output {here}/site --ruleset 2026"
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql://kollen@db/x", "checker diff --store postgresql://kollen@db/x LAST 20261122T020000Z"),
        ("postgresql://kollen:hemlig@db/x", "checker diff LAST 20261122T020000Z"),
    ],
)
def test_no_password_is_told_to_anybody(given: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKER_STORE", given)
    place = Place(settings=settings(), store="postgresql://kollen@db/x", output=Path("site"))
    assert place.look(sweep()) == shown
