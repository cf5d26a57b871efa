"""Whether two copies of a sweep are the same: what their lines say, without what may differ between them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from checker.store.archive_lines import (
    CertificateLine,
    HeadLine,
    JudgementLine,
    Line,
    RowLine,
    VerdictLine,
    line_bytes,
)
from checker.store.stored_sweep import StoredSweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A sweep in digests: of its rows, of the rows without what was seen, and of each judgement by its rules."""

    sweep: StoredSweep
    rows: str
    rows_alone: str
    observations: int
    judgements: dict[tuple[str, str], str] = field(default_factory=dict)

    def holds(self, other: "Contents") -> bool:
        """Whether there is nothing in `other` that is not here; when a sweep was published is not counted."""
        return (
            replace(self.sweep, published=None) == replace(other.sweep, published=None)
            and (self.rows == other.rows or (self.rows_alone == other.rows_alone and not other.observations))
            and other.judgements.items() <= self.judgements.items()
        )

    def difference(self, other: "Contents") -> str:
        """What in `other` is not here, for people."""
        if replace(self.sweep, published=None) != replace(other.sweep, published=None):
            return "it is another sweep"
        if self.rows_alone != other.rows_alone:
            return "it has other rows"
        if self.rows != other.rows:
            return "it has other observations, or the store has forgotten them"
        return "it was judged otherwise"


def contents(lines: Iterable[Line]) -> Contents:
    """Add up the lines of one sweep, head first."""
    sweep: StoredSweep | None = None
    rows, rows_alone, observations = sha256(), sha256(), 0
    judgements: dict[tuple[str, str], Any] = {}
    judgement = sha256()
    for line in lines:
        match line:
            case HeadLine():
                sweep = line.sweep
            case CertificateLine():
                rows.update(line_bytes(line))
            case RowLine():
                rows.update(line_bytes(line))
                rows_alone.update(line_bytes(replace(line, observation=None)))
                observations += line.observation is not None
            case JudgementLine():
                judgement = judgements[line.rules] = sha256(line_bytes(line))
            case VerdictLine():
                judgement.update(line_bytes(line))
            case _:
                pass
    if sweep is None:
        raise ValueError("there is no head among the lines")
    return Contents(
        sweep=sweep,
        rows=rows.hexdigest(),
        rows_alone=rows_alone.hexdigest(),
        observations=observations,
        judgements={rules: digest.hexdigest() for rules, digest in judgements.items()},
    )
