"""Zones made to cost a validator much: the work they cause is counted at the costly steps, never timed."""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from hypothesis import given
from hypothesis import strategies as st

from checker.dns import nsec3, verification
from checker.dns.algorithms import CAPS
from checker.dns.query import EDNS_PAYLOAD_BYTES, write_query
from checker.dns.reasons import Code, Reason, Status
from checker.dns.records import find, parse_message
from checker.dns.trust import Trusted, trust_zone
from checker.dns.validate import judge_answer
from checker.dns.verification import canonical_rdata, is_oversized
from checker.dns.wire_names import MalformedNameError, WireNames
from checker.indicators.dnssec import judge
from checker.observations.dns import Message
from checker.observations.row import Evidence, Row
from checker.probes.dnssec import observe_dnssec
from checker.rulesets import RULESETS
from checker.verdict import Verdict
from tests.dns.costly import (
    ADDRESSES,
    APEX,
    CASES,
    ROOT_ADDRESS,
    Costly,
    colliding,
    colliding_ds,
    distinct_curve_keys,
    rsa_key,
)
from tests.dns.delegations import walking
from tests.dns.world import NOW
from tests.lab.responder import Responder
from tests.vantages import vantage

FIRST = ADDRESSES["ns1"][0]
WAIT_S = 20.0
"""Nothing is to be asked twice because the lab was slow to sign."""
SERVERS = 4
MESSAGES = 14
"""What one address is asked at most in a row: its questions, its part of the walk, aliases and signals."""
DENIALS = SERVERS * 8 * CAPS.verifications_per_message // 3
"""Two messages in three are answers that hold with one verification; the others may use up what a message may."""


@dataclass(slots=True)
class Work:
    verifications: int = 0
    rounds: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    done = Work()
    verify, hash_name = verification.verify, nsec3.hash_name

    def counted_verify(*signed: object) -> bool:
        done.verifications += 1
        return verify(*signed)  # type: ignore[arg-type]  # handed through as it came

    def counted_hash(name: dns.name.Name, salt: bytes, iterations: int) -> bytes:
        done.rounds += iterations + 1
        return hash_name(name, salt, iterations)

    monkeypatch.setattr(verification, "verify", counted_verify)
    monkeypatch.setattr(nsec3, "hash_name", counted_hash)
    return done


async def cell(case: Costly) -> Verdict:
    responders, anchors = case.serve()
    async with walking(responders, ROOT_ADDRESS, anchors, wait_s=WAIT_S) as walker:
        seen = await observe_dnssec(case.domain, case.questions, walker)
    row = Row(code="X", region="X", domain=case.domain, web_host=case.web_host, mail_domain=case.domain)
    evidence = Evidence(row=row, vantage=vantage(NOW), dnssec=(seen,))
    return judge(evidence, RULESETS["2026"])


CHAIN = 4
"""Root and own zone: what the walk down verifies, and the zone's keys once more under another question."""

BOUNDED: dict[str, tuple[str, set[str], int]] = {
    # cell, codes, verifications: at most those of the chain, and of one message at each address where it gives up
    "100 colliding keys x 100 signatures: DNSKEY": ("Ja (trasig)", {"dnssec_too_costly"}, CHAIN),
    "100 colliding keys x 100 signatures: A": ("Ja (trasig)", {"dnssec_too_costly"}, CHAIN),
    "100 colliding keys x 100 signatures: SOA": ("Ja (trasig)", {"dnssec_too_costly"}, CHAIN),
    "100 colliding DS": ("Ja (trasig)", {"dnssec_too_costly"}, CHAIN),
    "100 colliding DS and 100 colliding keys": ("Ja (trasig)", {"dnssec_too_costly"}, CHAIN),
    "4 colliding keys x 100 signatures everywhere": (
        "Ja (trasig)",
        {"dnssec_too_costly"},
        CHAIN + SERVERS * CAPS.verifications_per_rrset,
    ),
    "P-384, 100 wrong signatures before the good one": (
        "Ja (trasig)",
        {"dnssec_too_costly"},
        CHAIN + SERVERS * CAPS.verifications_per_rrset,
    ),
    "P-384, 7 wrong signatures before the good one": (
        "Ja",
        {"dnssec_secure"},
        CHAIN + SERVERS * MESSAGES * CAPS.verifications_per_rrset,
    ),
    "110 NSEC3 wrongly signed in one reply": ("Ja (trasig)", {"dnssec_too_costly"}, DENIALS),
    "110 NSEC3 well signed in one reply, P-384": ("Ja (trasig)", {"dnssec_too_costly"}, DENIALS),
    "20 NSEC3 with 8 wrong signatures of 4 colliding keys": ("Ja (trasig)", {"dnssec_too_costly"}, DENIALS),
    "100 signatures over NSEC": ("Ja (trasig)", {"dnssec_too_costly"}, DENIALS),
    "200 addresses x 40 signatures": ("Ja (trasig)", {"dnssec_too_costly"}, DENIALS),
    "14 CNAME links with 7 wrong signatures each": ("Ja (trasig)", {"dnssec_too_costly"}, DENIALS),
    "NSEC3 with 2500 iterations, wrongly signed": ("Ja (trasig)", {"dnssec_signature_wrong"}, DENIALS),
    "NSEC3 with 2500 iterations": ("Ja", {"dnssec_secure", "dnssec_nsec3_iterations"}, DENIALS),
}


@pytest.mark.parametrize("name", BOUNDED)
async def test_the_work_of_a_hostile_row_is_bounded(name: str, work: Work) -> None:
    expected, codes, most = BOUNDED[name]
    verdict = await cell(CASES[name])
    assert verdict.cell == expected
    assert {finding.code for finding in verdict.findings} >= codes
    assert work.verifications <= most
    assert work.rounds <= SERVERS * MESSAGES * CAPS.nsec3_rounds


@pytest.mark.parametrize("name", ["NSEC3 with 2500 iterations", "NSEC3 with 2500 iterations, wrongly signed"])
async def test_too_many_iterations_are_never_run(name: str, work: Work) -> None:
    await cell(CASES[name])
    assert work.rounds == 0


async def test_hashes_are_counted_over_all_names_of_a_question(work: Work) -> None:
    verdict = await cell(CASES["NSEC3 with 150 iterations, deep names"])
    assert "dnssec_too_costly" in {finding.code for finding in verdict.findings}
    assert 0 < work.rounds <= SERVERS * MESSAGES * CAPS.nsec3_rounds


async def test_the_row_beside_a_hostile_one_is_judged_as_ever(work: Work) -> None:
    alone = await cell(Costly())
    hostile, beside = await asyncio.gather(
        cell(CASES["4 colliding keys x 100 signatures everywhere"]), cell(Costly())
    )
    assert hostile.cell == "Ja (trasig)"
    assert (beside.cell, beside.findings) == (alone.cell, alone.findings)
    assert work.verifications > 0


def reply(responders: Mapping[str, Responder], address: str, rdtype: dns.rdatatype.RdataType) -> Message:
    """What the server there says about `own.test.`."""
    wire = responders[address].respond(
        write_query(1, dns.name.from_text(APEX), rdtype, EDNS_PAYLOAD_BYTES), is_tcp=True
    )
    assert wire is not None
    return parse_message(wire)


def trusted(responders: Mapping[str, Responder]) -> Trusted | Reason:
    """The keys as the first server gives them, under the DS of its parent."""
    ds = find(reply(responders, ROOT_ADDRESS, dns.rdatatype.DS).answer, APEX, "DS")
    assert ds is not None
    return trust_zone(reply(responders, FIRST, dns.rdatatype.DNSKEY), APEX, ds, NOW)


@pytest.mark.parametrize(
    ("scenario", "case"),
    [
        ("one key", Costly()),
        ("two keys that share their tag by chance", Costly(algorithm=8, crowd=lambda key: colliding(key, 1))),
        (
            "four such, and two wrong signatures first",
            Costly(algorithm=8, crowd=lambda key: colliding(key, 1), bad=2),
        ),
        ("stand-by keys", Costly(crowd=distinct_curve_keys(13, 6))),
        ("stand-by keys of another algorithm", Costly(crowd=distinct_curve_keys(14, 2), bad=3)),
        ("five signatures, the good one last", Costly(crowd=distinct_curve_keys(13, 4), bad=4)),
        ("stale DS beside the right one", Costly(ds=colliding_ds(3))),
        ("more keys than any zone has", CASES["245 RSA keys"]),
    ],
)
def test_honest_zones_hit_no_cap(scenario: str, case: Costly) -> None:
    responders, _ = case.serve()
    keys = trusted(responders)
    assert isinstance(keys, Trusted)
    answer = judge_answer(reply(responders, FIRST, dns.rdatatype.SOA), APEX, "SOA", keys, NOW)
    assert answer.status is Status.SECURE


@pytest.mark.parametrize(
    ("scenario", "key", "oversized"),
    [
        ("usual", rsa_key(65537, 2048, "a"), False),
        ("exponent 3", rsa_key(3, 1024, "a"), False),
        ("the largest exponent that signers offer", rsa_key((1 << 32) + 1, 2048, "a"), False),
        ("the largest modulus of RFC 5702", rsa_key(65537, 4096, "a"), False),
        ("exponent of 65 bits", rsa_key(1 << 64, 2048, "a"), True),
        ("exponent with a long length", rsa_key((1 << 3000) + 1, 3072, "a"), True),
        ("modulus over 4096 bits", rsa_key(65537, 4104, "a"), True),
        ("modulus of 16384 bits", rsa_key(65537, 16384, "a"), True),
        ("no key at all", rsa_key(65537, 2048, "a").replace(key=b""), False),
        ("a length and nothing behind it", rsa_key(65537, 2048, "a").replace(key=b"\0"), False),
    ],
)
def test_rsa_keys_too_large_to_try(scenario: str, key: DNSKEY, oversized: bool) -> None:
    assert is_oversized(key.to_wire() or b"") is oversized


@pytest.mark.parametrize(
    ("exponent_bits", "code"),
    [
        (3, Code.SIGNATURE_WRONG),
        (64, Code.SIGNATURE_WRONG),
        (65, Code.TOO_COSTLY),
        (4000, Code.TOO_COSTLY),
    ],
)
def test_a_key_too_large_is_never_tried(work: Work, exponent_bits: int, code: Code) -> None:
    keys = tuple(rsa_key((1 << exponent_bits) - 1, 4096, f"key {number}") for number in range(5))
    responders, _ = Costly(crowd=lambda _: keys, bad=6, good=False, types=frozenset({"SOA"})).serve()
    zone_keys = trusted(responders)
    assert isinstance(zone_keys, Trusted)
    before = work.verifications
    answer = judge_answer(reply(responders, FIRST, dns.rdatatype.SOA), APEX, "SOA", zone_keys, NOW)
    assert answer.reason is not None
    assert answer.reason.code is code
    assert work.verifications - before == (1 if code is Code.TOO_COSTLY else 6)


def test_long_names_are_read_once_however_often_they_are_pointed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 records whose owners, and mail hosts, hang below one name of 120 labels."""
    long = b"".join([b"\1a"] * 120) + b"\0"
    question = b"\0\0\x84\0\0\1\0\xc8\0\0\0\0" + long + b"\0\x0f\0\1"
    record = b"\xc0\x0c\0\x0f\0\1\0\0\0\1\0\6"
    records = b"".join(record + struct.pack("!H", number) + b"\1m\xc0\x0c" for number in range(200))
    runs: list[int] = []
    run = WireNames._run

    def counted(names: WireNames, start: int, limit: int) -> tuple[list[bytes], int, int | None]:
        runs.append(start)
        return run(names, start, limit)

    monkeypatch.setattr(WireNames, "_run", counted)
    (rrset,) = parse_message(question + records).answer
    assert len(rrset.rdata) == 200
    assert rrset.rdata[7] == b"\0\7\1m" + long
    assert len(runs) == 1 + 200  # the question, and the mail host of each record


def test_a_name_may_not_run_into_the_one_that_points_to_it() -> None:
    # the name at 1, which the pointer leads to, ends behind the start at 2
    names = WireNames(b"\0\x01\x01\0\xc0\x01\0")
    with pytest.raises(MalformedNameError):
        names.read(2, 7)


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=9), st.integers(0, 60)), max_size=12), st.data())
def test_names_are_read_as_dnspython_reads_them(parts: list[bytes | int], data: st.DataObject) -> None:
    wire = bytes(
        b"".join(
            bytes([0xC0, part]) if isinstance(part, int) else bytes([len(part)]) + part for part in parts
        )
    ) + data.draw(st.sampled_from([b"\0", b"", b"\xc0\0", b"\x40"]))
    at = data.draw(st.integers(0, max(0, len(wire) - 1)))
    try:
        expected = dns.name.from_wire(wire, at)
    except (dns.exception.DNSException, IndexError):
        with pytest.raises(MalformedNameError):
            WireNames(wire).read(at, len(wire))
        return
    found, behind = WireNames(wire).read(at, len(wire))
    assert found.wire == expected[0].to_wire()
    assert found.text == expected[0].canonicalize().to_text()
    assert behind == at + expected[1]


@pytest.mark.parametrize(
    ("rdtype", "text"),
    [
        ("A", "192.0.2.1"),
        ("NS", "NS1.Example.Se."),
        ("CNAME", r"A\.b\000C.Example.Se."),
        ("DNAME", "Forest.Test."),
        ("PTR", "Host.Example."),
        ("MX", "17235 Mail.Example."),
        ("SOA", "NS.Example. Host-Master.Example. 1 7200 900 1209600 300"),
        ("SRV", "16705 16705 16705 Host.Example."),
        ("NSEC", "Next.Example. A NS SOA"),
        ("TXT", '"Upper Case"'),
        ("CAA", '0 issue "CA.Example"'),
        ("RP", "Box.Example. Text.Example."),
    ],
)
def test_canonical_forms_are_those_of_dnspython(rdtype: str, text: str) -> None:
    rdata = dns.rdata.from_text("IN", rdtype, text)
    assert canonical_rdata(rdtype, rdata.to_wire() or b"") == rdata.to_digestable()
