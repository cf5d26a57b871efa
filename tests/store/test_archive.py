"""Archives written: the same bytes for the same sweep, whole or not there, and never less than there was."""

import gzip
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from checker.store.archive import Export, export_sweep, schema_text
from checker.store.archive_import import Import, import_archive
from checker.store.archive_reader import ArchiveError, read_archive, read_end
from checker.store.archive_writer import sweep_lines
from checker.store.errors import StoreError
from checker.store.reading import one_moment
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.store.tables import certificates
from tests.store.archived import ROWS, lines_in, night, objects, over, stopped
from tests.store.samples import INTERMEDIATE, LEAF, begun, evidence

VALIDATOR = Draft202012Validator(json.loads(schema_text()))


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    with Store(str(tmp_path / "other.db")) as other:
        yield other


@pytest.mark.parametrize("kind", [over, stopped])
def test_what_is_exported_imported_and_exported_is_the_same(
    kind: object, store: Store, other: Store, tmp_path: Path
) -> None:
    sweep: StoredSweep = kind(store)  # type: ignore[operator]
    first = export_sweep(store, sweep, tmp_path / "first")
    assert import_archive(other, first.path) is Import.TAKEN
    (there,) = other.sweeps.all()
    second = export_sweep(other, there, tmp_path / "second")
    assert (there, second.end) == (sweep, first.end)
    assert second.path.read_bytes() == first.path.read_bytes()
    assert list(other.observations.seen(sweep.id)) == list(store.observations.seen(sweep.id))
    assert list(other.observations.parked(sweep.id)) == list(store.observations.parked(sweep.id))
    for ours, theirs in zip(
        store.judgements.of_sweep(sweep.id), other.judgements.of_sweep(sweep.id), strict=True
    ):
        assert list(other.judgements.cells(theirs.id)) == list(store.judgements.cells(ours.id))
        assert list(other.judgements.results(theirs.id)) == list(store.judgements.results(ours.id))


def test_every_line_is_as_the_schema_says(store: Store, tmp_path: Path) -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)
    for number, kind in enumerate((over, stopped)):
        path = export_sweep(store, kind(store, number), tmp_path).path
        for line in objects(path):
            VALIDATOR.validate(line)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (0, {"version": 2}),
        (0, {"more": 1}),
        (1, {"digest": "x"}),
        (3, {"position": -1}),
        (3, {"state": "lost"}),
        (-2, {"cells": {}}),
        (-1, {"rows": "3"}),
        (-1, {"kind": "ende"}),
    ],
)
def test_the_schema_refuses_what_is_none_of_ours(
    place: int, change: dict[str, object], store: Store, tmp_path: Path
) -> None:
    line = objects(export_sweep(store, over(store), tmp_path).path)[place]
    assert VALIDATOR.is_valid(line)
    assert not VALIDATOR.is_valid(line | change)


def test_each_certificate_stands_once_before_the_row_that_has_it(store: Store, tmp_path: Path) -> None:
    exported = export_sweep(store, over(store), tmp_path)
    kinds = [line["kind"] for line in objects(exported.path)]
    assert kinds == [
        "head",
        *("certificate", "certificate", "row", "certificate", "row", "row"),
        *("judgement", "verdict", "verdict", "verdict") * 2,
        "end",
    ]
    counts = (exported.end.certificates, exported.end.rows, exported.end.observations)
    assert (*counts, exported.end.judgements, exported.end.verdicts) == (3, ROWS, ROWS, 2, 2 * ROWS)


def test_the_file_says_neither_when_nor_where_it_was_written(store: Store, tmp_path: Path) -> None:
    path = export_sweep(store, over(store), tmp_path).path
    head = path.read_bytes()[:10]
    assert (head[:4], head[4:8]) == (b"\x1f\x8b\x08\x00", bytes(4))  # no name; no time (RFC 1952 §2.3)


def test_others_on_the_machine_cannot_read_archives(store: Store, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = export_sweep(store, over(store), tmp_path / "deep" / "archive").path
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_sweep_under_way_is_not_exported(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="is under way, or was cut short"):
        export_sweep(store, begun(store), tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


def test_an_archive_is_written_anew_only_when_there_is_something_new(store: Store, tmp_path: Path) -> None:
    sweep = over(store)
    path = export_sweep(store, sweep, tmp_path).path
    standing = path.stat().st_ino
    assert export_sweep(store, sweep, tmp_path).outcome is Export.UNCHANGED
    assert path.stat().st_ino == standing
    judgements = store.judgements.of_sweep(sweep.id)
    store.judgements.put(judgements[0], ())
    exported = export_sweep(store, sweep, tmp_path)
    assert (exported.outcome, exported.end.verdicts) == (Export.WRITTEN, ROWS)


def test_what_the_store_has_forgotten_stays_in_the_archive(store: Store, tmp_path: Path) -> None:
    sweep = over(store)
    first = export_sweep(store, sweep, tmp_path)
    assert store.observations.forget(night(1)) == ROWS
    second = export_sweep(store, sweep, tmp_path)
    assert (second.outcome, second.end) == (Export.KEPT, first.end)
    assert read_end(first.path) == first.end
    assert export_sweep(store, sweep, tmp_path / "elsewhere").end.observations == 0


def test_a_damaged_archive_is_replaced(store: Store, tmp_path: Path) -> None:
    sweep = over(store)
    path = export_sweep(store, sweep, tmp_path).path
    path.write_bytes(path.read_bytes()[:-20])
    assert export_sweep(store, sweep, tmp_path).outcome is Export.WRITTEN
    assert read_end(path).rows == ROWS


def test_an_archive_of_another_list_is_left_alone(store: Store, other: Store, tmp_path: Path) -> None:
    path = export_sweep(other, over(other, series="mine"), tmp_path).path
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="holds another sweep of the same name, of 'mine'"):
        export_sweep(store, over(store), tmp_path)
    assert path.read_bytes() == before


def test_what_cannot_be_written_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    sweep = over(store)
    archive = tmp_path / "archive"
    (archive / f"{sweep.id}.jsonl.gz" / "in the way").mkdir(parents=True)
    with pytest.raises(ArchiveError, match=r"cannot be written: .*; what stood there stays"):
        export_sweep(store, sweep, archive)
    assert [path.name for path in archive.iterdir()] == [f"{sweep.id}.jsonl.gz"]


def test_what_a_killed_process_left_is_removed(store: Store, tmp_path: Path) -> None:
    sweep = over(store)
    (tmp_path / f".{sweep.id}.jsonl.gz.abc123.part").write_bytes(b"half")
    (tmp_path / ".another.jsonl.gz.abc123.part").write_bytes(b"half")
    path = export_sweep(store, sweep, tmp_path).path
    assert sorted(found.name for found in tmp_path.glob("*.part")) == [".another.jsonl.gz.abc123.part"]
    assert gzip.decompress(path.read_bytes())


def test_a_lost_certificate_is_told_and_nothing_is_written(store: Store, tmp_path: Path) -> None:
    sweep = over(store)
    with store.transaction() as connection:
        connection.execute(certificates.delete().where(certificates.c.der == LEAF))
    with pytest.raises(StoreError, match=r"certificate \w+ of row R000 in sweep \S+ is missing"):
        export_sweep(store, sweep, tmp_path / "archive")
    assert list((tmp_path / "archive").iterdir()) == []


def test_a_sweep_is_read_as_it_was_when_the_export_began(store: Store) -> None:
    sweep = over(store)
    whole = lines_in(store, sweep)
    with one_moment(store.engine) as connection:
        lines = sweep_lines(connection, sweep)
        begun_with = [next(lines), next(lines)]
        store.observations.forget(night(1))
        assert [*begun_with, *lines] == whole


def test_many_rows_are_read_page_by_page(store: Store, tmp_path: Path) -> None:
    sweep = begun(store, 450)
    store.sweeps.update(replace(sweep, state=State.STOPPED))
    store.observations.keep(sweep.id, 449, evidence(449, LEAF, INTERMEDIATE))
    (sweep,) = store.sweeps.all()
    exported = export_sweep(store, sweep, tmp_path)
    assert (exported.end.rows, exported.end.observations) == (450, 1)
    assert sum(1 for _ in read_archive(exported.path)) == 1 + 2 + 450 + 1
