"""The plan of a miniature internet: chains of trust, delegations, faults, names shared between rows."""

from datetime import UTC, datetime
from typing import Any

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.zone
import pytest
from dns.message import Message
from dns.name import Name
from dns.node import Node
from dns.rdataset import Rdataset
from dns.rdatatype import DNSKEY, DS, NS, RRSIG, SOA, A
from dns.rrset import RRset

from tests.lab.addresses import AddressBook
from tests.lab.generated import generate
from tests.lab.plan import Plan
from tests.lab.responder import Responder
from tests.lab.scenario import Certificate, Dns, MailServer, Organisation, Signing, Web, Zone
from tests.lab.zones import plan

NOW = datetime(2017, 12, 13, 12, tzinfo=UTC)


def row(domain: str = "ort.se", **behaviour: Any) -> Organisation:
    return Organisation(code=domain, region="Ort", domain=domain, **behaviour)


class Walk:
    """A plain iterative client over a plan, without a network."""

    def __init__(self, layout: Plan) -> None:
        self.responders = {
            address: Responder(host.zones) for host in layout.name_servers for address in host.addresses
        }
        hints = dns.zone.from_text(layout.root_hints, origin=".", relativize=False, check_origin=False)
        self.roots = [rdata.to_text() for _, _, rdata in hints.iterate_rdatas("A")]
        self.anchor = layout.trust_anchor

    def ask(self, address: str, name: str, rdtype: str) -> Message | None:
        query = dns.message.make_query(name, rdtype, want_dnssec=True)
        wire = self.responders[address].respond(query.to_wire(), is_tcp=True)
        return None if wire is None else dns.message.from_wire(wire)

    def servers(self, name: str, *, above: bool = False) -> list[str]:
        """The addresses of the deepest zone that holds `name`; with `above`, of the zone that delegates it."""
        addresses = self.roots
        while True:
            response = self.ask(addresses[0], name, "DS" if above else "SOA")
            if response is None or response.answer or not (cuts := _cuts(response)):
                return addresses
            glue = [str(rrset[0]) for rrset in response.additional if rrset.rdtype == A]
            addresses = glue or [self.address(str(server.target)) for server in cuts[0]]

    def address(self, host: str) -> str:
        response = self.ask(self.servers(host)[0], host, "A")
        assert response is not None
        return str(response.answer[0][0])

    def final(self, name: str, rdtype: str, server: int = 0) -> Message:
        response = self.ask(self.servers(name)[server], name, rdtype)
        assert response is not None
        return response


def _cuts(response: Message) -> list[RRset]:
    return [rrset for rrset in response.authority if rrset.rdtype == NS]


def signed(response: Message, rrset: RRset) -> RRset | None:
    sections = [*response.answer, *response.authority]
    return next(
        (s for s in sections if s.rdtype == RRSIG and s.covers == rrset.rdtype and s.name == rrset.name), None
    )


def valid(zone: str, response: Message, keys: RRset, at: datetime = NOW) -> bool:
    rrset = response.answer[0]
    signatures = signed(response, rrset)
    if signatures is None:
        return False
    anchors: dict[Name, Node | Rdataset] = {dns.name.from_text(zone): keys}
    try:
        dns.dnssec.validate(rrset, signatures, anchors, now=at.timestamp())
    except dns.exception.ValidationFailure:
        return False
    return True


def ds_fits(zone: str, ds: RRset, keys: RRset) -> bool:
    name = dns.name.from_text(zone)
    return any(dns.dnssec.make_ds(name, key, ds[0].digest_type) in ds for key in keys)


CHAINS = [
    Organisation(code="1", region="A", domain="ett.se", zone=Zone(signing=Signing.SIGNED)),
    row("tva.se", zone=Zone(signing=Signing.SIGNED, algorithm=8, denial="nsec3")),
    row("tre.nu", zone=Zone(signing=Signing.SIGNED, denial="nsec3-optout")),
    row("fyra.org", zone=Zone(signing=Signing.SIGNED, algorithm=15)),
]


@pytest.mark.parametrize("domain", [row.domain for row in CHAINS])
def test_the_chain_of_trust_holds_from_the_anchor_down(domain: str) -> None:
    walk = Walk(plan(CHAINS, NOW))
    parent, keys = ".", walk.final(".", "DNSKEY").answer[0]
    assert ds_fits(".", dns.rrset.from_text(".", 0, "IN", "DS", walk.anchor.split(" DS ")[1].strip()), keys)
    for zone in (domain.partition(".")[2], domain):
        ds = walk.ask(walk.servers(zone, above=True)[0], zone, "DS")
        assert ds is not None
        assert valid(parent, ds, keys)
        parent, keys_response = zone, walk.final(zone, "DNSKEY")
        keys = keys_response.answer[0]
        assert ds_fits(zone, ds.answer[0], keys)
        assert valid(zone, keys_response, keys)
        assert valid(zone, walk.final(zone, "SOA"), keys)
    assert valid(domain, walk.final(f"www.{domain}", "A"), keys)


@pytest.mark.parametrize(
    ("name", "rdtype", "expected"),
    [
        ("ort.se", "MX", {"10 mx1.ort.se.", "10 mx2.ort.se.", "10 mx3.ort.se.", "5 nowhere.ort.se."}),
        ("mx1.ort.se", "CNAME", {"mail.ort.se."}),
        ("mx2.ort.se", "A", {"10.1.2.3"}),
        ("mx2.ort.se", "AAAA", {"fd00::1"}),
        ("mx3.ort.se", "TXT", {'"no address"'}),
        ("mx3.ort.se", "A", set()),
    ],
)
def test_odd_mail_records(name: str, rdtype: str, expected: set[str]) -> None:
    servers = (
        MailServer(alias="mail.ort.se"),
        MailServer(ipv4=False, published=("10.1.2.3", "fd00::1")),
        MailServer(ipv4=False),
    )
    walk = Walk(plan([row("ort.se", mail=servers, extra_mx=("5 nowhere.ort.se.",))], NOW))
    answer = walk.final(name, rdtype).answer
    assert {str(rdata) for rrset in answer for rdata in rrset} == expected


@pytest.mark.parametrize(
    ("signing", "has_ds", "ds_right", "has_keys", "now_valid"),
    [
        (Signing.UNSIGNED, False, False, False, False),
        (Signing.SIGNED, True, True, True, True),
        (Signing.EXPIRED, True, True, True, False),
        (Signing.WRONG_DS, True, False, True, True),
        (Signing.STRIPPED, True, False, False, False),
        (Signing.NO_DS, False, False, True, True),
    ],
)
def test_a_leaf_stands_in_the_chain_as_its_signing_says(
    signing: Signing, *, has_ds: bool, ds_right: bool, has_keys: bool, now_valid: bool
) -> None:
    walk = Walk(plan([row(zone=Zone(signing=signing))], NOW))
    ds = walk.ask(walk.servers("ort.se", above=True)[0], "ort.se", "DS")
    assert ds is not None
    assert [rrset.rdtype for rrset in ds.answer if rrset.rdtype == DS] == [DS] * has_ds
    keys = walk.final("ort.se", "DNSKEY").answer
    assert [rrset.rdtype for rrset in keys if rrset.rdtype == DNSKEY] == [DNSKEY] * has_keys
    www = walk.final("www.ort.se", "A")
    assert (signed(www, www.answer[0]) is not None) == has_keys
    if has_keys:
        assert valid("ort.se", www, keys[0]) == now_valid
        if has_ds:
            assert ds_fits("ort.se", ds.answer[0], keys[0]) == ds_right
    if signing is Signing.EXPIRED:
        assert valid("ort.se", www, keys[0], at=datetime(2017, 11, 1, tzinfo=UTC))


def test_the_second_server_may_differ_from_the_first() -> None:
    zone = Zone(signing=Signing.SIGNED, second_signing=Signing.EXPIRED)
    walk = Walk(plan([row(zone=zone), row("tyst.se", zone=Zone(second_dns=Dns.SILENT))], NOW))
    keys = walk.final("ort.se", "DNSKEY").answer[0]
    assert [valid("ort.se", walk.final("ort.se", "SOA", server), keys) for server in (0, 1)] == [True, False]
    first, second = walk.servers("tyst.se")
    assert walk.ask(first, "tyst.se", "SOA") is not None
    assert walk.ask(second, "tyst.se", "SOA") is None


def test_a_domain_that_does_not_exist_is_denied_by_its_parent() -> None:
    layout = plan([row(zone=Zone(dns=Dns.NXDOMAIN))], NOW)
    response = Walk(layout).final("ort.se", "A")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert response.authority[0].name == dns.name.from_text("se")
    assert not layout.web_hosts
    assert not layout.mail_hosts


@pytest.mark.parametrize(
    ("given", "mx"),
    [
        ({}, {"10 mx1.ort.se."}),
        ({"mail": (MailServer(host="in.post.org", preference=5),)}, {"5 in.post.org."}),
        ({"mail": (), "null_mx": True}, {"0 ."}),
        ({"null_mx": True}, {"0 .", "10 mx1.ort.se."}),
        ({"mail": ()}, set()),
        ({"implicit_mx": True}, set()),
    ],
    ids=["default", "provider", "null", "null beside others", "none", "implicit"],
)
def test_mx_records_are_what_the_row_says(given: dict[str, Any], mx: set[str]) -> None:
    layout = plan([row(**given)], NOW)
    walk = Walk(layout)
    response = walk.final("ort.se", "MX")
    assert {str(rdata) for rrset in response.answer for rdata in rrset if rrset.rdtype != RRSIG} == mx
    for host in layout.mail_hosts:
        assert walk.address(host.name) in host.addresses


def test_a_mail_domain_of_its_own_and_one_below_the_domain_are_delegated() -> None:
    signing = Zone(signing=Signing.SIGNED)
    rows = [
        row(mail_domain="post.nu", mail_zone=signing),
        row("by.se", zone=signing, mail_domain="post.by.se"),
    ]
    walk = Walk(plan(rows, NOW))
    assert walk.final("post.nu", "SOA").answer[0].rdtype == SOA
    assert walk.final("post.by.se", "SOA").answer[0].name == dns.name.from_text("post.by.se")
    no_ds = walk.ask(walk.servers("post.by.se", above=True)[0], "post.by.se", "DS")
    assert no_ds is not None
    assert no_ds.authority[0].name == dns.name.from_text("by.se")


def test_a_domain_may_be_a_name_inside_a_zone() -> None:
    walk = Walk(plan([row("vard.ort.se", zone=Zone(apex="ort.se"))], NOW))
    assert walk.final("vard.ort.se", "SOA").authority[0].name == dns.name.from_text("ort.se")
    assert walk.address("www.vard.ort.se")


def test_domain_and_mail_domain_may_share_a_zone() -> None:
    layout = plan([row(mail_domain="post.ort.se", mail_zone=Zone(apex="ort.se"))], NOW)
    assert Walk(layout).final("post.ort.se", "MX").answer[0].name == dns.name.from_text("post.ort.se")
    with pytest.raises(ValueError, match=r"zone ort\.se"):
        plan([row(mail_domain="post.ort.se", mail_zone=Zone(apex="ort.se", algorithm=8))], NOW)


def test_a_web_host_may_be_an_alias() -> None:
    layout = plan([row(web=Web(alias="lb.moln.net"))], NOW)
    walk = Walk(layout)
    assert str(walk.final("www.ort.se", "A").answer[0][0]) == "lb.moln.net."
    assert walk.address("lb.moln.net") in layout.web_hosts[0].addresses


def test_dead_ipv6_is_published_but_does_not_answer() -> None:
    layout = plan([row(web=Web(ipv6=True, ipv6_dead=True))], NOW)
    published = {str(rdata) for rdata in Walk(layout).final("www.ort.se", "AAAA").answer[0]}
    (host,) = layout.web_hosts
    assert published == set(host.dead)
    assert not published & set(host.addresses)


def test_rows_share_a_mail_server_and_must_agree_on_it() -> None:
    server = MailServer(host="mx.post.org")
    assert len(plan([row(mail=(server,)), row("by.se", mail=(server,))], NOW).mail_hosts) == 1
    other = MailServer(host="mx.post.org", ipv6=True)
    with pytest.raises(ValueError, match=r"mx\.post\.org"):
        plan([row(mail=(server,)), row("by.se", mail=(other,))], NOW)


@pytest.mark.parametrize(
    ("host", "certificate", "named"),
    [
        ("", Certificate.WILDCARD, "ort.se"),
        ("mx.post.org", Certificate.WILDCARD, "post.org"),
        ("mx.post.org", Certificate.MAIL_DOMAIN, "ort.se"),
    ],
)
def test_certificates_of_mail_hosts_name(host: str, certificate: Certificate, named: str) -> None:
    (mail,) = plan([row(mail=(MailServer(host=host, certificate=certificate),))], NOW).mail_hosts
    assert mail.mail_domain == named


def test_every_name_server_address_is_told_by_the_zones_themselves() -> None:
    layout = plan(generate(60, seed=3), NOW)
    walk = Walk(layout)
    assert len(layout.name_servers) > 10
    for host in layout.name_servers:
        assert walk.address(host.name) == host.addresses[0]


def test_addresses_are_never_given_twice() -> None:
    book = AddressBook()
    given = [book.of(f"host{number}.se") for number in range(2000)]
    assert len({pair.ipv4 for pair in given}) == len({pair.ipv6 for pair in given}) == 2000
    assert book.of("host7.se") == given[7]


def test_generated_rows_are_the_same_for_the_same_seed() -> None:
    assert generate(50, seed=7) == generate(50, seed=7) != generate(50, seed=8)
