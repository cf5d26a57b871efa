"""What `sweep` and `check` share: vantage first, then rows through the sweep engine onto disk, then an exit code."""

from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from checker import __version__
from checker.cli.disk import real_disk
from checker.cli.exits import ExitCode, Quit
from checker.cli.instruments import Instruments, ca_store
from checker.cli.progress import Progress
from checker.cli.vantage import look
from checker.columns import Describe, judged_row, no_details
from checker.conversations import Conversations
from checker.indicators.details import details_in_full
from checker.indicators.registry import INDICATORS, Indicator
from checker.observations.fact import Fact
from checker.probes.vantage import unusable
from checker.report.model import RowResult
from checker.report.spool import Spool
from checker.rulesets import RULESETS
from checker.store.stored_sweep import State, StoredSweep, id_of
from checker.sweep import Sweep, SweepOptions
from checker.verdict import Severity, Value

if TYPE_CHECKING:
    from checker.cli.keeping import Keeper
    from checker.observations.row import Row
    from checker.observations.vantage import Vantage
    from checker.settings import Settings

FAIL_ON = {
    "fault": frozenset({Severity.FAULT}),
    "warning": frozenset({Severity.FAULT, Severity.WARNING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of it: the sweep's own data, findings by severity, and how many rows an own error spoilt."""

    sweep: StoredSweep
    severities: Counter[Severity]
    spoilt: int

    def exit_code(self, fail_on: str | None) -> ExitCode:
        """PARTLY before FINDINGS: figures that are not whole are the graver news.

        Of "worse" this knows nothing: whoever has the history adds it.
        """
        if self.spoilt:
            return ExitCode.PARTLY
        if any(self.severities[severity] for severity in FAIL_ON.get(fail_on or "", ())):
            return ExitCode.FINDINGS
        return ExitCode.DONE


def columns_of(settings: "Settings") -> tuple[Indicator, ...]:
    """The columns that are asked for, in page order."""
    return tuple(
        indicator for indicator in INDICATORS if not settings.only or indicator.name in settings.only
    )


async def measure_rows(
    rows: "tuple[Row, ...]",
    tools: Instruments,
    spool: Spool,
    *,
    quiet: bool,
    in_full: bool = False,
    describe: Describe = no_details,
    keeper: "Keeper | None" = None,
) -> Measured:
    """Measure and judge `rows` into `spool`, at their places in `rows`.

    `in_full` is for single domains: every raw hello, and no second attempt later. `describe` makes the details of a row. `keeper` stores what is seen as it
    comes, and knows what was seen before the sweep was cut short. Quits (FAILED) when the vantage point is of no use,
    before the first row and also when it has failed by the end.
    """
    settings, clock = tools.settings, tools.network.clock
    store = ca_store(settings)
    vantage = await _usable(tools, published=not in_full)
    columns = columns_of(settings)
    ruleset = RULESETS[settings.ruleset]
    begun = planned(settings, started=clock.wall(), trust_store=store.name, vantage=vantage, in_full=in_full)
    if keeper is not None:
        begun = keeper.begin(begun)
    counted = _Counted()
    places = {row.code: place for place, row in enumerate(rows)}
    if in_full:
        describe = details_in_full
    with Progress(len(rows), quiet=quiet) as progress:
        sweep = Sweep(
            keeper.left() if keeper is not None else rows,
            columns=columns,
            ruleset=ruleset,
            probes=Conversations(tools.walker, ca_store=store, mail_facts=in_full),
            vantage=vantage,
            clock=clock,
            options=SweepOptions(
                concurrency=settings.concurrency,
                deadline_s=settings.deadline,
                retest=begun.second_attempts,
                retest_after_s=settings.retest_delay,
                parking=real_disk(),
            ),
            describe=describe,
            on_progress=progress.tally,
            stood=keeper.stood(ruleset.name, ruleset.version) if keeper is not None else None,
            waiting=keeper.waiting() if keeper is not None else (),
            keeping=keeper.keeping if keeper is not None else None,
        )

        def judged(place: int, result: RowResult) -> None:
            spool.put(place, result)
            counted.add(result)
            progress.judged(result)

        for place, evidence in keeper.seen() if keeper is not None else ():
            if evidence.mail is not None:
                sweep.know(evidence.mail)
            judged(place, judged_row(columns, evidence, ruleset, describe))
        async with aclosing(sweep.results()) as results:
            async for result in results:
                judged(places[result.row.code], result)
    if rows and not in_full:
        await _still_there(tools, vantage, keeper)
    elif rows and not counted.anything and not sweep.tally.not_measured:
        await _usable(tools, published=False)
    done = replace(begun, vantage=sweep.vantage, finished=max(begun.started, clock.wall()))
    return Measured(sweep=done, severities=counted.severities, spoilt=sweep.tally.not_measured)


def severities(result: RowResult) -> Iterator[Severity]:
    """The severity of each finding of a row."""
    return (found.severity for verdict in result.verdicts for found in verdict.findings)


def planned(
    settings: "Settings", *, started: datetime, trust_store: str, vantage: "Vantage", in_full: bool = False
) -> StoredSweep:
    """The sweep that these settings ask for, as it is when it begins."""
    ruleset = RULESETS[settings.ruleset]
    return StoredSweep(
        id=id_of(started),
        series="",
        state=State.RUNNING,
        started=started,
        ruleset=ruleset.name,
        ruleset_version=ruleset.version,
        software=f"indikatorkollen {__version__}",
        vantage=vantage,
        trust_store=trust_store,
        columns=tuple(column.name for column in columns_of(settings)),
        second_attempts=not (settings.no_retest or in_full),
    )


class _Counted:
    """What the exit code rests on, counted row by row."""

    def __init__(self) -> None:
        self.severities: Counter[Severity] = Counter()
        self.anything = False

    def add(self, result: RowResult) -> None:
        self.severities.update(severities(result))
        self.anything = self.anything or _measured(result)


async def _usable(tools: Instruments, *, published: bool) -> "Vantage":
    """The vantage point, or the end (FAILED) with one sentence on why nothing can be measured from here.

    `published` when the command would have published something.
    """
    vantage = await look(tools)
    if why := unusable(vantage):
        spared = "; nothing was published" if published else ""
        raise Quit(ExitCode.FAILED, f"{why}{spared} (checker doctor says more)")
    return vantage


async def _still_there(tools: Instruments, before: "Vantage", keeper: "Keeper | None") -> None:
    """Quit (FAILED) when a way out that worked at the start is gone at the end.

    Nobody knows since when, and every `Nej` of the time after would be our trouble shown as theirs.
    """
    try:
        now = await _usable(tools, published=True)
    except Quit as ending:
        _give_up(keeper, ending.message)
        raise
    families = (("IPv4", before.ipv4, now.ipv4), ("IPv6", before.ipv6, now.ipv6))
    lost = [family for family, then, since in families if then is Fact.YES and since is Fact.NO]
    if lost:
        words = f"{' and '.join(lost)} worked when the sweep began and did not at its end"
        _give_up(keeper, words)
        raise Quit(ExitCode.FAILED, f"{words}; nothing was published (checker doctor says more)")


def _give_up(keeper: "Keeper | None", why: str) -> None:
    if keeper is not None:
        keeper.stop(why)


def _measured(result: RowResult) -> bool:
    return any(verdict.value is not Value.UNKNOWN for verdict in result.verdicts)
