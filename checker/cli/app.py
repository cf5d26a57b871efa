"""The commands put together, and the run of one of them."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from checker import __version__
from checker.cli import (
    check,
    diff,
    doctor,
    domains,
    explain,
    rejudge,
    render,
    resolve,
    schedule,
    store,
    sweep,
)
from checker.cli.exits import ExitCode
from checker.cli.options import MEASURING, SCHEDULING, SWEEPING
from checker.cli.session import measuring, plain, speaking, stored

if TYPE_CHECKING:
    from checker.network.door import Network

HELP = """Measure what public domains offer from the outside: STARTTLS, HTTPS, DNSSEC and IPv6.

Prints the table of Appendix A of MSB's 2018 study, and says "Ej mätt" where it cannot know.

\b
Examples:
  checker check example.se                 one domain, explained on screen
  checker sweep --output output/site       every row of domains.csv, kept, and the site
  checker diff                             what changed since the sweep before
  checker rejudge --ruleset bilaga-a-2017  the last sweep by other rules, nothing measured
  checker render --output output/site      the site again, nothing measured
  checker schedule                         a sweep every night
  checker store list                       what is kept; also export, import, check, forget
  checker domains mine.csv                 is the file in order?
  checker explain dnssec_no_ds             what a code means, why it matters, how to put it right
  checker resolve example.se MX            one name, validated from the root
  checker doctor                           what can be measured from here

\b
Exit codes:
  0  done ("Ej mätt" cells included)
  1  findings, only with --fail-on
  2  wrong usage or input; nothing was measured
  3  the tool or this whole vantage point failed; nothing was published
  4  finished in part: some row was not measured at all

Every option of the measuring commands can also be set in checker.toml (timeout = 5) and as an environment
variable (CHECKER_TIMEOUT=5). The command line wins over the environment, the environment over the file. There is more that
only the file and the environment take: who asks (operator, url, ehlo_name, contact), who is left out (exclude), mail and
webhook notices (smtp_host, mail_to, webhook_url_file), metrics, archive. docs/drift.md of the source has every one, in
Swedish. Results go to stdout, everything else to stderr.
"""

_INTERRUPTED_EARLY = 130
"""What Typer makes of Ctrl-C before a command has begun."""

app = typer.Typer(
    name="checker",
    help=HELP,
    add_completion=False,
    rich_markup_mode=None,  # plain help: cheap to start, and the same on every terminal
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
app.command("sweep")(measuring(sweep.sweep, **SWEEPING))
app.command("diff")(stored(diff.diff))
app.command("rejudge")(stored(rejudge.rejudge, ruleset=MEASURING["ruleset"]))
app.command("render")(stored(render.render, ruleset=MEASURING["ruleset"]))
app.command("check")(measuring(check.check))
app.command("explain")(speaking(explain.explain))
app.command("resolve")(measuring(resolve.resolve))
app.command("domains")(plain(domains.domains))
app.command("doctor")(measuring(doctor.doctor))
app.command("schedule")(measuring(schedule.schedule, **SWEEPING, **SCHEDULING))
app.add_typer(store.store_app)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer's callback form
    if wanted:
        typer.echo(f"checker {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None: ...


def run(argv: Sequence[str] | None, network_class: "Callable[..., Network] | None") -> int:
    """Run the command that `argv` (default: the process's) names; the exit code comes back."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        _never_unprintable(stream)
    command = typer.main.get_command(app)
    gc.disable()  # what imports make stays: searching it for garbage costs a sixth of the start-up
    try:
        command.main(args=None if argv is None else list(argv), prog_name="checker", obj=network_class)
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 0
        if code != _INTERRUPTED_EARLY:
            return code
        sys.stderr.write("error: interrupted\n")
        return ExitCode.PARTLY
    finally:
        gc.enable()
    return ExitCode.DONE


def _nowhere() -> TextIO:
    """A stream for one that was closed before Python started (`>&-`): whoever did that wants silence."""
    return Path(os.devnull).open("w", encoding="utf-8")  # open for as long as the process


def _never_unprintable(stream: TextIO) -> None:
    """Let a terminal that lacks "ä" show an escape rather than stop the program (also valid inside JSON)."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
