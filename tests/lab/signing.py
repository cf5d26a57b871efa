"""Keys and signatures of the lab's zones: made on demand, remembered, never read from or written to disk."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
)

ZONE_KEY, SECURE_ENTRY_POINT = 0x0100, 0x0001
KEY_TTL = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The period that a signature carries."""

    inception: datetime
    expiration: datetime


def valid_at(now: datetime) -> Validity:
    """From twenty days ago, as a zone that is signed anew now and then, until thirty days ahead."""
    return Validity(inception=now - timedelta(days=20), expiration=now + timedelta(days=30))


def expired_at(now: datetime) -> Validity:
    """A month of validity that ended thirty days ago."""
    return Validity(inception=now - timedelta(days=60), expiration=now - timedelta(days=30))


@cache
def _shared_rsa(index: int) -> rsa.RSAPrivateKey:
    """RSA keys are slow to make: all RSA zones of a process share these."""
    del index
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private_key(algorithm: int, index: int) -> PrivateKey:
    match algorithm:
        case 5 | 7 | 8 | 10:
            return _shared_rsa(index)
        case 13:
            return ec.generate_private_key(ec.SECP256R1())
        case 14:
            return ec.generate_private_key(ec.SECP384R1())
        case 15:
            return ed25519.Ed25519PrivateKey.generate()
        case 16:
            return ed448.Ed448PrivateKey.generate()
    raise ValueError(f"the lab cannot sign with algorithm {algorithm}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A zone's keys: one CSK, or a KSK and a ZSK. Pairs of private key and DNSKEY, the entry point first."""

    apex: dns.name.Name
    pairs: tuple[tuple[PrivateKey, DNSKEY], ...]

    @property
    def dnskeys(self) -> dns.rrset.RRset:
        """The DNSKEY RRset of the zone."""
        return dns.rrset.from_rdata_list(self.apex, KEY_TTL, [dnskey for _, dnskey in self.pairs])

    def ds(self, digest: DSDigest = DSDigest.SHA256) -> DS:
        """The DS of the entry point."""
        entry_point = self.pairs[0][1]
        return dns.dnssec.make_ds(self.apex, entry_point, digest, policy=dns.dnssec.allow_all_policy)

    def wrong_ds(self) -> DS:
        """A DS with the entry point's tag and algorithm, whose digest is that of something else."""
        right = self.ds()
        wrong = right.replace(digest=hashlib.sha256(right.digest).digest())
        assert isinstance(wrong, DS)
        return wrong


def make_keys(apex: dns.name.Name, algorithm: int = 13, *, split: bool = False) -> Keys:
    """Make the keys of one zone: a CSK, or with `split` a KSK and a ZSK."""
    entry_point = ZONE_KEY | SECURE_ENTRY_POINT
    pairs = []
    for index, flags in enumerate((entry_point, ZONE_KEY) if split else (entry_point,)):
        private = _private_key(algorithm, index)
        dnskey = dns.dnssec.make_dnskey(private.public_key(), Algorithm(algorithm), flags)
        pairs.append((private, dnskey))
    return Keys(apex=apex, pairs=tuple(pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs the RRsets of one zone when they are first asked for."""

    keys: Keys
    validity: Validity
    _made: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], tuple[dns.rrset.RRset, dns.rrset.RRset]] = (
        field(default_factory=dict)
    )

    def rrsigs(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        """The RRSIG RRset that covers `rrset`: by the entry point for DNSKEY, else by the last key."""
        known = self._made.get((rrset.name, rrset.rdtype))
        if known is None or (known[0] is not rrset and known[0] != rrset):
            # denial that is made for each question may say different things of one owner
            known = self._made[rrset.name, rrset.rdtype] = rrset, self._sign(rrset)
        return known[1]

    def _sign(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        private, dnskey = self.keys.pairs[0 if rrset.rdtype == dns.rdatatype.DNSKEY else -1]
        rrsig: dns.rdata.Rdata = dns.dnssec.sign(
            rrset,
            private,
            self.keys.apex,
            dnskey,
            inception=self.validity.inception,
            expiration=self.validity.expiration,
            policy=dns.dnssec.allow_all_policy,
            deterministic=False,  # deterministic ECDSA costs more and gives the lab nothing
        )
        return dns.rrset.from_rdata(rrset.name, rrset.ttl, rrsig)
