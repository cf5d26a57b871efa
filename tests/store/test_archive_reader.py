"""Archives as they may come: damaged, cut short, of another version, made to harm. None is taken in part."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.store import archive_reader
from checker.store.archive import export_sweep
from checker.store.archive_import import import_archive
from checker.store.archive_reader import ArchiveError, read_archive, read_end, read_head
from checker.store.store import Store
from tests.store.archived import lines_in, objects, over, stopped, write

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive: head, 2 certificates, row, certificate, 2 rows, 2 × (judgement, 3 verdicts), end."""
    place = tmp_path_factory.mktemp("origin")
    with Store(str(place / "origin.db")) as origin:
        return export_sweep(origin, over(origin), place).path.read_bytes()


@pytest.fixture
def archive(whole: bytes, tmp_path: Path) -> Path:
    """That archive, to be damaged."""
    path = tmp_path / "20261122T020000Z.jsonl.gz"
    path.write_bytes(whole)
    return path


def changed(place: int, **values: object) -> Callable[[Lines], None]:
    return lambda lines: lines[place].update(values)


def deeper(place: int, *path: object, value: object) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        found: Any = lines[place]
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = value

    return change


def moved(place: int, to: int) -> Callable[[Lines], None]:
    return lambda lines: lines.insert(to, lines.pop(place))


def doubled(place: int) -> Callable[[Lines], None]:
    return lambda lines: lines.insert(place, lines[place])


def removed(place: int) -> Callable[[Lines], object]:
    return lambda lines: lines.pop(place)


@pytest.mark.parametrize(
    ("scenario", "change", "said"),
    [
        ("another program", changed(0, format="x"), "line 1: is not the head of an archive of this program"),
        ("a newer version", changed(0, version=2), "line 1: was written by a newer version"),
        ("no version", changed(0, version=True), "line 1: has no version"),
        ("more in the head", changed(0, more=1), "line 1: must have format, version, sweep and nothing"),
        ("no head", removed(0), "line 1: is not the head"),
        ("two heads", doubled(0), "line 2: is not the head of an archive of this program, or a second one"),
        ("a path for an id", deeper(0, "sweep", "id", value="../x"), "line 1: has an id that no sweep has"),
        (
            "under way",
            deeper(0, "sweep", "state", value="running"),
            "line 1: is of a sweep that was under way",
        ),
        ("odd columns", deeper(0, "sweep", "columns", value=["dnssec", "https"]), "line 1: has columns"),
        ("half a second", deeper(0, "sweep", "started", value="2026-11-22T02:00:00.5Z"), "whole second"),
        ("NUL", deeper(0, "sweep", "why", value="\0"), "line 1: has a why that is no text"),
        ("endless", deeper(0, "sweep", "series", value="x" * 201), "line 1: has a series that is too long"),
        ("unknown kind", changed(3, kind="rows"), "line 4: is of no kind that this version knows: 'rows'"),
        ("no kind", changed(3, kind=[1]), "line 4: is of no kind that this version knows"),
        ("another digest", changed(1, digest="0" * 64), "line 2: has a certificate with another digest"),
        ("certificate twice", doubled(1), "line 3: has a certificate that was there already"),
        ("certificate missing", removed(1), "line 3: refers to a certificate that is not there"),
        ("certificate too late", moved(1, 3), "line 3: refers to a certificate that is not there"),
        ("certificate of nobody", moved(4, 1), "line 5: does not have certificate"),
        ("certificate behind", moved(4, 8), "line 5: refers to a certificate"),
        ("row twice", doubled(3), "line 5: has row 0 where row 1 should be"),
        ("row missing", removed(3), "where row 0 should be"),
        ("rows swapped", moved(5, 3), "line 4: has row 1 where row 0 should be"),
        ("negative row", changed(3, position=-1), "line 4: has a position that is none"),
        ("row of true", changed(3, position=True), "line 4: has a position that is none"),
        ("row lost", changed(3, state="lost"), "line 4: has a state that no row has"),
        ("seen but left", changed(3, state="left"), "line 4: has an observation that does not go"),
        ("observation of text", changed(3, observation="x"), "line 4: has an observation that does not go"),
        (
            "observation of nothing",
            changed(3, observation={}),
            "line 4: has an observation that cannot be read",
        ),
        ("waiting for nothing", changed(3, state="parked"), "line 4: has an observation that cannot be read"),
        (
            "another's observation",
            deeper(3, "row", "code", value="R9"),
            "line 4: has the observation of another",
        ),
        ("code", deeper(3, "row", "code", value="a/b"), "line 4: has a code that no row has"),
        ("code that climbs", deeper(3, "row", "code", value=".."), "line 4: has a code that no row has"),
        (
            "half a character",
            deeper(3, "row", "region", value="\ud800"),
            "line 4: has a region that is no text",
        ),
        ("fewer fields", deeper(3, "row", value={"code": "x"}), "line 4: cannot be read: value: Row lacks"),
        ("judged twice", changed(11, ruleset="2026"), "line 12: is a second judgement by 2026 1"),
        ("row behind a judgement", moved(6, 8), "has a row behind the first judgement"),
        ("verdict before", moved(8, 7), "has a verdict before any judgement"),
        ("verdict twice", doubled(8), "line 10: has a verdict on row 0, which is not there or had one"),
        ("verdict on nobody", changed(10, position=3), "line 11: has a verdict on row 3"),
        ("other cells", deeper(8, "cells", "https", value="Ja"), "line 9: has cells that are not those"),
        ("no cells", changed(8, cells={}), "line 9: has not the five cells"),
        ("a column of its own", changed(8, remeasured=["x"]), "line 9: names columns"),
        ("verdict of numbers", deeper(8, "verdicts", 0, "value", value=1), "line 9: cannot be read"),
        ("two for a column", deeper(8, "verdicts", 0, "indicator", value="https"), "has a verdict too many"),
        ("other counts", changed(-1, rows=4), "line 16: counts other lines than there are"),
        ("end twice", doubled(-1), "line 17: stands after the end"),
        ("no end", removed(-1), "after line 15: the file ends before its last line"),
    ],
)
def test_a_line_that_no_archive_has(
    scenario: str, change: Callable[[Lines], object], said: str, archive: Path, store: Store
) -> None:
    lines = objects(archive)
    change(lines)
    write(archive, lines)
    with pytest.raises(ArchiveError) as caught:
        import_archive(store, archive)
    assert str(archive) in str(caught.value)
    assert said in str(caught.value), scenario
    assert store.sweeps.all() == []


@pytest.mark.parametrize(
    ("scenario", "line", "said"),
    [
        ("no JSON", b"{\n", "line 2: cannot be read"),
        ("no object", b"[]\n", "line 2: is no JSON object"),
        ("not UTF-8", b'{"kind": "\xff"}\n', "line 2: cannot be read"),
        ("deep", b"[" * 100_000 + b"\n", "line 2: is nested too deep"),
        ("not a number", b'{"kind": NaN}\n', "line 2: has a number that JSON does not have"),
        ("a long number", b'{"kind": ' + b"9" * 5000 + b"}\n", "line 2: cannot be read"),
        ("empty", b"\n", "line 2: cannot be read"),
        ("without its end", b'{"kind": "end"}', "after line 1: the last line is cut short"),
    ],
)
def test_a_line_that_is_no_line(scenario: str, line: bytes, said: str, archive: Path) -> None:
    write(archive, [objects(archive)[0], line], sealed=False)
    with pytest.raises(ArchiveError) as caught:
        list(read_archive(archive))
    assert said in str(caught.value), scenario


def test_a_deep_observation_is_refused(archive: Path) -> None:
    nested: Any = {}
    for _ in range(400):
        nested = {"chain": [nested]}
    lines = objects(archive)
    lines[3]["observation"] = nested
    write(archive, lines)
    with pytest.raises(ArchiveError, match="line 4: "):
        list(read_archive(archive))


def test_changed_text_is_found_by_the_digest(archive: Path) -> None:
    lines = objects(archive)
    lines[0]["sweep"]["software"] = "another"
    write(archive, lines, sealed=False)
    with pytest.raises(ArchiveError, match=r"line 16: has another digest .* the file was changed"):
        read_end(archive)


@pytest.mark.parametrize(
    ("scenario", "data", "said"),
    [
        ("empty", b"", "after line 0: the file ends before its last line"),
        ("no gzip", b"region,domain\n", "after line 0: is not gzip, or is damaged"),
        ("nothing in it", gzip.compress(b""), "the file ends before its last line"),
        ("the head of a gzip", gzip.compress(b"x")[:5], "the file is cut short"),
        (
            "a line without end",
            gzip.compress(bytes(40 * 1024 * 1024)),
            "a line is longer than 33554432 bytes",
        ),
    ],
)
def test_files_that_are_no_archives(scenario: str, data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError) as caught:
        list(read_archive(path))
    assert said in str(caught.value), scenario


def test_more_than_a_file_can_hold_is_not_read_on(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_reader, "FREE_BYTES", 1000)
    monkeypatch.setattr(archive_reader, "INFLATION_MAX", 1)
    with pytest.raises(ArchiveError, match="there is more in it than a file of its size can hold"):
        list(read_archive(archive))


def test_too_many_rows(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_reader, "ROWS_MAX", 2)
    with pytest.raises(ArchiveError, match="line 7: is one row more than 2"):
        list(read_archive(archive))


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl.gz"):
        with pytest.raises(ArchiveError, match="there is no such file"):
            read_head(path)


def test_bytes_behind_the_end_are_found(archive: Path, whole: bytes) -> None:
    archive.write_bytes(whole + b"x")
    with pytest.raises(ArchiveError, match="after line 16: is not gzip, or is damaged"):
        read_end(archive)
    archive.write_bytes(whole + gzip.compress(b'{"kind":"end"}\n'))
    with pytest.raises(ArchiveError, match="line 17: "):
        read_end(archive)


def test_at_every_length_the_file_is_cut_short(archive: Path, whole: bytes) -> None:
    for length in {*range(0, len(whole), 7), *range(len(whole) - 12, len(whole))}:
        archive.write_bytes(whole[:length])
        with pytest.raises(ArchiveError):
            read_end(archive)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 4), packed=st.booleans())
def test_flipped_bits_are_found_or_change_nothing(
    seed: int, flips: int, packed: bool, archive: Path, store: Store
) -> None:
    good = archive.read_bytes()
    data = bytearray(good if packed else gzip.decompress(good))
    chance = random.Random(seed)
    for _ in range(flips):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path = archive.with_name("damaged.jsonl.gz")
    path.write_bytes(data if packed else gzip.compress(bytes(data)))
    expected = list(read_archive(archive))[:-1]
    try:
        import_archive(store, path)
    except ArchiveError as error:
        damage = str(error)
    else:
        damage = ""
    sweeps = store.sweeps.all()
    if damage:
        assert str(path) in damage
        assert sweeps == []
    else:
        assert lines_in(store, sweeps[0]) == expected
        with store.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM sweeps")


def test_a_stopped_sweep_is_read_with_the_rows_it_has(tmp_path: Path, store: Store) -> None:
    path = export_sweep(store, stopped(store), tmp_path).path
    end = read_end(path)
    assert (end.rows, end.observations, end.judgements) == (3, 2, 0)
