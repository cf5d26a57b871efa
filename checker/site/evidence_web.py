"""Visits to a web host step by step, and the addresses they started at, as pages show them. Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from checker.mail_stages import HostStages, Outcome, Stage, StageOutcome
from checker.report.details_screen import own_word
from checker.report.words import SUBJECT_LIMIT, Lang, details_words, visible
from checker.site.evidence_mail import outcome_words
from checker.web_journeys import Journey, Step

_TOLD_BY_ITS_STEP = frozenset({"content", "no_answer", "no_tls", "no_http"})
"""Ends that the last step's own words say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One URL on the way. `outcome` is ours and the protocol's; `hsts` and `refresh` are the server's words.

    `turn` is "up" where http leads to https, "down" where https leads back to http, and "" otherwise.
    """

    url: str
    turn: str
    outcome: str
    failed: bool
    hsts: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One visit, and every address from which it went the same way. `end` says why it stopped short."""

    addresses: tuple[str, ...]
    steps: tuple[StepLine, ...]
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLine:
    """One address that was tried: what the name's servers answered there, in words."""

    name: str
    address: str
    family: str
    answers: tuple[str, ...]


def trips(journeys: Iterable[Journey], lang: Lang) -> tuple[Trip, ...]:
    """The visits in one language; those that went the same way from several addresses are one."""
    alike: dict[tuple[tuple[StepLine, ...], str], list[str]] = {}
    for journey in journeys:
        end = "" if journey.end in _TOLD_BY_ITS_STEP else details_words(lang)[f"end_{journey.end}"]
        alike.setdefault((_steps(journey.steps, lang), end), []).append(visible(journey.steps[0].address))
    nowhere = details_words(lang)["no_address"]
    return tuple(
        Trip(addresses=tuple(filter(None, addresses)) or (nowhere,), steps=steps, end=end)
        for (steps, end), addresses in alike.items()
    )


def web_addresses(journeys: Iterable[Journey], host: str, lang: Lang) -> tuple[AddressLine, ...]:
    """The addresses of the web host, and what the first step of each visit brought there."""
    found: dict[str, list[str]] = {}
    for journey in journeys:
        first = journey.steps[0]
        scheme, _, rest = first.url.partition("://")
        if first.address and rest.partition("/")[0] == host:
            found.setdefault(first.address, []).append(f"{scheme}: {_outcome(first, lang)}")
    return tuple(
        AddressLine(
            name=visible(host, SUBJECT_LIMIT),
            address=visible(address),
            family=_family(address),
            answers=tuple(answers),
        )
        for address, answers in sorted(found.items(), key=lambda item: ":" not in item[0])
    )


def mail_addresses(hosts: Iterable[HostStages], lang: Lang) -> tuple[AddressLine, ...]:
    """The addresses of the mail servers, and how the connection to port 25 and the greeting went."""
    words = details_words(lang)
    return tuple(
        AddressLine(
            name=visible(host.name, SUBJECT_LIMIT),
            address=visible(address.address),
            family=_family(address.address),
            answers=tuple(
                f"{words[stage.stage.value]}: {_stage_said(stage, lang)}"
                for stage in address.stages
                if stage.stage in (Stage.CONNECT, Stage.BANNER) and stage.outcome is not Outcome.NOT_REACHED
            ),
        )
        for host in sorted(hosts, key=lambda host: host.preference)
        for address in host.addresses
        if address.address
    )


def _stage_said(stage: StageOutcome, lang: Lang) -> str:
    said = [own_word(stage.detail, lang)] if stage.detail else []
    if stage.words:
        said.append(details_words(lang)["quoted"].format(words=visible(stage.words)))
    return ", ".join(said) or outcome_words(lang)[stage.outcome]


def _steps(steps: tuple[Step, ...], lang: Lang) -> tuple[StepLine, ...]:
    lines = []
    before = ""
    for step in steps:
        scheme = step.url.partition(":")[0]
        turn = {("http", "https"): "up", ("https", "http"): "down"}.get((before, scheme), "")
        before = scheme
        lines.append(
            StepLine(
                url=visible(step.url),
                turn=turn,
                outcome=_outcome(step, lang),
                failed=not step.status,
                hsts=visible(step.hsts),
                refresh=visible(step.refresh),
            )
        )
    return tuple(lines)


def _outcome(step: Step, lang: Lang) -> str:
    """Status, failure and protocol of one step."""
    parts = (str(step.status) if step.status else "", own_word(step.failure, lang) if step.failure else "")
    return ", ".join(filter(None, (*parts, visible(step.protocol))))


def _family(address: str) -> str:
    return "IPv6" if ":" in address else "IPv4"
