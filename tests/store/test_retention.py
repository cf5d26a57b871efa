"""What is kept and what goes: nothing that could not be archived, never the newest, never what is under way."""

from datetime import timedelta
from pathlib import Path

import pytest

from checker.store.archive import archives_in
from checker.store.archive_import import import_archive
from checker.store.archive_reader import ArchiveError, read_end
from checker.store.errors import StoreError
from checker.store.overview import overview
from checker.store.retention import retain
from checker.store.store import Store
from checker.store.tables import rows
from tests.store.archived import ROWS, night, over, stopped
from tests.store.samples import LEAF, begun, evidence

NOW = night(9) + timedelta(hours=1)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def observations(store: Store) -> list[int]:
    return [listed.observations for listed in overview(store)]


def test_every_sweep_that_is_over_gets_its_archive(store: Store, archive: Path) -> None:
    ids = [over(store, 0).id, stopped(store, 1).id]
    begun(store, ROWS, night(2))
    retained = retain(store, now=NOW, archive=archive)
    assert (retained.archived, retained.forgotten, retained.removed) == (tuple(ids), 0, ())
    assert [path.name for path in archives_in(archive)] == [f"{sweep_id}.jsonl.gz" for sweep_id in ids]
    assert retain(store, now=NOW, archive=archive).archived == ()


def test_old_observations_go_and_can_come_back(store: Store, archive: Path) -> None:
    for number in (0, 1, 8):
        over(store, number)
    before = list(store.observations.seen(store.sweeps.all()[0].id))
    retained = retain(store, now=NOW, archive=archive, keep_observations=7)
    assert retained.forgotten == 2 * ROWS
    assert observations(store) == [0, 0, ROWS]
    assert [listed.is_forgotten for listed in overview(store)] == [True, True, False]
    import_archive(store, archives_in(archive)[0], replace=True)
    assert list(store.observations.seen(store.sweeps.all()[0].id)) == before


def test_the_newest_of_each_list_and_what_is_under_way_are_spared(store: Store, archive: Path) -> None:
    over(store, 0, series="mine")
    over(store, 1)
    over(store, 2)
    running = begun(store, ROWS, night(3))
    store.observations.keep(running.id, 0, evidence(0, LEAF))
    retained = retain(store, now=night(999), archive=archive, keep_observations=1)
    assert retained.forgotten == ROWS
    assert observations(store) == [ROWS, 0, ROWS, 1]
    assert len(list(store.observations.seen(store.sweeps.all()[0].id))) == ROWS  # its certificates too


def test_without_an_archive_things_are_forgotten_all_the_same(store: Store) -> None:
    over(store, 0)
    over(store, 8)
    assert retain(store, now=NOW, archive=None, keep_observations=7).forgotten == ROWS


def test_for_ever(store: Store, archive: Path) -> None:
    over(store, 0)
    over(store, 8)
    assert retain(store, now=night(9999), archive=archive, keep_observations=0).forgotten == 0
    assert observations(store) == [ROWS, ROWS]


def test_what_cannot_be_archived_is_not_forgotten(store: Store, archive: Path) -> None:
    over(store, 0)
    over(store, 8)
    archive.write_text("a file where the directory should be")
    with pytest.raises(ArchiveError, match="cannot be written"):
        retain(store, now=NOW, archive=archive, keep_observations=7)
    assert observations(store) == [ROWS, ROWS]


def test_what_is_damaged_is_not_forgotten(store: Store, archive: Path) -> None:
    over(store, 0)
    over(store, 8)
    with store.transaction() as connection:
        connection.execute(rows.update().where(rows.c.position == 1).values(observation=b"x"))
    with pytest.raises(StoreError, match="the observation of row R001"):
        retain(store, now=NOW, archive=archive, keep_observations=7)
    assert observations(store) == [ROWS, ROWS]


def test_the_last_archive_has_what_was_judged_since(store: Store, archive: Path) -> None:
    sweep = over(store, 0)
    over(store, 8)
    retain(store, now=NOW, archive=archive)
    store.judgements.put(store.judgements.of_sweep(sweep.id)[0], ())
    retain(store, now=NOW, archive=archive, keep_observations=7)
    end = read_end(archives_in(archive)[0])
    assert (end.observations, end.verdicts) == (ROWS, ROWS)


def test_old_archives_go_and_are_not_written_again(store: Store, archive: Path) -> None:
    for number in (0, 1, 8):
        over(store, number)
    retain(store, now=NOW, archive=archive)
    (archive / "notes.jsonl.gz").write_text("not an archive")
    removed = retain(store, now=NOW, archive=archive, keep_archives=7, keep_observations=7).removed
    assert [path.name for path in removed] == [f"{sweep.id}.jsonl.gz" for sweep in store.sweeps.all()[:2]]
    left = [path.name for path in archives_in(archive)]
    assert left == [f"{store.sweeps.all()[2].id}.jsonl.gz", "notes.jsonl.gz"]
    again = retain(store, now=NOW, archive=archive, keep_archives=7, keep_observations=7)
    assert (again.archived, again.removed) == ((), ())


def test_the_newest_archive_stays_however_old(store: Store, archive: Path) -> None:
    over(store, 0)
    retained = retain(store, now=night(9999), archive=archive, keep_archives=1)
    assert (len(retained.archived), retained.removed) == (1, ())
