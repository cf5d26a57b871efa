"""What `sweep` and `check` share: vantage first, then rows through the sweep engine onto disk, then an exit code."""

from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker import __version__
from checker.cli.exits import ExitCode, Quit
from checker.cli.instruments import Instruments, ca_store, real_disk
from checker.cli.progress import Progress
from checker.cli.vantage import look
from checker.conversations import Conversations
from checker.indicators.details import details_in_full, mail_details
from checker.indicators.registry import INDICATORS, Indicator
from checker.observations.fact import Fact
from checker.probes.vantage import unusable
from checker.report.model import RowResult, SweepInfo
from checker.report.spool import Spool
from checker.rulesets import RULESETS
from checker.sweep import Sweep, SweepOptions
from checker.verdict import Severity, Value

if TYPE_CHECKING:
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

    info: SweepInfo
    severities: Counter[Severity]
    spoilt: int

    def exit_code(self, fail_on: str | None) -> ExitCode:
        """PARTLY before FINDINGS: figures that are not whole are the graver news."""
        if self.spoilt:
            return ExitCode.PARTLY
        if fail_on and any(self.severities[severity] for severity in FAIL_ON[fail_on]):
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
) -> Measured:
    """Measure and judge `rows` into `spool`, at their places in `rows`.

    `in_full` is for single domains: every raw hello, and no second attempt later. Quits (FAILED) when the vantage
    point is of no use, before the first row and also when it has failed by the end.
    """
    settings, clock = tools.settings, tools.network.clock
    started = clock.wall()
    store = ca_store(settings)
    vantage = await _usable(tools, published=not in_full)
    columns = columns_of(settings)
    retest = not (settings.no_retest or in_full)
    ruleset = RULESETS[settings.ruleset]
    severities: Counter[Severity] = Counter()
    anything = False
    places = {row.code: place for place, row in enumerate(rows)}
    with Progress(len(rows), quiet=quiet) as progress:
        sweep = Sweep(
            rows,
            columns=columns,
            ruleset=ruleset,
            probes=Conversations(tools.walker, ca_store=store, mail_facts=in_full),
            vantage=vantage,
            clock=clock,
            options=SweepOptions(
                concurrency=settings.concurrency,
                deadline_s=settings.deadline,
                retest=retest,
                retest_after_s=settings.retest_delay,
                parking=real_disk(),
            ),
            describe=details_in_full if in_full else mail_details,
            on_progress=progress.tally,
        )
        async with aclosing(sweep.results()) as results:
            async for result in results:
                spool.put(places[result.row.code], result)
                severities.update(found.severity for verdict in result.verdicts for found in verdict.findings)
                anything = anything or _measured(result)
                progress.judged(result)
    if rows and not in_full:
        await _still_there(tools, vantage)
    elif rows and not anything and not sweep.tally.not_measured:
        await _usable(tools, published=False)
    info = SweepInfo(
        second_attempts=retest,
        id=f"{started:%Y%m%dT%H%M%SZ}",
        started=started,
        finished=clock.wall(),
        ruleset=ruleset.name,
        ruleset_version=ruleset.version,
        software=f"indikatorkollen {__version__}",
        vantage=sweep.vantage,
        trust_store=store.name,
        columns=tuple(column.name for column in columns),
    )
    return Measured(info=info, severities=severities, spoilt=sweep.tally.not_measured)


async def _usable(tools: Instruments, *, published: bool) -> "Vantage":
    """The vantage point, or the end (FAILED) with one sentence on why nothing can be measured from here.

    `published` when the command would have published something.
    """
    vantage = await look(tools)
    if why := unusable(vantage):
        spared = "; nothing was published" if published else ""
        raise Quit(ExitCode.FAILED, f"{why}{spared} (checker doctor says more)")
    return vantage


async def _still_there(tools: Instruments, before: "Vantage") -> None:
    """Quit (FAILED) when a way out that worked at the start is gone at the end.

    Nobody knows since when, and every `Nej` of the time after would be our trouble shown as theirs.
    """
    now = await _usable(tools, published=True)
    families = (("IPv4", before.ipv4, now.ipv4), ("IPv6", before.ipv6, now.ipv6))
    lost = [family for family, then, since in families if then is Fact.YES and since is Fact.NO]
    if lost:
        words = f"{' and '.join(lost)} worked when the sweep began and did not at its end"
        raise Quit(ExitCode.FAILED, f"{words}; nothing was published (checker doctor says more)")


def _measured(result: RowResult) -> bool:
    return any(verdict.value is not Value.UNKNOWN for verdict in result.verdicts)
