"""Zones made to cost a validator much: crowds of keys, signatures and denial records, on four server addresses."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, cast

import dns.dnssec
import dns.name
import dns.rdata
import dns.rrset
from dns.dnssectypes import Algorithm
from dns.name import Name
from dns.rdataclass import IN
from dns.rdatatype import DNSKEY as DNSKEY_TYPE
from dns.rdatatype import NSEC3, RRSIG, A
from dns.rdtypes.ANY import NSEC3 as NSEC3_RDATA
from dns.rdtypes.ANY import RRSIG as RRSIG_RDATA
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rrset import RRset as LabRRset

from checker.observations.dns import RRset
from tests.dns.delegations import anchor, zone
from tests.dns.world import NOW
from tests.lab.denial import Chain
from tests.lab.responder import Responder
from tests.lab.served_zone import ServedZone
from tests.lab.signing import ZONE_KEY, Keys, Signer, make_keys, valid_at
from tests.lab.zone_contents import TTL, ZoneContents

T = TypeVar("T", bound=dns.rdata.Rdata)

ROOT_ADDRESS = "192.0.2.1"
ADDRESSES = {"ns1": ("192.0.2.11", "2001:db8::11"), "ns2": ("192.0.2.12", "2001:db8::12")}
APEX = "own.test."
Records = tuple[str, str, tuple[str, ...]]
_NSEC3: Any = NSEC3_RDATA.NSEC3  # dnspython leaves its constructor untyped


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd(Keys):
    """A zone's working keys and any number of others, of which nobody has the private half."""

    others: tuple[DNSKEY, ...] = ()

    @property
    def all(self) -> tuple[DNSKEY, ...]:
        """The working keys first."""
        return (*(dnskey for _, dnskey in self.pairs), *self.others)

    @property
    def dnskeys(self) -> LabRRset:
        return dns.rrset.from_rdata_list(self.apex, TTL, list(self.all))


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdSigner(Signer):
    """Puts `bad` wrong signatures before the good one, or in its place: in the name of all keys in turn.

    Only RRsets of `types` are treated so (empty: all). Another `variant` makes other wrong signatures.
    """

    bad: int = 0
    good: bool = True
    types: frozenset[str] = frozenset()
    variant: int = 0

    def _sign(self, rrset: LabRRset) -> LabRRset:
        good = Signer._sign(self, rrset)[0]
        assert isinstance(good, RRSIG_RDATA.RRSIG)
        if self.types and rrset.rdtype.name not in self.types:
            return dns.rrset.from_rdata(rrset.name, rrset.ttl, good)
        assert isinstance(self.keys, Crowd)
        keys = self.keys.all
        made = [
            self._wrong(good, keys[index % len(keys)], f"{index} {rrset.name}") for index in range(self.bad)
        ]
        return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, [*made, *([good] if self.good else [])])

    def _wrong(self, good: RRSIG_RDATA.RRSIG, key: DNSKEY, about: str) -> dns.rdata.Rdata:
        seed = f"{self.variant} {about}".encode()
        # the zero keeps it below any RSA modulus, the earlier end sorts it before the good one
        made = b"\0" + hashlib.shake_128(seed).digest(_signature_bytes(key) - 1)
        return _changed(
            good,
            key_tag=dns.dnssec.key_id(key),
            algorithm=key.algorithm,
            expiration=good.expiration - 1,
            signature=made,
        )


def _signature_bytes(key: DNSKEY) -> int:
    lengths = {13: 64, 14: 96, 15: 64, 16: 114}
    algorithm = int(key.algorithm)
    if algorithm in lengths:
        return lengths[algorithm]
    exponent = key.key[0] + 1 if key.key[0] else int.from_bytes(key.key[1:3], "big") + 3
    return len(key.key) - exponent


def _changed(rdata: T, **fields: Any) -> T:
    return cast("T", rdata.replace(**fields))


def colliding(key: DNSKEY, count: int) -> tuple[DNSKEY, ...]:
    """Other keys with the same tag and algorithm (RFC 4034 Appendix B: a sum of words).

    Those of RSA can be read and tried; those of elliptic curves lie on no curve.
    """
    words = [key.key[at : at + 2] for at in range(0, len(key.key) - 1, 2)]
    middle = range(8, len(words) - 2)  # neither exponent nor the last octet, which must stay odd
    low, high = min(middle, key=words.__getitem__), max(middle, key=words.__getitem__)
    made = []
    for shift in range(1, count + 1):
        other = list(words)
        other[low] = (int.from_bytes(words[low], "big") + shift).to_bytes(2, "big")
        other[high] = (int.from_bytes(words[high], "big") - shift).to_bytes(2, "big")
        made.append(_changed(key, key=b"".join(other) + key.key[2 * len(words) :]))
    return tuple(made)


def rsa_key(exponent: int, modulus_bits: int, seed: str, algorithm: int = 8) -> DNSKEY:
    """An RSA key that can be read (RFC 3110 §2), with an odd modulus of no known factors."""
    size = (exponent.bit_length() + 7) // 8
    header = bytes([size]) if size < 256 else b"\0" + size.to_bytes(2, "big")
    modulus = bytearray(hashlib.shake_128(seed.encode()).digest(modulus_bits // 8))
    modulus[0] |= 0x80
    modulus[-1] |= 1
    made: DNSKEY = DNSKEY(
        IN,
        DNSKEY_TYPE,
        ZONE_KEY,
        3,
        Algorithm(algorithm),
        header + exponent.to_bytes(size, "big") + bytes(modulus),
    )  # type: ignore[no-untyped-call]  # dnspython leaves it untyped
    return made


class Flooded:
    """A chain whose every proof comes with many more NSEC3 records."""

    def __init__(self, chain: Chain, apex: Name, more: int, iterations: int) -> None:
        self._chain = chain
        self._more = [_nsec3(apex, index, iterations) for index in range(more)]

    def no_type(self, name: Name) -> list[LabRRset]:
        return [*self._chain.no_type(name), *self._more]

    def no_name(self, name: Name) -> list[LabRRset]:
        return [*self._chain.no_name(name), *self._more]

    def expanded(self, name: Name) -> list[LabRRset]:
        return [*self._chain.expanded(name), *self._more]

    def expanded_no_type(self, name: Name) -> list[LabRRset]:
        return [*self._chain.expanded_no_type(name), *self._more]

    def at(self, name: Name) -> LabRRset | None:
        return self._chain.at(name)


def _nsec3(apex: Name, index: int, iterations: int) -> LabRRset:
    """An NSEC3 record that covers next to nothing."""
    label = index.to_bytes(5, "big").hex().rjust(32, "0").encode()
    windows = NSEC3_RDATA.Bitmap.from_rdtypes([A, RRSIG])
    rdata = _NSEC3(IN, NSEC3, 1, 0, iterations, b"", (index + 1).to_bytes(20, "big"), windows)
    return dns.rrset.from_rdata(Name((label, *apex.labels)), TTL, rdata)


class FloodedZone(ServedZone):
    """A zone whose denials come with `more` NSEC3 records."""

    def __init__(self, contents: ZoneContents, *, more: int, **manner: Any) -> None:
        super().__init__(contents, **manner)
        self._more = more

    @cached_property
    def chain(self) -> Chain | None:
        made = ServedZone(
            self.contents, signer=self.signer, denial=self.denial, iterations=self.iterations
        ).chain
        return made and Flooded(made, self.contents.apex, self._more, self.iterations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costly:
    """`own.test.` below a signed root, on two name servers with two addresses each, every address a server of its own.

    `crowd` makes more keys of the working one, `ds` more DS records. The wrong signatures differ from address to address
    unless they are `alike`.
    """

    algorithm: int = 13
    crowd: Callable[[DNSKEY], tuple[DNSKEY, ...]] = lambda _: ()
    bad: int = 0
    good: bool = True
    types: frozenset[str] = frozenset()
    ds: Callable[[DS], tuple[DS, ...]] = lambda ds: (ds,)
    denial: str = "nsec"
    iterations: int = 0
    flood: int = 0
    alike: bool = False
    records: tuple[Records, ...] = ()
    web_host: str = "www.own.test"

    @property
    def domain(self) -> str:
        return APEX.rstrip(".")

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Those of a row."""
        return [(self.web_host, "A"), (self.web_host, "AAAA"), (self.domain, "MX")]

    def serve(self) -> tuple[Mapping[str, Responder], tuple[RRset, ...]]:
        """The servers by address, and the anchor."""
        root_keys, own = make_keys(dns.name.root), self._own_keys()
        root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT_ADDRESS))
        contents = zone(APEX, [f"{host}.{APEX}" for host in ADDRESSES])
        for owner, rdtype, rdata in self.records:
            contents.add(owner, rdtype, *rdata)
        contents.add(APEX, "MX", f"10 mail.{APEX}")
        if not self.records:
            contents.add(f"www.{APEX}", "A", "192.0.2.80")
        root.add(APEX, "NS", *(f"{host}.{APEX}" for host in ADDRESSES))
        root.put(dns.rrset.from_rdata_list(own.apex, TTL, self.ds(own.ds())))
        for host, (ipv4, ipv6) in ADDRESSES.items():
            for held in (root, contents):
                held.add(f"{host}.{APEX}", "A", ipv4)
                held.add(f"{host}.{APEX}", "AAAA", ipv6)
        validity = valid_at(NOW)
        served = ServedZone(root, signer=Signer(keys=root_keys, validity=validity))
        responders = {ROOT_ADDRESS: Responder([served])}
        for variant, address in enumerate(address for pair in ADDRESSES.values() for address in pair):
            signer = CrowdSigner(
                keys=own,
                validity=validity,
                bad=self.bad,
                good=self.good,
                types=self.types,
                variant=0 if self.alike else variant,
            )
            responders[address] = Responder([self._zone(contents, signer)])
        return responders, (anchor(root_keys),)

    def _own_keys(self) -> Crowd:
        made = make_keys(dns.name.from_text(APEX), self.algorithm)
        return Crowd(apex=made.apex, pairs=made.pairs, others=self.crowd(made.pairs[0][1]))

    def _zone(self, contents: ZoneContents, signer: Signer) -> ServedZone:
        if self.flood:
            return FloodedZone(
                contents, more=self.flood, signer=signer, denial=self.denial, iterations=self.iterations
            )
        return ServedZone(contents, signer=signer, denial=self.denial, iterations=self.iterations)


def distinct_curve_keys(algorithm: int, count: int) -> Callable[[DNSKEY], tuple[DNSKEY, ...]]:
    """Keys on the curve, each with a tag of its own."""

    def made(_: DNSKEY) -> tuple[DNSKEY, ...]:
        return tuple(
            _changed(make_keys(dns.name.from_text(APEX), algorithm).pairs[0][1], flags=ZONE_KEY)
            for _ in range(count)
        )

    return made


def colliding_ds(count: int) -> Callable[[DS], tuple[DS, ...]]:
    """DS records with the tag and algorithm of the right one, and other digests; the right one sorts anywhere."""

    def made(right: DS) -> tuple[DS, ...]:
        wrong = (
            _changed(right, digest=hashlib.sha256(f"{index}".encode()).digest()) for index in range(count)
        )
        return (*wrong, right)

    return made


_DEEP = ".".join("a" * 100)
_LONG = ".".join(["a"] * 110)


def _many(count: int, rdtype: str, owner: str, rdata: Callable[[int], str]) -> Records:
    return owner, rdtype, tuple(rdata(index) for index in range(count))


_LINKS = tuple(
    (f"{'www' if link == 0 else f'c{link}'}.{APEX}", "CNAME", (f"c{link + 1}.{APEX}",)) for link in range(14)
)
_KEYTRAP = Costly(algorithm=8, crowd=lambda key: colliding(key, 99), bad=100, good=False)
_COSTLIEST = Costly(algorithm=14, crowd=distinct_curve_keys(14, 12))

CASES: dict[str, Costly] = {
    "honest, ECDSA P-256": Costly(),
    "honest, ECDSA P-384, every address signing by itself": Costly(algorithm=14),
    "100 colliding keys x 100 signatures: DNSKEY": replace(_KEYTRAP, types=frozenset({"DNSKEY"})),
    "100 colliding keys x 100 signatures: A": replace(_KEYTRAP, types=frozenset({"A"})),
    "100 colliding keys x 100 signatures: SOA": replace(_KEYTRAP, types=frozenset({"SOA"})),
    "100 colliding keys on no curve x 100 signatures: DNSKEY": Costly(
        crowd=lambda key: colliding(key, 99), bad=100, good=False
    ),
    "100 colliding DS": Costly(ds=colliding_ds(100)),
    "100 colliding DS and 100 colliding keys": replace(_KEYTRAP, ds=colliding_ds(100)),
    "4 colliding keys x 100 signatures everywhere": Costly(
        algorithm=8, crowd=lambda key: colliding(key, 3), bad=100
    ),
    "P-384, 100 wrong signatures before the good one": replace(_COSTLIEST, bad=100),
    "P-384, 7 wrong signatures before the good one": replace(_COSTLIEST, bad=7),
    "P-384, 3 wrong signatures before the good one": replace(_COSTLIEST, bad=3),
    "P-384 and NSEC3, 3 wrong signatures before the good one": replace(_COSTLIEST, bad=3, denial="nsec3"),
    "NSEC3 with 2500 iterations": Costly(denial="nsec3", iterations=2500),
    "NSEC3 with 2500 iterations, deep names": Costly(
        denial="nsec3", iterations=2500, web_host=f"{_DEEP}.own.test"
    ),
    "NSEC3 with 2500 iterations, wrongly signed": Costly(
        denial="nsec3", iterations=2500, bad=1, good=False, types=frozenset({"NSEC3"})
    ),
    "NSEC3 with 2500 iterations, wrongly signed, deep names": Costly(
        denial="nsec3",
        iterations=2500,
        bad=1,
        good=False,
        types=frozenset({"NSEC3"}),
        web_host=f"{_DEEP}.own.test",
    ),
    "NSEC3 with 150 iterations, deep names": Costly(
        denial="nsec3", iterations=150, web_host=f"{_DEEP}.own.test"
    ),
    "110 NSEC3 wrongly signed in one reply": Costly(
        denial="nsec3", flood=110, bad=1, good=False, types=frozenset({"NSEC3"})
    ),
    "110 NSEC3 well signed in one reply, P-384": Costly(algorithm=14, denial="nsec3", flood=110),
    "110 NSEC3 well signed in one reply, 150 iterations, deep names": Costly(
        denial="nsec3", flood=110, iterations=150, web_host=f"{_DEEP}.own.test"
    ),
    "20 NSEC3 with 8 wrong signatures of 4 colliding keys": Costly(
        algorithm=8,
        crowd=lambda key: colliding(key, 3),
        denial="nsec3",
        flood=20,
        bad=8,
        good=False,
        types=frozenset({"NSEC3"}),
    ),
    "100 signatures over NSEC": Costly(
        crowd=distinct_curve_keys(13, 20), bad=100, good=False, types=frozenset({"NSEC"})
    ),
    "RSA exponent of 4000 bits": Costly(
        crowd=lambda _: tuple(rsa_key((1 << 4000) - 1, 4096, f"e{n}") for n in range(8)), bad=8
    ),
    "RSA exponent of 3000 bits, modulus of 3072": Costly(
        crowd=lambda _: tuple(rsa_key((1 << 3000) - 1, 3072, f"e{n}") for n in range(8)), bad=8
    ),
    "RSA modulus of 16384 bits": Costly(
        crowd=lambda _: tuple(rsa_key(65537, 16384, f"m{n}") for n in range(8)), bad=8
    ),
    "RSA modulus of 4096 bits, exponent of 64": Costly(
        crowd=lambda _: tuple(rsa_key((1 << 64) - 1, 4096, f"m{n}") for n in range(8)), bad=7
    ),
    "RSA exponents 1 and 4, modulus of 64 bits": Costly(
        crowd=lambda _: (rsa_key(1, 2048, "one"), rsa_key(4, 2048, "even"), rsa_key(3, 64, "short")), bad=6
    ),
    "14 CNAME links with 7 wrong signatures each": Costly(
        crowd=distinct_curve_keys(13, 12), bad=7, records=_LINKS, types=frozenset({"CNAME"})
    ),
    "14 CNAME links with 7 wrong signatures each, P-384": replace(
        _COSTLIEST, bad=7, records=_LINKS, types=frozenset({"CNAME"})
    ),
    "200 addresses x 40 signatures": Costly(
        crowd=distinct_curve_keys(13, 12),
        bad=40,
        good=False,
        types=frozenset({"A"}),
        records=(_many(200, "A", f"www.{APEX}", lambda n: f"192.0.2.{n}"),),
    ),
    "245 RSA keys": Costly(
        algorithm=8, crowd=lambda _: tuple(rsa_key(65537, 1024, f"k{n}") for n in range(244))
    ),
    "245 RSA keys, DNSKEY wrongly signed by each": Costly(
        algorithm=8,
        crowd=lambda _: tuple(rsa_key(65537, 1024, f"k{n}") for n in range(120)),
        bad=121,
        good=False,
        types=frozenset({"DNSKEY"}),
    ),
    "240 MX of 121 labels": Costly(
        records=(_many(240, "MX", APEX, lambda n: f"{n} x{n}.{_LONG}.{APEX}"),),
    ),
    "240 name servers and 240 MX of 114 labels": Costly(
        records=(
            _many(240, "NS", APEX, lambda n: f"x{n}.{_LONG}.{APEX}"),
            _many(240, "MX", APEX, lambda n: f"{n} x{n}.{_LONG}.{APEX}"),
        ),
    ),
}
