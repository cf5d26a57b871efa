"""What stands on the disk after a run has ended, however it did: read from copies, so that nothing is repaired by looking."""

import csv
import hashlib
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.survival.doomed import manifest
from tests.survival.runner import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A sweep in the store; `rows` has state and the observation's hash by code, `verdicts` counts judged rows."""

    id: str
    state: str
    why: str
    started: str
    finished: str | None
    published: str | None
    rows: dict[str, tuple[str, str]]
    verdicts: int

    def kept(self) -> dict[str, str]:
        """The rows that are done, and the hash of what was seen."""
        return {code: seen for code, (state, seen) in self.rows.items() if state == "seen"}


def sweeps(store: Path) -> list[Swept]:
    """All sweeps of a store as it lies on the disk, the oldest first; it is whole, or this raises."""
    if not store.exists():
        return []
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / store.name
        for suffix in ("", "-wal"):  # the third file, -shm, is of running processes only
            with_suffix = store.with_name(store.name + suffix)
            if with_suffix.exists():
                shutil.copyfile(with_suffix, copy.with_name(copy.name + suffix))
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sweeps'").fetchall():
                return []
            return [
                Swept(
                    **dict(record),
                    rows=_rows(connection, record["id"]),
                    verdicts=_verdicts(connection, record["id"]),
                )
                for record in _records(
                    connection,
                    "SELECT id, state, why, started, finished, published FROM sweeps ORDER BY started, id",
                )
            ]


def _records(connection: sqlite3.Connection, statement: str) -> list[dict[str, Any]]:
    cursor = connection.execute(statement)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, record, strict=True)) for record in cursor]


def _rows(connection: sqlite3.Connection, sweep: str) -> dict[str, tuple[str, str]]:
    statement = "SELECT code, state, observation FROM rows WHERE sweep_id = ?"
    return {
        code: (state, hashlib.sha256(seen or b"").hexdigest())
        for code, state, seen in connection.execute(statement, (sweep,))
    }


def _verdicts(connection: sqlite3.Connection, sweep: str) -> int:
    statement = (
        "SELECT count(*) FROM verdicts JOIN judgements ON judgements.id = judgement_id WHERE sweep_id = ?"
    )
    return int(connection.execute(statement, (sweep,)).fetchone()[0])


def check_site(place: Place) -> str:
    """The id of the sweep that the site shows, "" without a site; it is one that was built, whole, or this raises."""
    if not place.site.exists():
        return ""
    builds = [json.loads(line) for line in place.built.read_text(encoding="utf-8").splitlines()]
    assert manifest(place.site) in builds, "the site is no build of ours, or a mixture of several"
    results = json.loads((place.site / "results.json").read_text(encoding="utf-8"))
    page = (place.site / "index.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    codes = [result["code"] for result in results["results"]]
    assert all(f'id="{code}"' in page for code in codes)
    with (place.site / "results.csv").open(encoding="utf-8", newline="") as file:
        assert [row["code"] for row in csv.DictReader(file)] == codes
    return str(results["sweep"]["id"])


def cells(site: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    """What the site says of each row: cell, and the findings behind it."""
    results = json.loads((site / "results.json").read_text(encoding="utf-8"))
    return {
        row["code"]: {
            column: (
                indicator["cell"],
                *sorted(
                    (found["code"], found["severity"], found["subject"]) for found in indicator["findings"]
                ),
            )
            for column, indicator in row["indicators"].items()
        }
        for row in results["results"]
    }


def asked(place: Place) -> frozenset[str]:
    """The web addresses that were asked since the last time."""
    if not place.asked.exists():
        return frozenset()
    lines = frozenset(place.asked.read_text(encoding="ascii").splitlines())
    place.asked.unlink()
    return lines


def check_tidy(place: Place) -> None:
    """Nothing lies about beside the site and the store; raises otherwise."""
    known = {place.site.name, "checker.db", "checker.db.lock", "archive"}
    assert {path.name for path in place.site.parent.iterdir()} <= known
    assert list(place.temp.iterdir()) == []
    archive = place.site.parent / "archive"
    if archive.exists():
        assert [path.name for path in archive.iterdir() if path.name.startswith(".")] == []
