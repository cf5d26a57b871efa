"""Pasts made up for the tests of the site: sweeps, what they printed, and the rows and changes behind them."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from checker.history.changes import CellRow, Change, Kind
from checker.history.past import Past, PrintedTable
from checker.report.model import COLUMNS, SweepInfo
from checker.report.words import column_words
from tests.vantages import vantage

FIRST_NIGHT = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
CODES = tuple(code for words in column_words("sv").values() for code in words.codes if code != "X/Y")
Table = Mapping[str, Sequence[str]]


def sweep_of(started: datetime, *, name: str = "", **changes: object) -> SweepInfo:
    """One finished sweep."""
    info = SweepInfo(
        id=name or f"s-{started:%Y%m%dT%H%M%S}",
        started=started,
        finished=started + timedelta(minutes=12),
        ruleset="2026",
        ruleset_version="1",
        software="indikatorkollen 0.5.0",
        trust_store="certifi 2026.1.1",
        vantage=vantage(started, name="Provrummet"),
    )
    return replace(info, **changes)  # type: ignore[arg-type]  # the fields are the caller's


def nights(count: int, *, first: datetime = FIRST_NIGHT) -> tuple[SweepInfo, ...]:
    """Sweeps on as many nights in a row."""
    return tuple(sweep_of(first + timedelta(days=day)) for day in range(count))


def past_of(
    sweeps: Sequence[SweepInfo],
    tables: Sequence[Table],
    *,
    regions: Callable[[str], str] = "Region {}".format,
) -> Past:
    """The past in which each sweep printed its table (code → five cells)."""
    printed = PrintedTable(len(sweeps))
    for place, table in enumerate(tables):
        for code, cells in table.items():
            printed.put(place, code, tuple(cells))
    places = {sweep.id: place for place, sweep in enumerate(sweeps)}

    def rows_of(sweep: SweepInfo) -> Iterator[CellRow]:
        for position, (code, cells) in enumerate(tables[places[sweep.id]].items()):
            yield CellRow(
                position=position,
                code=code,
                region=regions(code),
                domain=f"{code.lower()}.se",
                web_host=f"www.{code.lower()}.se",
                mail_domain=f"{code.lower()}.se",
                cells=tuple(zip(COLUMNS, cells, strict=True)),
            )

    def changes_of(sweep: SweepInfo) -> tuple[Change, ...]:
        place = places[sweep.id]
        return tuple(_changes(tables[place - 1], tables[place], regions)) if place else ()

    return Past(
        series="test",
        sweeps=tuple(sweeps),
        printed=printed,
        rows_of=rows_of,
        changes_of=changes_of,
        intervals_of=lambda _: (),
    )


def _changes(before: Table, now: Table, regions: Callable[[str], str]) -> Iterator[Change]:
    for code, cells in now.items():
        for column, old, new in zip(COLUMNS, before.get(code, ("",) * len(COLUMNS)), cells, strict=True):
            if old != new:
                kind = Kind.NEW if not old else Kind.NOT_MEASURED if new == "Ej mätt" else Kind.CHANGED
                yield Change(code=code, region=regions(code), column=column, kind=kind, before=old, now=new)


def made_up(nights_in_all: int, rows: int, *, seed: int = 1, change: float = 0.01) -> Past:
    """A long past: every cell stays most nights, and now and then could not be measured."""
    drawn = random.Random(seed)
    codes = {
        column: [code for code in words.codes if code != "X/Y"]
        for column, words in column_words("sv").items()
    }
    table = {f"R{row:03}": [drawn.choice(codes[column]) for column in COLUMNS] for row in range(rows)}
    tables = []
    for _ in range(nights_in_all):
        for cells in table.values():
            for place, column in enumerate(COLUMNS):
                if drawn.random() < change:
                    cells[place] = drawn.choice(codes[column])
        tables.append({code: tuple(cells) for code, cells in table.items()})
    return past_of(nights(nights_in_all), tables, regions="Organisationen i kommun {}".format)
