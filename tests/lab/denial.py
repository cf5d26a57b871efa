"""Chains of NSEC and NSEC3 records and the proofs taken from them (RFC 4035 §3.1.3, RFC 5155 §7.2)."""

from base64 import b32hexdecode, b32hexencode
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, Protocol

import dns.dnssec
import dns.name
import dns.rrset
from dns.name import Name
from dns.rdataclass import IN
from dns.rdatatype import DS, NSEC, NSEC3, NSEC3PARAM, RRSIG, RdataType
from dns.rdtypes.ANY import NSEC as NSEC_RDATA
from dns.rdtypes.ANY import NSEC3 as NSEC3_RDATA
from dns.rdtypes.ANY import NSEC3PARAM as NSEC3PARAM_RDATA
from dns.rrset import RRset

from tests.lab.zone_contents import Node, ZoneContents

SHA1, OPT_OUT = 1, 1
# dnspython leaves the constructors of these untyped.
_NSEC: Any = NSEC_RDATA.NSEC
_NSEC3: Any = NSEC3_RDATA.NSEC3
_NSEC3PARAM: Any = NSEC3PARAM_RDATA.NSEC3PARAM


class Chain(Protocol):
    """Proofs of absence: lists of NSEC or NSEC3 RRsets, unsigned, without doubles."""

    def no_type(self, name: Name) -> list[RRset]:
        """`name` exists (or is a delegation) without the type."""
        ...

    def no_name(self, name: Name) -> list[RRset]:
        """Neither `name` nor a wildcard for it exists."""
        ...

    def expanded(self, name: Name) -> list[RRset]:
        """`name` does not exist: what goes with an answer from a wildcard."""
        ...

    def expanded_no_type(self, name: Name) -> list[RRset]:
        """A wildcard covers `name` but lacks the type."""
        ...

    def at(self, name: Name) -> RRset | None:
        """The NSEC RRset that a question for type NSEC at `name` gets."""
        ...


class NsecChain:
    """RFC 4034 §4: one NSEC at every name that is no empty non-terminal."""

    def __init__(self, contents: ZoneContents) -> None:
        self._contents = contents
        owned = {name: node for name, node in contents.owned() if node}
        self._names = sorted(owned, key=_canonical)
        self._keys = [_canonical(name) for name in self._names]
        self._types = {name: [*node, RRSIG, NSEC] for name, node in owned.items()}
        self._ttl = _denial_ttl(contents)

    def no_type(self, name: Name) -> list[RRset]:
        return [self._at_or_before(name)]

    def no_name(self, name: Name) -> list[RRset]:
        wildcard = _wildcard(self._contents.closest_encloser(name))
        return _without_doubles((self._at_or_before(name), self._at_or_before(wildcard)))

    def expanded(self, name: Name) -> list[RRset]:
        return [self._at_or_before(name)]

    def expanded_no_type(self, name: Name) -> list[RRset]:
        return self.no_name(name)

    def at(self, name: Name) -> RRset | None:
        return self._at_or_before(name) if name in self._types else None

    def _at_or_before(self, name: Name) -> RRset:
        index = bisect_right(self._keys, _canonical(name)) - 1
        owner, after = self._names[index], self._names[(index + 1) % len(self._names)]
        windows = NSEC_RDATA.Bitmap.from_rdtypes(self._types[owner])
        return dns.rrset.from_rdata(owner, self._ttl, _NSEC(IN, NSEC, after, windows))


class Nsec3Chain:
    """RFC 5155: hashed owner names, no salt; with `opt_out`, unsigned delegations are left out."""

    def __init__(self, contents: ZoneContents, *, opt_out: bool, iterations: int = 0) -> None:
        self._contents = contents
        self._iterations = iterations
        self._flags = OPT_OUT if opt_out else 0
        self._types: dict[bytes, list[RdataType]] = {}
        self._proven: set[Name] = set()
        for name, node in contents.owned():
            if opt_out and contents.is_cut(name) and DS not in node:
                continue
            self._types[self._hash(name)] = _bitmap(contents, name, node)
            self._proven.add(name)
        self._hashes = sorted(self._types)
        self._ttl = _denial_ttl(contents)

    def no_type(self, name: Name) -> list[RRset]:
        if name in self._proven:
            return [self._at_or_before(self._hash(name))]
        return self._no_closer(name)  # RFC 5155 §7.2.4: below an opt-out span

    def no_name(self, name: Name) -> list[RRset]:
        wildcard = _wildcard(self._encloser(name))
        return _without_doubles((*self._no_closer(name), self._at_or_before(self._hash(wildcard))))

    def expanded(self, name: Name) -> list[RRset]:
        return self._no_closer(name)[1:]

    def expanded_no_type(self, name: Name) -> list[RRset]:
        return self.no_name(name)

    def at(self, name: Name) -> RRset | None:
        del name
        return None

    def _no_closer(self, name: Name) -> list[RRset]:
        """The closest encloser's NSEC3 and the one that covers the next closer name (RFC 5155 §7.2.1)."""
        encloser = self._encloser(name)
        next_closer = self._contents.next_closer(name, encloser)
        return [self._at_or_before(self._hash(encloser)), self._at_or_before(self._hash(next_closer))]

    def _encloser(self, name: Name) -> Name:
        while name not in self._proven:
            name = name.parent()
        return name

    def _hash(self, name: Name) -> bytes:
        return b32hexdecode(dns.dnssec.nsec3_hash(name, b"", self._iterations, SHA1))

    def _at_or_before(self, hashed: bytes) -> RRset:
        index = bisect_right(self._hashes, hashed) - 1
        owner, after = self._hashes[index], self._hashes[(index + 1) % len(self._hashes)]
        windows = NSEC3_RDATA.Bitmap.from_rdtypes(self._types[owner])
        rdata = _NSEC3(IN, NSEC3, SHA1, self._flags, self._iterations, b"", after, windows)
        label = b32hexencode(owner).lower()
        return dns.rrset.from_rdata(Name((label, *self._contents.apex.labels)), self._ttl, rdata)


def nsec3param(apex: Name, iterations: int = 0) -> RRset:
    """The NSEC3PARAM RRset of a zone with NSEC3 (RFC 5155 §4)."""
    return dns.rrset.from_rdata(apex, 0, _NSEC3PARAM(IN, NSEC3PARAM, SHA1, 0, iterations, b""))


def _bitmap(contents: ZoneContents, name: Name, node: Node) -> list[RdataType]:
    signed = node and (not contents.is_cut(name) or DS in node)
    return [*node, RRSIG] if signed else [*node]


def _canonical(name: Name) -> tuple[bytes, ...]:
    """A key that sorts names as RFC 4034 §6.1 does."""
    return tuple(label.lower() for label in reversed(name.labels))


def _wildcard(encloser: Name) -> Name:
    return Name((b"*", *encloser.labels))


def _denial_ttl(contents: ZoneContents) -> int:
    """RFC 9077: the lesser of the SOA's TTL and its minimum field."""
    return min(contents.soa.ttl, int(contents.soa[0].minimum))


def _without_doubles(proof: Iterable[RRset]) -> list[RRset]:
    return list({rrset.name: rrset for rrset in proof}.values())
