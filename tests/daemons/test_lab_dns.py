"""The lab's own DNS responder says what NSD and Knot say of the same zones."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dns.flags
import dns.message
import dns.name
import pytest
from dns.message import Message
from dns.rdatatype import DNSKEY, DS, NS, RRSIG, RdataType
from dns.rrset import RRset

from tests.daemons.rows import ROWS
from tests.daemons.vantage_point import Internet
from tests.lab.plan import NameServerHost
from tests.lab.responder import Responder
from tests.lab.scenario import Dns
from tests.lab.zones import plan

pytestmark = pytest.mark.daemons

DRAWN = (DNSKEY, DS, RRSIG)
"""Keys, signatures and what is made of them: other ones in every laboratory."""

Said = frozenset[tuple[str, str, str]]


def questions(host: NameServerHost) -> Iterator[tuple[str, str]]:
    """What exists, what lacks the type, what does not exist, and what lies below a cut."""
    for zone in host.zones:
        if zone.manner is not Dns.NORMAL:
            continue
        apex = zone.contents.apex
        yield from ((apex.to_text(), rdtype) for rdtype in ("SOA", "NS", "DNSKEY", "MX", "TXT"))
        yield from ((_below(name, apex), "A") for name in ("nothing", "nothing.at.all", "*"))
        for name in zone.contents.nodes:
            if name != apex:
                yield from ((name.to_text(), rdtype) for rdtype in ("A", "AAAA", "DS", "TXT"))
                yield f"nothing.{name.to_text()}", "A"


def _below(label: str, apex: dns.name.Name) -> str:
    return dns.name.from_text(label, apex).to_text()


def said(response: Message) -> tuple[str, bool, Said, Said]:
    """Code, authority and both sections, without the name servers that a server may add to an answer."""
    optional = NS if response.answer else None
    authority = [rrset for rrset in response.authority if optional not in (rrset.rdtype, rrset.covers)]
    code = dns.rcode.to_text(response.rcode())
    return code, bool(response.flags & dns.flags.AA), _section(response.answer), _section(authority)


def _section(rrsets: list[RRset]) -> Said:
    return frozenset(
        (rrset.name.to_text().lower(), _kind(rrset), "" if rrset.rdtype in DRAWN else rdata.to_text().lower())
        for rrset in rrsets
        for rdata in rrset
    )


def _kind(rrset: RRset) -> str:
    return f"{RdataType.to_text(rrset.rdtype)} {RdataType.to_text(rrset.covers)}"


def test_the_lab_says_what_real_servers_say(internet: Internet, note: list[str]) -> None:
    drawn = plan(ROWS, datetime.now(UTC).replace(microsecond=0))
    asked = []
    alike = {tuple(map(id, host.zones)): host for host in drawn.name_servers}
    for host in alike.values():
        responder = Responder(host.zones)
        for name, rdtype in dict.fromkeys(questions(host)):
            query = dns.message.make_query(name, rdtype, want_dnssec=True, payload=1232)
            query.flags &= ~dns.flags.RD
            asked.append((host, query, responder.respond(query.to_wire(), is_tcp=True)))
    answers = internet.said("ask", [(host.addresses[0], query.to_wire().hex()) for host, query, _ in asked])
    differences = []
    for (host, query, lab), real in zip(asked, answers, strict=True):
        assert lab is not None
        ours, theirs = said(dns.message.from_wire(lab)), said(dns.message.from_wire(bytes.fromhex(real)))
        if ours != theirs:
            differences.append(f"{host.name} {query.question[0]}\n  lab  {ours}\n  real {theirs}")
    note.append(
        f"{len(asked)} DNS questions, {len(differences)} differences between the lab and real servers"
    )
    assert not differences, "\n".join(differences[:20])
