"""Judged rows as plain text for a terminal. Returns lines and never prints; server text comes out neutralised."""

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from checker.report.chain_screen import chain_lines
from checker.report.details_screen import journey_lines, mail_lines, service_lines
from checker.report.model import COLUMNS, Results, RowResult, Summary, worst_first
from checker.report.names import shown_name
from checker.report.sentences import sentences
from checker.report.words import (
    Lang,
    column_words,
    labels,
    message,
    remedy,
    spelled_out,
    visible,
)
from checker.row_details import RowDetails
from checker.verdict import Finding

WIDTH = 80
_GAP = 2
_INDENT = "    "
_NARROWEST_REGION = 12


def table_lines(results: Results, *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """The result table as columns, one line a row. The rows are read twice, the first time to find the widths.

    Wider than `width` only when the codes do not leave the organisation twelve columns; its name is cut to fit.
    """
    words = column_words(lang)
    widths = [text_width(words[column].label) for column in COLUMNS]
    region = text_width(labels(lang)["organisation"])
    for result in results():
        region = max(region, text_width(visible(result.row.region)))
        widths = [
            max(known, text_width(result.cell(column))) for known, column in zip(widths, COLUMNS, strict=True)
        ]
    room = width - sum(widths) - _GAP * len(COLUMNS)
    widths = [min(region, max(room, _NARROWEST_REGION)), *widths]
    yield _columns([labels(lang)["organisation"], *(words[column].label for column in COLUMNS)], widths)
    yield _columns(["─" * each for each in widths], widths)
    for result in results():
        yield _columns([visible(result.row.region), *map(result.cell, COLUMNS)], widths)


def summary_lines(summary: Summary, *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """The five summary sentences, wrapped."""
    for sentence in sentences(summary, lang):
        yield from _wrapped(str(sentence), width, "", "  ")


def explanation_lines(result: RowResult, *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """One organisation in full: each column, its cell, what that says, and the findings with their remedies."""
    row, words = result.row, labels(lang)
    yield visible(row.region)
    names = [("website", row.web_host), ("domain", row.domain), ("mail_domain", row.mail_domain)]
    label_width = max(text_width(words[label]) for label, _ in names)
    for label, name in names:
        yield f"  {_padded(words[label], label_width)}  {shown_name(name)}"
    for verdict in (found for column in COLUMNS if (found := result.verdict(column)) is not None):
        yield ""
        yield f"{column_words(lang)[verdict.indicator].label}: {verdict.cell}"
        yield from _wrapped(spelled_out(verdict, lang), width, "  ", "  ")
        for finding in worst_first(verdict.findings):
            yield from _finding_lines(finding, lang, width)
        for lines in _details(result.details, verdict.indicator, lang, width - 2):
            yield ""
            yield from (f"  {line}" for line in lines)


def _details(details: RowDetails, column: str, lang: Lang, width: int) -> Iterator[Iterator[str]]:
    """What stands behind one column, a block of lines each."""
    match column:
        case "starttls":
            if details.mail_hosts:
                yield mail_lines(details.mail_hosts, lang=lang, width=width)
            if details.mail_services:
                yield service_lines(details.mail_services, lang=lang, width=width)
        case "https":
            if details.journeys:
                yield journey_lines(details.journeys, lang=lang, width=width)
            if details.web_services:
                yield service_lines(details.web_services, lang=lang, width=width)
        case "dnssec":
            for chain in details.chains:
                yield chain_lines(chain, lang=lang, width=width)


def text_width(text: str) -> int:
    """Columns that a text takes on a terminal: combining marks none, East Asian wide characters two."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _finding_lines(finding: Finding, lang: Lang, width: int) -> Iterator[str]:
    words = labels(lang)
    said = f"{words[finding.severity.value]}: {message(finding, lang)} [{finding.code}]"
    yield from _wrapped(said, width, "  - ", _INDENT)
    if advice := remedy(finding, lang):
        yield from _wrapped(f"{words['remedy']}: {advice}", width, _INDENT, _INDENT)


def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, max(width, 20), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _columns(texts: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(texts, widths, strict=True)
    return (" " * _GAP).join(_padded(_cut(text, each), each) for text, each in pairs).rstrip()


def _cut(text: str, width: int) -> str:
    if text_width(text) <= width:
        return text
    kept = text
    while kept and text_width(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept}…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - text_width(text))
