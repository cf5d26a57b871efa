"""TLS services as pages show them: facts in three values, the answers they rest on, certificates. Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from markupsafe import Markup

from checker.observations.fact import Fact
from checker.observations.tls import TlsOutcome
from checker.report.details_screen import DERIVED_FACTS, own_word, services_alike
from checker.report.words import SUBJECT_LIMIT, Lang, details_words, visible
from checker.site.environment import environment
from checker.site.language import translations
from checker.tls_services import CertificateLine, HelloAnswer, TlsFact, TlsService

_FACTS = {Fact.YES: "offers", Fact.NO: "lacks", Fact.NOT_TESTED: "not_tested"}
NAMES = 12
"""Names of one certificate that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One property: `value` is "yes", "no" or "not_tested", `word` says it."""

    label: str
    value: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelloLine:
    """One raw ClientHello and what it brought: `name` is what measuring calls it, `told` what it asks for."""

    name: str
    told: str
    offered: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsTables:
    """What a service offers, and the hellos that this rests on."""

    facts: tuple[FactLine, ...]
    dh_prime: str
    hellos: tuple[HelloLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCard:
    """One certificate; every text is the server's own, made harmless. `fingerprint` is SHA-256 in pairs."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    more_names: int
    not_before: datetime | None
    not_after: datetime | None
    key: str
    signature_hash: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCard:
    """One TLS service at one or more places. `spoken` is protocol and suite, or that there was no session.

    `tables` is the markup of `TlsTables`.
    """

    host: str
    places: tuple[str, ...]
    spoken: str
    trust: str
    trusted: str
    store: str
    tables: Markup
    certificates: tuple[CertificateCard, ...]


def service_cards(services: Iterable[TlsService], lang: Lang) -> tuple[ServiceCard, ...]:
    """The services in one language; addresses of one host that show the same are one."""
    return tuple(_card(service, places, lang) for service, places in services_alike(services).items())


def _card(service: TlsService, places: Iterable[str], lang: Lang) -> ServiceCard:
    words = details_words(lang)
    return ServiceCard(
        host=visible(service.host, SUBJECT_LIMIT),
        places=tuple(map(visible, places)),
        spoken=visible(f"{service.version} {service.suite}".strip()) or words["no_session"],
        trust=own_word(service.trust, lang) if service.certificates else "",
        trusted={"trusted": "yes", "not_tested": "not_tested"}.get(service.trust, "no"),
        store=visible(service.store),
        tables=_tables(service.facts, service.dh_prime_bits, service.hellos, lang),
        certificates=tuple(map(_certificate, service.certificates)),
    )


@lru_cache(maxsize=512)
def _tables(
    facts: tuple[TlsFact, ...], dh_prime_bits: int | None, hellos: tuple[HelloAnswer, ...], lang: Lang
) -> Markup:
    """The tables as markup, put together once: servers of one kind answer alike."""
    words = details_words(lang)
    values = {fact: words[name] for fact, name in _FACTS.items()}
    macros: Any = environment(lang).get_template("macros/tls.html").module
    tables = TlsTables(
        facts=tuple(
            FactLine(label=words[f"fact_{one.name}"], value=one.fact.value, word=values[one.fact])
            for one in facts
            if one.name not in DERIVED_FACTS
        ),
        dh_prime=words["dh_prime"].format(bits=dh_prime_bits) if dh_prime_bits else "",
        hellos=tuple(_hello(hello, lang) for hello in hellos),
    )
    return cast("Markup", macros.tls_tables(tables))


def _hello(hello: HelloAnswer, lang: Lang) -> HelloLine:
    words = _answers(lang)
    answer = words.get(hello.outcome, visible(hello.outcome))
    if hello.alert is not None:
        answer = f"{answer} ({hello.alert})"
    said = (
        answer,
        visible(f"{hello.version} {hello.suite}".strip()),
        own_word(hello.failure, lang) if hello.failure else "",
    )
    return HelloLine(
        name=visible(hello.name),
        told=hello_told(hello.name, lang),
        offered=visible(hello.offered),
        answer=", ".join(filter(None, said)),
    )


def hello_told(name: str, lang: Lang) -> str:
    """What a hello asks for; "" for a name without words. The second `old` and `weak` ask for something else."""
    words = details_words(lang)
    if own := words.get(f"hello_{name.replace('/', '_')}"):
        return own
    first, again, _ = name.partition("/")
    told = words.get(f"hello_{first}", "")
    return words["repeated_hello"].format(hello=told) if told and again else told


def _certificate(line: CertificateLine) -> CertificateCard:
    digest = visible(line.sha256).upper()
    return CertificateCard(
        subject=visible(line.subject),
        issuer=visible(line.issuer),
        names=tuple(visible(name, SUBJECT_LIMIT) for name in line.names[:NAMES]),
        more_names=max(0, len(line.names) - NAMES),
        not_before=line.not_before,
        not_after=line.not_after,
        key=visible(line.key),
        signature_hash=visible(line.signature_hash),
        fingerprint=":".join(digest[place : place + 2] for place in range(0, len(digest), 2)),
    )


@lru_cache(maxsize=2)
def _answers(lang: Lang) -> dict[str, str]:
    _ = translations(lang).gettext
    return {
        TlsOutcome.ESTABLISHED: _("answers in TLS"),
        TlsOutcome.ALERT: _("refuses by an alert"),
        TlsOutcome.NOT_TLS: _("answers something that is not TLS"),
        TlsOutcome.SILENT: _("says nothing"),
        TlsOutcome.BROKEN: _("breaks off"),
    }
