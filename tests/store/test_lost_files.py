"""A store that is a file: damaged, and lost and brought back from its archives."""

from pathlib import Path

from checker.judging import cells_under
from checker.store.archive import archives_in, export_sweep
from checker.store.archive_import import Import, import_archives
from checker.store.errors import StoreError
from checker.store.history import rebuild
from checker.store.integrity import problems
from checker.store.store import Store
from tests.store.archived import ROWS, lines_in, over, stopped


def told(store: Store) -> list[str]:
    return list(problems(store, lambda _: None))


def history(store: Store, series: str) -> int:
    with store.transaction() as connection:
        return rebuild(store, series, connection, judge=cells_under)


def test_a_lost_database_comes_back(tmp_path: Path, address: str) -> None:
    with Store(address) as store:
        kept = [over(store, number) for number in (0, 1, 2)] + [stopped(store, 3)]
        history(store, "domains")
        for sweep in kept:
            export_sweep(store, sweep, tmp_path / "archive")
        before = [lines_in(store, sweep) for sweep in kept]
        seen = [list(store.observations.seen(sweep.id)) for sweep in kept]
        intervals = [store.intervals.of_row("domains", f"R00{place}") for place in range(ROWS)]
        assert all(intervals)
    for path in Path(address).parent.glob("checker.db*"):
        path.unlink()
    with Store(address) as store:
        paths = reversed(archives_in(tmp_path / "archive"))
        outcomes = import_archives(store, paths, rebuild=lambda series: history(store, series))
        assert [imported.outcome for imported in outcomes] == [Import.TAKEN] * 4
        assert store.sweeps.all() == kept
        assert [lines_in(store, sweep) for sweep in kept] == before
        assert [list(store.observations.seen(sweep.id)) for sweep in kept] == seen
        assert [store.intervals.of_row("domains", f"R00{place}") for place in range(ROWS)] == intervals
        assert store.outbox.waiting() == 0  # nobody is told again


def test_rows_of_nothing_are_told(store: Store) -> None:
    over(store)
    raw = store.engine.raw_connection()
    raw.cursor().execute("PRAGMA foreign_keys = OFF")
    raw.cursor().execute("DELETE FROM sweeps")
    raw.close()
    assert "table rows has a row that belongs to nothing" in told(store)


def test_a_damaged_file_is_told(address: str) -> None:
    with Store(address) as store:
        over(store, rows=60)
        raw = store.engine.raw_connection()
        raw.cursor().execute(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        )  # everything into the file, nothing in the log
        raw.close()
    path = Path(address)
    data = bytearray(path.read_bytes())
    half = len(data) // 2
    data[half : half + 8192] = b"\xa5" * 8192
    path.write_bytes(data)
    try:
        with Store(address) as store:
            found = told(store)
    except StoreError as error:
        found = [str(error)]
    assert found
