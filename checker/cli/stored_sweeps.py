"""Which stored sweep a command is about: named, or the newest of its series."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit

if TYPE_CHECKING:
    from checker.store.judgements import Judgement
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep

log = logging.getLogger(__name__)

LAST = "LAST"
"""Names the newest finished sweep on a command line."""

SeriesOption = Annotated[
    str,
    typer.Option(
        "--series",
        metavar="NAME",
        help="The sweeps of one list, by the name of its file (default: that of the newest sweep).",
        show_default=False,
    ),
]
SiteOption = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="The site's directory; the store lies beside it.")
]


def chosen_series(store: "Store", given: str, *named: str) -> str:
    """The series that is given, else that of the first sweep that one of `named` says, else that of the newest.

    Quits (USAGE) when there is none.
    """
    sweeps = store.sweeps.all()
    names = list(dict.fromkeys(sweep.series for sweep in sweeps if not sweep.method))
    if given and given not in names:
        raise Quit(
            ExitCode.USAGE,
            f"--series: there are no sweeps of {given}; there are: {', '.join(names) or 'none'}",
        )
    if not names:
        raise Quit(ExitCode.USAGE, f"{store.name}: holds no sweep yet; checker sweep makes one")
    if not given:
        for name in named:
            meant = _series_of(sweeps, name)
            if meant:
                return meant
    newest = max((sweep for sweep in sweeps if not sweep.method), key=lambda sweep: sweep.started).series
    if not given and len(names) > 1:
        log.info(
            "sweeps of %s (others with --series: %s)", newest, ", ".join(n for n in names if n != newest)
        )
    return given or newest


def _series_of(sweeps: "list[StoredSweep]", name: str) -> str:
    """The one series with sweeps of this id, or of ids that begin so; "" when there are none or several."""
    plain = name.replace("-", "").replace(":", "")
    found = [sweep for sweep in sweeps if sweep.id == name]
    found = found or [sweep for sweep in sweeps if plain and sweep.id.startswith(plain)]
    series = {sweep.series for sweep in found}
    return series.pop() if len(series) == 1 else ""


def chosen_sweep(store: "Store", series: str, name: str, *, whole: bool = False) -> "StoredSweep":
    """The sweep of this name (or LAST) that has come to its end. Quits (USAGE) when there is none.

    `whole`: LAST is the newest one with all columns, if there is such a one.
    """
    from checker.report.model import COLUMNS  # noqa: PLC0415 - start-up
    from checker.store.errors import StoreError  # noqa: PLC0415 - start-up
    from checker.store.stored_sweep import State  # noqa: PLC0415 - start-up

    if name == LAST:
        last = store.sweeps.latest(series, State.FINISHED)
        if whole and last is not None and last.columns != COLUMNS:
            finished = store.sweeps.all(series, State.FINISHED)
            all_columns = [one for one in finished if one.columns == COLUMNS and not one.method]
            last = all_columns[-1] if all_columns else last
        if last is None:
            raise Quit(ExitCode.USAGE, f"{store.name}: no sweep of {series} has come to its end yet")
        return last
    try:
        sweep = store.sweeps.named(name, series)
    except StoreError as error:
        raise Quit(ExitCode.USAGE, str(error)) from None
    if sweep.state in (State.RUNNING, State.STOPPED):
        raise Quit(
            ExitCode.USAGE, f"the sweep {sweep.id} did not come to its end ({sweep.why or sweep.state.value})"
        )
    return sweep


def own_judgement(store: "Store", sweep: "StoredSweep") -> "Judgement":
    """The judgement that a sweep was stored with. Quits (FAILED) when the store has lost it."""
    judgement = store.judgements.find(sweep.id, sweep.ruleset, sweep.ruleset_version)
    if judgement is None:
        raise Quit(
            ExitCode.FAILED,
            f"{store.name}: the verdicts of sweep {sweep.id} are missing; checker store check",
        )
    return judgement
