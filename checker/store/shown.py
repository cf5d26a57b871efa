"""Stored sweeps as the site shows them: results with their history beside each cell, and what was announced."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from checker.history.intervals import Interval
from checker.report.feeds import FeedSource
from checker.report.model import RowResult, StandingCell
from checker.store.history import announcements
from checker.store.reading import PAGE
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep


def with_history(store: Store, series: str, results: Iterator[RowResult]) -> Iterator[RowResult]:
    """The rows with what stands for their cells now; reads as many rows at once as one query takes."""
    while page := list(islice(results, PAGE)):
        standing = store.intervals.standing(series, [result.row.code for result in page])
        by_code: dict[str, list[StandingCell]] = {}
        for (code, _), stands in standing.items():
            by_code.setdefault(code, []).extend(map(_shown, stands.intervals))
        for result in page:
            yield replace(result, standing=tuple(by_code.get(result.row.code, ())))


def with_history_then(store: Store, sweep: StoredSweep, results: Iterator[RowResult]) -> Iterator[RowResult]:
    """The rows of a sweep that is not the newest, with what stood for their cells right after it.

    What waited for confirmation then is left out. Holds the cells that stood in memory.
    """
    stood: dict[str, list[Interval]] = {}
    for (code, _), interval in store.intervals.standing_at(sweep.series, sweep.started).items():
        stood.setdefault(code, []).append(interval)
    for result in results:
        known = (
            known_then(store, sweep, one, result.cell(one.column)) for one in stood.get(result.row.code, ())
        )
        yield replace(result, standing=tuple(map(_shown, known)))


def known_then(store: Store, sweep: StoredSweep, interval: Interval, printed: str = "") -> Interval:
    """The interval without what came to be known of it after the sweep, which `printed` this in its cell."""
    if interval.last_measured <= sweep.started:
        return interval
    last: datetime | None = sweep.started
    if printed != interval.cell:  # the sweep could not tell, or saw another once
        last = store.judgements.last_measured(
            sweep.series, interval.code, interval.column, until=sweep.started
        )
    return replace(interval, last_measured=last or interval.since, not_measured_since=None)


def feed_source(store: Store, series: str) -> FeedSource | None:
    """What the feeds of a series are made of; None before its first sweep."""
    sweeps = store.sweeps.all(series, State.FINISHED)
    own = [sweep for sweep in sweeps if not sweep.method]
    if not own:
        return None
    return FeedSource(announcements=lambda: announcements(store, series), begun=own[0].started, series=series)


def _shown(interval: Interval) -> StandingCell:
    return StandingCell(
        column=interval.column,
        cell=interval.cell,
        since=interval.since,
        last_measured=interval.last_measured,
        ruleset=interval.ruleset,
        ruleset_version=interval.ruleset_version,
        subjects=interval.subject,
        not_measured_since=interval.not_measured_since,
        unconfirmed=interval.unconfirmed,
    )
