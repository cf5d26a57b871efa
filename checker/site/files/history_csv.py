"""Since when each cell of each organisation has stood, as CSV (RFC 4180)."""

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from checker.report.dates import machine_time
from checker.report.export_csv import inert
from checker.site.material import Material

PATH = "data/historik.csv"
HEADER = (
    "code",
    "indicator",
    "cell",
    "since",
    "last_measured",
    "ended",
    "unconfirmed",
    "ruleset",
    "ruleset_version",
)


class HistoryFile:
    """Written organisation by organisation, as their pages are; not at all without a history. Use as a context manager."""

    def __init__(self, directory: Path, material: Material) -> None:
        self._past, self._path = material.past, directory / PATH
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._past is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._open.enter_context(self._path.open("w", encoding="utf-8", newline=""))
            self._rows = csv.writer(file, lineterminator="\r\n")
            self._rows.writerow(HEADER)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, code: str) -> None:
        """Write every interval of one organisation."""
        for interval in self._past.intervals_of(code) if self._past else ():
            self._rows.writerow(
                (
                    inert(interval.code),
                    interval.column,
                    inert(interval.cell),
                    machine_time(interval.since),
                    machine_time(interval.last_measured),
                    machine_time(interval.ended) if interval.ended else "",
                    "true" if interval.unconfirmed else "false",
                    inert(interval.ruleset),
                    inert(interval.ruleset_version),
                )
            )
