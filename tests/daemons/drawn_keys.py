"""Keys of zones in the making, drawn from the seed, and a signer that has several of them at once. Pure."""

from dataclasses import dataclass
from functools import cache
from random import Random

import dns.dnssec
import dns.rdata
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from dns.rdatatype import DNSKEY
from dns.rdtypes.ANY import DNSKEY as DNSKEY_RDATA
from dns.rdtypes.ANY import DS as DS_RDATA
from dns.rdtypes.ANY import RRSIG as RRSIG_RDATA
from dns.rrset import RRset

from tests.lab.signing import PrivateKey, Signer

Dnskey = DNSKEY_RDATA.DNSKEY
Ds = DS_RDATA.DS
Rrsig = RRSIG_RDATA.RRSIG
Pair = tuple[PrivateKey, Dnskey]
RSA_BITS = 1024  # small, for speed; every validator here takes them


@cache
def _rsa(index: int) -> rsa.RSAPrivateKey:
    del index
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def private_key(algorithm: int, index: int, rng: Random) -> PrivateKey:
    """Drawn from the seed, but for RSA: those are the process's own, one for each index."""
    match algorithm:
        case 13:
            return ec.derive_private_key(rng.getrandbits(250) + 1, ec.SECP256R1())
        case 14:
            return ec.derive_private_key(rng.getrandbits(380) + 1, ec.SECP384R1())
        case 15:
            return ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        case 16:
            return ed448.Ed448PrivateKey.from_private_bytes(rng.randbytes(57))
    return _rsa(index)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManySigner(Signer):
    """Signs with every key that has the duty: several during a rollover."""

    entry_points: tuple[Pair, ...]
    others: tuple[Pair, ...]

    def _sign(self, rrset: RRset) -> RRset:
        pairs = self.entry_points if rrset.rdtype == DNSKEY else self.others
        made: list[dns.rdata.Rdata] = [
            dns.dnssec.sign(
                rrset,
                private,
                self.keys.apex,
                dnskey,
                inception=self.validity.inception,
                expiration=self.validity.expiration,
                policy=dns.dnssec.allow_all_policy,
                deterministic=False,
            )
            for private, dnskey in pairs
        ]
        return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, made)
