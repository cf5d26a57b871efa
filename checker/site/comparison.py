"""The page that compares any two sweeps: what the newest ones printed, packed, for a script; and the way without it. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from checker.history.past import Past
from checker.report.model import COLUMNS
from checker.report.words import column_words, visible
from checker.site.pages import Pages
from checker.site.sweeps import when

PATH = "svep/jamfor/"
MOST_SWEEPS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One sweep to choose: `when` in words."""

    id: str
    slug: str
    when: str


def write(pages: Pages) -> None:
    """Write the page, where there is a sweep: the list of sweeps leads to it."""
    past = pages.past
    if past is None or not past.sweeps:
        return
    _ = pages.gettext
    first = max(len(past.sweeps) - MOST_SWEEPS, 0)
    shown = [
        Compared(id=visible(sweep.id), slug=pages.slugs[sweep.id], when=when(sweep, pages))
        for sweep in past.sweeps[first:]
    ]
    pages.write(
        "comparison",
        PATH,
        title=_("Compare two sweeps"),
        choices=tuple(reversed(shown)),
        left_out=first,
        packed=json_block(_packed(pages, past, first)),
    )


def json_block(data: object) -> Markup:
    """Data as JSON for a template element, which browsers neither show nor run: nothing in it can be read as markup."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # escapes of JSON itself: a parser reads the same text
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - what HTML could read into it was escaped here


def _packed(pages: Pages, past: Past, first: int) -> dict[str, object]:
    """The sweeps [folder, when, rules], the printed codes, and each row: its name, and by column code and length of every run."""
    numbers: dict[str, int] = {"": 0}
    runs: dict[str, list[list[int]]] = {}
    last_seen: dict[str, int] = {}
    for code in past.printed.codes:
        cells = [past.printed.cells(code, column)[first:] for column in COLUMNS]
        seen = [place for place, those in enumerate(zip(*cells, strict=True), start=first) if any(those)]
        if seen:
            last_seen[code] = seen[-1]
            runs[code] = [list(_runs(column, numbers)) for column in cells]
    regions = _regions(past, last_seen)
    words = column_words(pages.lang)
    return {
        "sweeps": [
            [
                pages.slugs[sweep.id],
                when(sweep, pages),
                f"{visible(sweep.ruleset)}, {visible(sweep.ruleset_version)}",
            ]
            for sweep in past.sweeps[first:]
        ],
        "columns": [words[column].label for column in COLUMNS],
        "rows": [[visible(regions.get(code, code)), *columns] for code, columns in runs.items()],
        "cells": [visible(cell) for cell in numbers],
    }


def _runs(cells: tuple[str, ...], numbers: dict[str, int]) -> Iterator[int]:
    for cell, group in groupby(cells):
        yield numbers.setdefault(cell, len(numbers))
        yield len(tuple(group))


def _regions(past: Past, last_seen: dict[str, int]) -> dict[str, str]:
    """What each row was called in the last sweep that printed it: a sweep's rows are read once, most often the newest's alone."""
    return {
        row.code: row.region
        for place in sorted(set(last_seen.values()))
        for row in past.rows_of(past.sweeps[place])
        if last_seen.get(row.code) == place
    }
