"""results.json, described by results.schema.json: written row by row, never holding the rows."""

import json
from dataclasses import asdict
from datetime import datetime
from importlib.resources import files
from typing import Any, TextIO

from checker.history.cells import read_cell
from checker.report.dates import machine_time
from checker.report.export_details import details_of
from checker.report.model import COLUMNS, RowResult, StandingCell, Summary, SweepInfo
from checker.report.words import SUBJECT_LIMIT, Lang, message, visible
from checker.verdict import Finding, Flag, Value, Verdict, worst

SCHEMA_VERSION = "1.3"
"""Raised in its first part when something is removed or changes meaning, in its second when something is added."""

SCHEMA_NAME = "results.schema.json"


def result_object(result: RowResult, lang: Lang = "sv") -> dict[str, Any]:
    """One row as it stands in `results`; columns that were not asked for are left out of `indicators`."""
    row = result.row
    return {
        "code": row.code,
        "region": visible(row.region),
        "domain": row.domain,
        "web_host": row.web_host,
        "mail_domain": row.mail_domain,
        "indicators": {
            column: {
                **_judged(verdict),
                "since": _moment(result.since(column)),
                "last_good": _last_good(result.last_good(column)),
                "findings": [finding_object(finding, lang) for finding in verdict.findings],
                **details_of(result.details, column),
            }
            for column in COLUMNS
            if (verdict := result.verdict(column)) is not None
        },
    }


def _judged(verdict: Verdict) -> dict[str, Any]:
    return {
        "cell": verdict.cell,
        "verdict": verdict.value.value,
        "flags": [flag.value for flag in Flag if flag in verdict.flags],
        "parts": [_part(part.subject, part.value) for part in verdict.parts],
    }


def _last_good(standing: StandingCell | None) -> dict[str, Any] | None:
    """The older verdict that stands, taken apart like one of this sweep; without the findings behind it."""
    if standing is None:
        return None
    cell = read_cell(standing.cell)
    parts = zip(standing.subjects, cell.values, strict=True) if len(cell.values) > 1 else ()
    return {
        "cell": standing.cell,
        "verdict": worst(cell.values).value,
        "flags": [flag.value for flag in Flag if flag in cell.flags],
        "parts": [_part(subject, value) for subject, value in parts],
        "since": machine_time(standing.since),
        "measured": machine_time(standing.last_measured),
        "ruleset": standing.ruleset,
        "ruleset_version": standing.ruleset_version,
    }


def _part(subject: str, value: Value) -> dict[str, str]:
    return {"subject": visible(subject, SUBJECT_LIMIT), "verdict": value.value}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else machine_time(moment)


def finding_object(finding: Finding, lang: Lang) -> dict[str, str]:
    """One finding as it stands in `findings`."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": visible(finding.subject, SUBJECT_LIMIT),
        "message": message(finding, lang),
    }


def sweep_object(sweep: SweepInfo) -> dict[str, Any]:
    """What the figures rest on: when, rules, software, vantage."""
    vantage = sweep.vantage
    facts = ("ipv4", "ipv6", "dns_udp", "dns_tcp", "clock", "root_validates", "port25_ipv4", "port25_ipv6")
    return {
        "id": sweep.id,
        "started": machine_time(sweep.started),
        "finished": machine_time(sweep.finished),
        "ruleset": sweep.ruleset,
        "ruleset_version": sweep.ruleset_version,
        "software": sweep.software,
        "trust_store": sweep.trust_store,
        "columns": list(sweep.columns),
        "second_attempts": sweep.second_attempts,
        "vantage": {"name": vantage.name, **{fact: getattr(vantage, fact).value for fact in facts}},
    }


def summary_object(summary: Summary) -> dict[str, Any]:
    """The figures of the summary sentences, by column."""
    return {
        "rows": summary.rows,
        **{
            column.column: {
                name: value for name, value in asdict(column).items() if name not in {"column", "details"}
            }
            | dict(column.details)
            for column in summary.columns
        },
    }


def result_line(result: RowResult, lang: Lang = "sv") -> str:
    """One row as it stands in `results`, on one line."""
    return _json(result_object(result, lang))


class JsonResults:
    """Writes results.json line by line: the sweep first, `results` as the rows come, the summary last.

    `out` is a text file in UTF-8. The file is whole only after `finish`.
    """

    def __init__(self, out: TextIO, sweep: SweepInfo) -> None:
        self._out, self._before = out, "\n"
        out.write(f'{{"schema_version": {_json(SCHEMA_VERSION)},\n"sweep": {_json(sweep_object(sweep))},\n')
        out.write('"results": [')

    def add(self, line: str) -> None:
        """Write one row, a line as `result_line` makes them."""
        self._out.write(self._before + line)
        self._before = ",\n"

    def finish(self, summary: Summary) -> None:
        """Write the summary and close the object."""
        self._out.write(f'\n],\n"summary": {_json(summary_object(summary))}}}\n')


def schema_text() -> str:
    """The JSON Schema of results.json, as shipped with the program."""
    return (files("checker.report") / SCHEMA_NAME).read_text(encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
