"""Our raw hellos against openssl, sslscan, testssl.sh and what Java was told to offer, fact by fact, on the same servers."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.daemons.scanned import LAB, MUSEUM, Service, services
from tests.daemons.tls_argued import ARGUED, CONFIGURED, OPENSSL, SSLSCAN, TESTSSL, UNTOLD, Argued, argued
from tests.daemons.tls_words import Words
from tests.daemons.vantage_point import Internet

pytestmark = pytest.mark.daemons

CONNECTIONS_MAX = 11
"""Ten raw hellos and the ordinary handshake."""
FOR_TESTSSL: Mapping[str, Sequence[str]] = {
    f"jsse:443 {MUSEUM}": ("-p", "-s"),
    f"jsse:25 {MUSEUM}": ("-p",),
    "lab:443 ssl2_too": ("-p",),
    "gnutls:5443 heartbeat": ("-S",),
}
"""testssl.sh takes five seconds of a processor for each of these: only where others cannot tell, and one of each sort."""


@dataclass(slots=True)
class Differences:
    """The outcome against one oracle."""

    services: int = 0
    agreed: int = 0
    used: Counter[Argued] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        argued_facts = f"{self.used.total()} differ as argued, {len(self.left)} otherwise"
        return f"{self.services} services, {self.agreed} facts agree, {argued_facts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """All that was said; ours by service label, theirs by oracle and label."""

    ours: Mapping[str, Words]
    theirs: Mapping[str, Mapping[str, Words]]
    connections: Mapping[str, int]

    def against(self, oracle: str) -> Differences:
        """Every word that the oracle says; one that we leave untold is a difference too."""
        found = Differences()
        for service, words in self.theirs[oracle].items():
            found.services += bool(words)
            for word, theirs in words.items():
                ours = self.ours[service].get(word, UNTOLD)
                if ours == theirs:
                    found.agreed += 1
                elif why := argued(oracle, service, word, ours, theirs):
                    found.used[why] += 1
                else:
                    found.left.append(f"{service}: {word} {ours}, {oracle} {theirs}")
        return found


@pytest.fixture(scope="module")
def scanned(tls_internet: Internet, note: list[str]) -> Scanned:
    """Everybody asked about everything, side by side."""
    everything = services()
    asked = [_asked(service) for service in everything]
    for_certificate = [service for service in everything if service.of_certificate]
    for_tls = [service for service in everything if not service.of_certificate]
    by_testssl = [service for service in everything if service.label in FOR_TESTSSL]
    for_oracles = {
        "certificates": [_asked(service) for service in for_certificate],
        "openssl": [_asked(service) for service in for_tls],
        "sslscan": [_asked(service) for service in for_tls],
        "testssl": [
            {"service": _asked(service), "options": FOR_TESTSSL[service.label]} for service in by_testssl
        ],
    }
    ca = str(tls_internet.directory / "ca.pem")
    started = time.monotonic()
    with ThreadPoolExecutor() as runs:
        ours = runs.submit(tls_internet.said, "our_facts", asked, ca)
        theirs = runs.submit(tls_internet.said, "tls_oracles", for_oracles, ca)
        our_answers, their_answers = ours.result(), theirs.result()
    note.append(f"{len(everything)} TLS services scanned in {time.monotonic() - started:.1f} s")
    labels = [service.label for service in everything]
    return Scanned(
        ours={label: words for label, (words, _) in zip(labels, our_answers, strict=True)},
        theirs={
            OPENSSL: {
                **_by_label(for_certificate, their_answers["certificates"]),
                **_by_label(for_tls, their_answers["openssl"]),
            },
            SSLSCAN: _by_label(for_tls, their_answers["sslscan"]),
            TESTSSL: _by_label(by_testssl, their_answers["testssl"]),
            CONFIGURED: {
                service.label: dict(service.configured) for service in everything if service.configured
            },
        },
        connections={label: count for label, (_, count) in zip(labels, our_answers, strict=True)},
    )


def _asked(service: Service) -> tuple[str, str, int]:
    return service.host, service.address, service.port


def _by_label(asked: Sequence[Service], said: Sequence[Words]) -> dict[str, Words]:
    return {service.label: words for service, words in zip(asked, said, strict=True)}


@pytest.mark.parametrize("oracle", [OPENSSL, SSLSCAN, TESTSSL, CONFIGURED])
def test_we_see_what_the_oracle_sees(oracle: str, scanned: Scanned, note: list[str]) -> None:
    found = scanned.against(oracle)
    note.append(f"against {oracle}: {found}")
    assert found.left == []
    assert found.services >= len(scanned.theirs[oracle]) * 0.9
    unused = [entry.why for entry in ARGUED if entry.oracle == oracle and not found.used[entry]]
    assert unused == []


def test_every_family_was_seen_and_missed(scanned: Scanned) -> None:
    said = {(word, truth) for words in scanned.ours.values() for word, truth in words.items()}
    both = [word for word, _ in said if {(word, "yes"), (word, "no")} <= said]
    assert {"ssl2", "ssl3", "tls10", "tls13", "heartbeat", "compression"} <= set(both)


def test_a_service_gets_no_more_connections_than_the_plan_has(scanned: Scanned, note: list[str]) -> None:
    note.append(f"connections a service: {sorted(Counter(scanned.connections.values()).items())}")
    assert max(scanned.connections.values()) <= CONNECTIONS_MAX


def test_labels_are_unique() -> None:
    labels = [service.label for service in services()]
    assert len(set(labels)) == len(labels)
    assert FOR_TESTSSL.keys() <= set(labels)
    assert {service.player for service in services()} >= {LAB, "nginx", "postfix", "jsse", "gnutls"}
