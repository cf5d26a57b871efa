"""Behind an opt-out span there may be an unsigned zone; what the zone above has signed itself is judged all the same."""

from collections.abc import Callable

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Status
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Signer, make_keys, valid_at

ROOT = "192.0.2.1"
KEYS = make_keys(dns.name.from_text("island."))
Change = Callable[[dns.rrset.RRset], dns.rrset.RRset | None]


class Tampering:
    """Works over the signatures of addresses in the answers of an honest server."""

    def __init__(self, inner: Responder, change: Change) -> None:
        self._inner, self._change = inner, change

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        reply = self._inner.respond(wire, is_tcp=is_tcp)
        assert reply is not None
        message = dns.message.from_wire(reply)
        changed = (self._change(r) if r.covers == dns.rdatatype.A else r for r in message.answer)
        message.answer = [rrset for rrset in changed if rrset is not None]
        return message.to_wire(max_size=65535)


def honest(rrsigs: dns.rrset.RRset) -> dns.rrset.RRset:
    return rrsigs


def left_out(_: dns.rrset.RRset) -> None:
    return None


def flipped(rrsigs: dns.rrset.RRset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata(rrsigs.name, rrsigs.ttl, rrsigs[0].replace(signature=bytes(64)))


def of_another_zone(rrsigs: dns.rrset.RRset) -> dns.rrset.RRset:
    other = rrsigs[0].replace(signature=bytes(64), signer=dns.name.from_text("x.wild.island."))
    return dns.rrset.from_rdata(rrsigs.name, rrsigs.ttl, other)


def of_the_root(rrsigs: dns.rrset.RRset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata(rrsigs.name, rrsigs.ttl, rrsigs[0].replace(signer=dns.name.root))


@pytest.mark.parametrize(
    ("scenario", "change", "status"),
    [
        ("expanded from a wildcard", honest, Status.INSECURE),
        ("as an unsigned zone would say it", left_out, Status.INSECURE),
        ("as a zone signed for nobody would say it", of_another_zone, Status.INSECURE),
        ("badly signed by the zone above", flipped, Status.BOGUS),
        ("signed in the name of a zone further up", of_the_root, Status.BOGUS),
    ],
)
async def test_an_answer_behind_opt_out(scenario: str, change: Change, status: Status) -> None:
    root = zone(".", ["ns.root."], ("ns.root.", "A", ROOT), ("island.", "NS", "ns.root."))
    island = zone("island.", ["ns.root."], ("*.wild.island.", "A", "192.0.2.90"))
    signed = ServedZone(island, signer=Signer(keys=KEYS, validity=valid_at(NOW)), denial="nsec3-optout")
    server = Tampering(Responder([served(root), signed]), change)
    async with walking({ROOT: server}, ROOT, (anchor(KEYS),)) as walker:
        found = await resolve_validated(walker, "x.wild.island.", "A")
    assert found.status is status, found.reason
