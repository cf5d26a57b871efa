"""`checker render`: the site written again from the store, without measuring; also a sweep that the brake held back."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.rejudge import SweepArgument
from checker.cli.session import Session
from checker.cli.stored_sweeps import LAST, SeriesOption
from checker.cli.stores import DEFAULT_OUTPUT
from checker.cli.sweep import OutputOption
from checker.network.clock import Clock

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.store.judgements import Judgement
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep

AcceptOption = Annotated[
    bool,
    typer.Option(
        "--accept", help="Publish SWEEP although the brake held it back: you have looked, and it is right."
    ),
]
log = logging.getLogger(__name__)


def render(
    session: Session,
    *,
    name: SweepArgument = LAST,
    output: OutputOption = DEFAULT_OUTPUT,
    series: SeriesOption = "",
    accept: AcceptOption = False,
) -> ExitCode:
    r"""Write the site again from the store, and put it in the place of the old one as a whole.

    Nothing is measured. Without SWEEP it is the newest one with all columns. --ruleset publishes what these rules say of
    it: the sweep is judged by them first when that has not been done. A sweep that the brake held back is published with
    --accept only; from then on it counts, and those who are to hear of changes do.

    \b
    Examples:
      checker render --output output/site
      checker render --ruleset bilaga-a-2017 --output output/2017-rules
      checker render --accept 20261122
    """
    from checker.cli.monitoring import write_monitoring  # noqa: PLC0415 - start-up
    from checker.cli.publishing import check_output, publish_site, read_site_files  # noqa: PLC0415 - start-up
    from checker.cli.stored_results import read_once, stored_results  # noqa: PLC0415 - start-up
    from checker.cli.stored_sweeps import chosen_series, chosen_sweep  # noqa: PLC0415 - start-up
    from checker.cli.stores import locked, opened, store_setting  # noqa: PLC0415 - start-up
    from checker.cli.telling import deliver_due  # noqa: PLC0415 - start-up
    from checker.report.model import COLUMNS  # noqa: PLC0415 - start-up

    if accept and name == LAST:
        raise Quit(
            ExitCode.USAGE, "--accept: name the sweep that was held back (checker store list shows it)"
        )
    settings = session.settings
    read_site_files(settings)  # whatever is wrong with them is told before a held sweep is taken in
    with opened(store_setting(settings, output)) as store:
        sweep = chosen_sweep(store, chosen_series(store, series, name), name, whole=True)
        if sweep.method:
            raise Quit(
                ExitCode.USAGE,
                f"{sweep.id} was measured by another method, and the site tells of ours: checker diff {sweep.id} compares with it",
            )
        partial = len(sweep.columns) < len(COLUMNS)
        check_output(output, partial=partial)
        with locked(store):
            sweep = _released(store, sweep, settings, output=output, accept=accept)
            judgement = _judgement(store, sweep, settings)
            shown = replace(sweep, ruleset=judgement.ruleset, ruleset_version=judgement.ruleset_version)
            with read_once(stored_results(store, judgement)) as results:
                publish_site(output, results, shown, settings, partial=partial, store=store)
            store.sweeps.update(replace(sweep, published=Clock().wall()))
        deliver_due(settings, store, Clock().wall)
        write_monitoring(settings, store, sweep.series)
    log.info("%s shows the sweep %s", output, sweep.id)
    return ExitCode.DONE


def _released(
    store: "Store", sweep: "StoredSweep", settings: "Settings", *, output: Path, accept: bool
) -> "StoredSweep":
    """The sweep, taken into the history when it was held and is accepted. Quits (USAGE) when it is not."""
    from checker.cli.next_steps import Place  # noqa: PLC0415 - start-up
    from checker.cli.stored_sweeps import own_judgement  # noqa: PLC0415 - start-up
    from checker.cli.telling import letters  # noqa: PLC0415 - start-up
    from checker.judging import cells_under  # noqa: PLC0415 - start-up
    from checker.report.model import summary_of  # noqa: PLC0415 - start-up
    from checker.store.conclusion import accept as take_in  # noqa: PLC0415 - start-up
    from checker.store.history import stored_findings  # noqa: PLC0415 - start-up
    from checker.store.stored_sweep import State  # noqa: PLC0415 - start-up

    if sweep.state is not State.HELD:
        if accept:
            log.info("the sweep %s was not held back: there is nothing to accept", sweep.id)
        return sweep
    if not accept:
        raise Quit(
            ExitCode.USAGE,
            f"the sweep {sweep.id} was held back ({sweep.why}): --accept publishes it all the same",
        )
    judgement = own_judgement(store, sweep)
    summary = summary_of(result for _, result in store.judgements.results(judgement.id))
    now = Clock().wall()
    concluded = take_in(
        store,
        sweep,
        now=now,
        judge=cells_under,
        findings=stored_findings(store, judgement),
        letters=letters(
            settings,
            now=now,
            cells=lambda: store.judgements.cells(judgement.id),
            summary=summary,
            place=Place(settings=settings, store=store.name, output=output),
        ),
    )
    newest = store.sweeps.latest(sweep.series, State.FINISHED)
    if newest is not None and newest.id != sweep.id:
        log.warning(
            "the sweep %s is later than %s: nobody is told what that one saw; checker render %s shows the later one",
            newest.id,
            sweep.id,
            newest.id,
        )
    return concluded.sweep


def _judgement(store: "Store", sweep: "StoredSweep", settings: "Settings") -> "Judgement":
    """The sweep's own, or by the rules that were asked for on purpose."""
    from checker.cli.rejudge import judge_again  # noqa: PLC0415 - start-up
    from checker.cli.stored_sweeps import own_judgement  # noqa: PLC0415 - start-up
    from checker.rulesets import RULESETS  # noqa: PLC0415 - start-up

    if "ruleset" not in settings.model_fields_set:
        return own_judgement(store, sweep)
    ruleset = RULESETS[settings.ruleset]
    found = store.judgements.find(sweep.id, ruleset.name, ruleset.version)
    return found or judge_again(store, sweep, ruleset)
