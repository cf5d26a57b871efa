"""Ways from a server's certificate up to an anchor of the store, built under a cap of work. Judges no way."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import UNREADABLE, CertificateFacts, load, read_certificate
from checker.protocols.distinguished_names import Canonical, canonical
from checker.protocols.memory import remembered
from checker.protocols.name_constraints import Names, broken_by, comparable, comparisons
from checker.protocols.signatures import signed_by

MAX_DEPTH = 10
"""Certificates in one path, anchor included; real ones have two to five."""
MAX_LINKS = 64
"""Signature checks in one judgement: a chain of look-alike names must not cost more."""
MAX_COMPARISONS = 65_536
"""Names compared with name constraints in one judgement."""
REMEMBERED = 1_024
"""Certificates that are kept: many hosts share intermediates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One certificate with what path building needs."""

    der: bytes
    subject: Canonical
    issuer: Canonical
    facts: CertificateFacts

    def names(self, *, of_server: bool) -> Names:
        """What name constraints speak of; a host name in the server's CN counts where there is no dNSName."""
        facts = self.facts
        common_names = facts.common_names if of_server else ()
        return Names(
            dns=facts.dns_names or tuple(filter(_like_a_host, common_names)),
            addresses=facts.ip_addresses,
            subject=self.subject,
            other_kinds=facts.other_names,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Leaf first. `anchored` when the last one is an anchor of the store."""

    nodes: tuple[Node, ...]
    anchored: bool


@dataclass(slots=True, kw_only=True)
class Search:
    """One bounded search for paths. `uncertain`: some link could not be checked, or the work's cap was reached.

    `uncertain_names`: some names could not be compared with constraints, so that no path is known to be good.
    """

    store: CaStore
    sent: tuple[Node, ...]
    links: int = 0
    comparisons: int = 0
    uncertain: bool = field(default=False)
    uncertain_names: bool = field(default=False)

    def paths(self, nodes: tuple[Node, ...]) -> Iterator[Path]:
        """Every way on from the last of `nodes`; anchors of the store before what was sent."""
        last = nodes[-1]
        if last.der in self.store.with_subject(last.subject):
            yield Path(nodes=nodes, anchored=True)
            return
        if len(nodes) >= MAX_DEPTH:
            self.uncertain = True
            return
        dead_end = True
        for der in self.store.with_subject(last.issuer):
            anchor = node_of(der)
            if anchor and self._issued(last, anchor):
                dead_end = False
                yield Path(nodes=(*nodes, anchor), anchored=True)
        for node in self.sent:
            if node.subject == last.issuer and node not in nodes and self._issued(last, node):
                dead_end = False
                yield from self.paths((*nodes, node))
        if dead_end:
            yield Path(nodes=nodes, anchored=False)

    def _issued(self, child: Node, issuer: Node) -> bool:
        self.links += 1
        if self.links > MAX_LINKS:
            self.uncertain = True
            return False
        answer = signed_by(child.der, issuer.der)
        if answer is None:
            self.uncertain = True
        return bool(answer)

    def name_not_allowed(self, issuer: Node, below: Node, *, of_server: bool) -> str | None:
        """The name of a certificate further down, the server's or a CA's, that breaks the constraints of `issuer`.

        Source: RFC 5280 §4.2.1.10; CN as in OpenSSL, a CA's is no host's.
        """
        constraints = issuer.facts.name_constraints
        if constraints is None:
            return None
        names = below.names(of_server=of_server)
        self.comparisons += comparisons(constraints, names)
        if self.comparisons > MAX_COMPARISONS or not comparable(constraints, names):
            self.uncertain = self.uncertain_names = True
            return None
        return broken_by(constraints, names)


@remembered(REMEMBERED)
def node_of(der: bytes) -> Node | None:
    """The certificate as a node; None when it or its names cannot be read."""
    certificate = load(der)
    if certificate is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a country that is not two letters, and the like, are not for our log
        try:
            subject, issuer = canonical(certificate.subject), canonical(certificate.issuer)
        except UNREADABLE:
            return None
    return Node(der=der, subject=subject, issuer=issuer, facts=read_certificate(der))


def _like_a_host(name: str) -> bool:
    return "." in name and name.replace(".", "").replace("-", "").replace("_", "").isalnum()
