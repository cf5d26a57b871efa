"""What a web host can cost: bytes taken, time for a chain, connections at once. Servers that never end."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

import pytest

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.http_transport import MAX_HEAD_BYTES
from checker.network.stream import CHUNK_BYTES, Limits, Stream
from checker.observations.failure import Failure
from checker.observations.web import Hop, VisitEnd, WebObservation
from checker.probes import web_visit
from checker.probes.web import observe_web
from checker.probes.web_request import MAX_BODY_BYTES, Answer, ask
from checker.protocols.ca_store import CaStore
from checker.protocols.locations import WebUrl
from tests.probes.web_lab import (
    HOST,
    V4,
    V6,
    Resolver,
    Script,
    WebLab,
    certificate,
    hangs,
    lab,
    redirect,
    response,
)

STORE = CaStore("lab", certificate()[0])
PAGE = response(200, "Content-Type: text/html", body=b"<p>Hej")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@dataclass
class Counted:
    """What went through a lab's door: every stream, and how many were open at once at each address."""

    streams: list[Stream] = field(default_factory=list)
    open: Counter[IPAddress] = field(default_factory=Counter)
    peak: Counter[IPAddress] = field(default_factory=Counter)

    @property
    def most_bytes(self) -> int:
        """The most that any one connection took in."""
        return max(stream.received_bytes for stream in self.streams)


def count(network: WebLab) -> Counted:
    """Count what this network does from now on."""
    counted = Counted()
    connect = network.connect

    @asynccontextmanager
    async def counting(
        address: IPAddress, port: int, *, limits: Limits | None = None, providers: Sequence[str] = ()
    ) -> AsyncIterator[Stream]:
        async with connect(address, port, limits=limits, providers=providers) as stream:
            counted.open[address] += 1
            counted.peak[address] = max(counted.peak[address], counted.open[address])
            counted.streams.append(stream)
            yield stream
            counted.open[address] -= 1

    network.connect = counting  # type: ignore[method-assign]  # the lab's own door, with a counter
    return counted


def for_ever(first: bytes, then: bytes) -> Script:
    """A server that says something and then goes on saying the other thing."""

    async def script(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(then)
            await writer.drain()

    return script


async def observe(network: WebLab, *addresses: IPAddress) -> WebObservation:
    resolver = Resolver({HOST: tuple(map(str, addresses or (V4,)))})
    return await observe_web(HOST, network, resolver, ca_store=STORE)


@pytest.mark.parametrize("port", [80, 443])
@pytest.mark.parametrize(
    ("first", "then", "most"),
    [
        pytest.param(HEAD + b"\r\n", b"<p>more\n" * 1000, MAX_BODY_BYTES + 2 * CHUNK_BYTES, id="body"),
        pytest.param(HEAD, b"X-More: more\r\n" * 1000, MAX_HEAD_BYTES + 2 * CHUNK_BYTES, id="headers"),
        pytest.param(HEAD + b"X-Long: ", b"x" * 8192, MAX_HEAD_BYTES + 2 * CHUNK_BYTES, id="one header"),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
            b"1\r\nx\r\n" * 1000,
            MAX_BODY_BYTES + 2 * CHUNK_BYTES,
            id="chunks",
        ),
        pytest.param(b"", b"<p>no head\n" * 1000, MAX_HEAD_BYTES + 2 * CHUNK_BYTES, id="no head"),
    ],
)
async def test_an_endless_server_is_heard_to_the_cap(port: int, first: bytes, then: bytes, most: int) -> None:
    async with lab({(V4, port): for_ever(first, then)}) as net:
        counted = count(net)
        await observe(net)
    assert counted.streams
    # TLS takes some bytes of its own: the handshake, and what a record needs
    assert counted.most_bytes <= most + (2 * CHUNK_BYTES if port == 443 else 0)


async def test_an_address_sees_one_connection_at_a_time() -> None:
    servers: dict[tuple[IPAddress, int], Script | bytes] = {}
    for address in (V4, V6):
        servers[address, 80] = redirect(f"https://{HOST}/")
        servers[address, 443] = redirect(f"https://[{V6}]/start")
    async with lab(servers) as net:
        counted = count(net)
        await observe(net, V4, V6)
    assert len(counted.streams) > 4
    assert counted.peak == {V4: 1, V6: 1}


async def test_a_chain_whose_time_is_up_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count()

    async def asked(
        _network: Network, place: IPAddress, url: WebUrl, *, cookies: str, total_s: float
    ) -> Answer:
        assert not cookies
        assert total_s > 0
        here = Hop(url=str(url), address=place, status=301)
        return Answer(hop=here, location=f"/{next(numbers)}", took_s=7.5)

    monkeypatch.setattr(web_visit, "ask", asked)
    async with lab({}, wait_s=10.0) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert visit.end is VisitEnd.GAVE_UP
    assert [hop.status for hop in visit.hops] == [301] * 4 + [None]
    assert visit.hops[-1].failure is Failure.TIMEOUT


async def test_silence_for_a_whole_wait_counts_late_in_a_chain_as_well() -> None:
    async def pages(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"GET / "):
            writer.write(redirect("/silent"))
        else:
            await asyncio.Event().wait()

    async with lab({(V4, 80): pages}, wait_s=0.2) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert (visit.end, visit.hops[-1].failure) == (VisitEnd.NO_HTTP, Failure.TIMEOUT)


async def test_a_server_hurried_by_one_visit_is_asked_anew_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_s = []

    async def asked(
        _network: Network, place: IPAddress, url: WebUrl, *, cookies: str, total_s: float
    ) -> Answer:
        assert not cookies
        given_s.append(total_s)
        here = Hop(url=str(url), address=place)
        if url.scheme == "http":
            return Answer(hop=replace(here, status=301), location=f"https://{HOST}/", took_s=25.0)
        if total_s < 10.0:
            silent = replace(here, failure=Failure.TIMEOUT)
            return Answer(hop=silent, end=VisitEnd.NO_HTTP, took_s=total_s, hurried=True)
        return Answer(hop=replace(here, status=200))

    monkeypatch.setattr(web_visit, "ask", asked)
    async with lab({}, wait_s=10.0) as net:
        seen = await observe(net)
    (endpoint,) = seen.endpoints
    assert endpoint.http.end is VisitEnd.GAVE_UP
    assert endpoint.https.end is VisitEnd.CONTENT
    assert given_s == [30.0, 5.0, 30.0]


@pytest.mark.parametrize(
    ("total_s", "hurried"), [(0.1, True), (0.4, False)], ids=["less than a wait", "more than one"]
)
async def test_a_server_is_hurried_by_less_than_one_wait(total_s: float, *, hurried: bool) -> None:
    url = WebUrl(scheme="http", host=HOST, port=80)
    async with lab({(V4, 80): hangs}, wait_s=0.2) as net:
        answer = await ask(net, V4, url, cookies="", total_s=total_s)
    assert (answer.end, answer.hop.failure) == (VisitEnd.NO_HTTP, Failure.TIMEOUT)
    assert answer.hurried is hurried


@pytest.mark.parametrize(
    ("failure", "asked_at_all", "end"),
    [
        pytest.param(Failure.REFUSED, 4, VisitEnd.NO_ANSWER, id="refused everywhere"),
        pytest.param(Failure.TIMEOUT, 2, VisitEnd.GAVE_UP, id="silent at two, the others not asked"),
    ],
)
async def test_another_host_is_dead_when_all_its_addresses_are(
    failure: Failure, asked_at_all: int, end: VisitEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_there = []

    async def asked(
        _network: Network, place: IPAddress, url: WebUrl, *, cookies: str, total_s: float
    ) -> Answer:
        assert not cookies
        assert total_s > 0
        here = Hop(url=str(url), address=place)
        if url.host == HOST:
            return Answer(hop=replace(here, status=301), location="http://other.example/")
        asked_there.append(place)
        return Answer(hop=replace(here, failure=failure), end=VisitEnd.NO_ANSWER)

    monkeypatch.setattr(web_visit, "ask", asked)
    elsewhere = tuple(f"192.0.2.{n}" for n in (11, 12, 13, 14))
    async with lab({}) as net:
        resolver = Resolver({HOST: (str(V4),), "other.example": elsewhere})
        seen = await observe_web(HOST, net, resolver, ca_store=STORE)
    assert {endpoint.http.end for endpoint in seen.endpoints} == {end}
    assert len(asked_there) == asked_at_all


@pytest.mark.parametrize(
    "literal", ["10.0.0.1", "[::1]", "127.0.0.1", "169.254.169.254", "[::ffff:192.0.2.1]"]
)
async def test_nobody_is_led_to_an_address_of_our_own(literal: str) -> None:
    async with lab({(V4, 80): redirect(f"http://{literal}/"), (ip_address("10.0.0.1"), 80): PAGE}) as net:
        seen = await observe(net)
    visit = seen.endpoints[0].http
    assert (visit.end, visit.hops[-1].failure) == (VisitEnd.NOT_VISITED, Failure.NOT_ALLOWED)
    assert net.counts == {"tcp:80": 1, "tcp:443": 1}
