"""The result table for machines: results.csv, results.json and its schema at the site's top."""

from dataclasses import replace
from pathlib import Path
from typing import Self

from checker.report.export_csv import CsvResults
from checker.report.export_json import SCHEMA_NAME, JsonResults, result_line, schema_text
from checker.report.model import RowResult, Summary, SummaryCounter
from checker.report.words import Lang
from checker.row_details import RowDetails
from checker.site.material import Material


def write_csv(directory: Path, material: Material) -> tuple[Summary, tuple[RowResult, ...]]:
    """Write results.csv; on the way add the rows up, and keep of each what tables show: no findings, no details."""
    counter = SummaryCounter()
    brief: list[RowResult] = []
    with (directory / "results.csv").open("w", encoding="utf-8", newline="") as out:
        file = CsvResults(out)
        for result in material.results():
            counter.add(result)
            file.add(result)
            verdicts = tuple(replace(verdict, findings=()) for verdict in result.verdicts)
            brief.append(replace(result, verdicts=verdicts, details=RowDetails()))
    return counter.summary(), tuple(brief)


class JsonTable:
    """Writes results.json line by line, and its schema. Use as a context manager."""

    def __init__(self, directory: Path, material: Material, summary: Summary) -> None:
        self._summary = summary
        self._out = (directory / "results.json").open("w", encoding="utf-8", newline="\n")
        self._rows = JsonResults(self._out, material.sweep)
        (directory / SCHEMA_NAME).write_text(schema_text(), encoding="utf-8", newline="\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._out:
            if kind is None:
                self._rows.finish(self._summary)

    def add(self, line: str) -> None:
        """Write one row that is a line of the table already."""
        self._rows.add(line)


def json_line(result: RowResult, lang: Lang) -> str:
    """One row of results.json; of its details only the mail hosts, stage by stage: the rest is in the organisation's own file."""
    return result_line(replace(result, details=RowDetails(mail_hosts=result.details.mail_hosts)), lang)
