"""A sweep as the store knows it, and what became of it. Data alone."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from checker.history.changes import SweepHead
from checker.observations.row import Evidence
from checker.observations.vantage import Vantage
from checker.report.model import COLUMNS, SweepInfo


class State(StrEnum):
    """RUNNING: under way, or cut short. HELD: the brake kept it from the site. STOPPED: given up, never published."""

    RUNNING = "running"
    FINISHED = "finished"
    HELD = "held"
    STOPPED = "stopped"


def id_of(started: datetime) -> str:
    """A sweep's id: when it began, in UTC."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSweep:
    """One sweep. `series` names the list that it measures, `method` another way of measuring than ours ("" is ours).

    `finished` and `published` are None until they happen; `why` says why it was held or stopped.
    """

    id: str
    series: str
    state: State
    started: datetime
    ruleset: str
    ruleset_version: str
    software: str
    vantage: Vantage
    trust_store: str = ""
    columns: tuple[str, ...] = COLUMNS
    second_attempts: bool = True
    method: str = ""
    why: str = ""
    finished: datetime | None = None
    published: datetime | None = None

    @property
    def head(self) -> SweepHead:
        """What identifies it to readers."""
        return SweepHead(
            id=self.id,
            started=self.started,
            ruleset=self.ruleset,
            ruleset_version=self.ruleset_version,
            method=self.method,
        )

    @property
    def info(self) -> SweepInfo:
        """What every published figure says of itself."""
        return SweepInfo(
            id=self.id,
            started=self.started,
            finished=self.finished or self.started,
            ruleset=self.ruleset,
            ruleset_version=self.ruleset_version,
            software=self.software,
            vantage=self.vantage,
            trust_store=self.trust_store,
            columns=self.columns,
            second_attempts=self.second_attempts,
        )

    def to_be_judged(self, evidence: Evidence) -> Evidence:
        """A row's evidence with what the whole sweep came to know of port 25: it is the sweep that opened that way.

        Under its first ruleset a row is judged as soon as that cannot change its cells any more; under another one
        the cells may hang on it.
        """
        vantage = replace(
            evidence.vantage,
            port25_ipv4=self.vantage.port25_ipv4,
            port25_ipv6=self.vantage.port25_ipv6,
        )
        return replace(evidence, vantage=vantage)
