"""The metrics file for Prometheus, written from what the store knows."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from checker import __version__
from checker.history.changes import Differences
from checker.network.clock import Clock
from checker.report.figures import Figures, FiguresCounter
from checker.report.metrics import End, Metrics, Run, write_failure, write_metrics
from checker.store.history import changes_of
from checker.store.stored_sweep import State, StoredSweep

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.store.store import Store

log = logging.getLogger(__name__)

_ENDS = {
    State.FINISHED: End.FINISHED,
    State.HELD: End.HELD,
    State.STOPPED: End.STOPPED,
    State.RUNNING: End.STOPPED,
}


def write_monitoring(settings: "Settings", store: "Store", series: str) -> None:
    """Replace the file, where one is set. A file that cannot be written spoils no sweep: it is logged."""
    if settings.metrics is None:
        return
    last = store.sweeps.latest(series)
    finished = store.sweeps.latest(series, State.FINISHED)
    published = [sweep.published for sweep in store.sweeps.all(series) if sweep.published is not None]
    metrics = Metrics(
        version=__version__,
        last_run=_run(last) if last else None,
        last_finished=_run(finished) if finished else None,
        last_published=max(published, default=None),
        figures=_figures(store, finished) if finished else None,
        differences=_differences(store, finished) if finished else None,
        notices_pending=store.outbox.waiting(),
        notices_failed=store.outbox.given_up(),
    )
    try:
        write_metrics(settings.metrics, metrics)
    except OSError as error:
        log.warning("metrics %s: cannot be written: %s", settings.metrics, error.strerror)


def note_failure(settings: "Settings", started: datetime) -> None:
    """Say in the file that a sweep failed; every other figure stays as it is."""
    if settings.metrics is None:
        return
    run = Run(started=started, ended=Clock().wall(), end=End.FAILED)
    try:
        write_failure(settings.metrics, run, version=__version__)
    except OSError as error:
        log.warning("metrics %s: cannot be written: %s", settings.metrics, error.strerror)


def _run(sweep: StoredSweep) -> Run:
    return Run(started=sweep.started, ended=sweep.finished or sweep.started, end=_ENDS[sweep.state])


def _figures(store: "Store", sweep: StoredSweep) -> Figures | None:
    judgement = store.judgements.find(sweep.id, sweep.ruleset, sweep.ruleset_version)
    if judgement is None:
        return None
    counter = FiguresCounter()
    for row in store.judgements.cells(judgement.id):
        counter.add(row.cells)
    return counter.figures()


def _differences(store: "Store", sweep: StoredSweep) -> Differences:
    before = store.sweeps.latest(sweep.series, State.FINISHED, before=sweep.started)
    return Differences(
        old=before.head if before else None, new=sweep.head, changes=tuple(changes_of(store, sweep.id))
    )
