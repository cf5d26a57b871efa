"""Sweeps that are over, with everything an archive holds; and archives taken apart and put together again."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from checker.parking import Parked
from checker.store.archive_lines import Line
from checker.store.archive_writer import sweep_lines
from checker.store.reading import one_moment
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from tests.store.samples import (
    INTERMEDIATE,
    LEAF,
    NIGHT,
    OTHER,
    begun,
    evidence,
    judged,
    judgement,
    night,
)

ROWS = 3


def over(store: Store, number: int = 0, *, series: str = "domains", rows: int = ROWS) -> StoredSweep:
    """A finished and published sweep of that night, judged by two rulesets; the rows share certificates."""
    sweep = begun(store, rows, night(number), series)
    for place in range(rows):
        chain = (LEAF, INTERMEDIATE) if place % 2 == 0 else (OTHER, INTERMEDIATE)
        store.observations.keep(sweep.id, place, evidence(place, *chain))
    for ruleset in ("2026", "bilaga-a-2017"):
        store.judgements.put(
            judgement(sweep, ruleset=ruleset),
            [judged(place, remeasured=frozenset({"https", "dnssec"})) for place in range(rows)],
        )
    sweep = replace(sweep, state=State.FINISHED, finished=night(number), published=night(number))
    store.sweeps.update(sweep)
    return sweep


def stopped(store: Store, number: int = 0) -> StoredSweep:
    """A sweep given up with one row seen, one waiting and one left."""
    sweep = begun(store, ROWS, night(number))
    store.observations.keep(sweep.id, 0, evidence(0, LEAF))
    store.observations.park(sweep.id, 1, Parked(evidence=evidence(1, OTHER), again=frozenset({"mail"})))
    sweep = replace(sweep, state=State.STOPPED, why="IPv6 worked when the sweep began and did not at its end")
    store.sweeps.update(sweep)
    return sweep


def lines_in(store: Store, sweep: StoredSweep) -> list[Line]:
    """Everything that the store holds of a sweep."""
    with one_moment(store.engine) as connection:
        return list(sweep_lines(connection, sweep))


def objects(path: Path) -> list[dict[str, Any]]:
    """The lines of an archive as plain JSON."""
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def write(path: Path, lines: Iterable[object], *, sealed: bool = True) -> None:
    """An archive of these lines; `sealed`: its end gets the digest of the others, whatever it said."""
    texts: list[bytes] = []
    for line in lines:
        if sealed and isinstance(line, dict) and line.get("kind") == "end":
            line["sha256"] = sha256(b"".join(texts)).hexdigest()
            sealed = False
        texts.append(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
    path.write_bytes(gzip.compress(b"".join(texts), mtime=0))


__all__ = ["NIGHT", "ROWS", "lines_in", "night", "objects", "over", "stopped", "write"]
