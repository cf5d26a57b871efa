"""The end of a sweep, in one transaction: verdicts, history, the brake, and the notices that follow from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from checker.history.brake import BrakedColumn, braked
from checker.history.changes import Differences
from checker.history.compare import Findings
from checker.notices.notice import Notice
from checker.store.history import Judge, NotNewerError, fold, refolded
from checker.store.judgements import Judged, Judgement
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What became of a sweep. `braked` columns hold it back from the site: its differences are then not history."""

    sweep: StoredSweep
    differences: Differences
    braked: tuple[BrakedColumn, ...] = ()


Letters = Callable[[Concluded], Iterable[Notice]]
"""What is to be told of a sweep that is over."""


def conclude(
    store: Store,
    sweep: StoredSweep,
    judged: Iterable[Judged],
    *,
    now: datetime,
    judge: Judge,
    findings: Findings,
    letters: Letters,
    brake_share: float | None,
) -> Concluded:
    """Store the verdicts of a measured sweep and what follows from them: all or nothing, whenever we are killed.

    `brake_share` is the share of a column's cells that may go worse at once; None takes the brake off.
    """
    sweep = replace(sweep, finished=sweep.finished or now, state=State.FINISHED, why="")
    with store.transaction() as connection:
        store.sweeps.update(sweep, connection)
        judgement = store.judgements.put(
            Judgement(
                id=0,
                sweep_id=sweep.id,
                ruleset=sweep.ruleset,
                ruleset_version=sweep.ruleset_version,
                software=sweep.software,
                judged=now,
            ),
            judged,
            connection,
        )
        concluded = _take_into_history(
            store, sweep, judgement, connection, judge=judge, findings=findings, brake_share=brake_share
        )
        store.sweeps.update(concluded.sweep, connection)
        store.outbox.put(letters(concluded), now, connection)
    return concluded


def accept(
    store: Store, sweep: StoredSweep, *, now: datetime, judge: Judge, findings: Findings, letters: Letters
) -> Concluded:
    """Take a held sweep into the history after all: somebody has looked at it.

    Its notices go out now, unless a later sweep has been finished since: what it saw may be long put right.
    """
    sweep = replace(sweep, state=State.FINISHED, why="")
    with store.transaction() as connection:
        store.sweeps.update(sweep, connection)
        judgement = store.judgements.find(sweep.id, sweep.ruleset, sweep.ruleset_version, connection)
        if judgement is None:
            raise LookupError(sweep.id)
        concluded = _take_into_history(
            store, sweep, judgement, connection, judge=judge, findings=findings, brake_share=None
        )
        newest = store.sweeps.latest(sweep.series, State.FINISHED, connection=connection)
        if newest is None or newest.id == sweep.id:
            store.outbox.put(letters(concluded), now, connection)
    return concluded


def _take_into_history(
    store: Store,
    sweep: StoredSweep,
    judgement: Judgement,
    connection: Connection,
    *,
    judge: Judge,
    findings: Findings,
    brake_share: float | None,
) -> Concluded:
    attempt = connection.begin_nested()
    newest = store.sweeps.latest(sweep.series, State.FINISHED, connection=connection)
    try:
        if newest is not None and newest.id != sweep.id:
            raise NotNewerError(newest.id)  # noqa: TRY301 - it may be found out below as well
        differences = fold(store, sweep, judgement, connection, judge=judge, findings=findings)
    except NotNewerError:
        # The clock stood wrong in this sweep or in an earlier one: in the order of time the history is true again.
        attempt.rollback()
        attempt = connection.begin_nested()
        differences = Differences(old=None, new=sweep.head, changes=())  # when two began in one second
        for sweep_id, found in refolded(store, sweep.series, connection, judge=judge):
            if sweep_id == sweep.id:
                differences = found
    columns = braked(differences, share=brake_share) if brake_share is not None else ()
    if not columns:
        attempt.commit()
        return Concluded(sweep=sweep, differences=differences)
    attempt.rollback()
    shares = ", ".join(f"{column.column}: {column.worse} of {column.compared}" for column in columns)
    held = replace(sweep, state=State.HELD, why=f"more cells went worse at once than is plausible ({shares})")
    return Concluded(sweep=held, differences=differences, braked=columns)
