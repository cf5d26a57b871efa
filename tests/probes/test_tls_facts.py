import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.manners import Manners
from checker.network.stream import Limits, Stream
from checker.network.tls_stream import handshake
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.observations.web import Hop, Visit, VisitEnd, WebEndpoint, WebObservation
from checker.probes.tls_facts import TlsFactsRun, WebFactsRun, broad_hello, plain_opener
from tests.lab.certificates import Authority
from tests.lab.listener import Connection, Conversation, LabServer
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer

HOST, DOMAIN = "www.region.example", "region.example"
ADDRESS, OTHER = ip_address("192.0.2.1"), ip_address("2001:db8::1")
MODERN_SESSION = Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3", suite="TLS_AES_256_GCM_SHA384")
YES, NO, OPEN = Fact.YES, Fact.NO, Fact.NOT_TESTED


class Loopback(Network):
    """The door with one loopback port behind every destination."""

    def __init__(self, port: int, *, wait_s: float = 5.0) -> None:
        super().__init__(manners=Manners(spacing_s=0.0), wait_s=wait_s)
        self._port = port

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:  # noqa: ARG002 - one place for all
        return "127.0.0.1", self._port


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


@asynccontextmanager
async def listening(conversation: Conversation) -> AsyncIterator[LabServer]:
    server = LabServer()
    server.listen(443, conversation)
    try:
        yield server
    finally:
        await server.aclose()


def playing(authority: Authority, tls: Tls) -> Conversation:
    side = TlsServer(HOST, tls, Certificate.GOOD, authority=authority, domain=DOMAIN)

    async def serve(connection: Connection) -> None:
        session = await side.accept(connection)
        if session:
            await session.finish()

    return serve


async def facts_of(authority: Authority, tls: Tls) -> tuple[TlsFacts, Handshake, LabServer]:
    async with listening(playing(authority, tls)) as server:
        network = Loopback(server.ports[443], wait_s=0.3)
        async with network.connect(ADDRESS, 443) as stream:
            seen, _ = await handshake(stream, HOST)
        run = TlsFactsRun(network, ADDRESS, 443, HOST, seen)
        await run.run()
        return run.facts, seen, server


SERVERS = [
    (Tls.MODERN, {"ssl2": NO, "ssl3": NO, "tls10": NO, "tls11": NO, "tls12": YES, "tls13": YES, "rc4_suites": NO, "null_suites": NO, "export_suites": NO, "block64_suites": NO, "rsa_key_exchange": NO, "dhe": NO, "secure_renegotiation": YES, "extended_master_secret": YES, "heartbeat": NO, "compression": NO, "better_than_rc4": YES}),
    (Tls.INTERMEDIATE, {"ssl3": NO, "tls10": YES, "tls11": YES, "tls12": YES, "anonymous_suites": NO, "des_suites": NO}),
    (Tls.SSL3_TOO, {"ssl3": YES, "tls10": YES, "ssl2": NO}),
    (Tls.SSL3_ONLY, {"ssl3": YES, "tls10": NO, "tls11": NO, "tls12": NO, "tls13": NO}),
    (Tls.SSL2_TOO, {"ssl2": YES, "ssl3": NO}),
    (Tls.RC4_ONLY, {"rc4_suites": YES, "better_than_rc4": NO, "tls10": YES, "tls12": NO}),
    (Tls.RC4_TOO, {"rc4_suites": YES, "better_than_rc4": YES}),
    (Tls.EXPORT_TOO, {"export_suites": YES, "better_than_rc4": YES}),
    (Tls.DES_TOO, {"des_suites": YES}),
    (Tls.TRIPLE_DES_TOO, {"block64_suites": YES, "des_suites": NO}),
    (Tls.NULL_TOO, {"null_suites": YES, "better_than_rc4": YES}),
    (Tls.ANONYMOUS_TOO, {"anonymous_suites": YES}),
    (Tls.DH_512, {"dhe": YES}),
    (Tls.DH_1024, {"dhe": YES}),
    (Tls.COMPRESSION, {"compression": YES}),
    (Tls.TLS13_ONLY, {"ssl2": NO, "ssl3": NO, "tls10": NO, "tls11": NO, "tls12": NO, "tls13": YES, "rc4_suites": NO, "compression": NO, "secure_renegotiation": OPEN}),
    (Tls.TLS12_ONLY, {"tls10": NO, "tls11": NO, "tls12": YES, "tls13": NO}),
    (Tls.TLS10_ONLY, {"ssl3": NO, "tls10": YES, "tls11": NO, "tls12": NO, "tls13": NO}),
    (Tls.RSA_KEY_EXCHANGE_ONLY, {"rsa_key_exchange": YES, "dhe": NO, "tls12": YES}),
    (Tls.DH_2048, {"dhe": YES, "rsa_key_exchange": NO}),
    (Tls.HEARTBEAT, {"heartbeat": YES, "secure_renegotiation": YES}),
    (Tls.NO_RENEGOTIATION_INFO, {"secure_renegotiation": NO, "extended_master_secret": YES}),
    (Tls.NO_MASTER_SECRET, {"secure_renegotiation": YES, "extended_master_secret": NO}),
    (Tls.FRAGMENTED, {"tls12": YES, "ssl3": NO, "rc4_suites": NO}),
    (Tls.BYTE_BY_BYTE, {"tls12": YES, "ssl3": NO, "rc4_suites": NO}),
    (Tls.DROPS_OLD, {"ssl2": NO, "ssl3": NO, "tls10": NO, "rsa_key_exchange": NO}),
    (Tls.RESETS_ON_REFUSAL, {"ssl2": NO, "ssl3": NO, "tls10": NO, "rc4_suites": NO, "dhe": NO, "rsa_key_exchange": OPEN}),
    (Tls.AT_MOST_64_SUITES, {"tls10": NO, "rc4_suites": NO}),
    (Tls.FED_UP, {"tls12": YES, "ssl2": NO, "tls10": NO, "ssl3": OPEN, "rc4_suites": OPEN}),
    (Tls.WARNS_OF_NAME, {"tls10": NO, "tls12": YES, "tls13": YES}),
]  # fmt: skip
PRIMES = {Tls.DH_512: 512, Tls.DH_1024: 1024, Tls.DH_2048: 2048}


@pytest.mark.parametrize(("tls", "expected"), SERVERS, ids=[tls.name for tls, _ in SERVERS])
async def test_servers_of_the_laboratory(authority: Authority, tls: Tls, expected: dict[str, Fact]) -> None:
    facts, seen, server = await facts_of(authority, tls)
    assert {name: getattr(facts, name) for name in expected} == expected
    assert facts.dh_prime_bits == PRIMES.get(tls)
    assert (seen.outcome is TlsOutcome.ESTABLISHED) == (tls not in (Tls.SSL3_ONLY, Tls.RC4_ONLY))
    assert 4 <= server.connections - 1 <= 10  # all but the ordinary handshake
    assert server.peak == 1


def test_every_kind_of_server_is_tried() -> None:
    assert {tls for tls, _ in SERVERS} == set(Tls)


@pytest.mark.parametrize(("tls", "version"), [(Tls.SSL3_ONLY, "SSLv3"), (Tls.RC4_ONLY, "TLSv1.0")])
async def test_broad_hello_brings_the_certificates_of_old_servers(
    authority: Authority, tls: Tls, version: str
) -> None:
    async with listening(playing(authority, tls)) as server:
        reply = await broad_hello(Loopback(server.ports[443]), ADDRESS, 443, HOST)
    assert (reply.outcome, reply.version) == (TlsOutcome.ESTABLISHED, version)
    assert [der[:1] for der in reply.certificates] == [b"\x30"] * 2


async def resetting(connection: Connection) -> None:
    await connection.read()
    connection.reset()


async def closing(connection: Connection) -> None:
    await connection.read()


async def silent(connection: Connection) -> None:
    await connection.drain()


async def plain_http(connection: Connection) -> None:
    await connection.read()
    await connection.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def flooding(connection: Connection) -> None:
    while True:
        await connection.write(b"\x16\x03\x03\x00\x01\x00" * 1_000)


@pytest.mark.parametrize(
    ("conversation", "outcome", "failure"),
    [
        (resetting, TlsOutcome.SILENT, Failure.RESET),
        (closing, TlsOutcome.SILENT, Failure.CLOSED),
        (silent, TlsOutcome.SILENT, Failure.TIMEOUT),
        (plain_http, TlsOutcome.NOT_TLS, Failure.MALFORMED),
        (flooding, TlsOutcome.BROKEN, Failure.TOO_MUCH),
    ],
)
async def test_what_is_no_tls_session(
    conversation: Callable[[Connection], Awaitable[None]], outcome: TlsOutcome, failure: Failure
) -> None:
    async with listening(conversation) as server:
        reply = await broad_hello(Loopback(server.ports[443], wait_s=0.2), ADDRESS, 443, HOST)
    assert (reply.outcome, reply.failure) == (outcome, failure)


async def test_no_connection_is_a_silent_reply() -> None:
    async with listening(closing) as server:
        port = server.ports[443]
    reply = await broad_hello(Loopback(port), ADDRESS, 443, HOST)
    assert (reply.outcome, reply.failure) == (TlsOutcome.SILENT, Failure.REFUSED)


async def test_a_tarpit_is_left_alone_after_two_silences() -> None:
    async with listening(silent) as server:
        run = TlsFactsRun(Loopback(server.ports[443], wait_s=0.1), ADDRESS, 443, HOST, MODERN_SESSION)
        await run.run()
        assert server.connections == 2
    assert (run.facts.ssl3, run.facts.rc4_suites, run.facts.tls13) == (OPEN, OPEN, YES)


async def test_a_firewall_that_drops_old_hellos_leaves_nothing_of_a_modern_server_open(
    authority: Authority,
) -> None:
    modern = playing(authority, Tls.MODERN)
    asked: list[int] = []

    async def behind_the_firewall(connection: Connection) -> None:
        first = await connection.read()
        asked.append(int.from_bytes(first[9:11]))
        if first[0] & 0x80 or first[9:11] < b"\x03\x03":
            await connection.drain()
        else:
            connection.unread(first)
            await modern(connection)

    async with listening(behind_the_firewall) as server:
        run = TlsFactsRun(Loopback(server.ports[443], wait_s=0.4), ADDRESS, 443, HOST, MODERN_SESSION)
        await run.run()
        assert server.connections == 10
        assert server.peak == 1
    facts = run.facts
    assert facts.ssl2 is facts.ssl3 is facts.tls10 is facts.tls11 is NO
    assert facts.rc4_suites is facts.block64_suites is facts.dhe is facts.rsa_key_exchange is NO
    assert facts.tls12 is facts.tls13 is YES


async def test_a_server_that_has_had_enough_of_us_is_left_alone(authority: Authority) -> None:
    modern = playing(authority, Tls.MODERN)
    count = 0

    async def answers_three(connection: Connection) -> None:
        nonlocal count
        count += 1
        await (modern(connection) if count <= 3 else connection.drain())

    async with listening(answers_three) as server:
        run = TlsFactsRun(Loopback(server.ports[443], wait_s=0.1), ADDRESS, 443, HOST, MODERN_SESSION)
        await run.run()
        assert server.connections == 6  # two more in silence, and the control
    assert (run.facts.ssl2, run.facts.tls10, run.facts.ssl3, run.facts.rc4_suites) == (NO, NO, OPEN, OPEN)


async def test_a_port_that_closed_is_tried_once_more_and_left() -> None:
    async with listening(closing) as server:
        port = server.ports[443]
    network = Loopback(port)
    run = TlsFactsRun(network, ADDRESS, 443, HOST, MODERN_SESSION)
    await run.run()
    assert network.counts["tcp:443"] == 2
    assert run.facts.hellos == ()


async def test_resets_without_a_control_prove_nothing() -> None:
    async with listening(resetting) as server:
        run = TlsFactsRun(Loopback(server.ports[443]), ADDRESS, 443, HOST, MODERN_SESSION)
        await run.run()
    facts = run.facts
    assert facts.ssl2 is facts.ssl3 is facts.tls10 is facts.tls12 is facts.export_suites is OPEN


async def test_what_was_learnt_before_a_cancellation_stands(authority: Authority) -> None:
    modern = playing(authority, Tls.MODERN)
    held = asyncio.Event()
    asked = 0

    async def stalls_at_the_fifth(connection: Connection) -> None:
        nonlocal asked
        asked += 1
        if asked == 5:
            held.set()
            await connection.drain()
        else:
            await modern(connection)

    async with listening(stalls_at_the_fifth) as server:
        run = TlsFactsRun(Loopback(server.ports[443]), ADDRESS, 443, HOST, MODERN_SESSION)
        task = asyncio.create_task(run.run())
        await held.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [hello.name for hello in run.facts.hellos] == ["tls12", "ssl2", "old", "ssl3"]
    assert (run.facts.tls10, run.facts.ssl3, run.facts.rc4_suites, run.facts.dhe) == (NO, NO, OPEN, OPEN)


async def test_an_opener_may_speak_first(authority: Authority) -> None:
    modern = playing(authority, Tls.MODERN)

    async def after_starttls(connection: Connection) -> None:
        assert await connection.read() == b"STARTTLS\r\n"
        await connection.write(b"220 go\r\n")
        await modern(connection)

    async with listening(after_starttls) as server:
        network = Loopback(server.ports[443])

        @asynccontextmanager
        async def opener() -> AsyncIterator[Stream]:
            async with network.connect(ADDRESS, 25, limits=Limits()) as stream:
                await stream.write(b"STARTTLS\r\n")
                await stream.read()
                yield stream

        run = TlsFactsRun(network, ADDRESS, 25, HOST, MODERN_SESSION, opener=opener)
        await run.run()
    assert (run.facts.tls12, run.facts.ssl3, run.facts.rc4_suites) == (YES, NO, NO)


def web(*endpoints: WebEndpoint) -> WebObservation:
    none = Lookup(name=HOST, type="A", outcome=LookupOutcome.NODATA)
    return WebObservation(host=HOST, observed_at=datetime.now(UTC), ipv4=none, ipv6=none, endpoints=endpoints)


def endpoint(address: IPAddress, seen: Handshake | None, broad: HelloReply | None = None) -> WebEndpoint:
    http = Visit(hops=(Hop(url=f"http://{HOST}/", address=address),), end=VisitEnd.NO_ANSWER)
    end = VisitEnd.NO_TLS if seen else VisitEnd.NO_ANSWER
    https = Visit(hops=(Hop(url=f"https://{HOST}/", address=address, handshake=seen),), end=end)
    return WebEndpoint(address=address, http=http, https=https, broad=broad)


async def test_web_facts_of_every_address_that_tls_was_tried_with(authority: Authority) -> None:
    deaf = ip_address("192.0.2.9")
    async with listening(playing(authority, Tls.INTERMEDIATE)) as server:
        observation = web(
            endpoint(ADDRESS, MODERN_SESSION), endpoint(OTHER, MODERN_SESSION), endpoint(deaf, None)
        )
        run = WebFactsRun(observation, Loopback(server.ports[443]))
        before = run.observation.endpoints[0].facts
        assert before is not None
        assert (before.tls13, before.tls10) == (YES, OPEN)
        await run.run()
    first, second, third = run.observation.endpoints
    assert first.facts is not None
    assert second.facts is not None
    assert first.facts.tls10 is second.facts.tls10 is YES
    assert third.facts is None
    assert observation.endpoints[0].facts is None


async def test_a_broad_hello_already_sent_is_not_sent_again() -> None:
    broken = Handshake(outcome=TlsOutcome.SILENT, failure=Failure.RESET)
    broad = HelloReply(name="broad", outcome=TlsOutcome.SILENT, failure=Failure.RESET)
    async with listening(resetting) as server:
        run = WebFactsRun(web(endpoint(ADDRESS, broken, broad)), Loopback(server.ports[443]))
        await run.run()
        assert server.connections == 0
    facts = run.observation.endpoints[0].facts
    assert facts is not None
    assert facts.hellos == (broad,)


async def test_waits_follow_the_network_and_never_pass_our_own() -> None:
    for wait_s in (0.1, 60.0):
        async with listening(silent) as server:
            network = Loopback(server.ports[443], wait_s=wait_s)
            async with plain_opener(network, ADDRESS, 443)() as stream:
                assert stream._limits.wait_s == min(wait_s, 5.0)
                assert (stream._limits.total_s, stream._limits.max_bytes) == (10.0, 65_536)
