"""A table that others measured by other means, as a sweep of another method: to compare with, never to judge again.

The table of 2017 (Appendix A, Table 6) comes with the program.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path

from sqlalchemy import insert

from checker.domain_names import printable, quoted
from checker.domains import FILE_MAX_BYTES, ROWS_MAX, make_row
from checker.history.cells import read_cell
from checker.observations.fact import Fact
from checker.observations.row import Row
from checker.observations.vantage import Vantage
from checker.report.model import COLUMNS, RowResult
from checker.spreadsheet import UnreadableLineError, decoded_lines, separator_problem, split_fields
from checker.store import tables
from checker.store.archive_lines import is_sweep_id
from checker.store.judgements import Judged, Judgement
from checker.store.store import Store
from checker.store.stored_sweep import State, StoredSweep
from checker.store.sweeps import row_record, sweep_record
from checker.verdict import Flag, Part, Verdict, worst

NAME_2017, DATE_2017 = "bilaga-a-2017", date(2017, 12, 13)
TOOLS_2017 = "dnscheck.iis.se, dnssecandipv6.se, SSL Labs, CheckTLS"
VERSION = "printed"
"""What stands for the version of rules that nobody can run again."""

_FIELDS = ("code", "region", "domain", "web_host", "mail_domain")
_NEEDED = ("domain", *COLUMNS)
_HEADER = ",".join((*_FIELDS, *COLUMNS))


class BaselineError(Exception):
    """A table that cannot be read or stored; each line of the message is one thing that is wrong with it."""


def table_2017() -> tuple[RowResult, ...]:
    """Table 6 as printed."""
    data = (files("checker.store") / "table6-2017.csv").read_bytes()
    return parse_table(data, source="table6-2017.csv")


def read_table(path: Path) -> tuple[RowResult, ...]:
    """The rows and printed cells of a CSV file. Raises BaselineError."""
    source = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise BaselineError(f"{source}: cannot be read: {error.strerror or type(error).__name__}") from None
    except ValueError:  # a NUL in the path
        raise BaselineError(f"{source}: is not a file name") from None
    return parse_table(data, source=source)


def parse_table(data: bytes, *, source: str) -> tuple[RowResult, ...]:
    """Make rows of the bytes of a file like results.csv: code, region, domain, web_host, mail_domain and the five columns.

    Of the first five only `domain` must be there. Empty cells were not asked for. Raises BaselineError with all that is
    wrong, each with its line.
    """
    if len(data) > FILE_MAX_BYTES:
        raise BaselineError(f"{source}: is larger than {FILE_MAX_BYTES // 1024 // 1024} MiB")
    lines, found = decoded_lines(data)
    problems = [str(problem) for problem in found]
    results: list[RowResult] = []
    if not lines and not problems:
        problems.append(f"is empty; the first line must be the header {_HEADER}")
    if lines:
        (number, header), *body = lines
        columns, wrong = _columns(header)
        problems.extend(f"line {number}: {problem}" for problem in wrong)
        if len(body) > ROWS_MAX:
            problems.append(f"line {body[ROWS_MAX][0]}: over {ROWS_MAX} rows")
        for number, line in body[:ROWS_MAX] if columns else ():
            try:
                results.append(_result(line, columns))
            except UnreadableLineError as error:
                problems.append(f"line {number}: {error}")
        twice = Counter(result.row.code.lower() for result in results)
        problems.extend(f"code {quoted(code)} stands twice" for code, count in twice.items() if count > 1)
        if columns and not body:
            problems.append("has a header but no rows")
    if problems:
        raise BaselineError("\n".join(f"{source}: {problem}" for problem in problems))
    return tuple(results)


def put_baseline(
    store: Store, results: tuple[RowResult, ...], *, name: str, day: date, series: str, software: str = ""
) -> bool:
    """Store a table as the sweep `name` of another method; False when it was there already, with the same contents.

    Its time is noon of that day in UTC: the same day in Sweden. Raises BaselineError when the name is none, or is taken by
    another one, and StoreError.
    """
    if not is_sweep_id(name):
        raise BaselineError(
            f"{name[:40]!a} cannot name a table: 1 to 40 of A–Z a–z 0–9 . _ -, no dot in front"
        )
    sweep = _sweep(name, day, series, software)
    with store.using():
        there = store.sweeps.get(name)
        if there is not None:
            if there == sweep and list(_stored(store, there)) == list(_printed(results)):
                return False
            raise BaselineError(
                f"{store.name}: has another sweep or table called {name}; give this one another --name"
            )
        with store.transaction() as connection:
            connection.execute(insert(tables.sweeps), [sweep_record(sweep)])
            connection.execute(
                insert(tables.rows),
                [
                    {"sweep_id": name, "position": place, "state": "seen", **row_record(result.row)}
                    for place, result in enumerate(results)
                ],
            )
            judgement = Judgement(
                id=0,
                sweep_id=name,
                ruleset=sweep.ruleset,
                ruleset_version=sweep.ruleset_version,
                software=software,
                judged=sweep.started,
            )
            judged = (Judged(position=place, result=result) for place, result in enumerate(results))
            store.judgements.put(judgement, judged, connection)
    return True


def _sweep(name: str, day: date, series: str, software: str) -> StoredSweep:
    moment = datetime.combine(day, time(12), UTC)
    untold = Vantage(
        name="",
        checked_at=moment,
        ipv4=Fact.NOT_TESTED,
        ipv6=Fact.NOT_TESTED,
        dns_udp=Fact.NOT_TESTED,
        dns_tcp=Fact.NOT_TESTED,
        clock=Fact.NOT_TESTED,
        root_validates=Fact.NOT_TESTED,
    )
    return StoredSweep(
        id=name,
        series=series,
        state=State.FINISHED,
        method=name,
        started=moment,
        finished=moment,
        ruleset=name,
        ruleset_version=VERSION,
        software=software,
        vantage=untold,
        second_attempts=False,
    )


def _printed(results: tuple[RowResult, ...]) -> Iterator[tuple[Row, dict[str, str]]]:
    for result in results:
        yield result.row, {column: result.cell(column) for column in COLUMNS}


def _stored(store: Store, sweep: StoredSweep) -> Iterator[tuple[Row, dict[str, str]]]:
    judgement = store.judgements.find(sweep.id, sweep.ruleset, sweep.ruleset_version)
    if judgement is not None:
        rows = store.sweeps.rows(sweep.id)
        for row, cells in zip(rows, store.judgements.cells(judgement.id), strict=True):
            yield row, dict(cells.cells)


def _columns(header: str) -> tuple[tuple[str, ...], list[str]]:
    try:
        columns = tuple(field.lower() for field in split_fields(header))
    except UnreadableLineError as error:
        return (), [str(error)]
    if message := separator_problem(header, _HEADER):
        return (), [message]
    wrong = [f"column {name} stands twice" for name in (*_FIELDS, *COLUMNS) if columns.count(name) > 1]
    if missing := [name for name in _NEEDED if name not in columns]:
        wrong.append(f"column {', '.join(missing)} missing; the first line must be the header {_HEADER}")
    return (() if wrong else columns), wrong


def _result(line: str, columns: tuple[str, ...]) -> RowResult:
    """One row. Raises UnreadableLineError."""
    fields = split_fields(line)
    if len(fields) != len(columns):
        raise UnreadableLineError(f"has {len(fields)} fields but the header {len(columns)}")
    values = dict(zip(columns, fields, strict=True))
    row, wrong = make_row(**{name: values[name] for name in _FIELDS if name in values})
    if row is None:
        raise UnreadableLineError("; ".join(wrong))
    return RowResult(row=row, verdicts=tuple(_verdicts(row, values)))


def _verdicts(row: Row, values: Mapping[str, str]) -> Iterator[Verdict]:
    for column in COLUMNS:
        if values[column]:
            try:
                yield _verdict(column, values[column], row)
            except ValueError as error:
                raise UnreadableLineError(f"{column}: {error}") from None


def _verdict(column: str, printed: str, row: Row) -> Verdict:
    """The verdict that prints as `printed`, without reasons. Raises ValueError."""
    cell = read_cell(printed)
    verdict = Verdict(
        indicator=column, value=worst(cell.values), flags=tuple(flag for flag in Flag if flag in cell.flags)
    )
    if len(cell.values) == 1:
        return verdict
    if column != "dnssec" or row.domain == row.mail_domain:
        raise ValueError(f"{quoted(printed)} is about two domains, and the row has one")
    subjects = (row.domain, row.mail_domain)
    parts = (Part(subject=subject, value=value) for subject, value in zip(subjects, cell.values, strict=True))
    return replace(verdict, parts=tuple(parts))
