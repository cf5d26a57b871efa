"""Servers that do not know what they are asked for, and zones whose apex is an alias: nobody's signatures are bad."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from dns.rcode import FORMERR, NOERROR, NOTIMP, REFUSED, SERVFAIL
from dns.rdatatype import DNSKEY, DS

from checker.dns.answer import resolve_validated
from checker.dns.reasons import Status
from checker.dns.walk import Walker
from tests.dns.delegations import anchor, served, walking, zone
from tests.dns.test_awkward_servers import Awkward, Change, emptied, honest, internet
from tests.lab.responder import Responder
from tests.lab.signing import make_keys
from tests.lab.zone_contents import TTL

UNKNOWN, SECURE = Status.INDETERMINATE, Status.SECURE


def knows_no(rdtype: dns.rdatatype.RdataType, rcode: dns.rcode.Rcode) -> Change:
    def change(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
        return emptied(query, rcode) if query.question[0].rdtype == rdtype else reply

    return change


def mixes_case(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    """Owner names in another case than the question's and the zone's."""
    for section in (reply.answer, reply.authority, reply.additional):
        for rrset in section:
            rrset.name = dns.name.Name([label.upper() for label in rrset.name.labels])
    return reply


def never_authoritative(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    reply.flags &= ~dns.flags.AA
    return reply


def recursive(_: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    reply.flags |= dns.flags.RA | dns.flags.AD
    return reply


@pytest.mark.parametrize(
    ("scenario", "child", "parents", "own", "shared"),
    [
        ("REFUSED for DNSKEY", knows_no(DNSKEY, REFUSED), honest, UNKNOWN, SECURE),
        ("SERVFAIL for DNSKEY", knows_no(DNSKEY, SERVFAIL), honest, UNKNOWN, SECURE),
        ("FORMERR for DNSKEY", knows_no(DNSKEY, FORMERR), honest, UNKNOWN, SECURE),
        ("NOTIMP for DNSKEY", knows_no(DNSKEY, NOTIMP), honest, UNKNOWN, SECURE),
        ("lame for DNSKEY", knows_no(DNSKEY, NOERROR), honest, UNKNOWN, SECURE),
        ("REFUSED for DS inside the zone", knows_no(DS, REFUSED), honest, SECURE, SECURE),
        ("lame for DS inside the zone", knows_no(DS, NOERROR), honest, SECURE, SECURE),
        ("the parent: REFUSED for DS", honest, knows_no(DS, REFUSED), UNKNOWN, UNKNOWN),
        ("the parent: SERVFAIL for DS", honest, knows_no(DS, SERVFAIL), UNKNOWN, UNKNOWN),
        ("parent and child: SERVFAIL for DNSKEY", honest, knows_no(DNSKEY, SERVFAIL), UNKNOWN, UNKNOWN),
        ("upper case throughout", mixes_case, mixes_case, SECURE, SECURE),
        ("never authoritative", never_authoritative, never_authoritative, SECURE, SECURE),
        ("recursive, and says that all is well", recursive, recursive, SECURE, SECURE),
    ],
)
async def test_what_a_server_does_not_know(
    scenario: str, child: Change, parents: Change, own: Status, shared: Status
) -> None:
    async with internet(child, parents) as walker:
        first = await resolve_validated(walker, "www.deep.zone.test.", "A")
        second = await resolve_validated(walker, "www.shared.test.", "A")
    assert (first.status, second.status) == (own, shared), (first.reason, second.reason)


HERE, ALIAS = "192.0.2.1", "192.0.2.2"
KEYS = {apex: make_keys(dns.name.from_text(apex)) for apex in (".", "apex.test.")}


def alias_for_all(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
    """The alias is all that the server has to say about the apex, whatever the type."""
    if query.question[0].name == dns.name.from_text("apex.test."):
        reply = emptied(query)
        reply.flags |= dns.flags.AA
        reply.answer.append(dns.rrset.from_text("apex.test.", TTL, "IN", "CNAME", "www.apex.test."))
    return reply


@asynccontextmanager
async def aliased(change: Change, *, signed: bool) -> AsyncIterator[Walker]:
    """`apex.test.` has a CNAME beside its SOA, which RFC 1034 §3.6.2 forbids and servers serve."""
    root = zone(".", ["ns.root."], ("ns.root.", "A", HERE), ("apex.test.", "NS", "ns.apex.test."))
    root.add("ns.apex.test.", "A", ALIAS)
    if signed:
        root.put(dns.rrset.from_rdata(dns.name.from_text("apex.test."), TTL, KEYS["apex.test."].ds()))
    apex = zone("apex.test.", ["ns.apex.test."], ("ns.apex.test.", "A", ALIAS))
    apex.add("apex.test.", "CNAME", "www.apex.test.")
    apex.add("www.apex.test.", "A", "192.0.2.90")
    apex.add("www.apex.test.", "MX", "10 www.apex.test.")
    responders = {
        HERE: Responder([served(root, KEYS["."])]),
        ALIAS: Awkward(Responder([served(apex, KEYS["apex.test."] if signed else None)]), change),
    }
    async with walking(responders, HERE, (anchor(KEYS["."]),)) as walker:
        yield walker


@pytest.mark.parametrize("rdtype", ["A", "MX"])
@pytest.mark.parametrize(
    ("scenario", "change", "signed", "status"),
    [
        ("signed", honest, True, SECURE),
        ("unsigned", honest, False, Status.INSECURE),
        ("unsigned, an alias whatever is asked", alias_for_all, False, Status.INSECURE),
    ],
)
async def test_an_alias_at_the_apex(
    scenario: str, rdtype: str, change: Change, status: Status, *, signed: bool
) -> None:
    async with aliased(change, signed=signed) as walker:
        resolved = await resolve_validated(walker, "apex.test.", rdtype)
        lookup = await walker.resolver.lookup("apex.test", rdtype)
    assert resolved.status is status, resolved.reason
    assert len(resolved.records) == 2
    assert (lookup.aliases, len(lookup.values)) == (("www.apex.test",), 1)


@pytest.mark.parametrize("rdtype", ["SOA", "NS", "DNSKEY"])
async def test_what_stands_beside_the_alias_is_the_answer(rdtype: str) -> None:
    async with aliased(honest, signed=True) as walker:
        resolved = await resolve_validated(walker, "apex.test.", rdtype)
    assert resolved.status is SECURE, resolved.reason
    assert all(f" IN {rdtype} " in record for record in resolved.records)
