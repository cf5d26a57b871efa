"""How far a sweep has come, on stderr: a bar on a terminal, a line a row elsewhere, nothing when quiet."""

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from checker.report.model import RowResult
    from checker.sweep import Tally

log = logging.getLogger(__name__)


class Progress:
    """Shows rows as they are judged; use as a context manager. `total` is the number of rows."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._total = total
        self._done = 0
        self._bar: Any = None
        if not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            self._bar = _bar(total)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def tally(self, tally: "Tally") -> None:
        """Take note of what is under way."""
        if self._bar:
            waiting = tally.awaiting_retest + tally.awaiting_port25
            words = f"{tally.running} under way" + (f", {waiting} waiting" if waiting else "")
            self._bar.update(self._bar.task_ids[0], description=words)

    def judged(self, result: "RowResult") -> None:
        """One row more."""
        self._done += 1
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
            return
        cells = ", ".join(f"{verdict.indicator} {verdict.cell}" for verdict in result.verdicts)
        log.info("%d/%d %s: %s", self._done, self._total, result.row.code, cells)


def _bar(total: int) -> Any:
    from rich.console import Console  # noqa: PLC0415 - start-up: only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above
    from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("starting", total=total)
    return bar
