"""How we try the way out on port 25 at a control host that the operator named because it always answers."""

import asyncio
from collections.abc import Iterable
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


async def probe_port25(vantage: Vantage, addresses: Iterable[IPAddress], network: Network) -> Vantage:
    """The vantage with what one connection to port 25 of each address showed, all at once.

    A banner is YES for its family; when all of a family's addresses stay silent, NO; anything else leaves it as it was.
    Takes at most a minute.
    """
    met = await asyncio.gather(*(_banner(network, address) for address in addresses))
    return replace(
        vantage,
        port25_ipv4=_fact([one for one in met if one.address.version == 4], vantage.port25_ipv4),
        port25_ipv6=_fact([one for one in met if one.address.version == 6], vantage.port25_ipv6),
        details=(*vantage.details, *(one.words for one in met)),
    )


def _fact(met: list[_Met], before: Fact) -> Fact:
    if any(one.failure is None for one in met):
        return Fact.YES
    return Fact.NO if met and all(one.silent for one in met) else before


async def _banner(network: Network, address: IPAddress) -> _Met:
    """Connect and wait for an SMTP banner, whatever its code."""
    limits = Limits(wait_s=min(BANNER_S, network.wait_s), total_s=BANNER_S, max_bytes=_MAX_BYTES)
    connected = False
    try:
        async with network.connect(address, SMTP_PORT, limits=limits) as stream:
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
