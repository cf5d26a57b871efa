"""Which DS records and keys of a zone are drawn, in which row and in which words. Places nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from checker.authentication_chain import (
    ALGORITHMS,
    DIGESTS,
    KeyLink,
    Mark,
    SignatureLink,
    VouchingLink,
    ZoneLink,
)
from checker.report.chain_phrases import ChainPhrases, keys_alike
from checker.site.chain_parts import Look, Part
from checker.site.chain_pen import ABREAST, Node

KeyId = tuple[int, int]
"""Key tag and algorithm: how DS records and signatures name a key."""
LOOK_OF = {Mark.GOOD: Look.GOOD, Mark.FAILED: Look.FAILED, Mark.UNUSED: Look.UNUSED}
_GOOD_FIRST = (Mark.GOOD, Mark.FAILED, Mark.UNUSED)


STOPS = {"bogus": Part.BREAK, "indeterminate": Part.SILENCE}
"""The box that tells where a chain ends."""
_ENTRY_CODES = frozenset({"dnssec_dnskey_missing", "dnssec_no_key_for_ds", "dnssec_anchor_mismatch"})


class Stop(Enum):
    """Where inside a zone the chain ends."""

    NOWHERE = auto()
    ABOVE = auto()
    """At the DS RRset, which the zone above signs."""
    ENTRY = auto()
    """Between DS record and key."""
    KEYS = auto()
    """At the signature over the keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """DS records, or trust anchors, that say the same of one key."""

    key: KeyId
    mark: Mark
    digests: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRows:
    """A zone's keys: those it is entered by, and those that these sign; `hidden` are not drawn."""

    entries: tuple[KeyLink, ...]
    others: tuple[KeyLink, ...]
    hidden: int


def key_id(link: KeyLink | SignatureLink | VouchingLink) -> KeyId:
    """What a link says of the key that it is or names."""
    return link.key_tag, link.algorithm


def vouchers(zone: ZoneLink) -> tuple[tuple[Voucher, ...], int]:
    """What vouches for the zone, the good first, and how many are not drawn."""
    alike: dict[tuple[KeyId, Mark], list[int | None]] = {}
    for link in zone.vouching:
        alike.setdefault((key_id(link), link.mark), []).append(link.digest_type)
    found = [
        Voucher(key=key, mark=mark, digests=tuple(dict.fromkeys(digests)))
        for (key, mark), digests in alike.items()
    ]
    found.sort(key=lambda one: _GOOD_FIRST.index(one.mark))
    return tuple(found[:ABREAST]), max(0, len(found) - ABREAST)


def key_rows(zone: ZoneLink, signers: Collection[KeyId], *, whole: bool = False) -> KeyRows:
    """The keys in two rows, or in one where the key that the zone is entered by signs its data too, or if `whole`.

    `signers` are the keys that sign what comes below, as far as that is known.
    """
    entries = [key for key in zone.keys if key.vouched or key.entry_point]
    others = [key for key in zone.keys if not (key.vouched or key.entry_point)]
    sign = set(signers)
    combined = any(key_id(key) in sign for key in entries) and not any(key_id(key) in sign for key in others)
    if whole or not entries or combined:
        entries, others = list(zone.keys), []
    shown_entries = _foremost(entries, sign)
    shown_others = _foremost(others, sign)
    hidden = len(zone.keys) - len(shown_entries) - len(shown_others)
    return KeyRows(entries=shown_entries, others=shown_others, hidden=hidden)


def _foremost(keys: Iterable[KeyLink], signers: Collection[KeyId]) -> tuple[KeyLink, ...]:
    def rank(key: KeyLink) -> tuple[bool, bool, bool, bool]:
        return not key.vouched, key_id(key) not in signers, not key.signs_keys, bool(key.remark)

    return tuple(sorted(keys, key=rank)[:ABREAST])


def voucher_node(voucher: Voucher) -> Node:
    """A DS record, or an anchor in the form of one, by tag, digests and algorithm."""
    tag, algorithm = voucher.key
    digests = ", ".join(DIGESTS.get(digest, str(digest)) for digest in voucher.digests if digest is not None)
    name = _algorithm(algorithm)
    return Node(
        part=Part.DS,
        look=LOOK_OF[voucher.mark],
        lines=(
            (f"DS {tag}" if digests else f"DNSKEY {tag}", f"{tag}"),
            (f"{name}, {digests}", digests) if digests else (name, f"alg {algorithm}"),
        ),
    )


def key_node(key: KeyLink, zone: ZoneLink, phrases: ChainPhrases, *, look: Look, entry: bool) -> Node:
    """A key by kind, tag and algorithm, and in a few words why it is not used."""
    kind = phrases.key_kind(key, alone=keys_alike(zone))
    name = _algorithm(key.algorithm)
    size = (f"{name}, {phrases.say('bits', bits=key.bits)}",) if key.bits is not None else ()
    note = phrases.words[key.remark.value] if key.remark else ""
    if look is Look.UNUSED and key.entry_point and zone.status == "secure" and not note:
        note = phrases.words["stand_by"]
    return Node(
        part=Part.ENTRY if entry else Part.KEY,
        look=look,
        lines=(
            (f"{kind} {key.key_tag}",),
            (*size, name, f"alg {key.algorithm}"),
            *(((note,),) if note else ()),
        ),
    )


def _algorithm(number: int) -> str:
    return ALGORITHMS.get(number) or f"alg {number}"


def stop_of(zone: ZoneLink) -> Stop:
    """Where the chain ends at a zone that is neither secure nor proven insecure."""
    trouble = zone.trouble
    if zone.status not in STOPS:
        return Stop.NOWHERE
    if trouble is None or trouble.code in _ENTRY_CODES:
        return Stop.ENTRY
    if not zone.anchored and (trouble.record.endswith(" DS") or trouble.zone != zone.name):
        return Stop.ABOVE
    return Stop.KEYS if zone.keys and zone.status == "bogus" else Stop.ENTRY


def entry_look(key: KeyLink, signers: frozenset[KeyId], *, broken: bool) -> Look:
    """A key that the zone may be entered by: used where a DS leads to it or it signs."""
    signs = not broken and (key.signs_keys or key_id(key) in signers)
    return Look.GOOD if not key.remark and (key.vouched or signs) else Look.UNUSED


def other_look(key: KeyLink, signers: frozenset[KeyId]) -> Look:
    """A key that signs data: used where it does, or where nothing says which one does."""
    unused = key.remark or (signers and key_id(key) not in signers)
    return Look.UNUSED if unused else Look.GOOD


def absent_node(stop: Part) -> Node:
    """Keys that are not there, or that nobody gave or vouched for."""
    look = Look.UNKNOWN if stop is Part.SILENCE else Look.UNUSED
    return Node(part=Part.ABSENT, look=look, lines=(("DNSKEY",),))
