"""`checker sweep`: every row of domains.csv, then the results and the site, replaced as a whole."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.domains import PathArgument, rows_of
from checker.cli.exits import ExitCode, Quit
from checker.cli.options import FailOnOption, check_fail_on
from checker.cli.session import Session

if TYPE_CHECKING:
    from checker.cli.measuring import Measured
    from checker.report.render import SiteSettings
    from checker.report.spool import Spool
    from checker.settings import Settings

OutputOption = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="The site's directory, replaced as a whole.")
]


def sweep(
    session: Session,
    *,
    path: PathArgument = Path("domains.csv"),
    output: OutputOption = Path("output/site"),
    fail_on: FailOnOption = None,
) -> ExitCode:
    r"""Measure every row of domains.csv, judge, and write the results and the site.

    DIR gets index.html, results.csv, results.json and the JSON Schema. It is replaced as a whole and only when all is
    done: whatever happens, the old site or the new one stands complete. A directory that is neither empty nor
    marked by .checker-site is never replaced. With --only the site is a partial one and never replaces a full one.

    \b
    Examples:
      checker sweep
      checker sweep mine.csv --output output/mine --lang en
      checker sweep --only dnssec --output output/dnssec
      checker sweep --quiet --fail-on fault
    """
    check_fail_on(fail_on)
    rows = rows_of(path)
    from checker.cli.instruments import instruments, real_disk, run  # noqa: PLC0415 - start-up
    from checker.cli.measuring import columns_of, measure_rows  # noqa: PLC0415 - start-up
    from checker.indicators.registry import INDICATORS  # noqa: PLC0415 - start-up
    from checker.report.publish import NotReplaceableError, check_replaceable, recover  # noqa: PLC0415 - start-up
    from checker.report.spool import Spool  # noqa: PLC0415 - start-up

    partial = len(columns_of(session.settings)) < len(INDICATORS)
    try:
        recover(output)
        check_replaceable(output, partial=partial)
    except NotReplaceableError as error:
        raise Quit(ExitCode.USAGE, f"--output: {error}") from None
    tools = instruments(session)
    with Spool(real_disk()) as spool:
        try:
            measured = run(measure_rows(rows, tools, spool, quiet=session.quiet))
        except KeyboardInterrupt:
            done = f"interrupted after {len(spool)} of {len(rows)} rows"
            raise Quit(
                ExitCode.PARTLY, f"{done}: nothing was published, an earlier site stands as it was"
            ) from None
        _publish(output, measured, spool, session.settings, partial=partial)
        _print(spool, session.settings)
    return measured.exit_code(fail_on)


def _publish(
    output: Path, measured: "Measured", spool: "Spool", settings: "Settings", *, partial: bool
) -> None:
    """Write the site beside `output` and put it in place. Quits when that cannot be done."""
    from checker.report.publish import NotReplaceableError, publish  # noqa: PLC0415 - start-up
    from checker.report.site import write_site  # noqa: PLC0415 - start-up

    def build(directory: Path) -> None:
        write_site(
            directory,
            spool.results,
            sweep=measured.info,
            settings=_site_settings(settings),
            lang=settings.lang,
        )

    try:
        publish(output, build, partial=partial)
    except NotReplaceableError as error:
        raise Quit(ExitCode.USAGE, f"--output: {error}") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Quit(
            ExitCode.FAILED, f"{output} could not be written ({why}); an earlier site stands as it was"
        ) from None


def _site_settings(settings: "Settings") -> "SiteSettings":
    from checker.report.render import SiteSettings  # noqa: PLC0415 - start-up

    given = {
        name: getattr(settings, name)
        for name in ("title", "publisher", "publisher_url", "contact", "base_url")
    }
    return SiteSettings(**{name: value for name, value in given.items() if value})


def _print(spool: "Spool", settings: "Settings") -> None:
    """The table and its figures, to stdout."""
    from checker.cli.output import say  # noqa: PLC0415 - start-up
    from checker.report.model import SummaryCounter  # noqa: PLC0415 - start-up
    from checker.report.screen import summary_lines, table_lines  # noqa: PLC0415 - start-up

    counter = SummaryCounter()
    for result in spool.results():
        counter.add(result)
    for line in table_lines(spool.results, lang=settings.lang):
        say(line)
    say("")
    for line in summary_lines(counter.summary(), lang=settings.lang):
        say(line)
