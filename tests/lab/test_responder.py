"""The authoritative server against plain dnspython: sections, flags, proofs, sizes."""

from datetime import UTC, datetime

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import pytest
from dns.message import Message
from dns.name import Name
from dns.node import Node
from dns.rdataset import Rdataset
from dns.rdatatype import CNAME, DNAME, DNSKEY, DS, MX, NS, NSEC, NSEC3, RRSIG, SOA, TXT, A, RdataType
from dns.rrset import RRset
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.responder import Responder
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Signer, make_keys, valid_at
from tests.lab.zone_contents import ZoneContents

NOW = datetime(2017, 12, 13, 12, tzinfo=UTC)
APEX = dns.name.from_text("zone.se")
DENIALS = ("nsec", "nsec3", "nsec3-optout")


def contents() -> ZoneContents:
    zone = ZoneContents(APEX)
    zone.add(APEX, "SOA", "ns1.zone.se. hostmaster.zone.se. 1 7200 900 1209600 300")
    zone.add(APEX, "NS", "ns1.zone.se.", "ns2.elsewhere.se.")
    zone.add(APEX, "MX", "10 mx.zone.se.")
    zone.add("ns1.zone.se.", "A", "192.0.2.1")
    zone.add("mx.zone.se.", "A", "192.0.2.2")
    zone.add("www.zone.se.", "CNAME", "web.deep.empty.zone.se.")
    zone.add("web.deep.empty.zone.se.", "A", "192.0.2.3")
    zone.add("out.zone.se.", "CNAME", "www.elsewhere.se.")
    zone.add("astray.zone.se.", "CNAME", "nothing.zone.se.")
    zone.add("*.wild.zone.se.", "A", "192.0.2.4")
    zone.add("moved.zone.se.", "DNAME", "empty.zone.se.")
    zone.add("signed.zone.se.", "NS", "ns.signed.zone.se.")
    zone.add("signed.zone.se.", "DS", "4711 13 2 " + "ab" * 32)
    zone.add("ns.signed.zone.se.", "A", "192.0.2.5")
    zone.add("unsigned.zone.se.", "NS", "ns.unsigned.zone.se.")
    zone.add("ns.unsigned.zone.se.", "A", "192.0.2.6")
    zone.add("long.zone.se.", "TXT", *(f'"{"x" * 200}{index}"' for index in range(10)))
    return zone


def served(denial: str, algorithm: int = 13) -> ServedZone:
    keys = make_keys(APEX, algorithm, split=True)
    return ServedZone(contents(), signer=Signer(keys=keys, validity=valid_at(NOW)), denial=denial)


@pytest.fixture(scope="module", params=DENIALS)
def zone(request: pytest.FixtureRequest) -> ServedZone:
    return served(request.param)


def ask(
    zone: ServedZone, name: str, rdtype: str, *, dnssec: bool = True, tcp: bool = True, payload: int = 1232
) -> Message:
    query = dns.message.make_query(name, rdtype, use_edns=0, want_dnssec=dnssec, payload=payload)
    wire = Responder([zone]).respond(query.to_wire(), is_tcp=tcp)
    assert wire is not None
    response = dns.message.from_wire(wire)
    assert query.is_response(response)
    return response


def validate_all(zone: ServedZone, response: Message) -> list[RRset]:
    """Validate every signed RRset of answer and authority; those that had a signature."""
    assert zone.signer is not None
    keys: dict[Name, Node | Rdataset] = {APEX: zone.signer.keys.dnskeys}
    validated = []
    for section in (response.answer, response.authority):
        for rrset in section:
            signatures = response.get_rrset(section, rrset.name, rrset.rdclass, RRSIG, rrset.rdtype)
            if rrset.rdtype != RRSIG and signatures is not None:
                dns.dnssec.validate(rrset, signatures, keys, now=NOW.timestamp())
                validated.append(rrset)
    return validated


def types(rrsets: list[RRset]) -> set[RdataType]:
    return {rrset.rdtype for rrset in rrsets}


def covers(response: Message, name: Name) -> bool:
    """Whether some NSEC or NSEC3 of the response proves that `name` does not exist (RFC 4034 §4, RFC 5155 §3)."""
    return any(_between(rrset, name) for rrset in response.authority)


def _between(rrset: RRset, name: Name) -> bool:
    if rrset.rdtype == NSEC:
        after = rrset[0].next
        return bool(rrset.name < name and (name < after or after == APEX))
    if rrset.rdtype == NSEC3:
        owner = rrset.name.labels[0].upper().decode()
        hashed = dns.dnssec.nsec3_hash(name, b"", 0, 1)
        after = rrset[0].to_text().split()[4].upper()
        return owner < hashed < after if owner < after else hashed > owner or hashed < after
    return False


def matches(response: Message, name: Name) -> RRset | None:
    """The NSEC or NSEC3 RRset whose owner stands for `name`."""
    hashed = dns.dnssec.nsec3_hash(name, b"", 0, 1).lower().encode()
    for rrset in response.authority:
        if rrset.rdtype == NSEC and rrset.name == name:
            return rrset
        if rrset.rdtype == NSEC3 and rrset.name.labels[0] == hashed:
            return rrset
    return None


def bitmap(rrset: RRset | None) -> set[str]:
    assert rrset is not None
    words = rrset[0].to_text().split()
    return set(words[1:] if rrset.rdtype == NSEC else words[5:])


@pytest.mark.parametrize(
    ("name", "rdtype", "answered"),
    [
        ("zone.se.", "SOA", {SOA}),
        ("zone.se.", "NS", {NS}),
        ("zone.se.", "MX", {MX}),
        ("zone.se.", "DNSKEY", {DNSKEY}),
        ("signed.zone.se.", "DS", {DS}),
        ("mx.zone.se.", "A", {A}),
        ("www.zone.se.", "A", {CNAME, A}),
        ("www.zone.se.", "CNAME", {CNAME}),
        ("out.zone.se.", "A", {CNAME}),
        ("any.wild.zone.se.", "A", {A}),
        ("long.zone.se.", "TXT", {TXT}),
    ],
)
def test_an_answer_is_authoritative_and_validates(
    zone: ServedZone, name: str, rdtype: str, answered: set[RdataType]
) -> None:
    response = ask(zone, name, rdtype)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & dns.flags.AA
    assert types(response.answer) == answered | {RRSIG}
    assert types(validate_all(zone, response)) >= answered


def test_signatures_are_given_only_when_asked_for(zone: ServedZone) -> None:
    for name, rdtype in (("mx.zone.se", "A"), ("nothing.zone.se", "A"), ("unsigned.zone.se", "A")):
        response = ask(zone, name, rdtype, dnssec=False)
        assert types(response.answer + response.authority) <= {A, NS, SOA}


def test_nxdomain_covers_the_next_closer_name_and_the_wildcard(zone: ServedZone) -> None:
    response = ask(zone, "a.b.deep.empty.zone.se", "A")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert response.flags & dns.flags.AA
    encloser = dns.name.from_text("deep.empty.zone.se")
    assert covers(response, dns.name.from_text("b", encloser))
    assert covers(response, dns.name.from_text("*", encloser))
    if zone.denial != "nsec":
        assert matches(response, encloser) is not None
    assert types(validate_all(zone, response)) == types(response.authority) - {RRSIG}


def test_nodata_shows_the_types_that_exist(zone: ServedZone) -> None:
    response = ask(zone, "zone.se", "AAAA")
    assert response.rcode() == dns.rcode.NOERROR
    expected = {"SOA", "NS", "MX", "DNSKEY", "RRSIG", "NSEC" if zone.denial == "nsec" else "NSEC3PARAM"}
    assert bitmap(matches(response, APEX)) == expected
    assert SOA in types(validate_all(zone, response))


def test_an_empty_non_terminal_exists(zone: ServedZone) -> None:
    response = ask(zone, "empty.zone.se", "A")
    name = dns.name.from_text("empty.zone.se")
    assert response.rcode() == dns.rcode.NOERROR
    if zone.denial == "nsec":
        assert covers(response, name)
        assert any(rrset.rdtype == NSEC and rrset[0].next.is_subdomain(name) for rrset in response.authority)
    else:
        assert bitmap(matches(response, name)) == set()
    validate_all(zone, response)


def test_a_wildcard_answer_proves_that_the_name_itself_is_absent(zone: ServedZone) -> None:
    response = ask(zone, "a.b.wild.zone.se", "A")
    assert response.answer[0].name == dns.name.from_text("a.b.wild.zone.se")
    closer = dns.name.from_text("b.wild.zone.se")
    assert covers(response, dns.name.from_text("a.b.wild.zone.se") if zone.denial == "nsec" else closer)
    assert len([rrset for rrset in response.authority if rrset.rdtype in (NSEC, NSEC3)]) == 1
    assert A in types(validate_all(zone, response))


def test_a_wildcard_without_the_type_is_shown(zone: ServedZone) -> None:
    response = ask(zone, "a.wild.zone.se", "MX")
    assert response.rcode() == dns.rcode.NOERROR
    assert not response.answer
    assert covers(response, dns.name.from_text("a.wild.zone.se"))
    assert "A" in bitmap(matches(response, dns.name.from_text("*.wild.zone.se")))
    validate_all(zone, response)


def test_an_alias_to_nothing_is_nxdomain_with_proof(zone: ServedZone) -> None:
    response = ask(zone, "astray.zone.se", "A")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert types(response.answer) == {CNAME, RRSIG}
    assert covers(response, dns.name.from_text("nothing.zone.se"))


def test_a_dname_gives_a_synthesised_alias(zone: ServedZone) -> None:
    response = ask(zone, "web.deep.moved.zone.se", "A")
    assert types(response.answer) == {DNAME, RRSIG, CNAME, A}
    assert types(validate_all(zone, response)) == {DNAME, A}
    assert types(ask(zone, "web.deep.moved.zone.se", "CNAME").answer) == {DNAME, RRSIG, CNAME}


def test_a_dname_that_makes_the_name_too_long_is_said_so() -> None:
    zone = contents()
    zone.add("short.zone.se.", "DNAME", f"{'y' * 63}.elsewhere.se.")
    response = ask(ServedZone(zone), ".".join(["x" * 63] * 3 + ["short.zone.se"]), "A", dnssec=False)
    assert response.rcode() == dns.rcode.YXDOMAIN
    assert types(response.answer) == {DNAME}


def test_a_signed_delegation_is_referred_with_ds_and_glue(zone: ServedZone) -> None:
    response = ask(zone, "www.signed.zone.se", "A")
    assert not response.flags & dns.flags.AA
    assert not response.answer
    assert types(response.authority) == {NS, DS, RRSIG}
    assert types(validate_all(zone, response)) == {DS}
    assert response.additional[0].name == dns.name.from_text("ns.signed.zone.se")


@pytest.mark.parametrize("rdtype", ["A", "DS"])
def test_no_ds_is_proven_at_the_parent(zone: ServedZone, rdtype: str) -> None:
    response = ask(zone, "unsigned.zone.se", rdtype)
    assert bool(response.flags & dns.flags.AA) == (rdtype == "DS")
    name = dns.name.from_text("unsigned.zone.se")
    if zone.denial == "nsec3-optout":
        assert matches(response, name) is None
        assert matches(response, APEX) is not None
        spans = [rrset for rrset in response.authority if _between(rrset, name)]
        assert spans
        assert spans[0][0].flags == 1
    else:
        assert bitmap(matches(response, name)) == {"NS"} | (
            {"RRSIG", "NSEC"} if zone.denial == "nsec" else set()
        )
    assert types(validate_all(zone, response)) >= {NSEC if zone.denial == "nsec" else NSEC3}


def test_ds_at_the_apex_is_the_parents_affair() -> None:
    child = served("nsec")
    parent = ZoneContents("se.")
    parent.add("se.", "SOA", "ns.se. hostmaster.se. 1 7200 900 1209600 300")
    parent.add("se.", "NS", "ns.se.")
    parent.add("zone.se.", "NS", "ns1.zone.se.")
    query = dns.message.make_query("zone.se", "DS", want_dnssec=True)
    for zones, owner in (([child], "zone.se."), ([child, ServedZone(parent)], "se.")):
        wire = Responder(zones).respond(query.to_wire(), is_tcp=True)
        assert wire is not None
        response = dns.message.from_wire(wire)
        assert response.flags & dns.flags.AA
        assert not response.answer
        assert response.authority[0].name == dns.name.from_text(owner)


@pytest.mark.parametrize(("payload", "truncated"), [(1232, True), (4096, False)])
def test_what_does_not_fit_a_datagram_is_truncated(
    zone: ServedZone, payload: int, *, truncated: bool
) -> None:
    response = ask(zone, "long.zone.se", "TXT", tcp=False, payload=payload)
    assert bool(response.flags & dns.flags.TC) == truncated
    assert bool(response.answer) != truncated
    assert len(response.to_wire()) <= payload


def test_without_edns_512_bytes_are_the_limit(zone: ServedZone) -> None:
    query = dns.message.make_query("long.zone.se", "TXT")
    wire = Responder([zone]).respond(query.to_wire(), is_tcp=False)
    assert wire is not None
    response = dns.message.from_wire(wire)
    assert response.flags & dns.flags.TC
    assert response.edns == -1
    assert len(wire) <= 512


def test_the_case_of_the_question_and_the_id_come_back_also_from_memory(zone: ServedZone) -> None:
    responder = Responder([zone])
    for name in ("mx.zone.se", "MX.Zone.SE", "mX.zOnE.se"):
        query = dns.message.make_query(name, "A", want_dnssec=True)
        wire = responder.respond(query.to_wire(), is_tcp=False)
        assert wire is not None
        assert wire[:2] == query.id.to_bytes(2, "big")
        assert dns.message.from_wire(wire).question[0].name.to_text(omit_final_dot=True) == name


@pytest.mark.parametrize(
    ("manner", "rcode"),
    [(Dns.NORMAL, dns.rcode.NOERROR), (Dns.REFUSED, dns.rcode.REFUSED), (Dns.SILENT, None)],
)
def test_a_zone_answers_in_its_manner(manner: Dns, rcode: dns.rcode.Rcode | None) -> None:
    query = dns.message.make_query("zone.se", "SOA")
    wire = Responder([ServedZone(contents(), manner=manner)]).respond(query.to_wire(), is_tcp=False)
    assert (None if wire is None else dns.message.from_wire(wire).rcode()) == rcode


def _queries() -> dict[str, bytes]:
    outside = dns.message.make_query("example.org", "A")
    version = dns.message.make_query("zone.se", "A", use_edns=1)
    notify = dns.message.make_query("zone.se", "SOA")
    notify.set_opcode(dns.opcode.NOTIFY)
    chaos = dns.message.make_query("zone.se", "TXT", rdclass="CH")
    whole = dns.message.make_query("zone.se", "A").to_wire()
    return {
        "REFUSED outside": outside.to_wire(),
        "REFUSED chaos": chaos.to_wire(),
        "REFUSED transfer": dns.message.make_query("zone.se", "AXFR").to_wire(),
        "BADVERS": version.to_wire(),
        "NOTIMP": notify.to_wire(),
        "FORMERR cut": whole[:-3],
        "FORMERR no question": whole[:4] + bytes(8),
        "FORMERR pointer": whole[:12] + b"\xc0\x0c" + whole[-4:],
    }


@pytest.mark.parametrize(("expected", "wire"), _queries().items(), ids=list(_queries()))
def test_what_is_no_question_for_us_gets_its_code(expected: str, wire: bytes) -> None:
    response = Responder([served("nsec")]).respond(wire, is_tcp=False)
    assert response is not None
    assert dns.rcode.to_text(dns.message.from_wire(response).rcode()) == expected.split(maxsplit=1)[0]


def test_responses_and_scraps_get_no_answer() -> None:
    responder = Responder([served("nsec")])
    response = responder.respond(dns.message.make_query("zone.se", "A").to_wire(), is_tcp=False)
    assert response is not None
    assert responder.respond(response, is_tcp=False) is None
    assert responder.respond(b"\0\1\2", is_tcp=False) is None


@pytest.mark.parametrize("algorithm", [8, 10, 13, 14, 15, 16])
def test_every_algorithm_of_the_lab_validates(algorithm: int) -> None:
    zone = served("nsec", algorithm)
    assert types(validate_all(zone, ask(zone, "mx.zone.se", "A"))) == {A}


def test_the_nsec_chain_leads_through_every_name_and_back() -> None:
    zone = served("nsec")
    assert zone.chain is not None
    name, seen = APEX, []
    while name not in seen:
        seen.append(name)
        nsec = zone.chain.at(name)
        assert nsec is not None
        name = nsec[0].next
    assert name == APEX
    assert set(seen) == {name for name, node in zone.contents.owned() if node}
    assert seen == sorted(seen)


def test_a_question_for_nsec_is_answered() -> None:
    zone = served("nsec")
    assert types(validate_all(zone, ask(zone, "mx.zone.se", "NSEC"))) == {NSEC}


LABELS = st.lists(
    st.sampled_from([b"zone", b"se", b"signed", b"wild", b"moved", b"\xff", b"x" * 63]), max_size=6
)
HEADS = st.sampled_from([b"\0\1\0\0\0\0\0\0", b"\0\1\0\0\0\0\0\1"])


@given(
    head=st.binary(min_size=4, max_size=4),
    counts=HEADS,
    labels=LABELS,
    rdtype=st.integers(0, 65535),
    tail=st.binary(max_size=40),
)
def test_whatever_is_asked_the_server_answers_under_the_same_id_or_not_at_all(
    head: bytes, counts: bytes, labels: list[bytes], rdtype: int, tail: bytes
) -> None:
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    wire = head + counts + name + rdtype.to_bytes(2, "big") + b"\0\1" + tail
    response = FUZZED.respond(wire, is_tcp=False)
    if response is not None:
        assert response[:2] == wire[:2]
        assert response[2] & 0x80
        dns.message.from_wire(response, ignore_trailing=True)


FUZZED = Responder([served("nsec3")])
