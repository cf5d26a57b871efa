"""NSEC3 hashing and the hashed chain of one message (RFC 5155 §5, §7.2.1), with a cap on hashes. Pure."""

import base64
import functools
import hashlib

import dns.name
from dns.rdtypes.ANY.NSEC3 import NSEC3

from checker.dns.algorithms import CAPS


@functools.lru_cache(maxsize=2048)
def hash_name(name: dns.name.Name, salt: bytes, iterations: int) -> bytes:
    """IH(salt, name, iterations) with SHA-1 (RFC 5155 §5)."""
    digest = hashlib.sha1(name.to_digestable() + salt, usedforsecurity=False).digest()
    for _ in range(iterations):
        digest = hashlib.sha1(digest + salt, usedforsecurity=False).digest()
    return digest


class HashedChain:
    """The NSEC3 records of one message that share parameters, asked by name.

    All records of a proof must share salt and iterations (RFC 5155 §8.2): those unlike the first are left out.
    `exhausted` turns true when `CAPS.nsec3_rounds` would have been passed; answers then mean nothing.
    """

    def __init__(self, zone: dns.name.Name, records: tuple[tuple[dns.name.Name, NSEC3], ...]) -> None:
        first = records[0][1]
        self._zone = zone
        self._salt = first.salt
        self._iterations = first.iterations
        self._hashes: dict[dns.name.Name, bytes] = {}
        self.exhausted = False
        self._spans: list[tuple[bytes, bytes, NSEC3]] = []
        for owner, nsec3 in records:
            start = _owner_hash(owner, zone)
            if start is not None and (nsec3.salt, nsec3.iterations) == (self._salt, self._iterations):
                self._spans.append((start, nsec3.next, nsec3))

    def matching(self, name: dns.name.Name) -> NSEC3 | None:
        """The record at the name's hash."""
        hashed = self._hash(name)
        return next((nsec3 for start, _, nsec3 in self._spans if start == hashed), None)

    def covering(self, name: dns.name.Name) -> NSEC3 | None:
        """The record whose span holds the name's hash; the last span of a zone wraps around."""
        hashed = self._hash(name)
        if hashed is None:
            return None
        for start, end, nsec3 in self._spans:
            inside = start < hashed < end if start < end else (hashed > start or hashed < end)
            if inside and start != hashed:
                return nsec3
        return None

    def closest_encloser(self, name: dns.name.Name) -> tuple[dns.name.Name, NSEC3, dns.name.Name] | None:
        """The longest existing ancestor with its record, and the next closer name (RFC 5155 §8.3)."""
        next_closer = name
        while next_closer != self._zone and next_closer.is_subdomain(self._zone):
            encloser = next_closer.parent()
            if matching := self.matching(encloser):
                return encloser, matching, next_closer
            next_closer = encloser
        return None

    def _hash(self, name: dns.name.Name) -> bytes | None:
        known = self._hashes.get(name)
        if known is None:
            if (len(self._hashes) + 1) * (self._iterations + 1) > CAPS.nsec3_rounds:
                self.exhausted = True
                return None
            known = self._hashes[name] = hash_name(name, self._salt, self._iterations)
        return known


def _owner_hash(owner: dns.name.Name, zone: dns.name.Name) -> bytes | None:
    """The hash in an NSEC3 owner name, one label below the apex; None when it is none."""
    if owner == zone or owner.parent() != zone:
        return None
    label = owner.labels[0].upper()
    try:
        return base64.b32hexdecode(label + b"=" * (-len(label) % 8))
    except ValueError:
        return None
