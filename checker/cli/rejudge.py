"""`checker rejudge`: stored observations judged by other rules. No network; the site stays as it is."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.session import Session
from checker.cli.stored_sweeps import LAST, SeriesOption, SiteOption
from checker.cli.stores import DEFAULT_OUTPUT
from checker.network.clock import Clock

if TYPE_CHECKING:
    from checker.history.changes import CellRow, Differences
    from checker.report.model import RowResult
    from checker.rulesets import Ruleset
    from checker.store.judgements import Judged, Judgement
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep

SweepArgument = Annotated[
    str,
    typer.Argument(
        metavar="SWEEP",
        help="A sweep's id, or the beginning of one; LAST is the newest.",
        show_default=False,
    ),
]
log = logging.getLogger(__name__)


def rejudge(
    session: Session,
    *,
    name: SweepArgument = LAST,
    output: SiteOption = DEFAULT_OUTPUT,
    series: SeriesOption = "",
) -> ExitCode:
    r"""Judge a stored sweep again by the rules that --ruleset names, and say what they read otherwise.

    Nothing is measured. The verdicts are kept beside the sweep's own; what differs comes from the rules alone, never from
    an organisation. checker render --ruleset NAME publishes them.

    \b
    Examples:
      checker rejudge --ruleset bilaga-a-2017
      checker rejudge 20261001 --ruleset 2026
    """
    from checker.cli.diff import difference_lines  # noqa: PLC0415 - start-up
    from checker.cli.output import say  # noqa: PLC0415 - start-up
    from checker.cli.publishing import print_table  # noqa: PLC0415 - start-up
    from checker.cli.stored_sweeps import chosen_series, chosen_sweep, own_judgement  # noqa: PLC0415 - start-up
    from checker.cli.stores import opened, store_setting  # noqa: PLC0415 - start-up
    from checker.rulesets import RULESETS  # noqa: PLC0415 - start-up

    settings = session.settings
    ruleset = RULESETS[settings.ruleset]
    with opened(store_setting(settings, output)) as store:
        sweep = chosen_sweep(store, chosen_series(store, series, name), name)
        own = own_judgement(store, sweep)
        if (own.ruleset, own.ruleset_version) == (ruleset.name, ruleset.version):
            rules = f"{ruleset.name} {ruleset.version}"
            raise Quit(
                ExitCode.USAGE, f"the sweep {sweep.id} is judged by {rules} already: name another --ruleset"
            )
        judgement = judge_again(store, sweep, ruleset)
        print_table(lambda: _verdicts(store, judgement), settings)
        say("")
        for line in difference_lines(_by_the_rules(store, sweep, judgement), settings.lang):
            say(line)
    return ExitCode.DONE


def _verdicts(store: "Store", judgement: "Judgement") -> "Iterator[RowResult]":
    """What the table shows of each row, and no more."""
    return (result for _, result in store.judgements.results(judgement.id))


def judge_again(store: "Store", sweep: "StoredSweep", ruleset: "Ruleset") -> "Judgement":
    """Store the verdicts of a sweep by other rules. Quits (USAGE) when nothing that was seen is there any more.

    A row without an observation, which an error of our own spoilt, keeps its `Ej mätt`.
    """
    from checker.store.judgements import Judgement  # noqa: PLC0415 - start-up

    if sweep.method:
        raise Quit(
            ExitCode.USAGE,
            f"{sweep.id} is a table by another method, with nothing to judge again: checker diff {sweep.id} reads our own"
            " sweep by its rules",
        )
    if next(store.observations.stored(sweep.id), None) is None:
        raise Quit(
            ExitCode.USAGE,
            f"what was seen in the sweep {sweep.id} is not kept any more: checker store import brings it back from its archive",
        )
    judgement = Judgement(
        id=0,
        sweep_id=sweep.id,
        ruleset=ruleset.name,
        ruleset_version=ruleset.version,
        software=sweep.software,
        judged=Clock().wall(),
    )
    return store.judgements.put(judgement, _judged(store, sweep, ruleset))


def _judged(store: "Store", sweep: "StoredSweep", ruleset: "Ruleset") -> "Iterator[Judged]":
    from checker.cli.stored_sweeps import own_judgement  # noqa: PLC0415 - start-up
    from checker.judging import judged_again  # noqa: PLC0415 - start-up
    from checker.store.judgements import Judged  # noqa: PLC0415 - start-up

    seen = store.observations.seen(sweep.id)
    following = next(seen, None)
    for position, first in store.judgements.results(own_judgement(store, sweep).id):
        result: RowResult = first
        if following is not None and following[0] == position:
            result = judged_again(sweep.to_be_judged(following[1]), ruleset)
            following = next(seen, None)
        yield Judged(position=position, result=result, remeasured=result.remeasured)


def _by_the_rules(store: "Store", sweep: "StoredSweep", again: "Judgement") -> "Differences":
    """What the other rules read otherwise in one and the same sweep."""
    from checker.cli.stored_sweeps import own_judgement  # noqa: PLC0415 - start-up
    from checker.history.compare import differences  # noqa: PLC0415 - start-up

    rows: dict[str, CellRow] = {row.code: row for row in store.judgements.cells(again.id)}
    return differences(
        sweep.head,
        store.judgements.cells(own_judgement(store, sweep).id),
        replace(sweep.head, ruleset=again.ruleset, ruleset_version=again.ruleset_version),
        rows.values(),
        rejudged=lambda code: dict(rows[code].cells) if code in rows else None,
    )
