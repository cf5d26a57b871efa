"""The results as a spreadsheet (Office Open XML): opens in every Excel, whatever its separators and encodings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it has no type information
from xlsxwriter.exceptions import (  # type: ignore[import-untyped]  # as above
    XlsxWriterException,
)

from checker.report.dates import shown_time
from checker.report.model import COLUMNS, Results, RowResult, worst_first
from checker.report.names import shown_name
from checker.report.words import (
    SUBJECT_LIMIT,
    Lang,
    column_words,
    labels,
    message,
    spelled_out,
    visible,
)
from checker.site.pages import Pages
from checker.verdict import Severity

PATH = "data/resultat.xlsx"
"""Below the start page's folder of each language."""

_WIDTHS = (10, 28, 18, 26, 30, 26, *(14,) * len(COLUMNS))
_REASON_WIDTHS = (10, 28, 16, 14, 10, 30, 34, 90)
_CODE_WIDTHS = (18, 14, 100)
_ABOUT_WIDTHS = (28, 80)
_ROWS_MAX = 1_000_000
"""A little less than a sheet can hold."""
_CELL_MAX = 16_000
"""Characters of a cell: Excel takes 32 767 units of UTF-16, of which a character may be two."""


def write(pages: Pages, results: Results) -> None:
    """Write the workbook of one language: the table, the faults and warnings behind it, the codes, and what was measured.

    `results` have their findings. Sheets grow in files on the site's own disk, which vanish whatever happens. Raises OSError.
    """
    material = pages.material
    path = pages.directory / pages.folder / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(prefix=".workbook-", dir=pages.directory) as growing,
        _book(path, {"constant_memory": True, "strings_to_urls": False, "tmpdir": growing}) as book,
    ):
        book.set_properties({"title": visible(material.settings.title), "created": material.sweep.finished})
        styles = _Styles(book)
        _results(book, styles, pages)
        _findings(book, styles, pages, results)
        _codes(book, styles, pages)
        _about(book, styles, pages)


@contextmanager
def _book(path: Path, options: dict[str, object]) -> Iterator[Any]:
    """A workbook, put together when all is in it. What the disk says then is an OSError, as everywhere else."""
    book = xlsxwriter.Workbook(str(path), options)
    try:
        yield book
        try:
            book.close()
        except XlsxWriterException as error:
            raise _of_the_disk(error) from None
    finally:
        for sheet in book.worksheets():  # the library leaves their files open when it fails
            with suppress(OSError):
                sheet.row_data_fh.close()


def _of_the_disk(error: Exception) -> OSError:
    """The OSError within one of the library's own; one with its text where there is none."""
    for within in (error.__cause__, error.__context__, *error.args):
        if isinstance(within, OSError):
            return within
    return OSError(str(error))


def _results(book: Any, styles: "_Styles", pages: Pages) -> None:
    _ = pages.gettext
    words, heads = column_words(pages.lang), labels(pages.lang)
    names = [words[column].label for column in COLUMNS]
    hosts = [heads["domain"], heads["website"], heads["mail_domain"]]
    sheet = _Sheet(
        book,
        styles,
        _("Results"),
        [_("Code"), heads["organisation"], _("Group"), *hosts, *names],
        _WIDTHS,
    )
    for result in pages.material.results():
        row = result.row
        sheet.add(
            row.code,
            visible(row.region),
            visible(row.group),
            *map(shown_name, (row.domain, row.web_host, row.mail_domain)),
            *map(result.cell, COLUMNS),
        )
    sheet.finish()


def _findings(book: Any, styles: "_Styles", pages: Pages, results: Results) -> None:
    _ = pages.gettext
    heads = [
        _("Code"),
        labels(pages.lang)["organisation"],
        _("Indicator"),
        _("Answer"),
        _("Severity"),
        _("About"),
        _("Finding"),
        _("What was seen"),
    ]
    sheet = _Sheet(book, styles, _("Reasons"), heads, _REASON_WIDTHS)
    for result in results():
        for line in _reasons(result, pages.lang):
            sheet.add(*line)
    sheet.finish()


def _codes(book: Any, styles: "_Styles", pages: Pages) -> None:
    _ = pages.gettext
    sheet = _Sheet(book, styles, _("Codes"), [_("Indicator"), _("Answer"), _("Meaning")], _CODE_WIDTHS)
    for words in column_words(pages.lang).values():
        for printed, text in words.codes.items():
            sheet.add(words.label, printed, text)
    sheet.add("", "", spelled_out(None, pages.lang))
    sheet.finish()


def _about(book: Any, styles: "_Styles", pages: Pages) -> None:
    _ = pages.gettext
    sweep, settings, heads = pages.material.sweep, pages.material.settings, labels(pages.lang)
    sheet = _Sheet(book, styles, _("About"), [visible(settings.title), ""], _ABOUT_WIDTHS)
    for name, value in (
        (_("Measured"), shown_time(sweep.started, pages.lang)),
        (heads["ruleset"], visible(f"{sweep.ruleset} {sweep.ruleset_version}".rstrip())),
        (heads["measured_from"], visible(sweep.vantage.name)),
        (_("Program"), visible(sweep.software)),
        (_("Sweep"), visible(sweep.id)),
        (_("Publisher"), visible(settings.publisher)),
        (_("Licence"), "CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/"),
        (_("Address"), visible(settings.base, len(settings.base))),
    ):
        if value:
            sheet.add(name, value)
    sheet.finish(filtered=False)


def _reasons(result: RowResult, lang: Lang) -> list[tuple[str, ...]]:
    """The faults and warnings of one row, worst first within each column."""
    return [
        (
            result.row.code,
            visible(result.row.region),
            column_words(lang)[verdict.indicator].label,
            verdict.cell,
            labels(lang)[finding.severity.value],
            visible(finding.subject, SUBJECT_LIMIT),
            finding.code,
            message(finding, lang),
        )
        for verdict in result.verdicts
        for finding in worst_first(verdict.findings)
        if finding.severity is not Severity.NOTE
    ]


class _Styles:
    """The few formats of a workbook."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.body = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})


class _Sheet:
    """A sheet with a heading that stays in sight; every value is text, so that nothing is taken for a formula."""

    def __init__(
        self, book: Any, styles: _Styles, name: str, heads: Sequence[str], widths: Sequence[float]
    ) -> None:
        self._sheet = book.add_worksheet(name)
        self._columns, self._rows, self._style = len(heads), 0, styles.body
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
        self._sheet.freeze_panes(1, 0)
        self._write(0, heads, styles.head)

    def add(self, *texts: str) -> None:
        """One line below the others; left out when the sheet is full."""
        if self._rows < _ROWS_MAX:
            self._rows += 1
            self._write(self._rows, texts, self._style)

    def _write(self, row: int, texts: Sequence[str], style: Any) -> None:
        for column, text in enumerate(texts):
            self._sheet.write_string(row, column, _plain(text), style)

    def finish(self, *, filtered: bool = True) -> None:
        """Let the reader filter, and take codes such as 0114 for the text that they are."""
        if filtered:
            self._sheet.autofilter(0, 0, self._rows, self._columns - 1)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:Z{self._rows + 1}"})


def _plain(text: str) -> str:
    """Text as a cell can hold it: what fits, and never XML.

    XlsxWriter takes a text in `<r>` for markup of its own, and would write it as it is.
    """
    text = text[:_CELL_MAX]
    return f" {text}" if text.startswith("<r>") else text
