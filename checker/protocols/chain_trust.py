"""Judging a chain as sent against a pinned store, offline. The name is never part of it, nor is revocation."""

import functools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from checker.observations.fact import Fact
from checker.observations.tls import ChainTrust
from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import UNREADABLE, CertificateFacts, load, read_certificate

__all__ = ("CaStore", "judge_chain")

MAX_SENT = 32
"""Certificates of one chain that are looked at."""
MAX_DEPTH = 10
"""Certificates in one path, anchor included; real ones have two to five."""
MAX_LINKS = 64
"""Signature checks in one judgement: a chain of look-alike names must not cost more."""
REMEMBERED = 1_024
"""Judgements and links that are kept: many hosts share intermediates, and hosts share chains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """One certificate with what path building needs."""

    der: bytes
    subject: bytes
    issuer: bytes
    facts: CertificateFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """Leaf first. `anchored` when the last one is an anchor of the store."""

    nodes: tuple[_Node, ...]
    anchored: bool


@dataclass(slots=True, kw_only=True)
class _Search:
    """One bounded search for paths. `uncertain`: some link could not be checked, or the work's cap was reached."""

    store: CaStore
    sent: tuple[_Node, ...]
    links: int = 0
    uncertain: bool = field(default=False)

    def paths(self, nodes: tuple[_Node, ...]) -> Iterator[_Path]:
        """Every way on from the last of `nodes`; anchors of the store before what was sent."""
        last = nodes[-1]
        if last.der in self.store.with_subject(last.subject):
            yield _Path(nodes=nodes, anchored=True)
            return
        if len(nodes) >= MAX_DEPTH:
            self.uncertain = True
            return
        dead_end = True
        for der in self.store.with_subject(last.issuer):
            anchor = _node(der)
            if anchor and self._issued(last, anchor):
                dead_end = False
                yield _Path(nodes=(*nodes, anchor), anchored=True)
        for node in self.sent:
            if node.subject == last.issuer and node not in nodes and self._issued(last, node):
                dead_end = False
                yield from self.paths((*nodes, node))
        if dead_end:
            yield _Path(nodes=nodes, anchored=False)

    def _issued(self, child: _Node, issuer: _Node) -> bool:
        self.links += 1
        if self.links > MAX_LINKS:
            self.uncertain = True
            return False
        answer = _signed_by(child.der, issuer.der)
        if answer is None:
            self.uncertain = True
        return bool(answer)


@functools.lru_cache(maxsize=REMEMBERED)
def judge_chain(chain: tuple[bytes, ...], store: CaStore, now: datetime) -> ChainTrust:
    """Judge a chain (DER, leaf first, in any order after it) for a TLS server at `now`; never raises.

    Signatures, dates, CA basicConstraints, keyUsage, path length and extended key usage (RFC 5280 §6.1). Facts are
    NOT_TESTED where a certificate is unreadable or an algorithm unknown to us. An issuer that is neither sent nor
    in the store, when the leaf came without its issuer but with an address to fetch it from (AIA caIssuers), makes
    `complete` NO and `known_issuer` NOT_TESTED: it may well be known. Otherwise `known_issuer` is NO.
    """
    checked_at = now.isoformat()
    leaf = _node(chain[0]) if chain else None
    if leaf is None:
        detail = "no certificate was sent" if not chain else "the server's certificate cannot be read"
        return _untested(store, checked_at, detail)
    sent = tuple(node for node in map(_node, chain[1:MAX_SENT]) if node)
    search = _Search(store=store, sent=sent)
    path, problems = _best(search, leaf, now)
    uncertain = search.uncertain or len(chain) > MAX_SENT or bool(leaf.facts.detail)
    self_signed = leaf.facts.self_issued and _signed_by(leaf.der, leaf.der)
    known, complete = _issuer_facts(path, self_signed=bool(self_signed), uncertain=uncertain)
    expired = tuple(node.facts.label for node in path.nodes if _expired(node, now))
    not_yet = tuple(node.facts.label for node in path.nodes if _not_yet_valid(node, now))
    trusted: bool | None = path.anchored and not problems and not expired and not not_yet
    if not trusted and uncertain and not expired and not not_yet and not self_signed:
        trusted = None
    if trusted and leaf.facts.detail:
        trusted = None
    positions = {der: place for place, der in reversed(tuple(enumerate(chain)))}
    below_anchor = path.nodes[:-1] if path.anchored and len(path.nodes) > 1 else path.nodes
    return ChainTrust(
        trusted=Fact.of(trusted),
        self_signed=Fact.of(self_signed),
        known_issuer=known,
        complete=complete,
        expired=expired,
        not_yet_valid=not_yet,
        checked_at=checked_at,
        store=store.name,
        detail="; ".join(problems) or leaf.facts.detail,
        path=tuple(positions[node.der] for node in below_anchor),
    )


def _best(search: _Search, leaf: _Node, now: datetime) -> tuple[_Path, tuple[str, ...]]:
    """The first path that is good in every way, else the anchored one with least against it, else the longest."""
    best: tuple[tuple[bool, int, int], _Path, tuple[str, ...]] | None = None
    for path in search.paths((leaf,)):
        problems = _problems(path)
        dates = sum(_expired(node, now) or _not_yet_valid(node, now) for node in path.nodes)
        if path.anchored and not problems and not dates:
            return path, ()
        rank = (not path.anchored, len(problems) + dates if path.anchored else 0, -len(path.nodes))
        if best is None or rank < best[0]:
            best = rank, path, problems
    if best is None:
        alone = _Path(nodes=(leaf,), anchored=False)
        return alone, _problems(alone)
    return best[1], best[2]


def _problems(path: _Path) -> tuple[str, ...]:
    """What stands against a path besides dates, as English words (RFC 5280 §6.1.4)."""
    return tuple(_problems_of(path))


def _problems_of(path: _Path) -> Iterator[str]:
    for place, node in enumerate(path.nodes):
        facts, label = node.facts, node.facts.label
        anchor = path.anchored and place == len(path.nodes) - 1
        if not facts.for_servers:
            yield f"{label} is not for TLS servers"
        if place == 0:
            continue
        old_root = anchor and facts.self_issued and facts.ca is None  # X.509v1 roots have no extensions
        if not facts.ca and not old_root:
            yield f"{label} is no certificate authority"
        if not facts.may_sign_certificates:
            yield f"{label} may not sign certificates"
        between = sum(not below.facts.self_issued for below in path.nodes[1:place])
        if facts.path_length is not None and between > facts.path_length:
            yield f"{label} allows a shorter path only"


def _issuer_facts(path: _Path, *, self_signed: bool, uncertain: bool) -> tuple[Fact, Fact]:
    """(known_issuer, complete) of the best path."""
    if path.anchored:
        return Fact.YES, Fact.YES
    if self_signed:
        return Fact.NO, Fact.YES
    if uncertain:
        return Fact.NOT_TESTED, Fact.NOT_TESTED
    if path.nodes[-1].facts.self_issued:
        return Fact.NO, Fact.YES
    if len(path.nodes) == 1 and path.nodes[0].facts.issuer_urls:
        return Fact.NOT_TESTED, Fact.NO
    return Fact.NO, Fact.NOT_TESTED


def _expired(node: _Node, now: datetime) -> bool:
    return node.facts.not_after is not None and now > node.facts.not_after


def _not_yet_valid(node: _Node, now: datetime) -> bool:
    return node.facts.not_before is not None and now < node.facts.not_before


def _untested(store: CaStore, checked_at: str, detail: str) -> ChainTrust:
    unknown = Fact.NOT_TESTED
    return ChainTrust(
        trusted=unknown,
        self_signed=unknown,
        known_issuer=unknown,
        complete=unknown,
        expired=(),
        not_yet_valid=(),
        checked_at=checked_at,
        store=store.name,
        detail=detail,
    )


@functools.lru_cache(maxsize=REMEMBERED)
def _node(der: bytes) -> _Node | None:
    certificate = load(der)
    if certificate is None:
        return None
    try:
        subject, issuer = certificate.subject.public_bytes(), certificate.issuer.public_bytes()
    except UNREADABLE:
        return None
    return _Node(der=der, subject=subject, issuer=issuer, facts=read_certificate(der))


@functools.lru_cache(maxsize=REMEMBERED)
def _signed_by(child_der: bytes, issuer_der: bytes) -> bool | None:
    """Whether the issuer's key made the child's signature; None when we cannot check such a signature."""
    child, issuer = load(child_der), load(issuer_der)
    if child is None or issuer is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            child.verify_directly_issued_by(issuer)
        except InvalidSignature:
            return False
        except (*UNREADABLE, UnsupportedAlgorithm):
            return _signed_with_old_hash(child, issuer)
    return True


def _signed_with_old_hash(child: x509.Certificate, issuer: x509.Certificate) -> bool | None:
    """The same for RSA with MD5 or SHA-1, which `verify_directly_issued_by` declines: a weak hash is another fact."""
    try:
        key, algorithm = issuer.public_key(), child.signature_hash_algorithm
        if not isinstance(key, rsa.RSAPublicKey) or algorithm is None or child.issuer != issuer.subject:
            return None
        key.verify(child.signature, child.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    except UNREADABLE:
        return None
    return True
