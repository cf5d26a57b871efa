"""A series of one row, told as a string of cells: what is announced night by night, and what intervals it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from checker.history.changes import CellRow, Change, SweepHead
from checker.history.intervals import Interval, Standing
from checker.history.standing import Step, advance, remove

FIRST_NIGHT = datetime(2026, 11, 1, 2, tzinfo=UTC)
RULES, VERSION = "2026", "2026.1"


def night(number: float) -> datetime:
    """When the sweep of a night began; the first is 1."""
    return FIRST_NIGHT + timedelta(days=number - 1)


def head(number: float, ruleset: str = RULES, version: str = VERSION, method: str = "") -> SweepHead:
    return SweepHead(
        id=f"night-{number}",
        started=night(number),
        ruleset=ruleset,
        ruleset_version=version,
        method=method,
    )


def row(
    code: str = "A",
    position: int = 0,
    *,
    host: str = "www.a.example",
    twice: Iterable[str] = (),
    **cells: str,
) -> CellRow:
    return CellRow(
        position=position,
        code=code,
        region=f"Region {code.upper()}",
        domain="a.example",
        web_host=host,
        mail_domain="a.example",
        cells=tuple(cells.items()),
        remeasured=frozenset(twice),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One sweep's https cell. `rejudged`: what the observation before reads as under this night's rules."""

    cell: str
    twice: bool = False
    host: str = "www.a.example"
    rules: str = RULES
    rejudged: str | None = None


@dataclass(slots=True, kw_only=True)
class Told:
    """What a series came to."""

    steps: list[Step] = field(default_factory=list)
    stored: dict[datetime, Interval] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)

    def add(self, step: Step) -> None:
        """Keep intervals as a store does: by the start of each."""
        self.steps.append(step)
        self.standing = step.standing
        for interval in (*step.closed, *step.standing.intervals):
            self.stored[interval.since] = interval

    @property
    def changes(self) -> list[Change | None]:
        return [step.change for step in self.steps]

    @property
    def lines(self) -> list[str]:
        """Night by night: `worsened Ja > Nej`, with `?` in front when unconfirmed, "" when nothing changed."""
        return [line(change) for change in self.changes]

    @property
    def intervals(self) -> list[str]:
        """`Ja 1-4` stood from night 1 and ended with night 4; `?` in front: unconfirmed; open-ended while it stands."""
        return [_interval_line(self.stored[since]) for since in sorted(self.stored)]


def line(change: Change | None) -> str:
    if change is None:
        return ""
    return f"{'?' * change.unconfirmed}{change.kind.value} {change.before} > {change.now}"


def _interval_line(interval: Interval) -> str:
    first = (interval.since - FIRST_NIGHT).days + 1
    last = (interval.ended - FIRST_NIGHT).days + 1 if interval.ended is not None else ""
    return f"{'?' * interval.unconfirmed}{interval.cell} {first}-{last}"


def read_nights(text: str) -> list[Night]:
    """`Ja, Nej!, Ej mätt, , Ja (F)`: a cell a night; `!` is one that was measured twice, empty one not asked for."""
    return [
        Night(cell=cell.strip().removesuffix("!"), twice=cell.strip().endswith("!"))
        for cell in text.split(",")
    ]


def told(nights: Iterable[Night]) -> Told:
    """Fold the nights into a series where the row has been known before the first of them."""
    story = Told()
    for number, what in enumerate(nights, start=1):
        story.add(one_night(story.standing, number, what))
    return story


def one_night(standing: Standing, number: float, what: Night, *, known: bool = True) -> Step:
    return advance(
        standing,
        row=row(host=what.host, twice=("https",) if what.twice else (), https=what.cell),
        column="https",
        head=head(number, what.rules),
        rejudged=lambda _: what.rejudged,
        known=known,
    )


def removed(story: Told, number: float) -> Step:
    """The row is gone from the list of that night."""
    return remove(story.standing, row=row(https="Ja"), column="https", head=head(number))
