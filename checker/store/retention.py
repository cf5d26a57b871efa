"""How long things are kept: what was seen goes from the store after a time, archives perhaps after a longer one.

Verdicts and history stay for ever. What is to be archived is archived before anything goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from checker.store import tables
from checker.store.archive import archive_path, archives_in, export_sweep
from checker.store.archive_reader import ArchiveError, read_end, read_head
from checker.store.reading import reading
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep

KEEP_OBSERVATIONS = 400
"""Days: a year, and last year's same month beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What was done: ids of the sweeps that were archived now, how many observations went, and which archives."""

    archived: tuple[str, ...] = ()
    forgotten: int = 0
    removed: tuple[Path, ...] = ()


def retain(
    store: Store,
    *,
    now: datetime,
    archive: Path | None,
    keep_observations: int = KEEP_OBSERVATIONS,
    keep_archives: int = 0,
) -> Retained:
    """Archive every sweep that is over and has no archive in the directory `archive` (None: none is kept), then forget.

    The observations of sweeps that began over `keep_observations` days before `now` go, when their archives have been
    written anew and read back; so do archives of sweeps that began over `keep_archives` days before. 0 is for ever.
    Of each series the newest sweep in each state is spared, with its archive, and so is what is under way. To be called
    by whoever holds the store's lock. Raises ArchiveError and StoreError; then nothing was forgotten.
    """
    with store.using():
        sweeps = store.sweeps.all()
        old = _Old(sweeps, now)
        archived = _archive(store, sweeps, archive, old, keep_archives) if archive is not None else ()
        forgotten = 0
        if keep_observations:
            going = old.beyond(keep_observations)
            if archive is not None:
                _archive_for_good(store, going, archive, old, keep_archives)
            if going:
                before = now - timedelta(days=keep_observations)
                forgotten = store.observations.forget(before, keep=sorted(old.spared))
    removed = _remove_archives(archive, old, keep_archives) if archive is not None and keep_archives else ()
    return Retained(archived=archived, forgotten=forgotten, removed=removed)


class _Old:
    """Which sweeps are how old, and which are spared whatever their age."""

    def __init__(self, sweeps: list[StoredSweep], now: datetime) -> None:
        self._sweeps, self._now = sweeps, now
        newest = {(sweep.series, sweep.method, sweep.state): sweep.id for sweep in sweeps}
        running = {sweep.id for sweep in sweeps if sweep.state is State.RUNNING}
        self.spared = frozenset(newest.values()) | running

    def is_beyond(self, sweep: StoredSweep, days: int) -> bool:
        """Whether a sweep began over so many days ago and is not spared; 0 days is never."""
        too_old = days > 0 and sweep.started < self._now - timedelta(days=days)
        return too_old and sweep.id not in self.spared

    def beyond(self, days: int) -> list[StoredSweep]:
        """The sweeps that began over so many days ago, without those that are spared."""
        return [sweep for sweep in self._sweeps if self.is_beyond(sweep, days)]


def _archive(
    store: Store, sweeps: list[StoredSweep], archive: Path, old: _Old, keep_archives: int
) -> tuple[str, ...]:
    """Write the archives that are missing."""
    there = {path.name for path in archives_in(archive)}
    missing = [
        sweep
        for sweep in sweeps
        if sweep.state is not State.RUNNING
        and archive_path(archive, sweep.id).name not in there
        and not old.is_beyond(sweep, keep_archives)
    ]
    for sweep in missing:
        export_sweep(store, sweep, archive)
    return tuple(sweep.id for sweep in missing)


def _archive_for_good(
    store: Store, going: list[StoredSweep], archive: Path, old: _Old, keep_archives: int
) -> None:
    """Write the last archive of sweeps whose observations are to go (others may have judged them since), and read it."""
    with reading(store.engine) as connection:
        rows = tables.rows.c
        seen = set(
            connection.execute(
                select(rows.sweep_id).where(rows.observation.is_not(None)).distinct()
            ).scalars()
        )
    for sweep in going:
        if sweep.id in seen and not old.is_beyond(sweep, keep_archives):
            read_end(export_sweep(store, sweep, archive).path)


def _remove_archives(archive: Path, old: _Old, keep_archives: int) -> tuple[Path, ...]:
    """Remove archives by what their heads say; what cannot be read is not ours to remove."""
    removed = []
    for path in archives_in(archive):
        try:
            sweep = read_head(path).sweep
        except ArchiveError:
            continue
        if archive_path(archive, sweep.id) == path and old.is_beyond(sweep, keep_archives):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise ArchiveError(f"{path}: cannot be removed: {error.strerror}") from None
            removed.append(path)
    return tuple(removed)
