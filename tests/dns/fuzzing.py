"""One mutated input each for the pure parts of resolving: what must hold whatever is fed to them."""

import random
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address

import dns.message
import dns.name
import dns.rdatatype
from dns.rdata import GenericRdata
from dns.rdataclass import IN
from dns.rdatatype import OPT, RRSIG
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from checker.dns.delegation import judge_ds
from checker.dns.denial import Proofs, absence, gather, no_closer_match
from checker.dns.reasons import Reason, Status
from checker.dns.records import MalformedMessageError, canonical_text, name_of, parse_message, rdata_of, texts
from checker.dns.responses import classify
from checker.dns.signatures import Key, check_signatures
from checker.dns.trust import Trusted, trust_zone
from checker.dns.validate import Answer, Kind, judge_answer
from checker.observations.dns import Message, RRset
from tests.dns.mutations import change_message, change_rdata, change_wire
from tests.dns.world import NOW, ZONE, World

WORLDS: tuple[dict[str, object], ...] = (
    {"denial": "nsec"},
    {"denial": "nsec3"},
    {"denial": "nsec3-optout", "algorithm": 8},
    {"denial": "nsec", "algorithm": 15, "split": True},
    {"denial": "nsec3", "algorithm": 16, "iterations": 5},
)
_QUESTIONS = """
example. SOA, example. MX, example. DNSKEY, example. NS, www.example. A, www.example. AAAA, mixed.example. MX,
x.wild.example. A, x.wild.example. AAAA, *.wild.example. A, a.b.ent.example. TXT, ent.example. A, no.example. A,
alias.example. A, away.example. A, x.farwild.example. A, oak.tree.example. A, oak.tree.example. CNAME,
plain.example. DS, secure.example. DS, www.example. DS, no.example. DS, www.plain.example. A
"""
QUESTIONS = tuple((name, rdtype) for name, rdtype in (line.split() for line in _QUESTIONS.split(",")))


class Corpus:
    """One world's honest replies, and what is true of it."""

    def __init__(self, world: World) -> None:
        self.wires = {(name, rdtype): world.wire(name, rdtype) for name, rdtype in QUESTIONS}
        self.messages = {question: parse_message(wire) for question, wire in self.wires.items()}
        self.trusted = world.trusted()
        self.ds = world.ds()
        self.truth = {question: self.judge(message, question) for question, message in self.messages.items()}

    def judge(self, message: Message, question: tuple[str, str]) -> Answer:
        return judge_answer(message, *question, self.trusted, NOW)


@cache
def corpus(number: int) -> Corpus:
    return Corpus(World(**WORLDS[number]))  # type: ignore[arg-type]  # keywords of World, by name


def mutated_wire(draw: random.Random) -> None:
    """Bytes of a message, changed: read, classified and judged."""
    known = corpus(draw.randrange(len(WORLDS)))
    question = draw.choice(QUESTIONS)
    wire = change_wire(draw, known.wires[question], keep_id=draw.random() < 0.5)
    try:
        message = parse_message(wire)
    except MalformedMessageError:
        assert _as_dnspython_reads(wire) is None, "dnspython can read it"
        return
    theirs = _as_dnspython_reads(wire)
    assert theirs is None or theirs == _answered(message)
    _judged(known, message, question)


def _answered(message: Message) -> set[tuple[str, str]]:
    return {(rrset.name, rrset.type) for rrset in message.answer if rrset.rdata}


def _as_dnspython_reads(wire: bytes) -> set[tuple[str, str]] | None:
    """Names and types answered, as another reader sees them; None where it refuses, or reads another kind of message."""
    try:
        message = dns.message.from_wire(
            b"\0\0" + wire[2:], ignore_trailing=True
        )  # nothing may rest on the id
    except Exception:  # noqa: BLE001 - strangers' bytes: whatever it thinks of them
        return None
    if not isinstance(message, dns.message.QueryMessage):
        return None
    answered = [rrset for rrset in message.answer if rrset.rdclass == IN and rrset.rdtype not in (RRSIG, OPT)]
    return {(canonical_text(rrset.name), dns.rdatatype.to_text(rrset.rdtype)) for rrset in answered}


def mutated_records(draw: random.Random) -> None:
    """A message as read, its records changed: judged."""
    known = corpus(draw.randrange(len(WORLDS)))
    question = draw.choice(QUESTIONS)
    message = change_message(draw, known.messages[question], tuple(known.messages.values()))
    if all(map(_readable, (*message.answer, *message.authority, *message.additional))):
        _judged(known, message, question)


def _readable(rrset: RRset) -> bool:
    """Whether the reader lets such records through: what resolving rests on makes a message malformed otherwise."""
    generic = any(isinstance(rdata_of(rrset.type, wire), GenericRdata) for wire in rrset.rdata)
    return not (generic and rrset.type in ("A", "AAAA", "NS", "CNAME", "DNAME", "MX", "SOA"))


def _judged(known: Corpus, message: Message, question: tuple[str, str]) -> None:
    name, rdtype = question
    response = classify(message, dns.name.from_text(ZONE), name_of(name), rdtype)
    if response.rrset is not None:
        texts(response.rrset)
    if response.below is not None:
        assert all(server.address for server in response.below.glue)
    gather(message, ZONE, known.trusted.keys, NOW)
    keys = trust_zone(message, ZONE, known.ds, NOW)
    if isinstance(keys, Trusted):
        assert {key.wire for key in keys.keys} == {key.wire for key in known.trusted.keys}
    if rdtype == "DS":
        delegation = judge_ds(message, name, known.trusted, NOW)
        if delegation.ds is not None and name == "secure.example.":
            assert _canonical(delegation.ds) == _canonical(known.truth[question].rrset)
    answer, truth = known.judge(message, question), known.truth[question]
    if answer.status is Status.SECURE:
        assert answer.target == truth.target, (answer, truth)
        if answer.rrset is not None and answer.rrset.type == "DNAME":
            return  # without the CNAME that was made from it, to the same end
        assert answer.kind is truth.kind, (answer, truth)
        if answer.kind in (Kind.POSITIVE, Kind.ALIAS):
            assert _canonical(answer.rrset) == _canonical(truth.rrset)


def _canonical(rrset: RRset | None) -> tuple[str, str, frozenset[bytes]]:
    assert rrset is not None
    values = frozenset(rdata_of(rrset.type, wire).to_digestable() for wire in rrset.rdata)
    return rrset.name, rrset.type, values


def mutated_denial(draw: random.Random) -> None:
    """NSEC and NSEC3 records as a hostile zone might sign them."""
    known = corpus(draw.randrange(len(WORLDS)))
    nsec: list[tuple[dns.name.Name, NSEC]] = []
    nsec3: list[tuple[dns.name.Name, NSEC3]] = []
    for message in draw.sample(list(known.messages.values()), 3):
        for rrset in message.authority:
            for wire in rrset.rdata:
                changed = change_rdata(draw, wire) if draw.random() < 0.7 else wire
                rdata = rdata_of(rrset.type, changed)
                if isinstance(rdata, NSEC):
                    nsec.append((name_of(rrset.name), rdata))
                elif isinstance(rdata, NSEC3):
                    nsec3.append((name_of(rrset.name), rdata))
    proofs = Proofs(zone=name_of(ZONE), nsec=tuple(nsec), nsec3=tuple(nsec3), fault=None)
    name, rdtype = draw.choice(QUESTIONS)
    absence(proofs, name_of(name), dns.rdatatype.from_text(rdtype))
    asked = name_of(name)
    no_closer_match(proofs, asked, draw.randrange(len(asked.labels) - 1))


def mutated_keys(draw: random.Random) -> None:
    """Keys and signatures of every algorithm, whole, cut short or extreme; DS of any length."""
    known = corpus(draw.randrange(len(WORLDS)))
    reply = known.messages["example.", "DNSKEY"]
    rrset = next(found for found in reply.answer if found.type == "DNSKEY")
    algorithm = draw.choice((0, 1, 3, 5, 7, 8, 10, 12, 13, 14, 15, 16, 17, 23, 252, 253, 254, 255))
    material = draw.choice(
        (
            b"",
            b"\0",
            b"\0\0\0",
            b"\0\0\1",
            b"\1",
            b"\1\3",
            b"\3\1\0\1" + draw.randbytes(draw.choice((0, 1, 63, 128, 257))),
            b"\0\xff\xff" + draw.randbytes(32),
            draw.randbytes(draw.choice((31, 32, 33, 56, 57, 64, 96, 300))),
            change_rdata(draw, rrset.rdata[0][4:]),
        )
    )
    key = rrset.rdata[0][:3] + bytes([algorithm]) + material
    signature = bytearray(
        change_rdata(draw, rrset.signatures[0]) if draw.random() < 0.7 else rrset.signatures[0]
    )
    if len(signature) > 18:
        signature[2] = algorithm
        tag = int.from_bytes(signature[16:18], "big")
    else:
        tag = 0
    changed = RRset(name=ZONE, type="DNSKEY", ttl=60, rdata=(key,), signatures=(bytes(signature),))
    checked = check_signatures(changed, ZONE, (Key(wire=key, tag=tag, algorithm=algorithm),), NOW)
    assert isinstance(checked, Reason) or key == rrset.rdata[0], checked
    vouching = RRset(name=ZONE, type="DS", ttl=60, rdata=(change_rdata(draw, known.ds.rdata[0]),))
    message = Message(
        rcode="NOERROR", authoritative=True, answer=(changed,), authority=(), additional=(), edns=True
    )
    trusted = trust_zone(message, ZONE, vouching, NOW)
    assert not isinstance(trusted, Trusted) or key == rrset.rdata[0], trusted


def mutated_rdata(draw: random.Random) -> None:
    """RDATA of any type: its presentation form, or the generic one of RFC 3597."""
    number = draw.choice((draw.randrange(1, 300), draw.randrange(65536)))
    rdtype = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(number))
    wire = draw.randbytes(draw.choice((0, 1, 2, 3, 4, 8, 16, 20, 40)))
    if draw.random() < 0.5:
        wire = bytes(octet % 8 for octet in wire)
    written = texts(RRset(name=ZONE, type=rdtype, ttl=60, rdata=(wire,)))
    assert len(written) == 1
    if rdtype in ("A", "AAAA") and len(wire) == (4 if rdtype == "A" else 16):
        assert ip_address(written[0]).packed == wire


PURE: tuple[Callable[[random.Random], None], ...] = (
    mutated_wire,
    mutated_records,
    mutated_denial,
    mutated_keys,
    mutated_rdata,
)
