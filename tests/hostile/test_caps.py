"""Servers that never stop: how many bytes of theirs are taken before the conversation is over."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from checker.network.http_transport import MAX_HEAD_BYTES, MAX_INTERIM_RESPONSES
from checker.network.tls_stream import MAX_CHAIN_BYTES
from checker.observations.failure import Failure
from checker.observations.mail import MailState
from checker.observations.tls import Handshake, TlsOutcome
from checker.probes import tls_facts, web_request
from checker.probes.mail_session import hold_session
from checker.probes.tls_facts import TlsFactsRun
from checker.probes.web_request import Answer, ask
from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import REMEMBERED_BYTES, read_certificate
from checker.protocols.locations import WebUrl
from checker.protocols.smtp import MAX_REPLY_BYTES
from tests.hostile.garbled_servers import HOST
from tests.hostile.lying_servers import V4, Watched, WatchedNetwork
from tests.lab.listener import Connection, LabServer
from tests.lab.network import Destinations
from tests.lab.tls_session import TlsSession
from tests.protocols.made_certificates import NOW, make

CHUNK = 16_384
HEAD = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\n"

Talk = Callable[[Connection], Awaitable[None]]


@asynccontextmanager
async def serving(port: int, talk: Talk, *, wait_s: float = 3.0) -> AsyncIterator[WatchedNetwork]:
    server = LabServer()
    server.listen(port, talk)
    told = {(str(V4), port, "tcp"): server.ports[port]}
    network = WatchedNetwork(Destinations(told=told, closed_port=1, sink_port=1, now=NOW), Watched())
    network.wait_s = wait_s
    try:
        yield network
    finally:
        await server.aclose()


def taken(network: WatchedNetwork) -> int:
    """The bytes received on the connection that received most."""
    return max(stream.received_bytes for stream, _ in network._watched.streams)


def endlessly(before: bytes, again: bytes, *, asked: int = 1) -> Talk:
    """Answer the first `asked` things that the client says, the last one without end."""

    async def talk(connection: Connection) -> None:
        for _ in range(asked):
            await connection.read()
        await connection.write(before)
        block = again * (CHUNK // len(again) + 1)
        while True:
            await connection.write(block)

    return talk


async def visited(network: WatchedNetwork, url: WebUrl, *, total_s: float = 9.0) -> Answer:
    return await ask(network, V4, url, cookies="", total_s=total_s)


@pytest.mark.parametrize(
    ("before", "again", "failure", "most"),
    [
        pytest.param(b"HTTP/1.1 200 X\r\n", b"A: b\r\n", Failure.TOO_MUCH, MAX_HEAD_BYTES, id="headers"),
        pytest.param(b"HTTP/1.1 200 X\r\nA: ", b"b", Failure.TOO_MUCH, MAX_HEAD_BYTES, id="one header"),
        pytest.param(b"", b"A", Failure.TOO_MUCH, MAX_HEAD_BYTES, id="status line"),
        pytest.param(b"", b"\r\n", Failure.MALFORMED, MAX_HEAD_BYTES, id="empty lines"),
        pytest.param(
            b"",
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
            Failure.TOO_MUCH,
            MAX_INTERIM_RESPONSES * 40,
            id="interim responses",
        ),
        pytest.param(HEAD + b"\r\n", b"<p>", None, web_request.MAX_BODY_BYTES, id="body until closed"),
        pytest.param(
            HEAD + b"Content-Length: 99999999999\r\n\r\n",
            b"<p>",
            None,
            web_request.MAX_BODY_BYTES,
            id="long body",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
            b"1\r\nx\r\n",
            None,
            web_request.MAX_BODY_BYTES,
            id="chunks",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;",
            b"x",
            None,
            web_request.MAX_BODY_BYTES,
            id="chunk extension",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
            b"A: b\r\n",
            None,
            web_request.MAX_BODY_BYTES,
            id="trailers",
        ),
        pytest.param(
            b"HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
            b"\x1f\x8b\x08\x00",
            None,
            web_request.MAX_BODY_BYTES,
            id="compressed body",
        ),
    ],
)
async def test_endless_http(before: bytes, again: bytes, failure: Failure | None, most: int) -> None:
    async with serving(80, endlessly(before, again)) as network:
        answer = await visited(network, WebUrl(scheme="http", host=HOST, port=80))
    assert answer.hop.failure is failure
    assert (answer.hop.status == 200) == (failure is None)
    assert taken(network) <= most + 2 * CHUNK


@pytest.mark.parametrize(
    ("before", "again", "asked", "most"),
    [
        pytest.param(b"220 ", b"A", 0, MAX_REPLY_BYTES, id="banner line"),
        pytest.param(b"", b"220-wait\r\n", 0, MAX_REPLY_BYTES, id="banner lines"),
        pytest.param(b"", b"220-\n", 0, MAX_REPLY_BYTES, id="shortest lines"),
        pytest.param(b"", b"\0", 0, MAX_REPLY_BYTES, id="no line at all"),
    ],
)
async def test_endless_smtp(before: bytes, again: bytes, asked: int, most: int) -> None:
    async with serving(25, endlessly(before, again, asked=asked)) as network:
        session = await hold_session(V4, HOST, network, ca_store=CaStore("none", b""))
    assert (session.state, session.failure) == (MailState.REFUSED_US, Failure.TOO_MUCH)
    assert taken(network) <= most + CHUNK


@pytest.mark.parametrize("again", [b"250-" + b"K" * 60 + b"\r\n", b"250-STARTTLS\r\n"])
async def test_endless_ehlo(again: bytes) -> None:
    async def talk(connection: Connection) -> None:
        await connection.write(b"220 mx\r\n")
        await endlessly(b"", again)(connection)

    async with serving(25, talk) as network:
        session = await hold_session(V4, HOST, network, ca_store=CaStore("none", b""))
    assert (session.state, session.failure) == (MailState.REFUSED_US, Failure.TOO_MUCH)
    assert taken(network) <= MAX_REPLY_BYTES + 2 * CHUNK


WARNING, HELLO_REQUEST = b"\x15\x03\x03\x00\x02\x01\x5a", b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"
ENDLESS_TLS = [
    pytest.param(WARNING, id="warnings"),
    pytest.param(HELLO_REQUEST, id="hello requests"),
    pytest.param(b"\x16\x03\x03\x00\x00", id="empty records"),
    pytest.param(b"\x14\x03\x03\x00\x01\x01", id="change cipher specs"),
    pytest.param(
        b"\x16\x03\x03\x40\x00\x0b\x01\xff\xff" + bytes(16_380), id="a certificate message without end"
    ),
]


@pytest.mark.parametrize("again", ENDLESS_TLS)
async def test_an_endless_handshake(again: bytes) -> None:
    async with serving(443, endlessly(b"", again)) as network:
        answer = await visited(network, WebUrl(scheme="https", host=HOST, port=443))
    assert answer.hop.handshake is not None
    assert answer.hop.handshake.outcome in (TlsOutcome.BROKEN, TlsOutcome.ALERT)
    assert taken(network) <= web_request.MAX_CONVERSATION_BYTES


@pytest.mark.parametrize("again", ENDLESS_TLS)
async def test_endless_replies_to_raw_hellos(again: bytes) -> None:
    established = Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3")
    async with serving(443, endlessly(b"", again)) as network:
        await TlsFactsRun(network, V4, 443, HOST, established).run()
    assert taken(network) <= tls_facts.MAX_BYTES
    assert len(network._watched.streams) <= 12


async def test_a_byte_at_a_time_does_not_keep_a_conversation_alive() -> None:
    sent = 0

    async def talk(connection: Connection) -> None:
        nonlocal sent
        await connection.read()
        while True:
            await connection.write(b"H"[sent:] or b"T")
            sent += 1
            await asyncio.sleep(0.02)

    async with serving(80, talk) as network:
        answer = await visited(network, WebUrl(scheme="http", host=HOST, port=80), total_s=0.3)
    assert answer.hop.failure is Failure.TIMEOUT
    assert taken(network) <= 16


def chain_context(directory: Path, *certificates: bytes, key: bytes) -> ssl.SSLContext:
    (directory / "chain.pem").write_bytes(key + b"".join(certificates))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "chain.pem")
    return context


@pytest.mark.parametrize(
    ("certificates", "outcome"),
    [
        pytest.param(3, TlsOutcome.ESTABLISHED, id="60 000 bytes"),
        pytest.param(6, TlsOutcome.BROKEN, id="OpenSSL's own limit"),
    ],
)
async def test_long_chains(tmp_path: Path, certificates: int, outcome: TlsOutcome) -> None:
    big = make("big", dns=tuple(f"{number:04}.example.se" for number in range(1_000)))
    context = chain_context(tmp_path, *[big.pem] * certificates, key=big.key_pem)

    async def talk(connection: Connection) -> None:
        await TlsSession(connection, context).handshake()

    async with serving(443, talk) as network:
        answer = await visited(network, WebUrl(scheme="https", host=HOST, port=443))
    assert answer.hop.handshake is not None
    assert answer.hop.handshake.outcome is outcome
    assert sum(map(len, answer.hop.handshake.chain)) <= MAX_CHAIN_BYTES
    assert len(answer.hop.handshake.chain) == (outcome is TlsOutcome.ESTABLISHED)


def test_long_certificates_are_not_remembered() -> None:
    big = make("big", dns=tuple(f"{number:04}.example.se" for number in range(1_000)))
    assert len(big.der) > REMEMBERED_BYTES
    facts = read_certificate(big.der)
    assert facts == read_certificate(big.der)
    assert facts is not read_certificate(big.der)
    short = make("short", dns=("short.example.se",))
    assert read_certificate(short.der) is read_certificate(short.der)
