"""Sweeps as files, one each: what is kept for ever, given to others, and the way back after a lost database.

`SWEEP.jsonl.gz` is JSON Lines, compressed with gzip: the sweep, its rows with what was seen of them, its judgements with
their verdicts, and a last line that proves it whole (archive.schema.json). History is not in it: it follows from the rest.
"""

from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from checker.store.archive_file import replacing
from checker.store.archive_lines import SCHEMA_NAME, EndLine, is_sweep_id
from checker.store.archive_reader import ArchiveError, read_end, read_head
from checker.store.archive_writer import sweep_lines, write_lines
from checker.store.reading import one_moment
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep

SUFFIX = ".jsonl.gz"


class Export(StrEnum):
    """What became of an archive. KEPT: the one that was there holds observations that the store has forgotten."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One sweep's archive and what became of it; `end` counts what is in it."""

    path: Path
    outcome: Export
    end: EndLine


def archive_path(directory: Path, sweep_id: str) -> Path:
    """Where a sweep's archive stands in a directory of them."""
    return directory / f"{sweep_id}{SUFFIX}"


def export_sweep(store: Store, sweep: StoredSweep, directory: Path) -> Exported:
    """Write one sweep's archive into a directory; an earlier one is replaced unless there is more in it.

    The directory is made when it is not there. Raises ArchiveError when the sweep is under way, the disk does not take
    it, or another sweep's archive stands there, and StoreError when something in the store is damaged.
    """
    if sweep.state is State.RUNNING:
        raise ArchiveError(
            f"sweep {sweep.id} is under way, or was cut short: only one that is over is exported"
        )
    if not is_sweep_id(sweep.id):
        raise ArchiveError(f"sweep {sweep.id!a} cannot name a file")
    path = archive_path(directory, sweep.id)
    standing = _standing(path, sweep)
    outcome = Export.WRITTEN
    try:
        with store.using(), one_moment(store.engine) as connection, replacing(path) as new:
            end = write_lines(new.file, sweep_lines(connection, sweep))
            if standing is not None and standing.sha256 == end.sha256:
                outcome = Export.UNCHANGED
            elif standing is not None and standing.observations > end.observations:
                outcome = Export.KEPT
            new.wanted = outcome is Export.WRITTEN
    except OSError as error:
        raise ArchiveError(
            f"{path}: cannot be written: {error.strerror or type(error).__name__}; what stood there stays"
        ) from None
    return Exported(path=path, outcome=outcome, end=end if new.wanted or standing is None else standing)


def archives_in(directory: Path) -> list[Path]:
    """The archives of a directory by their names, which are those of their sweeps; none when it is not there."""
    return sorted(path for path in directory.glob(f"*{SUFFIX}") if path.is_file())


def schema_text() -> str:
    """The JSON Schema of a line, as shipped with the program."""
    return (files("checker.store") / SCHEMA_NAME).read_text(encoding="utf-8")


def _standing(path: Path, sweep: StoredSweep) -> EndLine | None:
    """The last line of a whole archive that stands there already; None when none does, or a damaged one."""
    if not path.exists():
        return None
    try:
        head = read_head(path).sweep
        end = read_end(path)
    except ArchiveError:
        return None
    if (head.started, head.series) != (sweep.started, sweep.series):
        raise ArchiveError(
            f"{path}: holds another sweep of the same name, of {head.series[:60]!a}; name another directory"
        )
    return end
