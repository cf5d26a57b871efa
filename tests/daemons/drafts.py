"""A zone in the making: contents, then keys, then signed records, each stage open to defects. Pure.

What a defect does to the finished records stays done: `WrittenZone` has them served exactly so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rrset
from dns.dnssectypes import Algorithm, DSDigest
from dns.name import Name
from dns.rdatatype import DS, NONE, NSEC, NSEC3, RRSIG, RdataType
from dns.rrset import RRset

from tests.daemons.drawn_keys import Dnskey, Ds, ManySigner, Pair, Rrsig, private_key
from tests.daemons.salted import SaltedZone
from tests.daemons.zone_files import WrittenZone, rrsets
from tests.lab.denial import SHA1
from tests.lab.served_zone import ServedZone
from tests.lab.signing import SECURE_ENTRY_POINT, ZONE_KEY, Keys, Signer, Validity, valid_at
from tests.lab.zone_contents import TTL, ZoneContents

Place = tuple[Name, RdataType, RdataType]
"""Owner, type and the type that is covered: where an RRset stands in a zone."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """One zone: what it holds, who signs it and who vouches for it; `records` once it is signed.

    `ds` is what the parent publishes. `at_parent` is done to the parent when that is signed. `questions` are owner
    and type. `others` holds the records of the second server where they differ; a `live` zone is not served from its
    records at all but by the lab's responder.
    """

    contents: ZoneContents
    now: datetime
    rng: Random
    algorithm: int
    denial: str
    iterations: int
    salt: bytes
    signed: bool = True
    validity: Validity = field(init=False)
    published: list[Pair] = field(default_factory=list)
    entry_points: list[Pair] = field(default_factory=list)
    signers: list[Pair] = field(default_factory=list)
    ds: list[Ds] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    children: "list[Draft]" = field(default_factory=list)
    at_parent: "list[Callable[[Draft], None]]" = field(default_factory=list)
    records: dict[Place, RRset] = field(default_factory=dict)
    others: dict[Place, RRset] | None = None
    live: "type[SaltedZone] | None" = None
    _signer: Signer | None = None
    _keys_made: int = 0

    def __post_init__(self) -> None:
        self.validity = valid_at(self.now)

    @property
    def apex(self) -> Name:
        """The zone's name."""
        return self.contents.apex

    def name(self, label: str) -> Name:
        """A name below the apex; "" is the apex."""
        return dns.name.from_text(label, self.apex) if label else self.apex

    def add(self, label: str, rdtype: str, *rdata: str) -> None:
        """Add records; names in them are absolute."""
        self.contents.add(self.name(label), rdtype, *rdata)

    def ask(self, label: str, *rdtypes: str) -> None:
        """Have a name asked for."""
        self.questions += [(self.name(label).to_text(), rdtype) for rdtype in rdtypes]

    def draw_keys(self, *, split: bool) -> None:
        """One CSK, or a KSK and a ZSK, and the DS of the entry point."""
        entry_point = self.new_pair(ZONE_KEY | SECURE_ENTRY_POINT)
        pairs = [entry_point, *([self.new_pair(ZONE_KEY)] if split else [])]
        self.published, self.entry_points, self.signers = list(pairs), [entry_point], [pairs[-1]]
        self.ds = [self.make_ds(entry_point)]

    def new_pair(
        self, flags: int = ZONE_KEY | SECURE_ENTRY_POINT, *, algorithm: int = 0, protocol: int = 3
    ) -> Pair:
        """A key of the zone that nobody knows of yet."""
        number = algorithm or self.algorithm
        private = private_key(number, self._keys_made, self.rng)
        self._keys_made += 1
        return private, dns.dnssec.make_dnskey(private.public_key(), Algorithm(number), flags, protocol)

    def instead(self, **changes: Any) -> Pair:
        """The entry point changed in this way, in all that it does; its DS follows."""
        old = self.entry_points[0]
        changed = old[1].replace(**changes)
        assert isinstance(changed, Dnskey)
        new = old[0], changed
        for duty in (self.published, self.entry_points, self.signers):
            duty[:] = [new if pair is old else pair for pair in duty]
        self.ds = [self.make_ds(new)]
        return new

    def make_ds(self, pair: Pair, digest: int = 2) -> Ds:
        """The DS of a key."""
        return dns.dnssec.make_ds(self.apex, pair[1], DSDigest(digest), policy=dns.dnssec.allow_all_policy)

    def sign(self) -> None:
        """From contents to records: DS of children, DNSKEY, signatures and the chain of denial."""
        for child in self.children:
            if child.ds:
                self.contents.put(dns.rrset.from_rdata_list(child.apex, TTL, list(child.ds)))
        self.records = self.write(self.validity)
        for child in self.children:
            for defect in child.at_parent:
                defect(self)

    def write(self, validity: Validity) -> dict[Place, RRset]:
        """The zone's records as signed for this time."""
        zone = self._zone(validity, SaltedZone)
        return {(rrset.name, rrset.rdtype, rrset.covers): rrset for rrset in rrsets(zone)}

    def _zone(self, validity: Validity, kind: type[SaltedZone]) -> ServedZone:
        if not self.signed:
            return ServedZone(self.contents)
        self._signer = ManySigner(
            keys=Keys(apex=self.apex, pairs=tuple(self.published)),
            validity=validity,
            entry_points=tuple(self.entry_points),
            others=tuple(self.signers),
        )
        return kind(
            self.contents,
            signer=self._signer,
            denial=self.denial,
            iterations=self.iterations,
            salt=self.salt,
        )

    def served(self, *, second: bool = False) -> ServedZone:
        """The zone as the first or second server has it."""
        if self.live is not None:
            return self._zone(self.validity, self.live)
        records = self.others if second and self.others is not None else self.records
        return WrittenZone(self.contents, tuple(records.values()))

    def rrset(self, label: str, rdtype: RdataType) -> RRset | None:
        """The records at a name, if the zone has them."""
        return self.records.get((self.name(label), rdtype, NONE))

    def put(self, rrset: RRset, *, resigned: bool = False) -> None:
        """Put records in the place of those there were; only `resigned` do the signatures follow."""
        self.records[rrset.name, rrset.rdtype, NONE] = rrset
        if resigned and self._signer is not None:
            made = self._signer._sign(rrset)
            self.records[rrset.name, RRSIG, rrset.rdtype] = made

    def drop(self, name: Name, rdtype: RdataType, *, signatures_only: bool = False) -> None:
        """Take records away, and what signs them."""
        self.records.pop((name, RRSIG, rdtype), None)
        if not signatures_only:
            self.records.pop((name, rdtype, NONE), None)

    def signatures(self, *rdtypes: RdataType) -> list[RRset]:
        """The RRSIG RRsets that cover these types (none: any), in canonical order."""
        found = [
            rrset
            for (_, rdtype, covers), rrset in self.records.items()
            if rdtype == RRSIG and (not rdtypes or covers in rdtypes)
        ]
        return sorted(found, key=lambda rrset: (rrset.name, rrset.covers))

    def change_signatures(self, rrset: RRset, change: Callable[[Rrsig], dns.rdata.Rdata]) -> None:
        """Put other signatures in the place of these."""
        changed = [change(rrsig) for rrsig in rrset if isinstance(rrsig, Rrsig)]
        place = rrset.name, RRSIG, rrset.covers
        self.records[place] = dns.rrset.from_rdata_list(rrset.name, rrset.ttl, changed)

    def denials(self) -> list[RRset]:
        """All NSEC or NSEC3 records, in canonical order."""
        found = [rrset for (_, rdtype, _), rrset in self.records.items() if rdtype in (NSEC, NSEC3)]
        return sorted(found, key=lambda rrset: rrset.name)

    def denials_of(self, name: Name) -> list[RRset]:
        """The record that matches the name or its hash, or else covers it; none in an unsigned zone."""
        denials = self.denials()
        wanted = name
        if denials and denials[0].rdtype == NSEC3:
            hashed = dns.dnssec.nsec3_hash(name, self.salt, self.iterations, SHA1)
            wanted = dns.name.from_text(hashed.lower(), self.apex)
        before = [rrset for rrset in denials if rrset.name <= wanted]
        return (before or denials)[-1:]


def other_ds(ds: Ds, **changes: Any) -> Ds:
    """A DS changed in this way."""
    changed = ds.replace(**changes)
    assert isinstance(changed, Ds)
    return changed


def fake_ds(draft: Draft, algorithm: int, digest: int) -> Ds:
    """A DS of nothing, of whatever kind."""
    made: Any = Ds
    fake: Ds = made(
        dns.rdataclass.IN, DS, draft.rng.getrandbits(16), algorithm, digest, draft.rng.randbytes(32)
    )
    return fake
