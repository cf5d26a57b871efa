"""One organisation's result with everything behind it, and its history, as JSON."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from checker.comments import COMMENT_MAX_CHARS
from checker.history.intervals import Interval
from checker.report.dates import machine_time
from checker.report.export_json import SCHEMA_VERSION, result_object, sweep_object
from checker.report.model import RowResult
from checker.report.words import visible
from checker.site.material import Material
from checker.site.places import organisation_path

NAME = "resultat.json"
"""Beside the organisation's page, for both languages."""
SCHEMA_NAME = "organisation.schema.json"

_COMMENT_LIMIT = 10 * COMMENT_MAX_CHARS
"""A whole comment, also where every character is a hidden one that is told by its number."""


class OrganisationFiles:
    """Writes the files; what all of them share is made once."""

    def __init__(self, directory: Path, material: Material) -> None:
        self._directory, self._material = directory, material
        self._head = {"schema_version": SCHEMA_VERSION, "sweep": sweep_object(material.sweep)}

    def write(self, result: RowResult) -> None:
        """Write one organisation's file."""
        past, code = self._material.past, result.row.code
        document = {
            **self._head,
            "result": result_object(result, self._material.lang),
            "history": [_interval(one) for one in past.intervals_of(code)] if past else [],
            "comments": [
                {
                    "indicator": comment.indicator,
                    "finding": comment.finding,
                    "text": visible(comment.text, _COMMENT_LIMIT),
                    "author": visible(comment.author),
                    "date": comment.date,
                    "lang": comment.lang,
                }
                for comment in self._material.comments.get(code, ())
            ],
        }
        folder = self._directory / organisation_path(code)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        (folder / NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def write_schema(directory: Path) -> None:
    """Put the JSON Schema of these files at the site's top; it refers to that of results.json beside it."""
    text = (files("checker.site.files") / SCHEMA_NAME).read_text(encoding="utf-8")
    (directory / SCHEMA_NAME).write_text(text, encoding="utf-8", newline="\n")


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "indicator": interval.column,
        "cell": interval.cell,
        "since": machine_time(interval.since),
        "last_measured": machine_time(interval.last_measured),
        "ended": machine_time(interval.ended) if interval.ended else None,
        "unconfirmed": interval.unconfirmed,
        "ruleset": interval.ruleset,
        "ruleset_version": interval.ruleset_version,
    }
