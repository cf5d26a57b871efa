"""Judging a chain as sent against a pinned store, offline. The name is never part of it, nor is revocation."""

from collections.abc import Iterator
from datetime import datetime

from checker.observations.fact import Fact
from checker.observations.tls import ChainFlaw, ChainProblem, ChainTrust
from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import MAX_NAME_CHARS
from checker.protocols.chain_paths import Node, Path, Search, node_of
from checker.protocols.memory import remembered
from checker.protocols.signatures import signed_by

__all__ = ("CaStore", "judge_chain")

MAX_SENT = 32
"""Certificates of one chain that are looked at."""
REMEMBERED = 1_024
"""Judgements that are kept: many addresses share a chain."""


@remembered(REMEMBERED)
def judge_chain(chain: tuple[bytes, ...], store: CaStore, now: datetime) -> ChainTrust:
    """Judge a chain (DER, leaf first, in any order after it) for a TLS server at `now`; never raises.

    Signatures, dates, CA basicConstraints, keyUsage, path length, extended key usage, name constraints and unknown
    critical extensions (RFC 5280 §6.1). Facts are NOT_TESTED where a certificate is unreadable or an algorithm unknown
    to us. An issuer that is neither sent nor
    in the store, when the leaf came without its issuer but with an address to fetch it from (AIA caIssuers), makes
    `complete` NO and `known_issuer` NOT_TESTED: it may well be known. Otherwise `known_issuer` is NO.
    """
    checked_at = now.isoformat()
    leaf = node_of(chain[0]) if chain else None
    if leaf is None:
        detail = "no certificate was sent" if not chain else "the server's certificate cannot be read"
        return _untested(store, checked_at, detail)
    sent = tuple(map(node_of, chain[1:MAX_SENT]))
    search = Search(store=store, sent=tuple(node for node in sent if node))
    path, problems = _best(search, leaf, now)
    unread = "; ".join(node.facts.detail for node in path.nodes if node.facts.detail)
    uncertain = search.uncertain or len(chain) > MAX_SENT or None in sent or bool(unread)
    self_signed = leaf.facts.self_issued and signed_by(leaf.der, leaf.der)
    known, complete = _issuer_facts(path, self_signed=bool(self_signed), uncertain=uncertain)
    expired = tuple(node.facts.label for node in path.nodes if _expired(node, now))
    not_yet = tuple(node.facts.label for node in path.nodes if _not_yet_valid(node, now))
    trusted: bool | None = path.anchored and not problems and not expired and not not_yet
    if not trusted and uncertain and not expired and not not_yet and not self_signed:
        trusted = None
    if trusted and (unread or search.uncertain_names):
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
        problems=problems,
        detail=unread,
        path=tuple(positions[node.der] for node in below_anchor),
    )


def _best(search: Search, leaf: Node, now: datetime) -> tuple[Path, tuple[ChainProblem, ...]]:
    """The first path that is good in every way, else the anchored one with least against it, else the longest."""
    best: tuple[tuple[bool, int, int], Path, tuple[ChainProblem, ...]] | None = None
    for path in search.paths((leaf,)):
        problems = tuple(_problems(path, search))
        dates = sum(_expired(node, now) or _not_yet_valid(node, now) for node in path.nodes)
        if path.anchored and not problems and not dates:
            return path, ()
        rank = (not path.anchored, len(problems) + dates if path.anchored else 0, -len(path.nodes))
        if best is None or rank < best[0]:
            best = rank, path, problems
    if best is None:
        alone = Path(nodes=(leaf,), anchored=False)
        return alone, tuple(_problems(alone, search))
    return best[1], best[2]


def _problems(path: Path, search: Search) -> Iterator[ChainProblem]:
    """What stands against a path besides dates (RFC 5280 §6.1.4)."""
    for place, node in enumerate(path.nodes):
        facts, label = node.facts, node.facts.label
        anchor = path.anchored and place == len(path.nodes) - 1
        if not facts.for_servers or (place == 0 and not facts.may_serve):
            yield ChainProblem(flaw=ChainFlaw.NOT_FOR_SERVERS, certificate=label)
        for oid in facts.unknown_critical:
            yield ChainProblem(flaw=ChainFlaw.UNKNOWN_EXTENSION, certificate=label, value=oid)
        if place == 0:
            continue
        yield from _no_issuer(node, path.nodes[1:place], anchor=anchor)
        yield from _names_not_allowed(node, path.nodes[:place], search)


def _no_issuer(node: Node, between: tuple[Node, ...], *, anchor: bool) -> Iterator[ChainProblem]:
    """What stands against a certificate as issuer of one below which `between` lie."""
    facts, label = node.facts, node.facts.label
    old_root = anchor and facts.self_issued and facts.ca is None  # X.509v1 roots have no extensions
    if not (facts.ca or old_root) or not facts.may_sign_certificates:
        yield ChainProblem(flaw=ChainFlaw.NO_AUTHORITY, certificate=label)
    length = sum(not below.facts.self_issued for below in between)
    if facts.path_length is not None and length > facts.path_length:
        yield ChainProblem(flaw=ChainFlaw.PATH_TOO_LONG, certificate=label)


def _names_not_allowed(issuer: Node, below: tuple[Node, ...], search: Search) -> Iterator[ChainProblem]:
    for depth, node in enumerate(below):
        if depth and node.facts.self_issued:
            continue  # a CA's new key under its old one (RFC 5280 §6.1.4 (b))
        if name := search.name_not_allowed(issuer, node, of_server=depth == 0):
            label = issuer.facts.label
            yield ChainProblem(
                flaw=ChainFlaw.NAME_NOT_ALLOWED, certificate=label, value=name[:MAX_NAME_CHARS]
            )


def _issuer_facts(path: Path, *, self_signed: bool, uncertain: bool) -> tuple[Fact, Fact]:
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


def _expired(node: Node, now: datetime) -> bool:
    return node.facts.not_after is not None and now > node.facts.not_after


def _not_yet_valid(node: Node, now: datetime) -> bool:
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
