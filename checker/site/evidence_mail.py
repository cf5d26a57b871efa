"""Mail servers stage by stage, as pages show them. Decides nothing; servers' words come out harmless."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from checker.mail_stages import AddressStages, HostStages, Outcome, Stage, StageOutcome
from checker.report.details_screen import MARKS, own_word
from checker.report.words import Lang, details_words, visible
from checker.site.language import translations

ROWS = 24
"""Addresses that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCell:
    """One stage in the matrix: `word` says what it came to, `look` is the outcome's class, with `ended` where the dialogue first went wrong.

    `note` is ours, `said` the server's own words.
    """

    label: str
    look: str
    word: str
    note: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """One address of a mail server and how far its dialogue came. `ended` is the stage where it first went wrong."""

    host: str
    preference: int
    address: str
    state: str
    ended: StageCell | None
    stages: tuple[StageCell, ...]

    @property
    def talkative(self) -> bool:
        """Whether a stage has more to tell than its mark."""
        return any(stage.said or stage.note for stage in self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMatrix:
    """Mail servers × addresses × stages, by preference. `left_out` addresses are not shown."""

    stages: tuple[str, ...]
    rows: tuple[AddressRow, ...]
    left_out: int


def mail_matrix(hosts: Iterable[HostStages], lang: Lang) -> MailMatrix:
    """The matrix in one language."""
    words = details_words(lang)
    rows = tuple(
        _row(host, address, lang)
        for host in sorted(hosts, key=lambda host: host.preference)
        for address in host.addresses
    )
    shown = _foremost(rows)
    return MailMatrix(
        stages=tuple(words[stage.value] for stage in Stage), rows=shown, left_out=len(rows) - len(shown)
    )


def _foremost(rows: tuple[AddressRow, ...]) -> tuple[AddressRow, ...]:
    """At most ROWS of them in their order; those that went wrong before those that did not."""
    if len(rows) <= ROWS:
        return rows
    kept = sorted(range(len(rows)), key=lambda place: (rows[place].ended is None, place))[:ROWS]
    return tuple(rows[place] for place in sorted(kept))


def _row(host: HostStages, address: AddressStages, lang: Lang) -> AddressRow:
    words = details_words(lang)
    ended = next((stage.stage for stage in address.stages if stage.outcome is not Outcome.PASSED), None)
    stages = tuple(_cell(stage, lang, ended=stage.stage is ended) for stage in address.stages)
    return AddressRow(
        host=visible(host.name),
        preference=host.preference,
        address=visible(address.address) or words["no_address"],
        state=words[f"state_{address.state}"],
        ended=next((cell for cell in stages if cell.look.endswith("ended")), None),
        stages=stages,
    )


def _cell(stage: StageOutcome, lang: Lang, *, ended: bool) -> StageCell:
    look = _LOOKS[stage.outcome]
    return StageCell(
        label=details_words(lang)[stage.stage.value],
        look=f"{look} ended" if ended else look,
        word=f"{MARKS[stage.outcome]} {outcome_words(lang)[stage.outcome]}",
        note=own_word(stage.detail, lang) if stage.detail else "",
        said=visible(stage.words) if stage.words else "",
    )


_LOOKS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "untold",
    Outcome.NOT_REACHED: "unreached",
}


@lru_cache(maxsize=2)
def outcome_words(lang: Lang) -> dict[Outcome, str]:
    """The outcome of a stage in a word or two."""
    _ = translations(lang).gettext
    return {
        Outcome.PASSED: _("yes"),
        Outcome.FAILED: _("no"),
        Outcome.UNKNOWN: _("not known"),
        Outcome.NOT_REACHED: _("never reached"),
    }
