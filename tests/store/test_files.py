"""Stores that are files, and what can be wrong with a file."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from checker.parking import Parked
from checker.store.errors import StoreError
from checker.store.lock import AlreadySweepingError
from checker.store.store import Store
from tests.store.processes import ROOT, WRITE, running
from tests.store.samples import INTERMEDIATE, LEAF, begun, evidence, interval, judged, judgement

SHORT_S = 0.2
SEED, FLIPS = 2017, 60
MOUNTED = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
TRY = """
import sys
from checker.store.errors import StoreError
from checker.store.store import Store
try:
    with Store(sys.argv[1]) as store, store.using():
        store.sweeps.all()
except StoreError as error:
    print(error)
else:
    print("opened")
"""


def filled(path: Path) -> None:
    with Store(str(path)) as store:
        sweep = begun(store, 40)
        for position in range(30):
            store.observations.keep(
                sweep.id, position, evidence(position, LEAF + bytes([position]), INTERMEDIATE)
            )
        store.observations.park(sweep.id, 39, Parked(evidence=evidence(39, LEAF)))
        store.judgements.put(judgement(sweep), map(judged, range(30)))
        with store.transaction() as connection:
            store.intervals.put("domains", [interval(f"R{number:03}") for number in range(30)], connection)


def read_through(address: str) -> None:
    """All that is in it, and one row more. Raises StoreError."""
    with Store(address) as store, store.using():
        for sweep in store.sweeps.all():
            list(store.sweeps.rows(sweep.id))
            for judged_once in store.judgements.of_sweep(sweep.id):
                list(store.judgements.cells(judged_once.id))
                list(store.judgements.results(judged_once.id))
            list(store.observations.seen(sweep.id))
            list(store.observations.parked(sweep.id))
        codes = store.intervals.standing_codes("domains")
        store.intervals.standing("domains", codes)
        begun(store, 1)


def words_about(path: Path) -> list[str]:
    """What the operator is told of it, nothing when it can be used."""
    try:
        read_through(str(path))
    except StoreError as error:
        return [str(error)]
    return []


def refused(address: str) -> str:
    with pytest.raises(StoreError) as caught:
        read_through(address)
    assert address in str(caught.value)
    return str(caught.value)


def test_what_is_committed_survives_a_power_cut(address: str, store: Store) -> None:
    for connection in (store.engine.connect(), store.engine.connect()):
        with connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2, "FULL"
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    begun(store)
    assert Path(f"{address}-wal").exists()


def test_a_reader_does_not_wait_for_a_writer(address: str, store: Store) -> None:
    sweep = begun(store)
    with store.transaction(), Store(address, busy_s=0) as beside:
        assert beside.sweeps.all() == [sweep]


def test_a_writer_waits_for_a_writer(address: str) -> None:
    with Store(address, busy_s=600) as store:
        begun(store)
        with running(WRITE, address) as writer:
            read, written = os.pipe()
            child = os.fork()
            if not child:  # lets the writer end once we wait
                os.close(written)
                os.read(read, 1)
                os.kill(writer.pid, signal.SIGKILL)
                os._exit(0)
            os.close(read)
            os.close(written)
            assert begun(store).id == "20261122T020000Z-2"
            os.waitpid(child, 0)


def test_a_store_that_stays_locked_is_told(address: str) -> None:
    with Store(address, busy_s=SHORT_S) as store:
        with running(WRITE, address), pytest.raises(StoreError) as caught, store.using():
            begun(store)
        assert str(caught.value) == (
            f"{address}: another program has locked it for too long; end that program and run again"
        )
        with store.using():
            begun(store)


def test_a_new_store_that_is_locked_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    path.touch()
    with running(WRITE, str(path)), pytest.raises(StoreError, match="locked it for too long"):
        Store(str(path), busy_s=SHORT_S)
    Store(str(path)).close()


def test_without_create_a_store_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "checker.db"
    with pytest.raises(StoreError, match="there is no such store"):
        Store(str(path), create=False)
    assert list(tmp_path.iterdir()) == []


def test_the_database_of_another_program_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "recipes.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    assert "is the database of another program" in refused(str(path))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def make_directory(path: Path) -> None:
    path.mkdir()


def make_text(path: Path) -> None:
    path.write_text("code,region,domain,web_host,mail_domain\n" * 100, encoding="utf-8")


def make_short_text(path: Path) -> None:
    path.write_text("x", encoding="utf-8")


def cut_to_half(path: Path) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size // 2)


def cut_to_one_page(path: Path) -> None:
    filled(path)
    os.truncate(path, 4096)


def cut_within_the_head(path: Path) -> None:
    filled(path)
    os.truncate(path, 50)


def overwrite(path: Path) -> None:
    filled(path)
    size = path.stat().st_size
    path.write_bytes(random.Random(2018).randbytes(size))


@pytest.mark.parametrize(
    ("make", "way_out"),
    [
        (make_directory, "is not a file; name one with --store"),
        (make_text, "checker store import"),
        (make_short_text, "checker store import"),
        (cut_to_half, "checker store import"),
        (cut_to_one_page, "checker store import"),
        (cut_within_the_head, "checker store import"),
        (overwrite, "checker store import"),
    ],
)
def test_what_is_no_store_any_more_is_named_with_the_way_out(
    tmp_path: Path, make: Callable[[Path], None], way_out: str
) -> None:
    path = tmp_path / "checker.db"
    make(path)
    assert way_out in refused(str(path))


def test_a_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    make_text(tmp_path / "var")
    with pytest.raises(StoreError, match=r"var/checker.db: cannot be opened or made: "):
        Store(str(tmp_path / "var" / "checker.db"))


def test_no_flipped_bit_gives_anything_but_words(tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    filled(whole)
    octets = whole.read_bytes()
    drawn = random.Random(SEED)
    path = tmp_path / "checker.db"
    said = []
    for _ in range(FLIPS):
        broken = bytearray(octets)
        # the first page is what everything hangs on; elsewhere a flip hits data
        place = drawn.randrange(4096 if drawn.random() < 0.3 else len(octets))
        broken[place] ^= 1 << drawn.randrange(8)
        path.write_bytes(broken)
        said += words_about(path)
        for rest in tmp_path.glob("checker.db-*"):
            rest.unlink()
    assert len(said) > FLIPS // 10
    assert [words for words in said if "checker.db" not in words or "\n" in words] == []


def test_a_name_that_leads_to_the_store_is_the_same_lock(tmp_path: Path) -> None:
    with Store(str(tmp_path / "checker.db")) as store, store.lock():
        (tmp_path / "alias.db").symlink_to(tmp_path / "checker.db")
        with Store(str(tmp_path / "alias.db")) as other, pytest.raises(AlreadySweepingError):
            other.lock().__enter__()


def test_a_program_that_the_holder_started_does_not_keep_the_lock(store: Store) -> None:
    with store.lock():
        child = subprocess.Popen(("cat",), stdin=subprocess.PIPE, close_fds=False)
    with child, store.lock():
        assert child.poll() is None


def test_a_lock_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with Store(str(tmp_path / "checker.db")) as store:
        (tmp_path / "checker.db.lock").mkdir()
        with pytest.raises(StoreError, match=r"checker\.db\.lock: cannot be opened"):
            store.lock().__enter__()


@pytest.mark.parametrize("scenario", ["there before", "to be made"])
def test_a_directory_that_is_read_only_is_named(tmp_path: Path, scenario: str) -> None:
    if os.geteuid() or not shutil.which("unshare"):
        pytest.skip("needs root and unshare: a read-only mount of our own")
    path = tmp_path / "checker.db"
    if scenario == "there before":
        filled(path)
    done = subprocess.run(
        ("unshare", "--mount", "sh", "-c", MOUNTED, "sh", tmp_path, sys.executable, "-c", TRY, path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"no mount of our own here: {done.stderr}")
    assert done.stderr == ""
    assert str(path) in done.stdout
    assert "permissions" in done.stdout


def test_a_new_store_and_what_lies_beside_it_are_nobody_elses_to_read(tmp_path: Path) -> None:
    with Store(str(tmp_path / "checker.db")) as store, store.lock():
        begun(store)
        assert {path.name: oct(path.stat().st_mode & 0o077) for path in tmp_path.glob("checker.db*")} == {
            name: ("0o44" if name.endswith(".lock") else "0o0")
            for name in ("checker.db", "checker.db-wal", "checker.db-shm", "checker.db.lock")
        }
