import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import HelloReply, TlsOutcome
from checker.protocols.client_hello import SSL2, SSL3, TLS10, TLS12, Hello
from checker.protocols.hellos import BROAD, HELLOS, weak_hello
from checker.protocols.server_hello import MAX_MESSAGE_BYTES, MAX_RECORD_BYTES, ReplyReader
from checker.protocols.server_messages import MAX_CERTIFICATES

CONTROL, OLD, DHE, SSL3_HELLO, SSL2_HELLO = (HELLOS[name] for name in ("tls12", "old", "dhe", "ssl3", "ssl2"))
WEAK = weak_hello("weak", TLS12)
RENEGOTIATION = b"\xff\x01\x00\x01\x00"
EMS = b"\x00\x17\x00\x00"
HEARTBEAT = b"\x00\x0f\x00\x01\x01"


def record(kind: int, body: bytes, version: int = TLS12) -> bytes:
    return struct.pack("!BHH", kind, version, len(body)) + body


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3) + body


def hello_body(version: int, suite: int, extensions: bytes | None = None, compression: int = 0) -> bytes:
    tail = b"" if extensions is None else struct.pack("!H", len(extensions)) + extensions
    session = bytes(range(32))
    return (
        struct.pack("!H", version)
        + bytes(32)
        + b"\x20"
        + session
        + struct.pack("!HB", suite, compression)
        + tail
    )


def server_hello(version: int, suite: int, extensions: bytes | None = None, compression: int = 0) -> bytes:
    return record(22, message(2, hello_body(version, suite, extensions, compression)), version)


def certificate(*ders: bytes) -> bytes:
    entries = b"".join(len(der).to_bytes(3) + der for der in ders)
    return message(11, len(entries).to_bytes(3) + entries)


def key_exchange(prime: int) -> bytes:
    size = (prime.bit_length() + 7) // 8
    return message(12, struct.pack("!H", size) + prime.to_bytes(size) + b"\x00\x01\x02\x00\x01\x05")


def alert(level: int, description: int) -> bytes:
    return record(21, bytes([level, description]))


def ssl2(kind: int, body: bytes) -> bytes:
    return struct.pack("!HB", 0x8000 | (len(body) + 1), kind) + body


def ssl2_server_hello(version: int = SSL2, ciphers: bytes = b"\x01\x00\x80") -> bytes:
    return ssl2(
        4, struct.pack("!BBHHHH", 0, 1, version, 5, len(ciphers), 16) + b"LEAF!" + ciphers + bytes(16)
    )


DONE = message(14, b"")
FLIGHT = server_hello(TLS12, 0xC02F, RENEGOTIATION) + record(22, certificate(b"leaf", b"issuer") + DONE)
DHE_FLIGHT = server_hello(TLS12, 0x009F) + record(
    22, certificate(b"x" * 900) + key_exchange((1 << 1023) + 1) + DONE
)


def read(hello: Hello, data: bytes, *, failure: Failure | None = None) -> HelloReply:
    reader = ReplyReader(hello, whole_flight=hello is BROAD)
    reader.feed(data)
    return reader.reply(None if reader.enough else failure)


CASES = [
    ("silence", CONTROL, b"", TlsOutcome.SILENT, None, None, None),
    ("http", CONTROL, b"HTTP/1.1 400 Bad Request\r\n", TlsOutcome.NOT_TLS, None, None, None),
    ("half a record", CONTROL, FLIGHT[:20], TlsOutcome.BROKEN, None, None, None),
    ("refusal", CONTROL, alert(2, 40), TlsOutcome.ALERT, None, None, 40),
    ("refusal as a warning", CONTROL, alert(1, 40), TlsOutcome.ALERT, None, None, 40),
    ("close_notify", CONTROL, alert(1, 0), TlsOutcome.ALERT, None, None, 0),
    ("sni is fatal", CONTROL, alert(2, 112), TlsOutcome.ALERT, None, None, 112),
    ("sni warning first", CONTROL, alert(1, 112) + FLIGHT, TlsOutcome.ESTABLISHED, "TLSv1.2", 0xC02F, None),
    ("ServerHello", CONTROL, FLIGHT, TlsOutcome.ESTABLISHED, "TLSv1.2", 0xC02F, None),
    ("HelloRequest first", CONTROL, record(22, message(0, b"")) + FLIGHT, TlsOutcome.ESTABLISHED, "TLSv1.2", 0xC02F, None),
    ("steps down", CONTROL, server_hello(TLS10, 0x0035), TlsOutcome.ESTABLISHED, "TLSv1.0", 0x0035, None),
    ("SSLv3", SSL3_HELLO, server_hello(SSL3, 0x000A), TlsOutcome.ESTABLISHED, "SSLv3", 0x000A, None),
    ("SSLv3 answered by TLS", SSL3_HELLO, server_hello(TLS10, 0x000A), TlsOutcome.BROKEN, None, None, None),
    ("version above ours", OLD, server_hello(TLS12, 0xC014), TlsOutcome.BROKEN, None, None, None),
    ("suite not offered", OLD, server_hello(TLS10, 0xC02F), TlsOutcome.BROKEN, None, None, None),
    ("the signalling suite", SSL3_HELLO, server_hello(SSL3, 0x00FF), TlsOutcome.BROKEN, None, None, None),
    ("DEFLATE not offered", OLD, server_hello(TLS10, 0xC014, compression=1), TlsOutcome.BROKEN, None, None, None),
    ("EXPORT", WEAK, server_hello(TLS10, 0x0003), TlsOutcome.ESTABLISHED, "TLSv1.0", 0x0003, None),
    ("RC4", WEAK, server_hello(TLS12, 0x0005), TlsOutcome.ESTABLISHED, "TLSv1.2", 0x0005, None),
    ("application data", CONTROL, record(23, b"x"), TlsOutcome.BROKEN, None, None, None),
    ("Certificate first", CONTROL, record(22, certificate(b"x")), TlsOutcome.BROKEN, None, None, None),
    ("record too long", CONTROL, b"\x16\x03\x03\xff\xff", TlsOutcome.BROKEN, None, None, None),
    ("message too long", CONTROL, record(22, b"\x02\xff\xff\xff"), TlsOutcome.BROKEN, None, None, None),
    ("short alert", CONTROL, record(21, b"\x02"), TlsOutcome.BROKEN, None, None, None),
    ("broad: whole flight", BROAD, FLIGHT, TlsOutcome.ESTABLISHED, "TLSv1.2", 0xC02F, None),
    ("broad: half a flight", BROAD, FLIGHT[:-4], TlsOutcome.BROKEN, "TLSv1.2", 0xC02F, None),
    ("broad: alert in the flight", BROAD, server_hello(TLS12, 0xC02F) + alert(2, 80), TlsOutcome.ALERT, "TLSv1.2", 0xC02F, 80),
    ("SSLv2", SSL2_HELLO, ssl2_server_hello(), TlsOutcome.ESTABLISHED, "SSLv2", None, None),
    ("SSLv2 without ciphers", SSL2_HELLO, ssl2_server_hello(ciphers=b""), TlsOutcome.ESTABLISHED, "SSLv2", None, None),
    ("SSLv2 of another version", SSL2_HELLO, ssl2_server_hello(version=TLS10), TlsOutcome.NOT_TLS, None, None, None),
    ("SSLv2 error", SSL2_HELLO, ssl2(0, b"\x00\x01"), TlsOutcome.ALERT, None, None, None),
    ("SSLv2 cut short", SSL2_HELLO, ssl2_server_hello()[:-1], TlsOutcome.NOT_TLS, None, None, None),
    ("SSLv2 lengths lie", SSL2_HELLO, ssl2(4, bytes(8) + b"\xff\xff"), TlsOutcome.NOT_TLS, None, None, None),
    ("SSLv2 hello, TLS alert", SSL2_HELLO, alert(2, 70), TlsOutcome.ALERT, None, None, 70),
    ("SSLv2 bytes to a TLS hello", CONTROL, ssl2_server_hello(), TlsOutcome.NOT_TLS, None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("hello", "data", "expected"),
    [(case[1], case[2], case[3:]) for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_replies(
    hello: Hello, data: bytes, expected: tuple[TlsOutcome, str | None, int | None, int | None]
) -> None:
    reply = read(hello, data)
    assert (reply.outcome, reply.version, reply.suite, reply.alert) == expected
    assert reply.name == hello.name


def test_extensions_and_compression_are_facts_of_the_control() -> None:
    full = read(CONTROL, server_hello(TLS12, 0xC02F, RENEGOTIATION + EMS + HEARTBEAT, compression=1))
    assert full.secure_renegotiation is full.extended_master_secret is Fact.YES
    assert full.heartbeat is full.compression is Fact.YES
    bare = read(CONTROL, server_hello(TLS12, 0xC02F))
    assert bare.secure_renegotiation is bare.extended_master_secret is Fact.NO
    assert bare.heartbeat is bare.compression is Fact.NO


def test_what_was_not_offered_or_not_answered_is_not_tested() -> None:
    old = read(OLD, server_hello(TLS10, 0xC014, RENEGOTIATION))
    assert (old.secure_renegotiation, old.heartbeat, old.compression) == (
        Fact.YES,
        Fact.NOT_TESTED,
        Fact.NOT_TESTED,
    )
    ssl3 = read(CONTROL, server_hello(SSL3, 0x0035))
    assert ssl3.secure_renegotiation is ssl3.extended_master_secret is Fact.NOT_TESTED
    refused = read(CONTROL, alert(2, 40))
    assert refused.secure_renegotiation is refused.compression is Fact.NOT_TESTED


def test_prime_of_finite_field_diffie_hellman_is_read() -> None:
    reply = read(DHE, DHE_FLIGHT)
    assert (reply.dh_prime_bits, reply.suite) == (1024, 0x009F)
    assert reply.certificates == ()
    padded = server_hello(TLS12, 0x009F) + record(
        22, message(12, b"\x00\x80" + bytes(64) + b"\xff" * 64 + b"rest")
    )
    assert read(DHE, padded).dh_prime_bits == 512


def test_a_hit_stands_when_the_prime_never_comes() -> None:
    reply = read(DHE, server_hello(TLS12, 0x009F), failure=Failure.CLOSED)
    assert (reply.outcome, reply.dh_prime_bits, reply.failure) == (
        TlsOutcome.ESTABLISHED,
        None,
        Failure.CLOSED,
    )


def test_broad_keeps_the_chain_as_sent() -> None:
    assert read(BROAD, FLIGHT).certificates == (b"leaf", b"issuer")
    many = server_hello(TLS12, 0xC02F) + record(22, certificate(*[b"c"] * 40) + DONE)
    assert len(read(BROAD, many).certificates) == MAX_CERTIFICATES


def test_failure_is_told_apart() -> None:
    assert read(CONTROL, b"", failure=Failure.RESET).failure is Failure.RESET
    assert read(CONTROL, b"SSH-2.0", failure=Failure.CLOSED).failure is Failure.MALFORMED
    assert read(CONTROL, FLIGHT, failure=Failure.CLOSED).failure is None


def test_enough_comes_with_the_server_hello_and_no_sooner() -> None:
    reader = ReplyReader(CONTROL)
    data = server_hello(TLS12, 0xC02F)
    assert not reader.feed(data[:-1])
    assert reader.feed(data[-1:])
    before = reader.reply()
    reader.feed(b"\xff" * 100)
    assert reader.reply() == before


def test_memory_stays_bounded() -> None:
    reader = ReplyReader(BROAD)
    reader.feed(server_hello(TLS12, 0x009F))
    big = record(22, b"\x0b\x00\xff\xff" + bytes(16_000))
    for _ in range(200):
        reader.feed(big)
        assert len(reader._input) + len(reader._messages) <= 2 * MAX_RECORD_BYTES + MAX_MESSAGE_BYTES


HELLO_OF = st.sampled_from([CONTROL, OLD, DHE, SSL3_HELLO, SSL2_HELLO, WEAK, BROAD])
REAL = st.sampled_from([case[2] for case in CASES] + [DHE_FLIGHT])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(REAL) + draw(REAL))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(data)


HOSTILE = st.one_of(st.binary(max_size=300), mutated(), st.binary(max_size=60).map(lambda b: record(22, b)))


@given(HELLO_OF, HOSTILE, st.lists(st.integers(0, 2_000), max_size=5), st.booleans())
def test_any_bytes_give_a_reply_and_the_split_does_not_matter(
    hello: Hello,
    data: bytes,
    cuts: list[int],
    whole_flight: bool,
) -> None:
    at_once = ReplyReader(hello, whole_flight=whole_flight)
    at_once.feed(data)
    parts = ReplyReader(hello, whole_flight=whole_flight)
    edges = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        parts.feed(data[start:end])
    assert at_once.reply() == parts.reply()
    assert at_once.enough == parts.enough
    reply = at_once.reply()
    if reply.suite is not None:
        assert reply.suite in hello.suites


@pytest.mark.parametrize(
    ("hello", "data"), [(case[1], case[2]) for case in CASES], ids=[case[0] for case in CASES]
)
def test_byte_by_byte_is_the_same(hello: Hello, data: bytes) -> None:
    reader = ReplyReader(hello, whole_flight=hello is BROAD)
    for i in range(len(data)):
        reader.feed(data[i : i + 1])
    assert reader.reply() == read(hello, data)
