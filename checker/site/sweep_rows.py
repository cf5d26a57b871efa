"""The table of one earlier sweep, written by the cheapest means: hundreds of rows, hundreds of nights. Says nothing in words.

Every printed code and every name is escaped once, and a row that reads as it did the night before is taken from there. A cell
without a class is a plain `Ja`; end tags and quotes that HTML lets one leave out are left out.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

from markupsafe import Markup, escape

from checker.history.changes import CellRow
from checker.observations.row import is_code
from checker.report.export_csv import HEADER, inert
from checker.report.model import COLUMNS
from checker.report.words import visible
from checker.site.cells import look_of


@dataclass(frozen=True, slots=True)
class _Written:
    """One row in both forms; `row` is what they were written from."""

    row: CellRow
    html: str
    line: str


class SweepRows:
    """Writes the rows of one sweep after another; holds the latest form of every row."""

    def __init__(self) -> None:
        self._cells: dict[str, str] = {"": "<td class=not-asked>"}
        self._rows: dict[str, _Written] = {}

    def write(self, rows: Iterable[CellRow]) -> tuple[Markup, str]:
        """The rows of the table's body, the same in every language, and the whole of the CSV file."""
        parts, lines = [], [_line(HEADER)]
        for row in rows:
            written = self._rows.get(row.code)
            if written is None or not _same(written.row, row):
                written = self._rows[row.code] = _Written(row, self._html(row), _csv(row))
            parts.append(written.html)
            lines.append(written.line)
        return Markup("".join(parts)), "".join(lines)  # noqa: S704 - every piece of it was escaped here

    def _html(self, row: CellRow) -> str:
        cells = dict(row.cells)
        told = "".join(self._cell(cells.get(column, "")) for column in COLUMNS)
        code = row.code if is_code(row.code) else f'"{escape(row.code)}"'
        return f"<tr id={code}><th scope=row>{escape(visible(row.region))}{told}\n"

    def _cell(self, printed: str) -> str:
        known = self._cells.get(printed)
        if known is None:
            known = self._cells[printed] = f"<td{_class(look_of(printed))}>{escape(visible(printed))}"
        return known


def _class(look: str) -> str:
    if look == "yes":
        return ""
    return f' class="{look}"' if " " in look else f" class={look}"


def _same(one: CellRow, other: CellRow) -> bool:
    """Whether two rows are written alike."""
    return (
        one.cells == other.cells
        and one.region == other.region
        and one.domain == other.domain
        and one.web_host == other.web_host
        and one.mail_domain == other.mail_domain
    )


def _csv(row: CellRow) -> str:
    """The row as results.csv has it."""
    cells = dict(row.cells)
    names = (row.code, visible(row.region), row.domain, row.web_host, row.mail_domain)
    return _line(tuple(map(inert, (*names, *(cells.get(column, "") for column in COLUMNS)))))


def _line(texts: tuple[str, ...]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(texts)
    return out.getvalue()
