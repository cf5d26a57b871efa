"""The clock of a sweep: real, or set by `--now` for replays; the only reader of the time of day."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time for validity periods. `fixed` (aware) stands still; without it the real time runs."""

    fixed: datetime | None = field(default=None)

    def now(self) -> datetime:
        """The time that judgements use, in UTC, whole seconds."""
        moment = self.fixed or datetime.now(UTC)
        return moment.astimezone(UTC).replace(microsecond=0)

    def wall(self) -> datetime:
        """The real time of day, for "started" and "finished"; never used in a judgement."""
        return datetime.now(UTC).replace(microsecond=0)
