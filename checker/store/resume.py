"""What a sweep that begins does about an earlier one that came to no end: go on with it, publish it, or say why not.

Whoever asks holds the store's lock: what is still called running is nobody's any more.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from checker.observations.row import Row
from checker.store.errors import DamagedError
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep

CLOCK_SLACK = timedelta(minutes=5)
"""How far in the future an earlier sweep may seem to have begun: clocks are corrected."""


def unpublished(
    store: Store,
    *,
    series: str,
    rows: Sequence[Row],
    columns: tuple[str, ...],
    rules: tuple[str, str],
    now: datetime,
    within: timedelta,
) -> StoredSweep | None:
    """The series' last sweep, when it was measured and judged as is wanted now and did not get onto the site.

    Those that began in the future do not count: the clock has been set back since.
    """
    last = store.sweeps.latest(series, before=now + CLOCK_SLACK)
    if last is None or last.state is not State.FINISHED or last.published is not None:
        return None
    if (last.ruleset, last.ruleset_version) != rules:
        return None
    return None if _unlike(store, last, columns, rows, now, within) else last


def resumable(
    store: Store, wanted: StoredSweep, rows: Sequence[Row], *, within: timedelta
) -> tuple[StoredSweep | None, tuple[tuple[StoredSweep, str], ...]]:
    """The sweep of the same series that was cut short and can be gone on with, if there is one.

    Those that cannot come back with the reason, and are stored as stopped.
    """
    given_up: list[tuple[StoredSweep, str]] = []
    resumed = None
    for sweep in reversed(store.sweeps.all(wanted.series, State.RUNNING)):
        if resumed is not None:
            why = "a later one was begun"
        else:
            why = _unlike(store, sweep, wanted.columns, rows, wanted.started, within)
            if not why and sweep.trust_store != wanted.trust_store:
                why = "certificates are judged against another store now"
            why = why or _unreadable(store, sweep)
        if why:
            store.sweeps.update(replace(sweep, state=State.STOPPED, why=why))
            given_up.append((sweep, why))
        else:
            resumed = sweep
    return resumed, tuple(given_up)


def _unlike(  # noqa: PLR0917 - a list of what must agree
    store: Store,
    sweep: StoredSweep,
    columns: tuple[str, ...],
    rows: Sequence[Row],
    now: datetime,
    within: timedelta,
) -> str:
    """Why the sweep is not the one that is wanted now, "" when it is."""
    if sweep.started > now + CLOCK_SLACK:
        return "it began in the future: the clock has been set back since"
    if now - sweep.started > within:
        return f"it began more than {within.total_seconds() / 3600:g} hours ago"
    if sweep.columns != columns:
        return "other columns are asked for now"
    there = store.sweeps.rows(sweep.id)
    if any(next(there, None) != row for row in rows) or next(there, None) is not None:
        return "the list of domains has changed since"
    return ""


def _unreadable(store: Store, sweep: StoredSweep) -> str:
    try:
        for _ in store.observations.parked(sweep.id):
            pass
        for _ in store.observations.seen(sweep.id):
            pass
    except DamagedError as error:
        return f"what it had measured cannot be read ({error})"
    return ""
