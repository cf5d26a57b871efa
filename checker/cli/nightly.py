"""A sweep with a store: taken up where one was cut short, kept, concluded, published, told."""

import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.exits import ExitCode, Held, Quit
from checker.cli.instruments import Instruments, run
from checker.cli.keeping import Keeper
from checker.cli.measuring import FAIL_ON, Measured, columns_of, measure_rows, severities
from checker.cli.monitoring import write_monitoring
from checker.cli.next_steps import Place
from checker.cli.publishing import check_output, print_table, publish_site
from checker.cli.retaining import retain_by_settings
from checker.cli.stored_results import read_once, stored_results
from checker.cli.stores import locked, opened, series_of, store_setting
from checker.cli.telling import deliver_due, letters
from checker.history.changes import Kind, cell_row
from checker.judging import cells_under
from checker.report.model import Results, summary_of
from checker.report.spool import Spool
from checker.rulesets import RULESETS
from checker.store.conclusion import Concluded, conclude
from checker.store.history import changes_of
from checker.store.judgements import Judged
from checker.store.resume import unpublished
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.verdict import Finding

if TYPE_CHECKING:
    from checker.observations.row import Row
    from checker.settings import Settings

log = logging.getLogger(__name__)


def sweep_with_store(
    rows: "tuple[Row, ...]",
    tools: Instruments,
    spool: Spool,
    *,
    path: Path,
    output: Path,
    partial: bool,
    quiet: bool,
    fail_on: str | None,
    unfinished: bool = False,
) -> ExitCode:
    """Measure `rows`, or finish what an earlier run left undone. Quits as `checker sweep` does.

    `unfinished`: never begin anything.
    """
    address = store_setting(tools.settings, output)
    with opened(address, create=True) as store:
        try:
            with locked(store):
                check_output(output, partial=partial)
                night = _Night(store, address, rows, tools, path=path, output=output, partial=partial)
                pending = night.unpublished()
                if pending is not None:
                    return night.publish_pending(pending, fail_on)
                if unfinished and not store.sweeps.all(series_of(path), State.RUNNING):
                    log.info("no sweep was cut short: there is nothing to finish")
                    return ExitCode.DONE
                return night.measure(spool, quiet=quiet, fail_on=fail_on)
        except KeyboardInterrupt:
            raise Quit(
                ExitCode.PARTLY,
                "interrupted: what is measured is kept, and the next sweep goes on from there; the site stands whole",
            ) from None


class _Night:
    """One run over one list; holds the store's lock."""

    def __init__(
        self,
        store: Store,
        address: str,
        rows: "tuple[Row, ...]",
        tools: Instruments,
        *,
        path: Path,
        output: Path,
        partial: bool,
    ) -> None:
        self._store, self._address = store, address
        self._rows, self._tools, self._series = rows, tools, series_of(path)
        self._place = Place(settings=tools.settings, store=store.name, output=output, path=path)
        self._output, self._partial = output, partial
        self._settings: Settings = tools.settings
        self._within = timedelta(hours=self._settings.resume_hours)

    def _now(self) -> datetime:
        return self._tools.network.clock.wall()

    def unpublished(self) -> StoredSweep | None:
        """The last sweep, when all it lacks is being published."""
        ruleset = RULESETS[self._settings.ruleset]
        columns = tuple(column.name for column in columns_of(self._settings))
        return unpublished(
            self._store,
            series=self._series,
            rows=self._rows,
            columns=columns,
            rules=(ruleset.name, ruleset.version),
            now=self._now(),
            within=self._within,
        )

    def publish_pending(self, sweep: StoredSweep, fail_on: str | None) -> ExitCode:
        """Put a sweep on the site that was measured and judged before this run."""
        judgement = self._store.judgements.find(sweep.id, sweep.ruleset, sweep.ruleset_version)
        assert judgement is not None  # a finished sweep was stored with it, in one transaction
        log.info(
            "the sweep %s was measured but not published: it is published now, nothing is measured", sweep.id
        )
        with read_once(stored_results(self._store, judgement)) as results:
            self._publish(sweep, results)
            if fail_on == "worse":
                changes = changes_of(self._store, sweep.id, announced=True)
                failed = any(change.kind is Kind.WORSENED for change in changes)
            else:
                grave = FAIL_ON.get(fail_on or "", frozenset())
                failed = any(severity in grave for result in results() for severity in severities(result))
        return ExitCode.FINDINGS if failed else ExitCode.DONE

    def measure(self, spool: Spool, *, quiet: bool, fail_on: str | None) -> ExitCode:
        """Measure what is left to be measured, conclude and publish."""
        with Keeper(self._store, self._series, self._rows, within=self._within) as keeper:
            try:
                measured = run(measure_rows(self._rows, self._tools, spool, quiet=quiet, keeper=keeper))
            except KeyboardInterrupt:
                done = f"interrupted after {len(spool)} of {len(self._rows)} rows"
                what = "nothing was published, an earlier site stands as it was"
                if keeper.sweep is not None:
                    what = "they are kept, and the next sweep goes on from there; an earlier site stands as it was"
                raise Quit(ExitCode.PARTLY, f"{done}: {what}") from None
        concluded = self._conclude(measured, spool)
        if concluded.braked:
            self._tell()
            raise Held(self._held(concluded))
        self._publish(concluded.sweep, spool.results)
        worse = any(change.kind is Kind.WORSENED for change in concluded.differences.announced)
        code = measured.exit_code(fail_on)
        return ExitCode.FINDINGS if fail_on == "worse" and worse and code is ExitCode.DONE else code

    def _conclude(self, measured: Measured, spool: Spool) -> Concluded:
        places = {row.code: place for place, row in enumerate(self._rows)}

        def findings(code: str, column: str) -> tuple[Finding, ...]:
            verdict = spool.get(places[code]).verdict(column)
            return verdict.findings if verdict else ()

        brake, now = self._settings.brake, self._now()
        return conclude(
            self._store,
            measured.sweep,
            _judged(spool, len(self._rows)),
            now=now,
            judge=cells_under,
            findings=findings,
            letters=letters(
                self._settings,
                now=now,
                cells=lambda: itertools.starmap(cell_row, enumerate(self._rows)),
                summary=summary_of(spool.results()),
                place=self._place,
            ),
            brake_share=brake if brake < 1 else None,
        )

    def _publish(self, sweep: StoredSweep, results: Results) -> None:
        """Publish, note that it is done, and do what comes after; trouble with that spoils nothing."""
        publish_site(self._output, results, sweep, self._settings, partial=self._partial, store=self._store)
        self._store.sweeps.update(replace(sweep, published=self._now()))
        try:
            print_table(results, self._settings)
        finally:  # a reader that has had enough (`| head`) keeps the news from nobody else
            self._tell()

    def _tell(self) -> None:
        retain_by_settings(self._store, self._settings, self._address, now=self._now())
        write_monitoring(self._settings, self._store, self._series)
        if deliver_due(self._settings, self._store, self._now):
            write_monitoring(self._settings, self._store, self._series)

    def _held(self, concluded: Concluded) -> str:
        return (
            f"{concluded.sweep.why}: most likely we measured wrongly, so nothing was published and the earlier site"
            f" stands.\nLook: {self._place.look(concluded.sweep)}"
            f"\nIf it is right: {self._place.publish(concluded.sweep)}"
        )


def _judged(spool: Spool, rows: int) -> Iterator[Judged]:
    for position in range(rows):
        result = spool.get(position)
        yield Judged(position=position, result=result, remeasured=result.remeasured)
