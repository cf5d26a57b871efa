"""`checker check`: one or more domains now, explained on screen."""

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit
from checker.cli.options import FailOnOption, check_fail_on
from checker.cli.session import Session

if TYPE_CHECKING:
    from checker.observations.row import Row
    from checker.report.model import RowResult

log = logging.getLogger("checker")

DomainsArgument = Annotated[list[str], typer.Argument(metavar="DOMAIN", help="Domains, as in example.se.")]
WebHostOption = Annotated[
    str,
    typer.Option(
        metavar="HOST", help="The web host (default www.DOMAIN); for one domain.", show_default=False
    ),
]
MailDomainOption = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="The mail domain (default DOMAIN); for one domain.", show_default=False
    ),
]
JsonSwitch = Annotated[
    bool, typer.Option("--json", help="Print the result object of one domain, an array for several.")
]


def check(
    session: Session,
    *,
    names: DomainsArgument,
    web_host: WebHostOption = "",
    mail_domain: MailDomainOption = "",
    as_json: JsonSwitch = False,
    fail_on: FailOnOption = None,
) -> ExitCode:
    r"""Measure one or more domains now and explain the result on screen.

    Nothing is written, nothing is tried a second time, and every test of TLS is made, also behind STARTTLS.

    \b
    Examples:
      checker check example.se
      checker check example.se --web-host example.se --mail-domain mejl.example.se
      checker check a.se b.se --json
      checker check example.se --only dnssec --lang en
    """
    check_fail_on(fail_on)
    rows = _rows(names, web_host=web_host, mail_domain=mail_domain)
    from checker.cli.disk import real_disk  # noqa: PLC0415 - start-up
    from checker.cli.instruments import instruments, run  # noqa: PLC0415 - start-up
    from checker.cli.measuring import measure_rows  # noqa: PLC0415 - start-up
    from checker.cli.output import say, say_json  # noqa: PLC0415 - start-up
    from checker.report.export_json import result_object  # noqa: PLC0415 - start-up
    from checker.report.screen import explanation_lines  # noqa: PLC0415 - start-up
    from checker.report.spool import Spool  # noqa: PLC0415 - start-up

    tools = instruments(session)
    lang = session.settings.lang
    with Spool(real_disk()) as spool:
        measured = run(measure_rows(rows, tools, spool, quiet=session.quiet, in_full=True))
        if as_json:
            objects = [result_object(result, lang) for result in spool.results()]
            say_json(objects[0] if len(rows) == 1 else objects)
        else:
            wanting = False
            for place, result in enumerate(spool.results()):
                if place:
                    say("")
                for line in explanation_lines(result, lang=lang):
                    say(line)
                wanting = wanting or _wanting(result)
            if wanting:
                log.info("why a finding matters, and how to put it right: checker explain CODE (in brackets)")
    return measured.exit_code(fail_on)


def _wanting(result: "RowResult") -> bool:
    """Whether there is a fault or a warning, something to read on about."""
    from checker.verdict import Severity  # noqa: PLC0415 - start-up

    found = (finding for verdict in result.verdicts for finding in verdict.findings)
    return any(finding.severity is not Severity.NOTE for finding in found)


def _rows(names: list[str], *, web_host: str, mail_domain: str) -> "tuple[Row, ...]":
    """Make rows of the names given, each once. Quits (USAGE) with everything that is wrong."""
    from checker.domains import make_row  # noqa: PLC0415 - start-up

    if len(names) > 1 and (web_host or mail_domain):
        raise Quit(ExitCode.USAGE, "--web-host and --mail-domain belong to one domain; give one")
    wrong: list[str] = []
    rows: dict[str, Row] = {}
    for name in names:
        row, messages = make_row(name, code=_code(name), web_host=web_host, mail_domain=mail_domain)
        wrong.extend(messages)
        if row:
            rows.setdefault(row.domain, row)
    if wrong:
        raise Quit(ExitCode.USAGE, "\n".join(dict.fromkeys(wrong)))
    return tuple(rows.values())


def _code(name: str) -> str:
    """A code for the row: the domain, cut to what a code may be; empty when it is no domain."""
    from checker.domain_names import NameProblem, parse_name  # noqa: PLC0415 - start-up

    try:
        return parse_name(name)[:64]
    except NameProblem:
        return ""
