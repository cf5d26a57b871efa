"""Cells of the table as pages show them: the printed code, what it says in words, and the class that tells it apart."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from checker.report.model import COLUMNS, RowResult, StandingCell
from checker.report.names import shown_name
from checker.report.words import Lang, column_words, spelled_out, visible
from checker.verdict import PRINTED, WORST_FIRST, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One printed code of a column and what it says."""

    printed: str
    look: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell as a page shows it. `look` is the class that tells values apart, never by colour alone.

    `since` is when it was first seen so, `earlier` the verdict that stands where it could not be measured.
    """

    column: str
    label: str
    printed: str
    spelled: str
    look: str
    since: datetime | None = None
    earlier: StandingCell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One organisation as a page shows it; names as U-labels. `own_mail_domain`: the mail domain differs."""

    code: str
    region: str
    group: str
    domain: str
    web_host: str
    mail_domain: str
    own_mail_domain: bool
    cells: tuple[Cell, ...]


def page_row(result: RowResult, lang: Lang) -> PageRow:
    """One row in words, all five columns in page order."""
    row = result.row
    return PageRow(
        code=row.code,
        region=visible(row.region),
        group=visible(row.group),
        domain=shown_name(row.domain),
        web_host=shown_name(row.web_host),
        mail_domain=shown_name(row.mail_domain),
        own_mail_domain=row.mail_domain != row.domain,
        cells=tuple(page_cell(column, result, lang) for column in COLUMNS),
    )


def page_cell(column: str, result: RowResult, lang: Lang) -> Cell:
    """One cell in words."""
    verdict = result.verdict(column)
    printed = "" if verdict is None else verdict.cell
    return Cell(
        column=column,
        label=column_words(lang)[column].label,
        printed=printed,
        spelled=spelled_out(verdict, lang),
        look=look_of(printed),
        since=result.since(column),
        earlier=result.last_good(column),
    )


def legend(column: str, lang: Lang) -> tuple[LegendEntry, ...]:
    """Every code that a column prints, in the order of the word files."""
    return tuple(
        LegendEntry(printed=code, look=look_of(code), text=text)
        for code, text in column_words(lang)[column].codes.items()
    )


@lru_cache(maxsize=256)
def look_of(printed: str) -> str:
    """The classes of a printed code: its value, of a pair the worse one, and `remark` when letters qualify it."""
    if not printed:
        return "not-asked"
    whole = next((value for value, text in PRINTED.items() if text == printed), None)
    if whole is not None:
        return _look(whole)
    parts = printed.split("/")
    if len(parts) > 1:
        return next((_look(value) for value in WORST_FIRST if PRINTED[value] in parts), "pair")
    return f"{look_of(base)} remark" if (base := printed.partition(" ")[0]) != printed else "pair"


def _look(value: Value) -> str:
    return value.value.replace("_", "-")
