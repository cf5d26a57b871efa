"""One mutated or made-up server flight each for the reader of ClientHello replies, the plan and the facts."""

import contextlib
import random
import ssl
from collections.abc import Iterable
from dataclasses import fields
from functools import cache

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.client_hello import SSL2, TLS12, VERSION_NAMES, Hello, client_hello
from checker.protocols.hello_plan import next_hello
from checker.protocols.hellos import HELLOS, weak_hello
from checker.protocols.server_hello import MAX_MESSAGE_BYTES, MAX_RECORD_BYTES, ReplyReader
from checker.protocols.server_messages import MAX_CERTIFICATES
from checker.protocols.suites import FAMILIES
from checker.protocols.tls_facts import tls_facts
from tests.hostile.changes import change, pieces
from tests.lab.canned import canned_answer
from tests.lab.certificates import Authority
from tests.lab.client_hello import parse_client_hello
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer
from tests.protocols.made_certificates import NOW

MOST_HELLOS = 10
"""Connections a service for its TLS facts (measuring.md)."""
CHUNK_BYTES = 16_384
"""What one read of a stream brings at most."""
KNOWN = (
    *HELLOS.values(),
    weak_hello("weak", TLS12),
    weak_hello("weak/2", 0x0301),
    weak_hello("weak/2", 0x0300),
)
_FAILURES = (None, *(Failure.TIMEOUT, Failure.CLOSED, Failure.RESET, Failure.TOO_MUCH, Failure.REFUSED))
_SUITE_NAMES = (
    None,
    "TLS_AES_256_GCM_SHA384",
    "ECDHE-RSA-AES128-SHA",
    "DES-CBC3-SHA",
    "RC4-SHA",
    "DHE-RSA-AES256-SHA",
    "?",
)


@cache
def honest_flights() -> tuple[tuple[Hello, bytes], ...]:
    """What the laboratory's servers answer to each hello."""
    authority = Authority(NOW)
    flights = []
    for kind in Tls:
        server = TlsServer("www.example.se", kind, Certificate.GOOD, authority=authority, domain="example.se")
        for hello in KNOWN:
            sent = client_hello(hello, random=bytes(32), server_name="www.example.se")
            answer = canned_answer(parse_client_hello(sent), kind, server.chain, acceptable=False)
            if answer := answer or _openssl_flight(server.context, sent):
                flights.append((hello, answer))
    return tuple(dict.fromkeys(flights))


def _openssl_flight(context: ssl.SSLContext, sent: bytes) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(sent)
    with contextlib.suppress(ssl.SSLError):  # it wants the client's next step, or none of this
        context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
    return outgoing.read()


def made_flight(draw: random.Random, hello: Hello) -> bytes:
    """Records in a likely order, with numbers that are mostly right."""
    if hello.version == SSL2 and draw.random() < 0.7:
        return _ssl2_hello(draw)
    parts = [_server_hello(draw, hello)]
    parts += [
        _message(draw, draw.choice((0, 2, 4, 11, 12, 13, 14, 14, 20, 22, 255)), _body(draw))
        for _ in range(draw.randrange(5))
    ]
    if draw.random() < 0.1:
        draw.shuffle(parts)
    handshake = b"".join(parts)
    records = b""
    while handshake:
        size = draw.choice((1, 4, 50, 300, 16_384, 16_384, 18_000))
        records += _record(draw, 22, handshake[:size])
        handshake = handshake[size:]
        if draw.random() < 0.15:
            alert = bytes(
                (
                    draw.choice((1, 2, 2)),
                    draw.choice((0, 10, 40, 70, 71, 80, 90, 100, 112, draw.randrange(256))),
                )
            )
            records = draw.choice((records + _record(draw, 21, alert), _record(draw, 21, alert) + records))
        if draw.random() < 0.05:
            records += _record(draw, draw.choice((20, 23, 24, 22, 0, 128)), b"\1" * draw.randrange(3))
    return records


def _server_hello(draw: random.Random, hello: Hello) -> bytes:
    version = hello.version
    if draw.random() < 0.3:
        version = draw.choice((0x0300, 0x0301, 0x0303, 0x0304, 2, draw.randrange(65536)))
    offered = hello.suites or (0x002F,)
    suite = draw.choice(offered)
    if draw.random() < 0.1:
        suite = draw.choice((0x1301, 0x00FF, draw.randrange(65536)))
    session = bytes(draw.choice((0, 0, 32, 32, 32, 33)))
    body = version.to_bytes(2, "big") + bytes(32) + bytes((len(session),)) + session
    body += suite.to_bytes(2, "big") + bytes((draw.choice((0, 0, 0, 0, 0, 1, 64)),))
    if draw.random() < 0.7:
        numbers = draw.choices((0, 11, 15, 23, 0xFF01, 16, draw.randrange(65536)), k=draw.randrange(5))
        extensions = b"".join(n.to_bytes(2, "big") + b"\0\1\0" for n in numbers)
        body += len(extensions).to_bytes(2, "big") + extensions
    return _message(draw, 2, body)


def _body(draw: random.Random) -> bytes:
    prime = draw.randbytes(draw.choice((0, 1, 64, 128, 256, 1_250)))
    listed = b"".join(_vector(draw.randbytes(draw.randrange(60))) for _ in range(draw.choice((0, 1, 3, 40))))
    parameters = len(prime).to_bytes(2, "big") + prime + b"\0\1\2\0\1\5"
    return draw.choice((b"", parameters, _vector(listed), draw.randbytes(draw.randrange(400)), bytes(66_000)))


def _message(draw: random.Random, kind: int, body: bytes) -> bytes:
    length = len(body) if draw.random() < 0.95 else draw.choice((0, 1, len(body) + 1, 0xFFFF, 0xFFFFFF))
    return bytes((kind,)) + length.to_bytes(3, "big") + body


def _record(draw: random.Random, kind: int, body: bytes) -> bytes:
    length = len(body) if draw.random() < 0.99 else draw.choice((0, len(body) + 1, 18_433, 0xFFFF))
    return (
        bytes((kind, 2 if draw.random() < 0.005 else 3, draw.choice((0, 1, 3))))
        + length.to_bytes(2, "big")
        + body
    )


def _vector(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data


def _ssl2_hello(draw: random.Random) -> bytes:
    leaf, kinds, connection = (draw.randbytes(draw.choice((0, 3, 6, 16))) for _ in range(3))
    sizes = b"".join(len(part).to_bytes(2, "big") for part in (leaf, kinds, connection))
    body = bytes((draw.choice((4, 4, 4, 0, 7)), 0, 1)) + draw.choice((2, 2, 0x0300)).to_bytes(2, "big")
    body += sizes + leaf + kinds + connection
    return (0x8000 | len(body) + draw.choice((0, 0, 0, 1, -1))).to_bytes(2, "big") + body


def hello_reply(draw: random.Random) -> None:
    """A flight, changed or made up: read whole and in pieces, with or without the whole flight awaited."""
    if draw.random() < 0.6:
        hello, flight = draw.choice(honest_flights())
        flight = change(draw, flight) if draw.random() < 0.97 else flight
        hello = hello if draw.random() < 0.9 else draw.choice(KNOWN)
    else:
        hello = draw.choice(KNOWN)
        flight = made_flight(draw, hello)
        flight = change(draw, flight) if draw.random() < 0.3 else flight
    whole_flight, failure = draw.random() < 0.3, draw.choice(_FAILURES)
    reply = read_reply(hello, [flight], whole_flight=whole_flight, failure=failure)
    assert reply == read_reply(hello, pieces(draw, flight), whole_flight=whole_flight, failure=failure), (
        "split"
    )
    _sound(hello, reply)


def read_reply(
    hello: Hello, parts: Iterable[bytes], *, whole_flight: bool, failure: Failure | None = None
) -> HelloReply:
    reader = ReplyReader(hello, whole_flight=whole_flight)
    for part in parts:
        if reader.feed(part):
            assert reader.enough
            break
        assert len(reader._input) <= 5 + MAX_RECORD_BYTES + CHUNK_BYTES
        assert len(reader._messages) <= 4 + MAX_MESSAGE_BYTES + MAX_RECORD_BYTES
    reply = reader.reply(failure)
    assert reader.feed(b"\x15\x03\x03\x00\x02\x02\x28") or not reader.enough
    return reply


def _sound(hello: Hello, reply: HelloReply) -> None:
    """Whatever came: nothing is chosen that was not offered, and facts rest on a ServerHello."""
    assert reply.outcome in TlsOutcome
    assert reply.suite is None or (reply.suite in hello.suites and reply.suite in FAMILIES)
    if reply.version is not None:
        number = next(n for n, name in VERSION_NAMES.items() if name == reply.version)
        assert number <= hello.version
        assert (number == SSL2) == (hello.version == SSL2)
        assert (reply.suite is None) == (number == SSL2)
    if reply.outcome is TlsOutcome.ESTABLISHED:
        assert reply.version is not None
        assert reply.alert is None
    assert (reply.outcome is TlsOutcome.ALERT) >= (reply.alert is not None)
    assert reply.alert is None or 0 <= reply.alert <= 255
    assert reply.dh_prime_bits is None or 0 <= reply.dh_prime_bits <= 8 * 65_535
    assert len(reply.certificates) <= MAX_CERTIFICATES
    assert sum(map(len, reply.certificates)) <= MAX_MESSAGE_BYTES
    tested = (reply.secure_renegotiation, reply.extended_master_secret, reply.heartbeat, reply.compression)
    assert reply.suite is not None or set(tested) == {Fact.NOT_TESTED}


def hello_plan(draw: random.Random) -> None:
    """A server that answers every hello at random: the plan ends, and no fact once seen is taken back."""
    handshake = _handshake(draw)
    replies: list[HelloReply] = []
    before = tls_facts(handshake, replies)
    while hello := next_hello(handshake, replies):
        assert len(replies) < MOST_HELLOS, [reply.name for reply in replies]
        replies.append(_reply(draw, hello))
        facts = tls_facts(handshake, replies)
        for field in fields(TlsFacts):
            was, now = getattr(before, field.name), getattr(facts, field.name)
            assert was is not Fact.YES or now is Fact.YES, (field.name, replies)
        before = facts


def _reply(draw: random.Random, hello: Hello) -> HelloReply:
    kind = draw.random()
    if kind < 0.5:
        flight = made_flight(draw, hello)
    elif kind < 0.8:
        fitting = [flight for known, flight in honest_flights() if known == hello]
        flight = draw.choice(fitting) if fitting else b""
    else:
        flight = draw.choice(
            (b"", b"\x15\x03\x01\x00\x02\x02\x28", b"\x15\x03\x01\x00\x02\x02\x46", b"HTTP/1.1 400 X")
        )
    return read_reply(hello, [flight], whole_flight=hello.name == "broad", failure=draw.choice(_FAILURES))


def _handshake(draw: random.Random) -> Handshake:
    if draw.random() < 0.6:
        version = draw.choice(("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1.0"))
        return Handshake(outcome=TlsOutcome.ESTABLISHED, version=version, suite=draw.choice(_SUITE_NAMES))
    outcome = draw.choice((TlsOutcome.ALERT, TlsOutcome.NOT_TLS, TlsOutcome.SILENT, TlsOutcome.BROKEN))
    alert = draw.choice((40, 70, 71, 80, 112)) if outcome is TlsOutcome.ALERT else None
    return Handshake(outcome=outcome, alert=alert, failure=draw.choice(_FAILURES))
