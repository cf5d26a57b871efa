"""The only reader of domains.csv: a file as somebody saved it, to rows, or to everything that is wrong with it.

Never measures and never repairs: a row that is not right stops the whole file.
"""

import difflib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from checker.csv_header import read_header
from checker.domain_names import NameProblem, parse_name, printable, quoted
from checker.observations.row import Row, is_code
from checker.spreadsheet import Problem, UnreadableLineError, decoded_lines, split_fields

FILE_MAX_BYTES = 32 * 1024 * 1024
ROWS_MAX = 100_000
FIELD_MAX_CHARS = 200
PROBLEMS_SHOWN = 100
"""Problems written out in the message; the rest are counted."""

REQUIRED = ("region", "domain")
COLUMNS = ("code", "region", "domain", "web_host", "mail_domain", "group", "contact")
HEADER = ",".join(COLUMNS[:5])

log = logging.getLogger(__name__)


class DomainsError(Exception):
    """Everything that is wrong with a file, in the order of its lines."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        lines = [f"{source}: {problem}" for problem in problems[:PROBLEMS_SHOWN]]
        if len(problems) > PROBLEMS_SHOWN:
            lines.append(f"{source}: and {len(problems) - PROBLEMS_SHOWN} problems more")
        super().__init__("\n".join(lines))
        self.problems = problems


def read_domains(path: Path) -> tuple[Row, ...]:
    """Read the rows of a CSV file, in its order, with the defaults filled in.

    Unknown columns are left out with a warning in the log. Raises DomainsError with all problems at once.
    """
    source = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or type(error).__name__}"
        raise DomainsError(source, (Problem(line=None, message=message),)) from None
    except ValueError:  # a NUL in the path
        raise DomainsError(source, (Problem(line=None, message="is not a file name"),)) from None
    return parse_domains(data, source=source)


def parse_domains(data: bytes, *, source: str = "domains.csv") -> tuple[Row, ...]:
    """Make rows of the file's bytes; `source` is the name that messages give it. Raises DomainsError."""
    if len(data) > FILE_MAX_BYTES:
        message = f"is larger than {FILE_MAX_BYTES // 1024 // 1024} MiB; divide the file"
        raise DomainsError(source, (Problem(line=None, message=message),))
    lines, found = decoded_lines(data)
    problems = list(found)
    rows: list[tuple[int, Row]] = []
    if lines:
        (header_line, header), *body = lines
        columns, wrong = _columns(header)
        problems.extend(Problem(line=header_line, message=message) for message in wrong)
        if len(body) > ROWS_MAX:
            problems.append(Problem(line=body[ROWS_MAX][0], message=f"over {ROWS_MAX} rows; divide the file"))
        for number, line in body[:ROWS_MAX] if columns else ():
            row, wrong = _row(line, columns)
            problems.extend(Problem(line=number, message=message) for message in wrong)
            if row:
                rows.append((number, row))
        if columns and not body:
            problems.append(Problem(line=None, message="has a header but no rows"))
    elif not problems:
        problems.append(Problem(line=None, message=f"is empty; the first line must be the header {HEADER}"))
    problems.extend(_duplicates(rows))
    if problems:
        raise DomainsError(source, tuple(sorted(problems, key=lambda problem: problem.line or 0)))
    return tuple(row for _, row in rows)


def make_row(
    domain: str,
    *,
    code: str = "",
    region: str = "",
    web_host: str = "",
    mail_domain: str = "",
    group: str = "",
    contact: str = "",
) -> tuple[Row | None, tuple[str, ...]]:
    """Fill in one row's defaults (contract: code = domain, web_host = www.<domain>, mail_domain = domain).

    Returns the row and no messages, or None and all that is wrong.
    """
    wrong: list[str] = []

    def name(column: str, text: str) -> str:
        try:
            return parse_name(text)
        except NameProblem as problem:
            wrong.append(f"{column} {quoted(text)} {problem}" if text else f"{column} {problem}")
            return ""

    parsed = name("domain", domain)
    web_text = web_host or (f"www.{parsed}" if parsed else "")
    web = name("web_host", web_text) if web_text else ""
    mail = name("mail_domain", mail_domain) if mail_domain else parsed
    final_code = code or parsed
    if final_code and not is_code(final_code):
        why = "" if code else " (the domain stands in for it; give the row a code)"
        wrong.append(
            f"code {quoted(final_code)} must be 1 to 64 of A–Z a–z 0–9 . _ -, not . or .. or index.html{why}"
        )
    if wrong:
        return None, tuple(wrong)
    row = Row(
        code=final_code,
        region=region or parsed,
        domain=parsed,
        web_host=web,
        mail_domain=mail,
        group=group,
        contact=contact,
    )
    return row, ()


def _columns(header: str) -> tuple[tuple[str, ...], list[str]]:
    """Read the header: lower-case column names ("" for a nameless one), and all that is wrong with it.

    No columns at all come back when the rows cannot be told apart by them.
    """
    read = read_header(header, model=HEADER, required=REQUIRED)
    wrong = list(read.wrong)
    for name in read.named:
        if name in COLUMNS:
            continue
        meant = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
        if meant:
            wrong.append(f"column {quoted(name)} is not known; {meant[0]} is probably meant")
        else:
            log.warning("column %s is not known and is left out", quoted(name))
    return (read.columns if "domain" in read.columns else ()), wrong


def _row(line: str, columns: tuple[str, ...]) -> tuple[Row | None, list[str]]:
    try:
        fields = split_fields(line)
    except UnreadableLineError as error:
        return None, [str(error)]
    if extra := [field for field in fields[len(columns) :] if field]:
        few = f"has {len(fields)} fields but the header {len(columns)}"
        return None, [f"{few}; {quoted(extra[0])} is one too many: quote a field that has a comma in it"]
    values = {name: value for name, value in zip(columns, fields, strict=False) if name in COLUMNS}
    row, wrong = make_row(**{"domain": "", **values})
    wrong = (*_field_problems(values, columns), *wrong)
    return (None if wrong else row), list(wrong)


def _field_problems(values: Mapping[str, str], columns: tuple[str, ...]) -> Iterator[str]:
    if "region" in columns and not values.get("region"):
        yield "region is empty"
    for name in ("region", "group", "contact"):
        if len(values.get(name, "")) > FIELD_MAX_CHARS:
            yield f"{name} is longer than {FIELD_MAX_CHARS} characters"


def _duplicates(rows: list[tuple[int, Row]]) -> Iterator[Problem]:
    first: dict[str, tuple[int, str]] = {}
    for number, row in rows:
        line, code = first.setdefault(row.code.lower(), (number, row.code))
        if line == number:
            continue
        but = "" if code == row.code else f" as {quoted(code)}; codes must differ by more than case"
        yield Problem(line=number, message=f"code {quoted(row.code)} stands already on line {line}{but}")
