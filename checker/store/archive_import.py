"""Takes archives into a store, each as a whole or not at all. Never measures, announces or publishes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from checker.store import tables
from checker.store.archive_contents import contents
from checker.store.archive_lines import (
    CertificateLine,
    HeadLine,
    JudgementLine,
    Line,
    RowLine,
    VerdictLine,
)
from checker.store.archive_reader import ArchiveError, read_archive, read_head
from checker.store.archive_writer import sweep_lines
from checker.store.judgements import Judgement
from checker.store.observations import put_certificates
from checker.store.packing import pack
from checker.store.reading import one_moment
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.store.sweeps import row_record, sweep_record

LINES_AT_ONCE, BYTES_AT_ONCE = 200, 8 * 1024 * 1024
"""What is gathered before it goes to the database: memory stays flat however large a sweep is."""

_SWEEPS, _ROWS, _VERDICTS = tables.sweeps, tables.rows, tables.verdicts


class Import(StrEnum):
    """What became of an archive. THERE: the store had all of it; FAILED: `why` says what is wrong, nothing was taken."""

    TAKEN = "taken"
    REPLACED = "replaced"
    THERE = "there"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One archive and what became of it; the sweep is None when not even that could be read."""

    path: Path
    outcome: Import
    sweep: StoredSweep | None = None
    why: str = ""


Rebuild = Callable[[str], object]
"""Makes the history of one series anew."""


def import_archives(
    store: Store, paths: Iterable[Path], *, rebuild: Rebuild, replace: bool = False
) -> Iterator[Imported]:
    """Take archives in, oldest sweep first, then `rebuild` the history of each series that they belong to.

    What becomes of each comes as it is known; a file that is no good leaves the others alone. Raises StoreError when the
    store itself fails; what was taken by then stays, and taking the same files again goes on from there. The histories
    are made anew even so for sweeps that were there: an import may have been cut short before.
    """
    heads: list[tuple[StoredSweep, Path]] = []
    for path in dict.fromkeys(paths):
        try:
            heads.append((read_head(path).sweep, path))
        except ArchiveError as error:
            yield Imported(path=path, outcome=Import.FAILED, why=str(error))
    series: dict[str, None] = {}
    for sweep, path in sorted(heads, key=lambda head: (head[0].started, head[0].id, str(head[1]))):
        try:
            outcome = import_archive(store, path, replace=replace)
        except ArchiveError as error:
            yield Imported(path=path, outcome=Import.FAILED, sweep=sweep, why=str(error))
        else:
            if not sweep.method:
                series[sweep.series] = None
            yield Imported(path=path, outcome=outcome, sweep=sweep)
    for name in series:
        rebuild(name)


def import_archive(store: Store, path: Path, *, replace: bool = False) -> Import:
    """Take one archive in, without its series' history: everything or nothing.

    With `replace` it takes the place of a sweep that has the same id and other contents. Raises ArchiveError, StoreError.
    """
    sweep = read_head(path).sweep
    with store.using():
        there = store.sweeps.get(sweep.id)
        if there is not None and _is_all_there(store, there, path, replace=replace):
            return Import.THERE
        with store.transaction() as connection:
            if there is not None:
                connection.execute(delete(_SWEEPS).where(_SWEEPS.c.id == there.id))
            _Taking(store, connection).take(read_archive(path))
    return Import.TAKEN if there is None else Import.REPLACED


def _is_all_there(store: Store, there: StoredSweep, path: Path, *, replace: bool) -> bool:
    """Whether the store has everything that the archive has. Raises ArchiveError when not, unless it may be replaced."""
    with one_moment(store.engine) as connection:
        ours = contents(sweep_lines(connection, there))
    theirs = contents(read_archive(path))
    if ours.holds(theirs):
        return True
    if there.state is State.RUNNING:
        raise ArchiveError(f"{path}: sweep {there.id} is under way in {store.name}")
    if not replace:
        raise ArchiveError(
            f"{path}: the store has a sweep {there.id} with other contents: {ours.difference(theirs)}. "
            "--replace takes the archive's in its place, --store names another store"
        )
    return False


class _Taking:
    """Puts the lines of one archive into a transaction, some at a time."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self._store, self._connection = store, connection
        self._sweep: StoredSweep | None = None
        self._judgement: Judgement | None = None
        self._certificates: dict[str, bytes] = {}
        self._rows: list[dict[str, object]] = []
        self._verdicts: list[dict[str, object]] = []
        self._bytes = 0

    def take(self, lines: Iterator[Line]) -> None:
        """Store everything. Raises ArchiveError: then the transaction must be rolled back."""
        for line in lines:
            match line:
                case HeadLine():
                    self._sweep = line.sweep
                    self._connection.execute(insert(_SWEEPS), [sweep_record(line.sweep)])
                case CertificateLine():
                    self._certificates[line.digest] = line.der
                    self._bytes += len(line.der)
                case RowLine():
                    self._take_row(line)
                case JudgementLine():
                    self._take_judgement(line)
                case VerdictLine():
                    self._take_verdict(line)
                case _:
                    pass
            if (
                self._bytes > BYTES_AT_ONCE
                or max(len(self._rows), len(self._verdicts), len(self._certificates)) >= LINES_AT_ONCE
            ):
                self._flush()
        self._flush()

    def _take_row(self, line: RowLine) -> None:
        assert self._sweep is not None
        packed = None if line.observation is None else pack(line.observation)
        self._bytes += len(packed or b"")
        self._rows.append(
            {
                "sweep_id": self._sweep.id,
                "position": line.position,
                "state": line.state,
                "observation": packed,
                **row_record(line.row),
            }
        )

    def _take_judgement(self, line: JudgementLine) -> None:
        assert self._sweep is not None
        self._flush()
        judgement = Judgement(
            id=0,
            sweep_id=self._sweep.id,
            ruleset=line.ruleset,
            ruleset_version=line.ruleset_version,
            software=line.software,
            judged=line.judged,
        )
        self._judgement = self._store.judgements.put(judgement, (), self._connection)

    def _take_verdict(self, line: VerdictLine) -> None:
        assert self._judgement is not None
        packed = pack(line.verdicts)
        self._bytes += len(packed)
        self._verdicts.append(
            {
                "judgement_id": self._judgement.id,
                "position": line.position,
                "remeasured": ",".join(line.remeasured),
                "reasons": packed,
                **line.cells,
            }
        )

    def _flush(self) -> None:
        assert self._sweep is not None
        if self._certificates:
            put_certificates(self._connection, self._sweep.id, self._certificates)
        if self._rows:
            self._connection.execute(insert(_ROWS), self._rows)
        if self._verdicts:
            self._connection.execute(insert(_VERDICTS), self._verdicts)
        self._certificates, self._rows, self._verdicts, self._bytes = {}, [], [], 0
