"""The page: index.html by Jinja2 from the top-level `templates/`, written piece by piece. Never measures or judges."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TextIO

import jinja2

from checker.observations.fact import Fact
from checker.observations.vantage import Vantage
from checker.report.dates import machine_time, swedish_date, swedish_time
from checker.report.model import (
    COLUMNS,
    Results,
    RowResult,
    StandingCell,
    Summary,
    SweepInfo,
    worst_first,
)
from checker.report.names import shown_name
from checker.report.sentences import joined, number, sentences
from checker.report.templates import template_environment, templates_directory
from checker.report.words import Lang, column_words, labels, message, remedy, spelled_out, visible
from checker.verdict import PRINTED, Finding, Verdict

LANG: Lang = "sv"
ASSETS = ("style.css", "icon.svg")
"""Files beside the page; nothing is loaded from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Who publishes. Everything may be empty; then the page says nothing of it.

    `contact` is a mail address, a web address or plain words; `base_url` is where the site is published, and
    `publisher_url` where the publisher is found.
    """

    title: str = "Indikatorkollen"
    publisher: str = ""
    publisher_url: str = ""
    contact: str = ""
    base_url: str = ""

    @property
    def contact_link(self) -> str:
        """The contact as a link target, empty when it is plain words."""
        if self.contact.startswith(("https://", "http://", "mailto:")):
            return self.contact
        return f"mailto:{self.contact}" if "@" in self.contact and " " not in self.contact else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One printed code of a column and what it says."""

    printed: str
    look: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding in words, as the page shows it."""

    severity: str
    severity_word: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell as the page shows it. `look` is the class that tells values apart, never by colour alone.

    `since` is when it was first seen so, `earlier` the verdict that stands where it could not be measured.
    """

    column: str
    label: str
    printed: str
    spelled: str
    look: str
    reasons: tuple[Reason, ...]
    since: datetime | None = None
    earlier: StandingCell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One organisation as the page shows it; names as U-labels. `own_mail_domain`: the mail domain differs."""

    code: str
    region: str
    domain: str
    web_host: str
    mail_domain: str
    own_mail_domain: bool
    cells: tuple[Cell, ...]


def write_page(
    results: Results,
    out: TextIO,
    *,
    sweep: SweepInfo,
    summary: Summary,
    settings: SiteSettings,
    feed: str = "",
) -> None:
    """Write index.html to `out` (UTF-8). The rows are read from the start three times, one at a time.

    `feed` is where the Atom feed stands beside the page, "" when there is none.
    """
    page = (
        _environment()
        .get_template("index.html")
        .stream(
            rows=lambda: map(page_row, results()),
            sweep=sweep,
            summary=summary,
            sentences=sentences(summary, LANG),
            columns=column_words(LANG),
            legend={column: _legend(column) for column in COLUMNS},
            labels=labels(LANG),
            settings=settings,
            feed=feed,
        )
    )
    page.enable_buffering(200)
    out.writelines(page)


def copy_assets(directory: Path) -> None:
    """Put the stylesheet and the icon beside the page."""
    for name in ASSETS:
        shutil.copyfile(templates_directory() / name, directory / name)


def page_row(result: RowResult) -> PageRow:
    """One row in words, all five columns in page order."""
    row = result.row
    return PageRow(
        code=row.code,
        region=visible(row.region),
        domain=shown_name(row.domain),
        web_host=shown_name(row.web_host),
        mail_domain=shown_name(row.mail_domain),
        own_mail_domain=row.mail_domain != row.domain,
        cells=tuple(_cell(column, result) for column in COLUMNS),
    )


def _cell(column: str, result: RowResult) -> Cell:
    verdict = result.verdict(column)
    return Cell(
        column=column,
        label=column_words(LANG)[column].label,
        printed="" if verdict is None else verdict.cell,
        spelled=spelled_out(verdict, LANG),
        look=_look(verdict),
        reasons=() if verdict is None else tuple(map(_reason, worst_first(verdict.findings))),
        since=result.since(column),
        earlier=result.last_good(column),
    )


def _legend(column: str) -> tuple[LegendEntry, ...]:
    codes = column_words(LANG)[column].codes
    return tuple(LegendEntry(printed=code, look=_printed_look(code), text=codes[code]) for code in codes)


def _printed_look(printed: str) -> str:
    """The class of a printed code in the legend, as `_look` gives it to cells."""
    by_print = {text: value.value.replace("_", "-") for value, text in PRINTED.items()}
    if printed in by_print:
        return by_print[printed]
    base = by_print.get(printed.partition(" ")[0])
    return f"{base} remark" if base else "pair"


def _look(verdict: Verdict | None) -> str:
    """The class of a cell: its value, and `remark` when letters qualify a Ja or a Nej."""
    if verdict is None:
        return "not-asked"
    look = verdict.value.value.replace("_", "-")
    return f"{look} remark" if verdict.flags else look


def _reason(finding: Finding) -> Reason:
    return Reason(
        severity=finding.severity.value,
        severity_word=labels(LANG)[finding.severity.value],
        text=message(finding, LANG),
        remedy=remedy(finding, LANG),
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = template_environment()
    environment.filters.update(
        swedish_date=swedish_date,
        swedish_time=swedish_time,
        machine_time=machine_time,
        number=number,
        visible=visible,
        vantage_words=_vantage_words,
    )
    return environment


def _vantage_words(vantage: Vantage) -> str:
    """What the place measured from had and lacked, in one or two sentences."""
    means = {"IPv4": vantage.ipv4, "IPv6": vantage.ipv6, "utgående e-post (port 25)": _either_port25(vantage)}
    said: list[str] = []
    for start, fact in (("Hade", Fact.YES), ("Saknade", Fact.NO)):
        names = [name for name, known in means.items() if known is fact]
        if names:
            said.append(f"{start} {joined(names, LANG)}.")
    return " ".join(said)


def _either_port25(vantage: Vantage) -> Fact:
    families = {vantage.port25_ipv4, vantage.port25_ipv6}
    return next((fact for fact in (Fact.YES, Fact.NO) if fact in families), Fact.NOT_TESTED)
