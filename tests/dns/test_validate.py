from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.dns.delegation import Cut, judge_ds
from checker.dns.reasons import Code, Status
from checker.dns.records import MalformedMessageError, parse_message
from checker.dns.validate import Kind, judge_answer
from checker.observations.dns import Message, RRset
from tests.dns.world import NOW, ZONE, World
from tests.lab.signing import Validity, make_keys

DENIALS = ("nsec", "nsec3", "nsec3-optout")
WORLDS = {denial: World(denial=denial) for denial in DENIALS}


@pytest.mark.parametrize("denial", DENIALS)
@pytest.mark.parametrize(
    ("scenario", "name", "rdtype", "kind"),
    [
        ("address", "www.example.", "A", Kind.POSITIVE),
        ("apex", "example.", "SOA", Kind.POSITIVE),
        ("names in records keep their case", "mixed.example.", "MX", Kind.POSITIVE),
        ("wildcard", "x.wild.example.", "A", Kind.POSITIVE),
        ("wildcard two labels up", "x.y.wild.example.", "A", Kind.POSITIVE),
        ("the wildcard itself", "*.wild.example.", "A", Kind.POSITIVE),
        ("alias", "alias.example.", "A", Kind.ALIAS),
        ("the alias made from a DNAME", "oak.tree.example.", "CNAME", Kind.POSITIVE),
        ("no DS at an unsigned child", "plain.example.", "DS", Kind.DELEGATION),
        ("alias out of the zone", "away.example.", "A", Kind.ALIAS),
        ("the alias itself", "alias.example.", "CNAME", Kind.POSITIVE),
        ("DNAME", "oak.tree.example.", "A", Kind.ALIAS),
        ("no such type", "www.example.", "AAAA", Kind.NODATA),
        ("no such type at the apex", "example.", "MX", Kind.NODATA),
        ("empty non-terminal", "ent.example.", "A", Kind.NODATA),
        ("inner empty non-terminal", "b.ent.example.", "TXT", Kind.NODATA),
        ("wildcard without the type", "x.wild.example.", "AAAA", Kind.NODATA),
    ],
)
def test_secure_answers(denial: str, scenario: str, name: str, rdtype: str, kind: Kind) -> None:
    world = WORLDS[denial]
    answer = judge_answer(world.ask(name, rdtype), name, rdtype, world.trusted(), NOW)
    expected = Status.SECURE
    if denial == "nsec3-optout" and ("wild" in name or kind is Kind.DELEGATION) and name != "*.wild.example.":
        expected = Status.INSECURE  # an opt-out span may hide an unsigned delegation (RFC 5155 §9.2)
        kind = Kind.NODATA if kind is Kind.DELEGATION else kind
    assert (answer.status, answer.kind) == (expected, kind), answer.reason


def test_no_alias_is_made_from_a_dname_but_its_own() -> None:
    world = WORLDS["nsec"]
    whole = world.ask("oak.tree.example.", "CNAME")
    made = next(rrset for rrset in whole.answer if rrset.type == "CNAME")
    forged = replace(made, rdata=(b"\x04evil\x04test\x00",))
    message = replace(whole, answer=(*(rrset for rrset in whole.answer if rrset != made), forged))
    answer = judge_answer(message, "oak.tree.example.", "CNAME", world.trusted(), NOW)
    assert (answer.status, answer.reason and answer.reason.code) == (Status.BOGUS, Code.SIGNATURE_MISSING)


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
def test_a_wildcard_does_not_answer_past_a_name_that_exists(denial: str) -> None:
    """`*.example.` must not stand for a.b.ent2.example. when the proof itself shows that ent2.example. exists."""
    world = World(
        denial=denial, more=(("*.example.", "A", "192.0.2.66"), ("a.ent2.example.", "A", "192.0.2.67"))
    )
    trusted = world.trusted()
    honest = world.ask("other.example.", "A")
    replayed = replace(honest.answer[0], name="b.ent2.example.")
    proof = world.ask("b.ent2.example.", "A").authority
    message = replace(honest, answer=(replayed,), authority=proof)
    assert judge_answer(honest, "other.example.", "A", trusted, NOW).status is Status.SECURE
    assert judge_answer(message, "b.ent2.example.", "A", trusted, NOW).status is Status.BOGUS


def test_nxdomain_behind_opt_out_still_needs_the_wildcard_denied() -> None:
    world = WORLDS["nsec3-optout"]
    whole = world.ask("no.example.", "A")
    trusted = world.trusted()
    judged = set()
    for left_out in [rrset for rrset in whole.authority if rrset.type == "NSEC3"]:
        message = replace(whole, authority=tuple(rrset for rrset in whole.authority if rrset != left_out))
        judged.add(judge_answer(message, "no.example.", "A", trusted, NOW).status)
    assert judged == {Status.BOGUS}


@pytest.mark.parametrize(
    ("scenario", "change", "status"),
    [
        ("an upward referral", {"authoritative": False, "authority": ()}, Status.INDETERMINATE),
        ("nothing, with authority", {"authority": ()}, Status.BOGUS),
        ("without EDNS", {"edns": False, "authority": ()}, Status.INDETERMINATE),
        ("proven, without EDNS", {"edns": False}, Status.SECURE),
    ],
)
def test_what_nobody_said_is_not_bogus(scenario: str, change: dict[str, Any], status: Status) -> None:
    world = WORLDS["nsec"]
    message = replace(world.ask("www.example.", "AAAA"), **change)
    assert judge_answer(message, "www.example.", "AAAA", world.trusted(), NOW).status is status


@pytest.mark.parametrize("denial", DENIALS)
def test_a_denial_of_a_name_of_many_labels(denial: str) -> None:
    world = WORLDS[denial]
    name = "m." * 110 + "example."
    answer = judge_answer(world.ask(name, "A"), name, "A", world.trusted(), NOW)
    expected = Status.INSECURE if denial == "nsec3-optout" else Status.SECURE
    assert (answer.status, answer.kind) == (expected, Kind.NXDOMAIN), answer.reason


def test_signatures_alone_are_no_answer_to_judge() -> None:
    world = WORLDS["nsec"]
    message = world.ask("www.example.", "A")
    alone = replace(message, answer=(replace(message.answer[0], rdata=()),))
    assert judge_answer(alone, "www.example.", "RRSIG", world.trusted(), NOW).status is Status.INDETERMINATE


@pytest.mark.parametrize(
    ("denial", "status"),
    [("nsec", Status.SECURE), ("nsec3", Status.SECURE), ("nsec3-optout", Status.INSECURE)],
)
@pytest.mark.parametrize("name", ["no.example.", "no.such.name.example.", "zz.www.example.", "0.example."])
def test_nonexistent_names(denial: str, status: Status, name: str) -> None:
    world = WORLDS[denial]
    answer = judge_answer(world.ask(name, "A"), name, "A", world.trusted(), NOW)
    assert (answer.status, answer.kind) == (status, Kind.NXDOMAIN), answer.reason


@pytest.mark.parametrize("denial", DENIALS)
@pytest.mark.parametrize(
    ("scenario", "name", "cut"),
    [
        ("signed child", "secure.example.", Cut.SECURE),
        ("unsigned child", "plain.example.", Cut.INSECURE),
        ("no cut", "www.example.", Cut.NONE),
        ("empty non-terminal", "ent.example.", Cut.NONE),
        ("alias", "alias.example.", Cut.NONE),
        ("alias by wildcard", "x.farwild.example.", Cut.NONE),
    ],
)
def test_delegations(denial: str, scenario: str, name: str, cut: Cut) -> None:
    world = WORLDS[denial]
    if denial == "nsec3-optout" and "wild" in name:
        cut = Cut.INSECURE
    judged = judge_ds(world.ask(name, "DS"), name, world.trusted(), NOW)
    assert judged.cut is cut, judged.reason


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
def test_a_name_that_does_not_exist_is_no_cut(denial: str) -> None:
    world = WORLDS[denial]
    assert judge_ds(world.ask("no.example.", "DS"), "no.example.", world.trusted(), NOW).cut is Cut.NXDOMAIN


@pytest.mark.parametrize("algorithm", [5, 7, 8, 10, 13, 14, 15, 16])
def test_every_supported_algorithm_validates(algorithm: int) -> None:
    world = World(algorithm=algorithm, split=True)
    answer = judge_answer(world.ask("www.example.", "A"), "www.example.", "A", world.trusted(), NOW)
    assert answer.status is Status.SECURE


@pytest.mark.parametrize("denial", DENIALS)
@pytest.mark.parametrize(
    ("name", "rdtype"),
    [("www.example.", "AAAA"), ("no.example.", "A"), ("ent.example.", "A"), ("x.wild.example.", "A")],
)
def test_without_its_denial_records_an_absence_is_bogus(denial: str, name: str, rdtype: str) -> None:
    world = WORLDS[denial]
    whole = world.ask(name, rdtype)
    bare = replace(whole, authority=tuple(r for r in whole.authority if r.type not in ("NSEC", "NSEC3")))
    assert judge_answer(bare, name, rdtype, world.trusted(), NOW).status is Status.BOGUS


@pytest.mark.parametrize("denial", DENIALS)
def test_denial_of_one_name_does_not_deny_another(denial: str) -> None:
    world = WORLDS[denial]
    of_other = world.ask("no.example.", "A")
    answer = judge_answer(of_other, "www.example.", "A", world.trusted(), NOW)
    assert answer.status is Status.BOGUS


def test_denial_from_above_a_cut_says_nothing_below_it() -> None:
    world = WORLDS["nsec"]
    at_cut = world.ask("plain.example.", "DS")  # the NSEC at plain.example. has NS and no SOA
    forged = replace(at_cut, rcode="NXDOMAIN")
    answer = judge_answer(forged, "www.plain.example.", "A", world.trusted(), NOW)
    assert answer.status is Status.BOGUS


@pytest.mark.parametrize(
    ("iterations", "cut"), [(0, Cut.NONE), (150, Cut.NONE), (151, Cut.INSECURE), (2500, Cut.INSECURE)]
)
def test_too_many_nsec3_iterations_are_insecure(iterations: int, cut: Cut) -> None:
    world = World(denial="nsec3", iterations=iterations)
    assert judge_ds(world.ask("www.example.", "DS"), "www.example.", world.trusted(), NOW).cut is cut


def test_too_many_iterations_count_only_when_signed() -> None:
    world = World(denial="nsec3", iterations=2500)
    whole = world.ask("www.example.", "DS")
    stripped = replace(whole, authority=tuple(replace(r, signatures=()) for r in whole.authority))
    assert judge_ds(stripped, "www.example.", world.trusted(), NOW).cut is Cut.BOGUS


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("scenario", "start", "end", "status", "code"),
    [
        ("valid", -DAY, DAY, Status.SECURE, None),
        ("ended four minutes ago: within the skew", -DAY, timedelta(minutes=-4), Status.SECURE, None),
        ("ended six minutes ago", -DAY, timedelta(minutes=-6), Status.BOGUS, Code.SIGNATURE_EXPIRED),
        ("starts in four minutes", timedelta(minutes=4), DAY, Status.SECURE, None),
        ("starts in six minutes", timedelta(minutes=6), DAY, Status.BOGUS, Code.SIGNATURE_EARLY),
        ("ended long ago", -60 * DAY, -30 * DAY, Status.BOGUS, Code.SIGNATURE_EXPIRED),
    ],
)
def test_times(scenario: str, start: timedelta, end: timedelta, status: Status, code: Code | None) -> None:
    keys = make_keys(World().keys.apex)
    timed = World(keys=keys, validity=Validity(inception=NOW + start, expiration=NOW + end))
    answer = judge_answer(
        timed.ask("www.example.", "A"), "www.example.", "A", World(keys=keys).trusted(), NOW
    )
    assert (answer.status, answer.reason and answer.reason.code) == (status, code)


def test_times_wrap_by_serial_arithmetic() -> None:
    after_2106 = datetime.fromtimestamp(2**32 + 3600, NOW.tzinfo)
    keys = make_keys(World().keys.apex)
    validity = Validity(
        inception=datetime.fromtimestamp(2**32 - 3600, NOW.tzinfo),
        expiration=datetime.fromtimestamp(2**32 - 1, NOW.tzinfo),
    )
    world = World(keys=keys, validity=validity)
    answer = judge_answer(
        world.ask("www.example.", "A"), "www.example.", "A", World(keys=keys).trusted(), after_2106
    )
    assert answer.reason is not None
    assert answer.reason.code is Code.SIGNATURE_EXPIRED


def _with_answer(message: Message, change: RRset) -> Message:
    return replace(message, answer=(change,))


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("no signature", Code.SIGNATURE_MISSING),
        ("record added", Code.SIGNATURE_WRONG),
        ("record removed", Code.SIGNATURE_WRONG),
        ("signature damaged", Code.SIGNATURE_WRONG),
        ("signature of another zone", Code.SIGNER_WRONG),
        ("signature of another owner", Code.SIGNATURE_WRONG),
    ],
)
def test_tampered_answers(scenario: str, code: Code) -> None:
    world = WORLDS["nsec"]
    message = world.ask("www.example.", "A")
    good = message.answer[0]
    damaged = good.signatures[0][:-1] + bytes([good.signatures[0][-1] ^ 1])
    changed = {
        "no signature": replace(good, signatures=()),
        "record added": replace(good, rdata=(*good.rdata, bytes([192, 0, 2, 99]))),
        "record removed": replace(good, rdata=good.rdata[:1]),
        "signature damaged": replace(good, signatures=(damaged,)),
        "signature of another zone": replace(
            good, signatures=(good.signatures[0].replace(b"\x07example\x00", b"\x07exbmple\x00"),)
        ),
        "signature of another owner": replace(
            good, signatures=world.ask("ns.example.", "A").answer[0].signatures
        ),
    }[scenario]
    answer = judge_answer(_with_answer(message, changed), "www.example.", "A", world.trusted(), NOW)
    assert answer.status is Status.BOGUS
    assert answer.reason is not None
    assert answer.reason.code is code


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
def test_an_error_code_is_no_verdict(rcode: str) -> None:
    world = WORLDS["nsec"]
    message = replace(world.ask("www.example.", "A"), rcode=rcode, answer=())
    answer = judge_answer(message, "www.example.", "A", world.trusted(), NOW)
    assert answer.status is Status.INDETERMINATE


QUESTIONS = [
    (denial, name, rdtype)
    for denial in DENIALS
    for name, rdtype in [
        ("www.example.", "A"),
        ("x.wild.example.", "A"),
        ("no.example.", "A"),
        ("secure.example.", "DS"),
    ]
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(QUESTIONS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), min_size=1, max_size=4),
)
def test_no_mutated_reply_escapes_or_becomes_another_secure_answer(
    question: tuple[str, str, str], flips: list[tuple[int, int]]
) -> None:
    denial, name, rdtype = question
    world = WORLDS[denial]
    wire = bytearray(world.wire(name, rdtype))
    honest = judge_answer(parse_message(bytes(wire)), name, rdtype, world.trusted(), NOW)
    for at, mask in flips:
        wire[at % len(wire)] ^= mask
    try:
        message = parse_message(bytes(wire))
    except MalformedMessageError:
        return
    answer = judge_answer(message, name, rdtype, world.trusted(), NOW)
    if answer.status is Status.SECURE and answer.kind is Kind.POSITIVE:
        assert answer.rrset is not None
        assert honest.rrset is not None
        assert answer.rrset.rdata == honest.rrset.rdata


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_reading_random_bytes_raises_nothing_but_malformed(data: bytes) -> None:
    try:
        parse_message(data)
    except MalformedMessageError:
        return
    assert len(data) >= 12


def test_the_zone_constant_is_the_worlds_apex() -> None:
    assert World().keys.apex.to_text() == ZONE
