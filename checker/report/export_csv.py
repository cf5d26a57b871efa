"""results.csv: the printed codes, one line a row (RFC 4180, UTF-8 without BOM). Never lets a spreadsheet run a cell."""

import csv
from typing import TextIO

from checker.report.model import COLUMNS, RowResult
from checker.report.words import visible

HEADER = ("code", "region", "domain", "web_host", "mail_domain", *COLUMNS)

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the start of a formula (OWASP, "CSV Injection"); the dash `–` is not among them."""


class CsvResults:
    """Writes results.csv row by row. `out` is a text file opened with `newline=""` and UTF-8."""

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.writer(out, lineterminator="\r\n")
        self._writer.writerow(HEADER)

    def add(self, result: RowResult) -> None:
        """Write one row; the columns that were not asked for stay empty."""
        row = result.row
        texts = (
            row.code,
            visible(row.region),
            row.domain,
            row.web_host,
            row.mail_domain,
            *map(result.cell, COLUMNS),
        )
        self._writer.writerow(map(inert, texts))


def inert(text: str) -> str:
    """Return the text with an apostrophe before anything that a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
