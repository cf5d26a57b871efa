"""`checker store baseline`, `forget` and `check`: a table of others, what is not kept, and whether all is well."""

import logging
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.output import say
from checker.cli.session import Session
from checker.cli.stored_sweeps import SiteOption
from checker.cli.stores import DEFAULT_OUTPUT, archive_directory, locked, may_forget, opened, store_setting
from checker.network.clock import Clock

if TYPE_CHECKING:
    from checker.store.store import Store
    from checker.store.stored_sweep import StoredSweep

TableArgument = Annotated[
    Path | None, typer.Argument(metavar="TABLE.CSV", help="Like results.csv; without it the table of 2017.")
]
DateOption = Annotated[
    str, typer.Option("--date", metavar="YYYY-MM-DD", help="The day of the table.", show_default=False)
]
NameOption = Annotated[
    str, typer.Option("--name", metavar="NAME", help="The table's id and method.", show_default=False)
]
ListOption = Annotated[
    str,
    typer.Option(
        "--series",
        metavar="NAME",
        help="The list of sweeps that it belongs to (default: that of the newest sweep).",
        show_default=False,
    ),
]
AgeOption = Annotated[
    str,
    typer.Option(
        "--older-than",
        metavar="DAYS",
        help="As in 400d (default: keep_observations of the settings, which is 400).",
        show_default=False,
    ),
]

DEFAULT_SERIES = "domains"
log = logging.getLogger(__name__)


def baseline(
    session: Session,
    *,
    table: TableArgument = None,
    day: DateOption = "",
    name: NameOption = "",
    series: ListOption = "",
    output: SiteOption = DEFAULT_OUTPUT,
) -> ExitCode:
    r"""Store a table that was measured by another method, to compare sweeps with (checker diff NAME).

    Without a file it is the table of 2017 (Appendix A, Table 6) under the name bilaga-a-2017. A file is like results.csv:
    code, region, domain, web_host, mail_domain and the five columns with printed codes. What differs from such a table may
    be the method, so nothing of it is announced.

    \b
    Examples:
      checker store baseline
      checker store baseline measured-2019.csv --date 2019-05-02 --name uppfoljning-2019
    """
    from checker.store.baseline import (  # noqa: PLC0415 - start-up
        DATE_2017,
        NAME_2017,
        TOOLS_2017,
        BaselineError,
        put_baseline,
        read_table,
        table_2017,
    )

    if table is not None and not (day and name):
        raise Quit(ExitCode.USAGE, "a table of your own needs its --date and a --name")
    if table is None and day:
        raise Quit(ExitCode.USAGE, "--date: goes with a table of your own; that of 2017 has its date")
    of = _day(day) if day else DATE_2017
    try:
        results = read_table(table) if table is not None else table_2017()
    except BaselineError as error:
        raise Quit(ExitCode.USAGE, str(error)) from None
    with opened(store_setting(session.settings, output), create=True) as store, locked(store):
        given = name or NAME_2017
        try:
            is_new = put_baseline(
                store,
                results,
                name=given,
                day=of,
                series=series or _newest_series(store),
                software=TOOLS_2017 if table is None else "",
            )
        except BaselineError as error:
            raise Quit(ExitCode.USAGE, str(error)) from None
    log.info("%s: %s", given, f"{len(results)} rows stored" if is_new else "was there already")
    return ExitCode.DONE


def forget(session: Session, *, older_than: AgeOption = "", output: SiteOption = DEFAULT_OUTPUT) -> ExitCode:
    r"""Archive what is over, and let the store forget what was seen long ago; verdicts and history stay for ever.

    A sweep does the same at its end. The newest sweep of each list is spared. Nothing is forgotten that could not be
    archived, unless the settings say that there is no archive (archive = "off").

    \b
    Examples:
      checker store forget
      checker store forget --older-than 90d
    """
    from checker.store.retention import retain  # noqa: PLC0415 - start-up

    settings = session.settings
    days = _days(older_than) if older_than else settings.keep_observations
    address = store_setting(settings, output)
    if not may_forget(settings, address):
        raise Quit(
            ExitCode.USAGE,
            'archive: is not set, and what is forgotten would be gone for good: name a directory, or say archive = "off"',
        )
    with opened(address) as store, locked(store):
        retained = retain(
            store,
            now=Clock().wall(),
            archive=archive_directory(settings, address),
            keep_observations=days,
            keep_archives=settings.keep_archives,
        )
    log.info("%d sweeps archived", len(retained.archived))
    log.info("%d observations forgotten", retained.forgotten)
    if retained.removed:
        log.info("%d archives removed", len(retained.removed))
    return ExitCode.DONE


def check(session: Session, *, output: SiteOption = DEFAULT_OUTPUT) -> ExitCode:
    """Look the store over: the database file, every observation, certificate and verdict, and that none is missing.

    What is wrong goes to stdout, a line each, and the exit code is 3. Nothing is changed.
    """
    from checker.domain_names import printable  # noqa: PLC0415 - start-up
    from checker.store.integrity import problems  # noqa: PLC0415 - start-up

    sweeps = found = 0

    def checked(sweep: "StoredSweep") -> None:
        nonlocal sweeps
        sweeps += 1
        log.debug("%s: looked over", sweep.id)

    with opened(store_setting(session.settings, output)) as store:
        for problem in problems(store, checked):
            found += 1
            say(printable(problem))
        if found:
            raise Quit(
                ExitCode.FAILED,
                f"{store.name}: {found} problems. The archives of its sweeps are the way back: move the store away,"
                " then checker store import",
            )
        log.info("%s: %d sweeps, nothing is wrong", store.name, sweeps)
    return ExitCode.DONE


def _newest_series(store: "Store") -> str:
    own = [sweep.series for sweep in store.sweeps.all() if not sweep.method]
    return own[-1] if own else DEFAULT_SERIES


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Quit(ExitCode.USAGE, f'--date: must be a day, as in 2019-05-02 (got "{text[:40]}")') from None


def _days(text: str) -> int:
    found = re.fullmatch(r"(\d{1,5})d?", text, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= 36500:
        raise Quit(ExitCode.USAGE, f'--older-than: must be a number of days, as in 400d (got "{text[:40]}")')
    return int(found[1])
