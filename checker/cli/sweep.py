"""`checker sweep`: every row of domains.csv, kept as it comes, then the results and the site, replaced as a whole."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli.domains import PathArgument, rows_of
from checker.cli.exits import Busy, ExitCode, Held, Quit
from checker.cli.options import FailOnOption, check_fail_on
from checker.cli.session import Session
from checker.cli.stores import DEFAULT_OUTPUT, series_of
from checker.network.clock import Clock

OutputOption = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="The site's directory, replaced as a whole.")
]
UnfinishedOption = Annotated[
    bool,
    typer.Option(
        "--unfinished",
        help="Only finish what an earlier run left undone, and end at once when that is nothing: for a machine that starts.",
        show_default=False,
    ),
]
log = logging.getLogger(__name__)


def sweep(
    session: Session,
    *,
    path: PathArgument = Path("domains.csv"),
    output: OutputOption = DEFAULT_OUTPUT,
    fail_on: FailOnOption = None,
    unfinished: UnfinishedOption = False,
) -> ExitCode:
    r"""Measure every row of domains.csv, judge, and write the results and the site.

    DIR gets index.html, results.csv, results.json, its JSON Schema and Atom feeds. It is replaced as a whole and only when
    all is done: whatever happens, the old site or the new one stands complete. A directory that is neither empty nor
    marked by .checker-site is never replaced. With --only the site is a partial one and never replaces a full one.

    Everything seen is kept in the store as it comes (--store; checker.db beside DIR). A sweep that was cut short is gone
    on with by the next one; one that could not be published is published. What is worse than before is
    measured a second time. When far more of a column is worse at once than is plausible, the old site stays (--brake).

    \b
    Examples:
      checker sweep
      checker sweep mine.csv --output output/mine --lang en
      checker sweep --only dnssec --output output/dnssec
      checker sweep --quiet --fail-on worse
    """
    try:
        return sweep_once(session, path=path, output=output, fail_on=fail_on, unfinished=unfinished)
    except (Busy, Held, BrokenPipeError):  # none is news to the operator
        raise
    except Quit as ending:
        if ending.code is not ExitCode.PARTLY:
            _tell(session, path, ending.message)
        raise
    except Exception as error:
        _tell(session, path, f"{type(error).__name__}: {error} (the log says more)")
        raise


def _tell(session: Session, path: Path, reason: str) -> None:
    """Tell the operator, when nobody is looking: a timer started this."""
    if sys.stderr.isatty():
        return
    from checker.cli.telling import tell_failure  # noqa: PLC0415 - start-up

    tell_failure(session.settings, series=series_of(path), reason=reason)


def sweep_once(
    session: Session, *, path: Path, output: Path, fail_on: str | None = None, unfinished: bool = False
) -> ExitCode:
    """Do what `checker sweep` does, and tell nobody but the log and the metrics file when it fails."""
    started = Clock().wall()
    try:
        return _swept(session, path=path, output=output, fail_on=fail_on, unfinished=unfinished)
    except (Busy, Held, BrokenPipeError):
        raise
    except Exception as error:
        partly = isinstance(error, Quit) and error.code is ExitCode.PARTLY
        if not partly and session.settings.metrics is not None:
            from checker.cli.monitoring import note_failure  # noqa: PLC0415 - start-up

            note_failure(session.settings, started)
        raise


def _swept(session: Session, *, path: Path, output: Path, fail_on: str | None, unfinished: bool) -> ExitCode:
    settings = session.settings
    if unfinished and settings.no_store:
        raise Quit(ExitCode.USAGE, "--unfinished goes by the store, and --no-store keeps none")
    check_fail_on(fail_on, worse=not settings.no_store)
    rows = rows_of(path)
    from checker.cli.disk import real_disk  # noqa: PLC0415 - start-up
    from checker.cli.instruments import instruments, run  # noqa: PLC0415 - start-up
    from checker.cli.measuring import columns_of, measure_rows  # noqa: PLC0415 - start-up
    from checker.cli.nightly import sweep_with_store  # noqa: PLC0415 - start-up
    from checker.cli.publishing import (  # noqa: PLC0415 - start-up
        check_output,
        print_table,
        publish_site,
        read_site_files,
    )
    from checker.cli.telling import check_senders  # noqa: PLC0415 - start-up
    from checker.indicators.details import details_in_full  # noqa: PLC0415 - start-up
    from checker.indicators.registry import INDICATORS  # noqa: PLC0415 - start-up
    from checker.report.spool import Spool  # noqa: PLC0415 - start-up

    partial = len(columns_of(settings)) < len(INDICATORS)
    check_output(output, partial=partial, clean_up=settings.no_store)
    read_site_files(settings)  # whatever is wrong with them is told before anything is measured
    if not settings.no_store:
        check_senders(settings)
    tools = instruments(session)
    with Spool(real_disk()) as spool:
        if not settings.no_store:
            return sweep_with_store(
                rows,
                tools,
                spool,
                path=path,
                output=output,
                partial=partial,
                quiet=session.quiet,
                fail_on=fail_on,
                unfinished=unfinished,
            )
        try:
            measured = run(measure_rows(rows, tools, spool, quiet=session.quiet, describe=details_in_full))
        except KeyboardInterrupt:
            done = f"interrupted after {len(spool)} of {len(rows)} rows"
            raise Quit(
                ExitCode.PARTLY, f"{done}: nothing was published, an earlier site stands as it was"
            ) from None
        publish_site(output, spool.results, measured.sweep, settings, partial=partial, store=None)
        print_table(spool.results, settings)
    return measured.exit_code(fail_on)
