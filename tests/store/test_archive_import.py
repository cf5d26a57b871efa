"""Archives taken in: all or nothing, in the order of time, twice without harm; and a lost database brought back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checker.judging import cells_under
from checker.store.archive import export_sweep
from checker.store.archive_import import Import, import_archive, import_archives
from checker.store.archive_reader import ArchiveError
from checker.store.history import rebuild
from checker.store.store import Store
from checker.store.stored_sweep import State
from checker.store.tables import certificates, changes, rows, sweeps
from tests.store.archived import ROWS, lines_in, night, objects, over, write
from tests.store.samples import begun, judged, judgement


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Store]:
    with Store(str(tmp_path / "origin.db")) as origin:
        yield origin


def history(store: Store, series: str) -> int:
    with store.transaction() as connection:
        return rebuild(store, series, connection, judge=cells_under)


def counts(store: Store) -> list[int]:
    with store.engine.connect() as connection:
        return [len(connection.execute(table.select()).all()) for table in (sweeps, rows, certificates)]


def test_oldest_first_and_history_once_a_series(origin: Store, store: Store, tmp_path: Path) -> None:
    kept = [over(origin, 2), over(origin, 0, series="mine"), over(origin, 1)]
    paths = [export_sweep(origin, sweep, tmp_path).path for sweep in kept]
    made: list[str] = []
    outcomes = list(import_archives(store, paths, rebuild=made.append))
    assert [imported.path for imported in outcomes] == [paths[1], paths[2], paths[0]]
    assert sorted(made) == ["domains", "mine"]


def test_what_is_there_is_skipped_and_its_history_made_all_the_same(origin: Store, tmp_path: Path) -> None:
    path = export_sweep(origin, over(origin), tmp_path).path
    before = counts(origin)
    made: list[str] = []
    (imported,) = import_archives(origin, [path, path], rebuild=made.append)
    assert (imported.outcome, made, counts(origin)) == (Import.THERE, ["domains"], before)


def test_published_and_judged_since_is_still_the_same(origin: Store, tmp_path: Path) -> None:
    sweep = over(origin)
    path = export_sweep(origin, sweep, tmp_path).path
    origin.sweeps.update(replace(sweep, published=night(5)))
    origin.judgements.put(judgement(sweep, version="2"), [judged()])
    assert import_archive(origin, path) is Import.THERE
    assert len(origin.judgements.of_sweep(sweep.id)) == 3


def test_an_archive_without_observations_takes_none_away(origin: Store, store: Store, tmp_path: Path) -> None:
    whole = export_sweep(origin, over(origin), tmp_path / "whole").path
    import_archive(store, whole)
    origin.observations.forget(night(1))
    (sweep,) = origin.sweeps.all()
    assert import_archive(store, export_sweep(origin, sweep, tmp_path / "less").path) is Import.THERE


def test_forgotten_observations_come_back_when_asked_for(origin: Store, tmp_path: Path) -> None:
    sweep = over(origin)
    path = export_sweep(origin, sweep, tmp_path).path
    before = lines_in(origin, sweep)
    origin.observations.forget(night(1))
    with pytest.raises(ArchiveError, match=r"the store has forgotten them\. --replace takes"):
        import_archive(origin, path)
    assert import_archive(origin, path, replace=True) is Import.REPLACED
    assert lines_in(origin, sweep) == before
    assert import_archive(origin, path, replace=True) is Import.THERE


@pytest.mark.parametrize(
    ("scenario", "place", "change", "said"),
    [
        ("another sweep", 0, {"series": "mine"}, "it is another sweep"),
        ("other rows", 6, {"region": "X"}, "it has other rows"),
        ("judged otherwise", 7, {"software": "x"}, "it was judged otherwise"),
    ],
)
def test_other_contents_are_an_error_with_a_way_out(
    scenario: str, place: int, change: dict[str, object], said: str, origin: Store, tmp_path: Path
) -> None:
    path = export_sweep(origin, over(origin), tmp_path).path
    lines = objects(path)
    (lines[place].get("sweep") or lines[place].get("row") or lines[place]).update(change)
    write(path, lines)
    before = counts(origin)
    (imported,) = import_archives(origin, [path], rebuild=lambda _: None)
    assert imported.outcome is Import.FAILED, scenario
    assert said in imported.why
    assert "--replace" in imported.why
    assert "--store" in imported.why
    assert counts(origin) == before
    assert import_archive(origin, path, replace=True) is Import.REPLACED
    assert counts(origin) == before


def test_a_sweep_under_way_is_never_replaced(origin: Store, store: Store, tmp_path: Path) -> None:
    path = export_sweep(origin, over(origin), tmp_path).path
    begun(store, ROWS, night(0))
    with pytest.raises(ArchiveError, match="is under way in"):
        import_archive(store, path, replace=True)
    assert [sweep.state for sweep in store.sweeps.all()] == [State.RUNNING]


def test_damaged_files_leave_the_others_alone(origin: Store, store: Store, tmp_path: Path) -> None:
    paths = [export_sweep(origin, over(origin, number), tmp_path).path for number in (0, 1, 2)]
    paths[1].write_bytes(paths[1].read_bytes()[:-30])
    paths.append(tmp_path / "missing.jsonl.gz")
    outcomes = list(import_archives(store, paths, rebuild=lambda _: None))
    found = {imported.path: imported.outcome for imported in outcomes}
    assert found == dict(zip(paths, [Import.TAKEN, Import.FAILED, Import.TAKEN, Import.FAILED], strict=True))
    assert [sweep.started for sweep in store.sweeps.all()] == [night(0), night(2)]


def test_replacing_by_a_damaged_archive_keeps_what_is_there(origin: Store, tmp_path: Path) -> None:
    sweep = over(origin)
    path = export_sweep(origin, sweep, tmp_path).path
    before = lines_in(origin, sweep)
    lines = objects(path)
    lines[7]["software"] = "another"
    write(path, lines, sealed=False)
    with pytest.raises(ArchiveError, match="the file was changed"):
        import_archive(origin, path, replace=True)
    assert lines_in(origin, sweep) == before


def test_what_was_changed_with_a_replaced_sweep_goes_with_it(origin: Store, tmp_path: Path) -> None:
    kept = [over(origin, 0), over(origin, 1)]
    path = export_sweep(origin, kept[1], tmp_path).path
    origin.observations.forget(night(2))
    history(origin, "domains")
    import_archive(origin, path, replace=True)
    with origin.engine.connect() as connection:
        assert kept[1].id not in {found.sweep_id for found in connection.execute(changes.select())}


def test_large_sweeps_go_in_some_lines_at_a_time(
    origin: Store, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = over(origin, rows=7)
    path = export_sweep(origin, sweep, tmp_path).path
    monkeypatch.setattr("checker.store.archive_import.LINES_AT_ONCE", 2)
    import_archive(store, path)
    assert lines_in(store, sweep) == lines_in(origin, sweep)
