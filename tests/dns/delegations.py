"""Zones on name servers of their own, led to by address: what tests of resolving and walking are built from."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import cast

from checker.dns.iterate import Resolver
from checker.dns.walk import Walker
from checker.network.addresses import IPAddress
from checker.network.clock import Clock
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.dns import NameServer, RRset
from checker.observations.failure import Failure
from tests.dns.world import NOW
from tests.lab.dns_server import DnsServer, start_dns
from tests.lab.responder import Responder
from tests.lab.scenario import Dns
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Keys, Signer, valid_at
from tests.lab.zone_contents import TTL, ZoneContents


class DnsOnly(Network):
    """Leads the told addresses to their servers; at all others there is nobody."""

    def __init__(self, servers: dict[IPAddress, DnsServer], wait_s: float) -> None:
        super().__init__(clock=Clock(NOW), wait_s=wait_s)
        self._servers = servers

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        assert port == 53
        server = self._servers.get(address)
        if server is None:
            raise NetworkError(Failure.UNREACHABLE, f"nobody is at {address}")
        return "127.0.0.1", server.udp_port if udp else server.tcp_port


def zone(apex: str, servers: Iterable[str], *records: tuple[str, str, str]) -> ZoneContents:
    contents = ZoneContents(apex)
    contents.add(
        apex, "SOA", f"{next(iter(servers))} hostmaster.{apex.removeprefix('.')} 1 7200 900 1209600 300"
    )
    contents.add(apex, "NS", *servers)
    for owner, rdtype, rdata in records:
        contents.add(owner, rdtype, rdata)
    return contents


def served(contents: ZoneContents, keys: Keys | None = None, manner: Dns = Dns.NORMAL) -> ServedZone:
    signer = Signer(keys=keys, validity=valid_at(NOW)) if keys else None
    return ServedZone(contents, signer=signer, manner=manner)


@asynccontextmanager
async def walking(
    responders: Mapping[str, object], root: str, anchors: tuple[RRset, ...], *, wait_s: float = 0.3
) -> AsyncIterator[Walker]:
    """A walker in an internet of these addresses; a responder needs but the method `respond`.

    Tests that count datagrams want a `wait_s` that a busy machine keeps to.
    """
    servers: dict[IPAddress, DnsServer] = {}
    try:
        for address, responder in responders.items():
            servers[ip_address(address)] = await start_dns(cast("Responder", responder))
        hints = [NameServer(name="ns.root.", address=ip_address(root))]
        yield Walker(Resolver(DnsOnly(servers, wait_s), hints), anchors)
    finally:
        for server in servers.values():
            await server.aclose()


def anchor(keys: Keys) -> RRset:
    """The DS of a zone's keys as an anchor."""
    return RRset(name=keys.apex.to_text(), type="DS", ttl=TTL, rdata=(keys.ds().to_wire() or b"",))
