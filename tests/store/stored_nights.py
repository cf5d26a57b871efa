"""Whole nights in a store, told by their cells: begun, seen, judged and concluded as a sweep does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from checker.history.cells import read_cell
from checker.history.changes import Change, SweepHead
from checker.history.intervals import Interval
from checker.notices.notice import Channel, Notice, NoticeKind
from checker.observations.row import Evidence, Row
from checker.report.model import RowResult
from checker.store.conclusion import Concluded, conclude
from checker.store.history import changes_of
from checker.store.judgements import Judged
from checker.store.store import Store
from checker.store.stored_sweep import StoredSweep
from checker.verdict import Finding, Part, Severity, Verdict, worst
from tests.store import samples
from tests.store.samples import night

OTHER_RULES = "bilaga-a-2017"
FAULT = Finding(code="no_starttls", severity=Severity.FAULT, subject="mx.se", params=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One row of a night: its cells by column, which of them were measured twice, another web host when it has one."""

    cells: Mapping[str, str]
    twice: frozenset[str] = frozenset()
    host: str = ""
    seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNight:
    """One sweep: its rows by number."""

    rows: Mapping[int, Cells]
    ruleset: str = "2026"


@dataclass(slots=True, kw_only=True)
class Told:
    """What was concluded, night by night; letters are made of each."""

    concluded: list[Concluded] = field(default_factory=list)

    def __call__(self, concluded: Concluded) -> tuple[Notice, ...]:
        self.concluded.append(concluded)
        return (notice(concluded.sweep),)


def https(*cells: str, **more: object) -> StoredNight:
    """Rows whose https cells are these; "!" behind one that was measured twice."""
    rows = {
        number: Cells(
            cells={"https": cell.removesuffix("!")},
            twice=frozenset({"https"}) if cell.endswith("!") else frozenset(),
        )
        for number, cell in enumerate(cells)
    }
    return StoredNight(rows=rows, **more)  # type: ignore[arg-type]  # a table of fields


def row_of(number: int, cells: Cells) -> Row:
    row = samples.row(number)
    return replace(row, web_host=cells.host) if cells.host else row


def verdict(column: str, cell: str, row: Row) -> Verdict:
    read = read_cell(cell)
    parts: tuple[Part, ...] = ()
    if len(read.values) > 1:
        parts = tuple(
            Part(subject=subject, value=value)
            for subject, value in zip((row.domain, row.mail_domain), read.values, strict=True)
        )
    return Verdict(
        indicator=column,
        value=worst(read.values),
        flags=tuple(sorted(read.flags)),
        parts=parts,
        findings=(FAULT,),
    )


def judged(number: int, cells: Cells, position: int) -> Judged:
    row = row_of(number, cells)
    verdicts = tuple(verdict(column, cell, row) for column, cell in cells.cells.items() if cell)
    return Judged(position=position, result=RowResult(row=row, verdicts=verdicts), remeasured=cells.twice)


def notice(sweep: StoredSweep) -> Notice:
    return Notice(
        key=f"{sweep.series}-{sweep.id}",
        channel=Channel.WEBHOOK,
        kind=NoticeKind.DIGEST,
        sweep_id=sweep.id,
        created=sweep.started,
        lang="sv",
        body="{}",
    )


def reads_by_the_rules(evidence: Evidence, head: SweepHead) -> Mapping[str, str]:
    """A judge: under the new rules every row has a letter."""
    del evidence
    return {"https": "Ja (F)" if head.ruleset == "2026" else "Ja"}


def measured(
    store: Store, what: StoredNight, number: float, series: str = "domains", **more: object
) -> tuple[StoredSweep, list[Judged]]:
    """Begin the sweep of a night and keep what was seen; what is left is to be concluded."""
    planned = replace(
        samples.sweep(night(0) + (night(1) - night(0)) * number, series=series),
        ruleset=what.ruleset,
        **more,  # type: ignore[arg-type]  # a table of fields
    )
    sweep = store.sweeps.begin(planned, [row_of(code, cells) for code, cells in what.rows.items()])
    for position, (code, cells) in enumerate(what.rows.items()):
        if cells.seen:
            evidence = replace(samples.evidence(code), row=row_of(code, cells))
            store.observations.keep(sweep.id, position, evidence)
    rows = [judged(code, cells, place) for place, (code, cells) in enumerate(what.rows.items())]
    return sweep, rows


def concluded(
    store: Store,
    what: StoredNight,
    number: float,
    series: str = "domains",
    *,
    brake: float | None = None,
    letters: Told | None = None,
    **more: object,
) -> Concluded:
    """One whole night."""
    sweep, rows = measured(store, what, number, series, **more)
    return conclude(
        store,
        sweep,
        rows,
        now=night(0) + (night(1) - night(0)) * number,
        judge=reads_by_the_rules,
        findings=lambda *_: (FAULT,),
        letters=letters or Told(),
        brake_share=brake,
    )


def history(
    store: Store, series: str = "domains"
) -> tuple[list[Interval], dict[str, tuple[list[Change], list[Change]]]]:
    """Every interval; and what changed with each sweep, all of it and what was announced."""
    codes = sorted({row.code for sweep in store.sweeps.all(series) for row in store.sweeps.rows(sweep.id)})
    intervals = [interval for code in codes for interval in store.intervals.of_row(series, code)]
    changes = {
        sweep.id: (changes_of(store, sweep.id), changes_of(store, sweep.id, announced=True))
        for sweep in store.sweeps.all(series)
    }
    return intervals, changes


def lines(intervals: list[Interval], code: str = "R000", column: str = "https") -> list[str]:
    """`Ja 1-4`: stood from night 1 to the beginning of night 4; `?` in front: unconfirmed."""

    def number(moment: datetime | None) -> str:
        return "" if moment is None else f"{(moment - night(0)).total_seconds() / 86400:g}"

    return [
        f"{'?' * one.unconfirmed}{one.cell} {number(one.since)}-{number(one.ended)}"
        for one in intervals
        if (one.code, one.column) == (code, column)
    ]
