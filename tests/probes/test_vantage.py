import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn

import pytest

from checker.dns.anchors import root_hints, trust_anchors
from checker.dns.query import answers
from checker.network.addresses import IPAddress
from checker.network.clock import Clock
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits
from checker.observations.dns import NameServer, RRset
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.vantage import Vantage
from checker.probes import vantage as probe
from checker.probes.vantage import observe_vantage, unusable
from tests.fakes import VANTAGE
from tests.lab.internet import MiniatureInternet
from tests.lab.scenario import Organisation

YES, NO, UNTESTED = Fact.YES, Fact.NO, Fact.NOT_TESTED
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
async def internet() -> AsyncIterator[MiniatureInternet]:
    async with MiniatureInternet((Organisation(code="A", region="A", domain="a.se"),), now=NOW) as lab:
        yield lab


@pytest.fixture
def start(internet: MiniatureInternet, tmp_path: Path) -> tuple[tuple[NameServer, ...], tuple[RRset, ...]]:
    files = internet.write_files(tmp_path)
    return root_hints(files.root_hints), trust_anchors(files.trust_anchor)


Start = tuple[tuple[NameServer, ...], tuple[RRset, ...]]


async def look(network: Network, start: Start) -> Vantage:
    return await observe_vantage(network, name="lab", hints=start[0], anchors=start[1])


async def test_a_good_place(internet: MiniatureInternet, start: Start) -> None:
    network = internet.network()
    seen = await look(network, start)
    assert replace(seen, details=()) == replace(VANTAGE, name="lab", checked_at=NOW)
    assert network.counts == {"udp:53": 2, "tcp:53": 2}, "the first good answer of each way is enough"
    assert len(seen.details) == 6
    assert "within the root zone's signatures" in seen.details[4]
    assert unusable(seen) is None


@pytest.mark.parametrize(
    ("scenario", "switches", "ipv4", "ipv6", "dns"),
    [
        ("no IPv6", {"ipv6": False}, YES, NO, YES),
        ("no IPv4", {"ipv4": False}, NO, YES, YES),
        ("no network at all", {"offline": True}, NO, NO, NO),
    ],
)
async def test_missing_families(
    internet: MiniatureInternet,
    start: Start,
    *,
    scenario: str,
    switches: dict[str, Any],
    ipv4: Fact,
    ipv6: Fact,
    dns: Fact,
) -> None:
    seen = await look(internet.network(**switches), start)
    assert (seen.ipv4, seen.ipv6, seen.dns_udp, seen.dns_tcp) == (ipv4, ipv6, dns, dns), scenario
    assert seen.root_validates is (YES if dns is YES else UNTESTED)
    assert (unusable(seen) is None) == (dns is YES)


@pytest.mark.parametrize(
    ("scenario", "off", "clock", "words"),
    [
        ("fast by years", timedelta(days=800, hours=2), NO, " ahead, by"),
        ("slow by years", timedelta(days=-800, hours=-2), NO, " behind, by"),
        ("right", timedelta(0), YES, "lies within"),
    ],
)
async def test_the_clock(
    internet: MiniatureInternet, start: Start, *, scenario: str, off: timedelta, clock: Fact, words: str
) -> None:
    seen = await look(internet.network(clock=Clock(NOW + off)), start)
    assert seen.clock is clock, scenario
    assert (seen.clock_offset_s > 0, seen.clock_offset_s < 0) == (off > timedelta(0), off < timedelta(0))
    assert words in seen.details[4]
    assert seen.root_validates is YES, "the keys are told apart from the clock"
    assert (unusable(seen) is None) == (clock is YES)


async def test_other_anchors_than_the_roots(internet: MiniatureInternet, start: Start) -> None:
    seen = await look(internet.network(), (start[0], trust_anchors()))
    assert (seen.clock, seen.root_validates) == (YES, NO)
    assert "do not validate from the trust anchors (dnssec_no_key_for_ds" in seen.details[5]
    assert "does not validate" in (unusable(seen) or "")


async def test_anchors_below_the_root_only(internet: MiniatureInternet, start: Start) -> None:
    islands = tuple(replace(anchor, name="se.") for anchor in start[1])
    seen = await look(internet.network(), (start[0], islands))
    assert (seen.clock, seen.root_validates) == (YES, UNTESTED)
    assert unusable(seen) is None


class Bent(Network):
    """A network on which a test decides what becomes of each way to a root server."""

    def __init__(self, inner: Network, bend: Callable[[IPAddress, str], Failure | bytes | None]) -> None:
        super().__init__(clock=inner.clock, wait_s=0.2)
        self.inner = inner
        self.bend = bend

    async def ask(
        self, address: IPAddress, port: int, payload: bytes, *, accept: Callable[[bytes], bool], wait_s: float
    ) -> bytes:
        bent = self.bend(address, "UDP")
        if isinstance(bent, Failure):
            raise NetworkError(bent)
        if isinstance(bent, bytes):
            reply = payload[:2] + bent + payload[4:]
            assert accept(reply)
            return reply
        return await self.inner.ask(address, port, payload, accept=accept, wait_s=wait_s)

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        bent = self.bend(address, "TCP")
        if isinstance(bent, Failure):
            raise NetworkError(bent)
        return self.inner.locate(address, port, udp=udp)


REFUSED = b"\x80\x05"  # QR, RCODE 5
TRUNCATED = b"\x82\x00"  # QR, TC


async def test_a_root_that_fails_is_replaced_by_another(internet: MiniatureInternet, start: Start) -> None:
    firsts = {next(s.address for s in start[0] if s.address.version == family) for family in (4, 6)}

    def bend(address: IPAddress, transport: str) -> Failure | bytes | None:
        if address not in firsts:
            return None
        return REFUSED if transport == "UDP" else Failure.REFUSED

    seen = await look(Bent(internet.network(), bend), start)
    assert (seen.ipv4, seen.ipv6, seen.dns_udp, seen.dns_tcp) == (YES, YES, YES, YES)
    assert all("b.root-servers.net." in words for words in seen.details[:4])


async def test_roots_that_only_refuse_are_no_way_out(internet: MiniatureInternet, start: Start) -> None:
    network = Bent(internet.network(), lambda _, way: REFUSED if way == "UDP" else Failure.TIMEOUT)
    seen = await look(network, start)
    assert (seen.ipv4, seen.dns_udp, seen.dns_tcp, seen.root_validates) == (NO, NO, NO, UNTESTED)
    assert "(2 tried; the last: answer REFUSED)" in seen.details[0]
    assert "(2 tried; the last: timeout)" in seen.details[1]


async def test_truncated_answers_count_for_udp_and_the_keys_come_by_tcp(
    internet: MiniatureInternet, start: Start
) -> None:
    network = Bent(internet.network(), lambda _, way: TRUNCATED if way == "UDP" else None)
    seen = await look(network, start)
    assert (seen.dns_udp, seen.dns_tcp, seen.clock, seen.root_validates) == (YES, YES, YES, YES)


FORGED = b"\x80\x00"  # QR: NOERROR without any keys


async def test_one_way_that_is_tampered_with_does_not_spoil_the_others(
    internet: MiniatureInternet, start: Start
) -> None:
    network = Bent(internet.network(), lambda _, way: FORGED if way == "UDP" else None)
    seen = await look(network, start)
    assert (seen.dns_udp, seen.clock, seen.root_validates) == (YES, YES, YES)


async def test_truncated_answers_alone_leave_clock_and_anchors_unchecked(
    internet: MiniatureInternet, start: Start
) -> None:
    network = Bent(internet.network(), lambda _, way: TRUNCATED if way == "UDP" else Failure.TIMEOUT)
    seen = await look(network, start)
    assert (seen.dns_udp, seen.dns_tcp, seen.clock, seen.root_validates) == (YES, NO, UNTESTED, UNTESTED)
    assert unusable(seen) is None


async def test_when_everything_is_dropped_the_check_ends_in_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dropping(Network):
        async def ask(self, *_: object, **__: object) -> NoReturn:
            await asyncio.Event().wait()
            raise AssertionError

        async def _open(self, address: IPAddress, port: int, limits: Limits) -> NoReturn:
            await asyncio.Event().wait()
            raise AssertionError(address, port, limits)

    assert probe.ROOTS_TRIED * probe.TRY_S < 10
    monkeypatch.setattr(probe, "TRY_S", 0.01)
    seen = await look(Dropping(), start)
    assert (seen.ipv4, seen.ipv6, seen.dns_udp, seen.dns_tcp) == (NO, NO, NO, NO)
    assert "no answer within 0.01 s" in seen.details[0]


@pytest.mark.parametrize("reply", ["closed", "garbage", "other"])
async def test_tcp_servers_that_talk_nonsense(reply: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = (await reader.read(512))[2:]
        other = bytes([query[0] ^ 1]) + query[1:2] + b"\x80\x00" + query[4:]
        short = query[:2] + b"\x80\x00\x00\x01\x00\x07\x00\x00\x00\x00" + query[12:17]
        assert answers(query, short)
        data = {
            "closed": b"\x00",
            "garbage": b"\x00\x11" + short,
            "other": len(other).to_bytes(2, "big") + other,
        }
        writer.write(data[reply])
        writer.close()
        await writer.wait_closed()

    class Here(Network):
        def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
            if udp or port != 53:
                raise NetworkError(Failure.REFUSED, f"{address}")
            return "127.0.0.1", server.sockets[0].getsockname()[1]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        hints = (NameServer(name="a.root.", address=ip_address("192.0.2.1")),)
        seen = await observe_vantage(Here(wait_s=2), name="x", hints=hints, anchors=())
    words = {"closed": "closed before", "garbage": "no DNS message", "other": "another question"}
    assert seen.dns_tcp is NO
    assert words[reply] in seen.details[1]
    assert "0 tried; the last: the root hints have no such address" in seen.details[2]


@pytest.mark.parametrize(
    ("scenario", "changes", "words"),
    [
        ("all well", {}, None),
        ("one family is enough", {"ipv6": NO}, None),
        ("one transport is enough", {"dns_udp": NO}, None),
        ("nothing of the root could be checked", {"clock": UNTESTED, "root_validates": UNTESTED}, None),
        ("neither family", {"ipv4": NO, "ipv6": NO}, "No root server answers over IPv4 or IPv6"),
        ("neither transport", {"dns_udp": NO, "dns_tcp": NO}, "No root server answers over UDP or TCP"),
        ("fast", {"clock": NO, "clock_offset_s": 5400}, "at least 1.5 hours ahead of"),
        ("slow", {"clock": NO, "clock_offset_s": -7200}, "at least 2.0 hours behind"),
        ("wrong root", {"root_validates": NO}, "does not validate from the trust anchors"),
    ],
)
def test_what_makes_a_place_unusable(scenario: str, changes: dict[str, Any], words: str | None) -> None:
    said = unusable(replace(VANTAGE, **changes))
    if words is None:
        assert said is None, scenario
    else:
        assert words in (said or ""), scenario
