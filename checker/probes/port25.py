"""How we try the way out on port 25 at a control host that the operator named because it always answers."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import Limits
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.vantage import Vantage
from checker.protocols.smtp import ReplyError, ReplyParser, command

SMTP_PORT = 25
BANNER_S = 30.0
"""Seconds for a banner: some hosts delay theirs to see who speaks first (RFC 5321 §4.5.3.2.1 would allow 5 min)."""
TOTAL_S = 60.0
"""Seconds for all addresses of the control host."""
_MAX_BYTES = 32_768
_SILENCE = frozenset({Failure.TIMEOUT, Failure.UNREACHABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """What one address did; no failure means that it greeted."""

    address: IPAddress
    connected: bool
    failure: Failure | None

    @property
    def silent(self) -> bool:
        return not self.connected and self.failure in _SILENCE

    @property
    def words(self) -> str:
        how = f"does not greet ({self.failure.value})" if self.failure else "greets"
        return f"The control host {self.address} {how} on port 25."


async def probe_port25(
    vantage: Vantage, addresses: Sequence[IPAddress], network: Network, *, providers: tuple[str, ...] = ()
) -> Vantage:
    """The vantage with what port 25 of these addresses showed, asked one after the other until each family has greeted.

    A banner is YES for its family; when all of a family's addresses stay silent, NO; anything else leaves it as it was.
    `providers` are the turns to hold (`Network.connect`). Takes at most a minute.
    """
    met: list[_Met] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(TOTAL_S):
            for address in addresses:
                if not _greeted(met, address.version):
                    met.append(await _banner(network, address, providers))
    return replace(
        vantage,
        port25_ipv4=_fact(met, addresses, 4, vantage.port25_ipv4),
        port25_ipv6=_fact(met, addresses, 6, vantage.port25_ipv6),
        details=(*vantage.details, *(one.words for one in met)),
    )


def _greeted(met: list[_Met], version: int) -> bool:
    return any(one.failure is None for one in met if one.address.version == version)


def _fact(met: list[_Met], addresses: Sequence[IPAddress], version: int, before: Fact) -> Fact:
    if _greeted(met, version):
        return Fact.YES
    silent = {one.address for one in met if one.silent}
    family = {address for address in addresses if address.version == version}
    return Fact.NO if family and family <= silent else before


async def _banner(network: Network, address: IPAddress, providers: tuple[str, ...]) -> _Met:
    """Connect and wait for an SMTP banner, whatever its code."""
    limits = Limits(wait_s=min(BANNER_S, network.wait_s), total_s=BANNER_S, max_bytes=_MAX_BYTES)
    connected = False
    try:
        async with network.connect(address, SMTP_PORT, limits=limits, providers=providers) as stream:
            connected = True
            parser = ReplyParser()
            while data := await stream.read(wait_s=BANNER_S):
                if parser.feed(data) is not None:
                    with suppress(NetworkError):  # it has greeted; how it takes our leave does not matter
                        await stream.write(command("QUIT"))
                    return _Met(address=address, connected=True, failure=None)
    except (NetworkError, ReplyError) as error:
        return _Met(address=address, connected=connected, failure=error.failure)
    return _Met(address=address, connected=True, failure=Failure.CLOSED)
