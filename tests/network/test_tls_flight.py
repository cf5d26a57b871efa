"""Diffie-Hellman primes that would take seconds to compute with are refused unseen by OpenSSL."""

import random
from collections.abc import Iterable
from ipaddress import ip_address

import pytest

from checker.network.errors import NetworkError
from checker.network.stream import Limits
from checker.network.tls_flight import MAX_DH_PRIME_BITS, FirstFlight, dh_prime_bits
from checker.network.tls_stream import handshake
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, TlsOutcome
from tests.hostile.changes import pieces
from tests.lab import canned
from tests.lab.certificates import Authority
from tests.lab.client_hello import TLS12, parse_client_hello
from tests.lab.listener import Connection, LabServer
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer
from tests.probes.scripted_smtp import network
from tests.protocols.made_certificates import NOW

V4 = ip_address("192.0.2.1")
WARNING = b"\x15\x03\x03\x00\x02\x01\x70"


def numbers(*sizes: int) -> bytes:
    return b"".join(size.to_bytes(2, "big") + b"\xff" * size for size in sizes)


def flight(*messages: tuple[int, bytes], record: int = 16_384) -> bytes:
    said = b"".join(bytes((kind,)) + len(body).to_bytes(3, "big") + body for kind, body in messages)
    parts = [said[at : at + record] for at in range(0, len(said), record)]
    return b"".join(b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part for part in parts)


def feed(seen: FirstFlight, parts: Iterable[bytes]) -> None:
    for part in parts:
        seen.see(part)


LONG = numbers(MAX_DH_PRIME_BITS // 8 + 1, 1, 1) + b"\x08\x04" + numbers(256)
FITTING = numbers(MAX_DH_PRIME_BITS // 8, 1, 1) + b"\x08\x04" + numbers(256)


@pytest.mark.parametrize("before", [b"", WARNING, WARNING * 3], ids=["at once", "a warning", "warnings"])
@pytest.mark.parametrize("record", [16_384, 700, 1])
def test_a_long_prime_is_refused_however_it_is_split(before: bytes, record: int) -> None:
    said = before + flight((2, bytes(70)), (11, bytes(900)), (12, LONG), record=record)
    for seed in range(5):
        seen = FirstFlight()
        with pytest.raises(NetworkError) as caught:
            feed(seen, pieces(random.Random(seed), said))
        assert caught.value.failure is Failure.TOO_MUCH


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(flight((2, bytes(70)), (12, FITTING), (14, b"")), id="a prime that fits"),
        pytest.param(
            flight((2, bytes(70))) + b"\x14\x03\x03\x00\x01\x01" + flight((12, LONG)), id="encrypted"
        ),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n" + flight((12, LONG)), id="no TLS"),
        pytest.param(b"\x16\x03\x03\xff\xff" + bytes(200_000), id="endless"),
    ],
)
def test_what_is_let_through(said: bytes) -> None:
    seen = FirstFlight()
    seen.see(said)
    assert len(seen._input) + len(seen._messages) <= 131_072


@pytest.mark.parametrize(
    "signature", [b"", numbers(256), b"\x04\x01" + numbers(256)], ids=["anon", "1.0", "1.2"]
)
def test_the_prime_of_finite_field_parameters(signature: bytes) -> None:
    assert dh_prime_bits(numbers(128, 1, 128) + signature) == 1_024
    assert dh_prime_bits(numbers(128, 1, 128) + signature + b"\0") in (0, 1_024 * bool(signature == b""))


def test_elliptic_curve_parameters_are_something_else() -> None:
    draw = random.Random(1)
    for _ in range(2_000):
        point = draw.choice((32, 65, 97, 133))
        body = b"\x03\x00" + bytes((draw.choice((23, 24, 25, 29, 30)), point)) + draw.randbytes(point)
        signed = draw.choice((72, 128, 256, 512, 1_024))
        body += draw.choice((b"\x04\x03", b"")) + signed.to_bytes(2, "big") + draw.randbytes(signed)
        assert dh_prime_bits(body) == 0


@pytest.mark.parametrize(
    ("bits", "outcome", "failure"),
    [(512, TlsOutcome.BROKEN, None), (10_000, TlsOutcome.BROKEN, Failure.TOO_MUCH)],
)
async def test_a_real_handshake(
    bits: int, outcome: TlsOutcome, failure: Failure | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canned, "PRIME_512", (1 << bits) - 1)
    server = TlsServer("h.se", Tls.DH_512, Certificate.GOOD, authority=Authority(NOW), domain="h.se")
    seen = await _shaken(server)
    assert seen.outcome is outcome
    assert failure is None or seen.failure is failure


async def _shaken(server: TlsServer) -> Handshake:
    async def converse(connection: Connection) -> None:
        hello = parse_client_hello(await connection.read())
        await connection.write(canned._flight(hello, TLS12, 0x009F, server.chain, extensions=True))
        await connection.read()

    lab = LabServer()
    lab.listen(25, converse)
    try:
        door = network({"192.0.2.1": lab.ports[25]})
        async with door.connect(V4, 25, limits=Limits(wait_s=2.0, total_s=4.0)) as stream:
            return (await handshake(stream, "h.se"))[0]
    finally:
        await lab.aclose()
