"""Zones whose answers no daemon gives: denial made for each question, left out, or told with another code. Pure.

The lab's responder serves them.
"""

from base64 import b32hexdecode, b32hexencode
from functools import cached_property
from typing import Any

import dns.rrset
from dns.name import Name
from dns.rcode import NOERROR, NXDOMAIN
from dns.rdataclass import IN
from dns.rdatatype import NSEC, RRSIG, RdataType
from dns.rdtypes.ANY import NSEC as NSEC_RDATA
from dns.rrset import RRset

from tests.daemons.salted import SaltedZone
from tests.lab.denial import Chain
from tests.lab.query import Query
from tests.lab.responder import Responder
from tests.lab.zone_contents import ZoneContents

_NSEC: Any = NSEC_RDATA.NSEC  # dnspython leaves the constructor untyped
NXNAME = RdataType.make(128)
TTL = 300
AUTHORITATIVE = 0x04  # referrals are not


class Around:
    """A chain of denial that passes on what another one proves."""

    def __init__(self, chain: Chain, contents: ZoneContents) -> None:
        self.chain = chain
        self.contents = contents

    def no_type(self, name: Name) -> list[RRset]:
        return self.chain.no_type(name)

    def no_name(self, name: Name) -> list[RRset]:
        return self.chain.no_name(name)

    def expanded(self, name: Name) -> list[RRset]:
        return self.chain.expanded(name)

    def expanded_no_type(self, name: Name) -> list[RRset]:
        return self.chain.expanded_no_type(name)

    def at(self, name: Name) -> RRset | None:
        return self.chain.at(name)


class LiveZone(SaltedZone):
    """A zone whose chain of denial is wrapped, and whose response codes may be others."""

    around: type[Around] = Around

    @cached_property
    def chain(self) -> Chain | None:
        """The chain of denial as it is told."""
        chain = super().chain
        return None if chain is None else self.around(chain, self.contents)

    def code(self, code: int, answers: int) -> int:
        """The response code, given the right one and how many records answer."""
        del answers
        return code


class LiveResponder(Responder):
    """Answers for live zones."""

    def _render(self, query: Query, room: int) -> bytes | None:
        body = super()._render(query, room)
        zone = self._zone_for(query.name, query.rdtype)
        if body is None or not isinstance(zone, LiveZone) or not body[2] & AUTHORITATIVE:
            return body
        code = zone.code(body[3] & 0xF, int.from_bytes(body[6:8], "big"))
        return body[:3] + bytes((body[3] & 0xF0 | code,)) + body[4:]


class Compact(Around):
    """RFC 9824: one NSEC at the very name, whose successor is the next there could be."""

    absent: tuple[RdataType, ...] = (NXNAME,)

    def no_type(self, name: Name) -> list[RRset]:
        return [self._link(name, tuple(self.contents.nodes.get(name, ())))]

    def no_name(self, name: Name) -> list[RRset]:
        return [self._link(name, self.absent)]

    def expanded(self, name: Name) -> list[RRset]:
        return self.chain.expanded(name)

    def expanded_no_type(self, name: Name) -> list[RRset]:
        return [self._link(name, ())]

    def at(self, name: Name) -> RRset | None:
        return self._link(name, tuple(self.contents.nodes.get(name, ())))

    @staticmethod
    def _link(name: Name, types: tuple[RdataType, ...]) -> RRset:
        windows = NSEC_RDATA.Bitmap.from_rdtypes([*types, RRSIG, NSEC])
        after = Name((b"\0", *name.labels))
        return dns.rrset.from_rdata(name, TTL, _NSEC(IN, NSEC, after, windows))


class CompactZone(LiveZone):
    """Says NOERROR of names that do not exist, and NXNAME in the bitmap."""

    around = Compact

    def code(self, code: int, answers: int) -> int:
        return NOERROR if code == NXDOMAIN else super().code(code, answers)


class BlackLies(Compact):
    """As compact answers were before NXNAME: every name exists, with no types."""

    absent = ()


class BlackLiesZone(CompactZone):
    """Tells no difference between names that exist and names that do not."""

    around = BlackLies


class WhiteLies(Around):
    """RFC 7129 appendix B: the NSEC3 records cover what was asked for and nothing else."""

    def no_name(self, name: Name) -> list[RRset]:
        encloser = self.contents.closest_encloser(name)
        wildcard = Name((b"*", *encloser.labels))
        covered = (self.contents.next_closer(name, encloser), wildcard)
        return [narrow for rrset in super().no_name(name) for narrow in self._narrowed(rrset, *covered)]

    def expanded(self, name: Name) -> list[RRset]:
        covered = self.contents.next_closer(name, self.contents.closest_encloser(name))
        return [narrow for rrset in super().expanded(name) for narrow in self._narrowed(rrset, covered)]

    def _narrowed(self, rrset: RRset, *names: Name) -> list[RRset]:
        """The record with its ends moved in to each of the names that it covers; itself when it covers none."""
        rdata: Any = rrset[0]
        hashing: Any = self.chain
        start = b32hexdecode(rrset.name.labels[0].upper())
        narrow = []
        for hashed in map(hashing._hash, names):
            after_start, before_end = start < hashed, hashed < rdata.next
            if (after_start and before_end) if start < rdata.next else (after_start or before_end):
                owner = Name((b32hexencode(_beside(hashed, -1)).lower(), *self.contents.apex.labels))
                ends = rdata.replace(next=_beside(hashed, 1), windows=())
                narrow.append(dns.rrset.from_rdata(owner, TTL, ends))
        matching = start == hashing._hash(self.contents.closest_encloser(names[0]))
        return [rrset, *narrow] if matching or not narrow else narrow


def _beside(hashed: bytes, step: int) -> bytes:
    number = (int.from_bytes(hashed, "big") + step) % (1 << 160)
    return number.to_bytes(20, "big")


class WhiteLiesZone(LiveZone):
    """Covers as little as can be."""

    around = WhiteLies


class Untold(Around):
    """Nothing is proven."""

    def no_type(self, name: Name) -> list[RRset]:
        del name
        return []

    no_name = expanded = expanded_no_type = no_type


class UntoldZone(LiveZone):
    """Denies without any proof."""

    around = Untold


class NoExpansion(Around):
    """An answer from a wildcard goes without the proof that nothing closer exists."""

    def expanded(self, name: Name) -> list[RRset]:
        del name
        return []


class NoExpansionZone(LiveZone):
    """Leaves wildcards unproven."""

    around = NoExpansion


class NoWildcardDenied(Around):
    """A name is denied, but not the wildcard that could answer for it."""

    def no_name(self, name: Name) -> list[RRset]:
        return self.chain.expanded(name)


class NoWildcardDeniedZone(LiveZone):
    """Half a proof of absence."""

    around = NoWildcardDenied


class Elsewhere(Around):
    """Always the proof for the same other name."""

    def no_type(self, name: Name) -> list[RRset]:
        del name
        return self.chain.no_type(Name((b"mail", *self.contents.apex.labels)))

    no_name = expanded = expanded_no_type = no_type


class ElsewhereZone(LiveZone):
    """Proves something that was not asked, properly signed."""

    around = Elsewhere


class AbsentInsteadZone(LiveZone):
    """Says NXDOMAIN of every name that lacks the type, with the proof of that."""

    def code(self, code: int, answers: int) -> int:
        return NXDOMAIN if code == NOERROR and not answers else code


class PresentInsteadZone(LiveZone):
    """Says NOERROR of names that do not exist, with the proof that they do not."""

    def code(self, code: int, answers: int) -> int:
        return NOERROR if code == NXDOMAIN else super().code(code, answers)
