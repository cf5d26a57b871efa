"""What a change is, as data: the vocabulary of `checker diff`, feeds and notices. Never decides what counts as one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checker.observations.row import Row
from checker.report.model import COLUMNS
from checker.verdict import Finding


class Kind(StrEnum):
    """What became of one cell, in the order in which lists show them.

    CHANGED: neither better nor worse, or both (`Ja (F)` → `Ja (N)`, `Ja` → `–`). NOT_MEASURED: measured before, `Ej mätt`
    now. MEASURED: measured now and never before. RULES: the same observation reads differently under other rules, or
    that cannot be ruled out. ENTRY: the row of domains.csv names other hosts than before. NEW and REMOVED: the row came
    or went.
    """

    WORSENED = "worsened"
    CHANGED = "changed"
    IMPROVED = "improved"
    NOT_MEASURED = "not_measured"
    MEASURED = "measured"
    RULES = "rules"
    ENTRY = "entry"
    NEW = "new"
    REMOVED = "removed"


NEEDS_CONFIRMATION = frozenset({Kind.WORSENED, Kind.CHANGED})
"""What a second measurement must confirm before it is announced, and what the brake counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepHead:
    """What identifies a stored sweep to readers; `method` is "" for our own measuring."""

    id: str
    started: datetime
    ruleset: str
    ruleset_version: str
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRow:
    """One row of a stored table: who, what was asked, and the printed cells by column ("" when not asked for).

    `remeasured` names the columns whose cell rests on a second measurement in that sweep; `position` is the
    row's place in domains.csv, from 0.
    """

    position: int
    code: str
    region: str
    domain: str
    web_host: str
    mail_domain: str
    contact: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    remeasured: frozenset[str] = frozenset()

    def cell(self, column: str) -> str:
        """The printed code of one column, "" when it was not asked for."""
        return dict(self.cells).get(column, "")

    def subject(self, column: str) -> tuple[str, ...]:
        """The names of domains.csv that the column is about: while they stay, its cells can be compared."""
        match column:
            case "https" | "www_ipv6":
                return (self.web_host,)
            case "starttls" | "mail_ipv6":
                return (self.mail_domain,)
            case _:
                return (self.domain, self.mail_domain)


def cell_row(
    position: int,
    row: Row,
    *,
    cells: tuple[tuple[str, str], ...] = (),
    remeasured: frozenset[str] = frozenset(),
) -> CellRow:
    """A row of domains.csv with its cells."""
    return CellRow(
        position=position,
        code=row.code,
        region=row.region,
        domain=row.domain,
        web_host=row.web_host,
        mail_domain=row.mail_domain,
        contact=row.contact,
        cells=cells,
        remeasured=remeasured,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell that differs. `before` and `now` are printed codes, "" when there was none (NEW, MEASURED; REMOVED).

    `before_at` is when `before` was last measured, `since` the first sweep that printed `now` (both the start of a
    sweep). `under_new_rules` is what `before` reads as under the rules of now, when these are others and it can be
    told. `unconfirmed`: seen once only, so it is not announced. `findings` are the faults and warnings behind `now`,
    the worst first.
    """

    code: str
    region: str
    column: str
    kind: Kind
    before: str
    now: str
    before_at: datetime | None = None
    since: datetime | None = None
    under_new_rules: str = ""
    unconfirmed: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Everything that differs between two sweeps: changes by kind, then in the order of domains.csv and of the columns.

    `compared` has for each column the number of cells that were measured both times and are about the same names.
    `old` is None for a first sweep.
    """

    old: SweepHead | None
    new: SweepHead
    changes: tuple[Change, ...]
    compared: tuple[tuple[str, int], ...] = tuple((column, 0) for column in COLUMNS)

    def of_kind(self, *kinds: Kind) -> tuple[Change, ...]:
        """The changes of these kinds, in their order."""
        return tuple(change for change in self.changes if change.kind in kinds)

    @property
    def announced(self) -> tuple[Change, ...]:
        """The changes that may be told to others: those that are not waiting for a second measurement.

        None at all beside a table that was measured by another method: what differs may be the method.
        """
        if self.new.method or (self.old is not None and self.old.method):
            return ()
        return tuple(change for change in self.changes if not change.unconfirmed)
