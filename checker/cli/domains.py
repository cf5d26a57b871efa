"""`checker domains`: whether the file is in order, and what was read of it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli.exits import ExitCode, Quit

if TYPE_CHECKING:
    from checker.observations.row import Row

PathArgument = Annotated[Path, typer.Argument(metavar="DOMAINS.CSV", help="The rows to measure.")]


def domains(*, path: PathArgument = Path("domains.csv")) -> ExitCode:
    """Check domains.csv and print the rows as read, without measuring.

    The file is UTF-8, comma-separated, with the header code,region,domain,web_host,mail_domain and optionally group,
    contact. Only region and domain must be filled: code defaults to the domain, web_host to www.<domain>, mail_domain
    to the domain. All errors are told at once, with their lines (exit code 2).
    """
    import csv  # noqa: PLC0415 - start-up

    from checker.domains import COLUMNS, FIELD_MAX_CHARS  # noqa: PLC0415 - start-up
    from checker.report.words import visible  # noqa: PLC0415 - start-up

    rows = rows_of(path)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    longest = FIELD_MAX_CHARS * len(r"\U000e0041")
    writer.writerows([visible(getattr(row, column), longest) for column in COLUMNS] for row in rows)
    return ExitCode.DONE


def rows_of(path: Path) -> "tuple[Row, ...]":
    """Read the rows, or quit with all that is wrong with the file."""
    from checker.domains import DomainsError, read_domains  # noqa: PLC0415 - start-up

    try:
        return read_domains(path)
    except DomainsError as error:
        raise Quit(ExitCode.USAGE, str(error)) from None
