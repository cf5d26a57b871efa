"""Mail stages, visits and TLS services as plain text. Returns lines and never prints; server text is neutralised."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from checker.mail_stages import AddressStages, HostStages, Outcome, StageOutcome
from checker.observations.fact import Fact
from checker.report.words import Lang, closed_words, details_words, visible
from checker.tls_services import CertificateLine, TlsService
from checker.web_journeys import Journey, Step

WIDTH = 78
MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.UNKNOWN: "?", Outcome.NOT_REACHED: "·"}
_INDENT = "  "
DERIVED_FACTS = frozenset({"better_than_rc4"})
"""Facts that only the rules need."""


def mail_lines(hosts: Iterable[HostStages], *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """Every mail host with its addresses, the stages as marks, and the server's own words where they tell something."""
    words = details_words(lang)
    yield words["mail_title"]
    for host in hosts:
        yield from _wrapped(f"{visible(host.name)} (MX {host.preference})", width, 1)
        for address in host.addresses:
            yield from _address(address, lang, width)


def _address(address: AddressStages, lang: Lang, width: int) -> Iterator[str]:
    words = details_words(lang)
    name = address.address or words["no_address"]
    yield from _wrapped(f"{name}: {words[f'state_{address.state}']}", width, 2)
    # a mark and its stage stay on one line
    marks = "  ".join(f"{MARKS[stage.outcome]}\u00a0{words[stage.stage.value]}" for stage in address.stages)
    yield from (line.replace("\u00a0", " ") for line in _wrapped(marks, width, 3))
    for stage in address.stages:
        if said := _said(stage, lang):
            yield from _wrapped(f"{words[stage.stage.value]}: {said}", width, 3)


def _said(stage: StageOutcome, lang: Lang) -> str:
    """A stage's details: ours in words, the server's own in quotation marks."""
    detail = own_word(stage.detail, lang) if stage.detail else ""
    quoted = details_words(lang)["quoted"].format(words=visible(stage.words)) if stage.words else ""
    return ", ".join(part for part in (detail, quoted) if part)


def journey_lines(journeys: Iterable[Journey], *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """Every visit as its steps; one that was the same at another address is named once, with both addresses."""
    words = details_words(lang)
    yield words["visits_title"]
    for start, told in _alike(journeys, lang):
        yield from _wrapped(start, width, 1)
        for line in told:
            yield from _wrapped(line, width, 2)


def _alike(journeys: Iterable[Journey], lang: Lang) -> Iterator[tuple[str, tuple[str, ...]]]:
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for journey in journeys:
        first, *rest = journey.steps
        told = (_outcome(first, lang), *(f"→ {visible(step.url)} {_outcome(step, lang)}" for step in rest))
        if journey.end not in ("content", "no_answer", "no_tls", "no_http"):
            told = (*told, details_words(lang)[f"end_{journey.end}"])
        groups.setdefault((visible(first.url), told), []).append(first.address)
    for (start, told), addresses in groups.items():
        yield f"{start} ({', '.join(filter(None, addresses)) or details_words(lang)['no_address']})", told


def _outcome(step: Step, lang: Lang) -> str:
    words = details_words(lang)
    parts = [str(step.status) if step.status else "", own_word(step.failure, lang) if step.failure else ""]
    parts += [step.protocol, "HSTS" if step.hsts else ""]
    if step.refresh:
        parts.append(f"{words['refresh']} {visible(step.refresh)}")
    return ", ".join(filter(None, parts))


def service_lines(services: Iterable[TlsService], *, lang: Lang = "sv", width: int = WIDTH) -> Iterator[str]:
    """Every TLS service: what was spoken, what it offers, what it does not, and its certificates.

    Addresses of one host that show the same are told of together.
    """
    yield details_words(lang)["tls_title"]
    for service, places in services_alike(services).items():
        yield from _service(service, ", ".join(places), lang, width)


def services_alike(services: Iterable[TlsService]) -> dict[TlsService, list[str]]:
    """Services of one host that show the same, as one without an address, with the places where they are."""
    groups: dict[TlsService, list[str]] = {}
    for service in services:
        place = f"[{service.address}]" if ":" in service.address else service.address
        groups.setdefault(replace(service, address=""), []).append(f"{place}:{service.port}")
    return groups


def _service(service: TlsService, places: str, lang: Lang, width: int) -> Iterator[str]:
    words = details_words(lang)
    spoken = f"{service.version} {service.suite}".strip() or words["no_session"]
    yield from _wrapped(f"{visible(service.host)} ({places}): {spoken}", width, 1)
    for fact, label in ((Fact.YES, "offers"), (Fact.NO, "lacks"), (Fact.NOT_TESTED, "not_tested")):
        names = [
            words[f"fact_{one.name}"]
            for one in service.facts
            if one.fact is fact and one.name not in DERIVED_FACTS
        ]
        if service.dh_prime_bits and fact is Fact.YES:
            names.append(words["dh_prime"].format(bits=service.dh_prime_bits))
        if names:
            yield from _wrapped(f"{words[label]}: {', '.join(names)}", width, 2)
    for place_in_chain, line in enumerate(service.certificates):
        label = words["then"] if place_in_chain else words["certificate"]
        yield from _wrapped(f"{label}: {_certificate(line, lang)}", width, 2)
    if service.certificates:
        yield from _wrapped(f"{words['trust']}: {own_word(service.trust, lang)}", width, 2)


def _certificate(line: CertificateLine, lang: Lang) -> str:
    return details_words(lang)["about_certificate"].format(
        subject=visible(line.subject or "–"),
        until=f"{line.not_after:%Y-%m-%d}" if line.not_after else "?",
        key=line.key or "?",
        hash=line.signature_hash or "–",
    )


def own_word(value: str, lang: Lang) -> str:
    """One of our own closed words in the reader's language; what is none (protocol names) as it stands."""
    words = details_words(lang)
    return words.get(f"word_{value}") or closed_words(lang)["values"].get(value) or visible(value)


def _wrapped(text: str, width: int, depth: int) -> list[str]:
    indent = _INDENT * depth
    return textwrap.wrap(
        text,
        max(width, 30),
        initial_indent=indent,
        subsequent_indent=indent + _INDENT,
        break_on_hyphens=False,
    )
