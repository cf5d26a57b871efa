"""The comments beside findings ("comply or explain"), read from a CSV file. Knows nothing of pages.

Columns: code and comment; and, each optional, indicator, finding, author, date and lang.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from checker.csv_header import read_header
from checker.domain_names import printable, quoted
from checker.report.model import COLUMNS as INDICATORS
from checker.rulesets import KNOWN_CODES
from checker.spreadsheet import UnreadableLineError, decoded_lines, split_fields

FILE_MAX_BYTES = 4 * 1024 * 1024
COMMENT_MAX_CHARS = 2000
FIELD_MAX_CHARS = 200
PROBLEMS_SHOWN = 50

REQUIRED = ("code", "comment")
COLUMNS = ("code", "indicator", "finding", "comment", "author", "date", "lang")
HEADER = ",".join(COLUMNS)
LANGS = ("sv", "en")

log = logging.getLogger(__name__)


class CommentsError(Exception):
    """Everything that is wrong with a file of comments, a line each, with file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What an organisation, or the publisher, says of its own result.

    `indicator` is a column's name, "" for the whole organisation; `finding` a finding's code, "" for the whole cell.
    `author` says who speaks and `date` when (ISO 8601), either may be empty. `lang` is the text's language.
    """

    code: str
    text: str
    indicator: str = ""
    finding: str = ""
    author: str = ""
    date: str = ""
    lang: str = "sv"


def read_comments(path: Path) -> Mapping[str, tuple[Comment, ...]]:
    """The comments of each organisation's code, in the order of the file. Raises CommentsError with all problems at once."""
    source = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise CommentsError(f"{source}: cannot be read: {error.strerror or type(error).__name__}") from None
    return parse_comments(data, source=source)


def parse_comments(data: bytes, *, source: str = "comments.csv") -> Mapping[str, tuple[Comment, ...]]:
    """Make comments of a file's bytes. Raises CommentsError."""
    if len(data) > FILE_MAX_BYTES:
        raise CommentsError(f"{source}: is larger than {FILE_MAX_BYTES // 1024 // 1024} MiB")
    lines, found = decoded_lines(data)
    problems = [str(problem) for problem in found]
    comments: dict[str, list[Comment]] = {}
    if not lines and not problems:
        problems.append(f"is empty; the first line must be the header {HEADER}")
    if lines:
        (number, header), *body = lines
        columns, wrong = _columns(header)
        problems.extend(f"line {number}: {message}" for message in wrong)
        for number, line in body if columns else ():
            comment, wrong = _comment(line, columns)
            problems.extend(f"line {number}: {message}" for message in wrong)
            if comment is not None:
                comments.setdefault(comment.code, []).append(comment)
    if problems:
        shown = problems[:PROBLEMS_SHOWN]
        if len(problems) > PROBLEMS_SHOWN:
            shown.append(f"and {len(problems) - PROBLEMS_SHOWN} problems more")
        raise CommentsError("\n".join(f"{source}: {problem}" for problem in shown))
    return {code: tuple(own) for code, own in comments.items()}


def _columns(header: str) -> tuple[tuple[str, ...], list[str]]:
    """The names of the columns, none when the rows cannot be read by them; and all that is wrong with the header."""
    read = read_header(header, model=HEADER, required=REQUIRED)
    strange = (name for name in read.named if name not in COLUMNS)
    wrong = [*read.wrong, *(f"column {quoted(name)} is not known" for name in strange)]
    return (() if wrong else read.columns), wrong


def _comment(line: str, columns: tuple[str, ...]) -> tuple[Comment | None, list[str]]:
    try:
        fields = split_fields(line)
    except UnreadableLineError as error:
        return None, [str(error)]
    if len(fields) > len(columns):
        few = f"has {len(fields)} fields but the header {len(columns)}"
        return None, [f"{few}; quote a field that has a comma in it"]
    values = {name: value for name, value in zip(columns, fields, strict=False) if name}
    wrong = list(_problems(values))
    if wrong:
        return None, wrong
    text = values.pop("comment")
    return Comment(text=text, **{name: value for name, value in values.items() if value}), []


def _problems(values: Mapping[str, str]) -> Iterator[str]:
    for name in REQUIRED:
        if not values.get(name):
            yield f"{name} is empty"
    if len(values.get("comment", "")) > COMMENT_MAX_CHARS:
        yield f"comment is longer than {COMMENT_MAX_CHARS} characters"
    if len(values.get("author", "")) > FIELD_MAX_CHARS:
        yield f"author is longer than {FIELD_MAX_CHARS} characters"
    indicator, finding = values.get("indicator", ""), values.get("finding", "")
    if indicator and indicator not in INDICATORS:
        yield f"indicator {quoted(indicator)} is none of {', '.join(INDICATORS)}"
    if finding and finding not in KNOWN_CODES:
        yield f"finding {quoted(finding)} is no finding's code; checker explain lists them"
    if finding and not indicator:
        yield "names a finding but no indicator"
    if (day := values.get("date", "")) and not _is_day(day):
        yield f"date {quoted(day)} is no day; write it as 2026-11-22"
    if (lang := values.get("lang", "")) and lang not in LANGS:
        yield f"lang {quoted(lang)} is none of {', '.join(LANGS)}"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
