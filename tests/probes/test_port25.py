import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.probes.port25 import probe_port25
from tests.fakes import VANTAGE

YES, NO, UNTESTED = Fact.YES, Fact.NO, Fact.NOT_TESTED
GOOD = "192.0.2.1"
GOOD6 = "2001:db8::1"


class Told(Network):
    """Addresses with a failure do not answer; all others lead to the local server."""

    def __init__(self, port: int, failures: dict[str, Failure]) -> None:
        super().__init__(wait_s=2.0)
        self.port = port
        self.failures = failures

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        assert (port, udp) == (25, False)
        if failure := self.failures.get(str(address)):
            raise NetworkError(failure)
        return "127.0.0.1", self.port


@asynccontextmanager
async def greeting(*parts: bytes) -> AsyncIterator[int]:
    served: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        for part in parts:
            writer.write(part)
            await writer.drain()
        if parts:
            await reader.read(64)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*filter(None, served))


@pytest.mark.parametrize(
    ("scenario", "banner", "failures", "ipv4", "ipv6", "words"),
    [
        ("both greet", (b"220 hello\r\n",), {}, YES, YES, "greets on port 25"),
        ("a slow banner of two lines", (b"220-he", b"llo\r\n220 go\r\n"), {}, YES, YES, "greets"),
        ("a refusal is a banner too", (b"554 no\r\n",), {}, YES, YES, "greets"),
        ("IPv4 is dropped", (b"220 x\r\n",), {GOOD: Failure.TIMEOUT}, NO, YES, "does not greet (timeout)"),
        ("IPv6 has no route", (b"220 x\r\n",), {GOOD6: Failure.UNREACHABLE}, YES, NO, "greets"),
        ("refused proves nothing", (b"220 x\r\n",), {GOOD: Failure.REFUSED}, UNTESTED, YES, "(refused)"),
        ("closed at once", (), {}, UNTESTED, UNTESTED, "(closed)"),
        ("no SMTP", (b"HTTP/1.1 400\r\n",), {}, UNTESTED, UNTESTED, "(malformed)"),
    ],
)
async def test_the_control_host(
    *,
    scenario: str,
    banner: tuple[bytes, ...],
    failures: dict[str, Failure],
    ipv4: Fact,
    ipv6: Fact,
    words: str,
) -> None:
    async with greeting(*banner) as port:
        seen = await probe_port25(VANTAGE, (ip_address(GOOD), ip_address(GOOD6)), Told(port, failures))
    assert (seen.port25_ipv4, seen.port25_ipv6) == (ipv4, ipv6), scenario
    assert len(seen.details) == 2
    assert words in seen.details[0]


async def test_one_greeting_address_is_enough_and_what_was_known_stands() -> None:
    before = replace(VANTAGE, port25_ipv6=YES, details=("before",))
    async with greeting(b"220 x\r\n") as port:
        network = Told(port, {"192.0.2.9": Failure.TIMEOUT})
        seen = await probe_port25(before, (ip_address("192.0.2.9"), ip_address(GOOD)), network)
    assert (seen.port25_ipv4, seen.port25_ipv6) == (YES, YES)
    assert seen.details[0] == "before"


async def test_addresses_are_asked_one_after_the_other_until_their_family_has_greeted() -> None:
    addresses = tuple(map(ip_address, (GOOD, "192.0.2.2", GOOD6, "2001:db8::2")))
    async with greeting(b"220 x\r\n") as port:
        network = Told(port, {GOOD6: Failure.TIMEOUT})
        network.manners.spacing_s = 0.0
        seen = await probe_port25(VANTAGE, addresses, network, providers=("provider.example",))
    assert (seen.port25_ipv4, seen.port25_ipv6) == (YES, YES)
    assert network.counts["tcp:25"] == 3
    assert [words.split()[3] for words in seen.details] == [GOOD, GOOD6, "2001:db8::2"]
