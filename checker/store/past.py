"""What the site tells of earlier sweeps, read from the store. Never writes."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select

from checker.history.changes import CellRow
from checker.history.intervals import Interval
from checker.history.past import Past, PrintedTable
from checker.report.model import COLUMNS, SweepInfo
from checker.store import tables
from checker.store.errors import check_code, whole
from checker.store.history import changes_of
from checker.store.reading import reading
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep

_ROWS, _JUDGEMENTS, _VERDICTS = tables.rows, tables.judgements, tables.verdicts


def past_of(store: Store, sweep: StoredSweep) -> Past:
    """Every finished sweep of the series of `sweep`. Raises DamagedError, also later."""
    sweeps = [known for known in store.sweeps.all(sweep.series, State.FINISHED) if not known.method]
    codes = _Codes()

    def rows_of(of: SweepInfo) -> Iterator[CellRow]:
        return _rows(store, of, codes)

    @lru_cache(maxsize=2)  # every language's page asks for the same row
    def intervals(code: str) -> Sequence[Interval]:
        return store.intervals.of_row(sweep.series, code)

    return Past(
        series=sweep.series,
        sweeps=tuple(known.info for known in sweeps),
        printed=_printed(store, sweeps, codes),
        rows_of=rows_of,
        changes_of=lambda of: changes_of(store, of.id),
        intervals_of=intervals,
    )


class _Codes:
    """The codes that rows of the past have, each looked at once: the same rows come night after night."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def check(self, code: str, position: int, sweep: SweepInfo) -> None:
        """Raise DamagedError for what is no code."""
        if code in self._known:
            return
        with whole(f"row {position} of sweep {sweep.id}"):
            check_code(code)
        self._known.add(code)


def _printed(store: Store, sweeps: Sequence[StoredSweep], codes: _Codes) -> PrintedTable:
    """The cells of these sweeps, each by its own rules, however many there are: a query a sweep."""
    printed = PrintedTable(len(sweeps))
    for place, sweep in enumerate(sweeps):
        with reading(store.engine) as connection:
            found = connection.execute(_of_sweep(sweep.info, _ROWS.c.position, _ROWS.c.code)).all()
        info = sweep.info
        for position, code, *cells in found:
            codes.check(code, position, info)
            printed.put(place, code, tuple(cells))
    return printed


def _rows(store: Store, sweep: SweepInfo, codes: _Codes) -> Iterator[CellRow]:
    """The rows of one sweep by its own rules, without contacts and what was measured twice; there may be hundreds of sweeps."""
    names = (
        _ROWS.c.position,
        _ROWS.c.code,
        _ROWS.c.region,
        _ROWS.c.domain,
        _ROWS.c.web_host,
        _ROWS.c.mail_domain,
    )
    with reading(store.engine) as connection:
        found = connection.execute(_of_sweep(sweep, *names)).all()
    for position, code, region, domain, web_host, mail_domain, *cells in found:
        codes.check(code, position, sweep)
        yield CellRow(
            position=position,
            code=code,
            region=region,
            domain=domain,
            web_host=web_host,
            mail_domain=mail_domain,
            cells=tuple(zip(COLUMNS, cells, strict=True)),
        )


def _of_sweep(sweep: SweepInfo, *columns: Any) -> Select[Any]:
    """These columns and the five cells of each row of a sweep, in the order of its list."""
    return (
        select(*columns, *(_VERDICTS.c[column] for column in COLUMNS))
        .select_from(_JUDGEMENTS)
        .join(_VERDICTS, _VERDICTS.c.judgement_id == _JUDGEMENTS.c.id)
        .join(
            _ROWS, (_ROWS.c.sweep_id == _JUDGEMENTS.c.sweep_id) & (_ROWS.c.position == _VERDICTS.c.position)
        )
        .where(
            _JUDGEMENTS.c.sweep_id == sweep.id,
            _JUDGEMENTS.c.ruleset == sweep.ruleset,
            _JUDGEMENTS.c.ruleset_version == sweep.ruleset_version,
        )
        .order_by(_ROWS.c.position)
    )
