"""Figures for monitoring, as a file that Prometheus' node_exporter reads (textfile collector). Never measures or counts time.

Every metric is a gauge about the latest sweep or the latest that finished; the file says what stands, not what happened.
"""

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from checker.history.changes import Differences, Kind
from checker.report.exposition import Family, family_text, single
from checker.report.figures import LETTERS, Figures
from checker.report.model import COLUMNS
from checker.verdict import Value

KEPT_MAX_BYTES = 1024 * 1024
_PUBLIC_FILE = 0o644

_LINE = re.compile(
    r"# (?:HELP|TYPE) (indikatorkollen_\w+) [^\n]+|(indikatorkollen_\w+)(?:\{[^\n]*\})? [-+.\deE]+", re.ASCII
)
"""A line of a file that we wrote; its metric is in one of the groups."""


class End(StrEnum):
    """How a sweep ended. HELD: the brake kept it from being published. STOPPED: interrupted, to be resumed."""

    FINISHED = "finished"
    HELD = "held"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sweep, or the attempt at one: when it ran and how it ended."""

    started: datetime
    ended: datetime
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """All that is known, from the store. None is what has never been or is not known.

    `last_run` is the latest sweep however it ended, `last_finished` the latest that finished; `figures` and `differences`
    are of the latter. Notices are pending until they are sent or given up (failed).
    """

    version: str
    last_run: Run | None = None
    last_finished: Run | None = None
    last_published: datetime | None = None
    figures: Figures | None = None
    differences: Differences | None = None
    notices_pending: int | None = None
    notices_failed: int | None = None


def write_metrics(path: Path, metrics: Metrics) -> None:
    """Replace the file in one step: a reader sees the old or the new, readable for all. Raises OSError.

    The collector reads names that end in `.prom` only.
    """
    _replace(path, metrics_text(metrics))


def write_failure(path: Path, run: Run, *, version: str) -> None:
    """Say how the latest sweep ended when the store cannot be asked: the other figures stay as the file has them.

    A file that is missing, unreadable, or not ours, has none. Raises OSError when it cannot be written.
    """
    families = [_version(version), *_last_run(run)]
    replaced = {family.name for family in families}
    kept = "".join(f"{line}\n" for name, line in _own_lines(path) if name not in replaced)
    _replace(path, "".join(map(family_text, families)) + kept)


def metrics_text(metrics: Metrics) -> str:
    """The file's content."""
    return "".join(map(family_text, _families(metrics)))


def _families(metrics: Metrics) -> Iterator[Family]:
    yield _version(metrics.version)
    if metrics.last_run is not None:
        yield from _last_run(metrics.last_run)
    yield from _last_success(metrics.last_finished)
    published = "When the site was last published, in Unix time; 0 when never."
    yield single(
        "indikatorkollen_last_publication_timestamp_seconds", published, _unix(metrics.last_published)
    )
    if metrics.figures is not None:
        yield from _table(metrics.figures)
    if metrics.differences is not None:
        yield from _changes(metrics.differences)
    notices = (("pending", metrics.notices_pending), ("failed", metrics.notices_failed))
    known = tuple(((("state", state),), float(count)) for state, count in notices if count is not None)
    if known:
        yield Family(
            name="indikatorkollen_notices",
            says="Notices that have not been delivered, by state.",
            samples=known,
        )


def _version(version: str) -> Family:
    return Family(
        name="indikatorkollen_info", says="The software, always 1.", samples=(((("version", version),), 1.0),)
    )


def _last_run(run: Run) -> Iterator[Family]:
    yield from _times("indikatorkollen_last_sweep", "the latest sweep, however it ended", run)
    states = tuple(((("state", end.value),), float(end is run.end)) for end in End)
    yield Family(
        name="indikatorkollen_last_sweep_state",
        says="How the latest sweep ended: 1 for that state.",
        samples=states,
    )


def _last_success(run: Run | None) -> Iterator[Family]:
    if run is not None:
        yield from _times("indikatorkollen_last_success", "the latest sweep that finished", run)
    else:
        never = "End of the latest sweep that finished, in Unix time; 0 when none has."
        yield single("indikatorkollen_last_success_end_timestamp_seconds", never, 0.0)


def _times(name: str, what: str, run: Run) -> Iterator[Family]:
    duration = round(max((run.ended - run.started).total_seconds(), 0.0), 3)
    yield single(f"{name}_start_timestamp_seconds", f"Start of {what}, in Unix time.", _unix(run.started))
    yield single(f"{name}_end_timestamp_seconds", f"End of {what}, in Unix time.", _unix(run.ended))
    yield single(f"{name}_duration_seconds", f"Duration of {what}.", duration)


def _table(figures: Figures) -> Iterator[Family]:
    of = "in the latest sweep that finished"
    values = {(column, value): count for column, value, count in figures.values}
    letters = {(column, flag): count for column, flag, count in figures.letters}
    yield single("indikatorkollen_rows", f"Organisations {of}.", figures.rows)
    yield single(
        "indikatorkollen_rows_not_measured",
        f"Organisations with no measured cell {of}.",
        figures.not_measured,
    )
    yield Family(
        name="indikatorkollen_cells",
        says=f"Cells {of}, by column and value; a pair by its worse one.",
        samples=tuple(
            ((("column", column), ("value", value.value)), float(values.get((column, value), 0)))
            for column in COLUMNS
            for value in Value
        ),
    )
    yield Family(
        name="indikatorkollen_cells_with_letter",
        says=f"Cells {of} that have a letter, by column and letter.",
        samples=tuple(
            ((("column", column), ("letter", flag.value)), float(letters.get((column, flag), 0)))
            for column, flags in LETTERS.items()
            for flag in flags
        ),
    )


def _changes(differences: Differences) -> Iterator[Family]:
    counts = Counter(change.kind for change in differences.announced)
    yield Family(
        name="indikatorkollen_changes",
        says="Announced changes between the two latest sweeps that finished, by kind.",
        samples=tuple(((("kind", kind.value),), float(counts[kind])) for kind in Kind),
    )
    unconfirmed = len(differences.changes) - len(differences.announced)
    yield single(
        "indikatorkollen_changes_unconfirmed", "Changes that wait for a second measurement.", unconfirmed
    )


def _unix(moment: datetime | None) -> float:
    return 0.0 if moment is None else round(moment.timestamp(), 3)


def _own_lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of an earlier file with the metric each is about; nothing from a file that cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(KEPT_MAX_BYTES + 1)
        lines = data.decode("utf-8").split("\n") if len(data) <= KEPT_MAX_BYTES else []
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        if match := _LINE.fullmatch(line):
            yield match[1] or match[2], line


def _replace(path: Path, text: str) -> None:
    """Put the text at `path` through a file beside it, whose name no collector reads."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fchmod(out.fileno(), _PUBLIC_FILE)
            os.fsync(out.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
