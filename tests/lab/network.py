"""The network door with a laboratory behind it: told (address, port) pairs lead to loopback, others are errors."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from checker.network.addresses import AddressPolicy, IPAddress, address_text
from checker.network.clock import Clock
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.identity import Identity
from checker.network.manners import Manners
from checker.network.stream import Limits, Stream
from checker.observations.failure import Failure

LOOPBACK = "127.0.0.1"
SMTP_PORT = 25


class UntoldDestinationError(AssertionError):
    """Somebody asked for a destination that the lab was never told of: a bug, never the network's trouble."""


class Place(StrEnum):
    """Where a destination leads when it leads to no server."""

    CLOSED = "closed"
    """Refused: a bound port on which nobody listens."""
    FILTERED = "filtered"
    """No answer until the wait is over."""


Destination = tuple[str, int, str]
"""Address, port, "udp" or "tcp"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """All that the lab was told: a loopback port or a Place for each destination.

    `closed_port` is a bound TCP port that refuses; `sink_port` a UDP port that nobody reads; `now` the lab's time.
    """

    told: Mapping[Destination, int | Place]
    closed_port: int
    sink_port: int
    now: datetime

    def to_json(self) -> dict[str, Any]:
        """As plain data, for a second process."""
        return {
            "now": self.now.isoformat(),
            "closed_port": self.closed_port,
            "sink_port": self.sink_port,
            "destinations": [[*destination, place] for destination, place in self.told.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Destinations":
        """Read what `to_json` gave."""
        told = {
            (address, port, protocol): place if isinstance(place, int) else Place(place)
            for address, port, protocol, place in data["destinations"]
        }
        return cls(
            told=told,
            closed_port=data["closed_port"],
            sink_port=data["sink_port"],
            now=datetime.fromisoformat(data["now"]),
        )


class LabNetwork(Network):
    """A network in which every packet stays on loopback.

    Switches: `ipv4`, `ipv6` (False: unreachable), `port25` (False: filtered), `offline` (all unreachable). The clock
    stands at the lab's time unless another is given.
    """

    def __init__(
        self,
        destinations: Destinations,
        *,
        ipv4: bool = True,
        ipv6: bool = True,
        port25: bool = True,
        offline: bool = False,
        clock: Clock | None = None,
        policy: AddressPolicy | None = None,
        manners: Manners | None = None,
        identity: Identity | None = None,
        wait_s: float = 10.0,
    ) -> None:
        super().__init__(
            clock=clock or Clock(destinations.now),
            policy=policy or AddressPolicy(),
            manners=manners or Manners(spacing_s=0.0),
            identity=identity or Identity(),
            wait_s=wait_s,
        )
        self._destinations = destinations
        self._families = {4: ipv4 and not offline, 6: ipv6 and not offline}
        self._port25 = port25

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], **switches: Any) -> "LabNetwork":
        """The network of a lab that runs elsewhere, from its `mapping.json`."""
        return cls(Destinations.from_json(data), **switches)

    def place(self, address: IPAddress, port: int, *, udp: bool) -> int | Place:
        """Where a destination leads. Raises UntoldDestinationError, or NetworkError(UNREACHABLE) by the switches."""
        protocol = "udp" if udp else "tcp"
        place = self._destinations.told.get((address_text(address), port, protocol))
        if place is None:
            raise UntoldDestinationError(f"the lab was not told of {address} port {port}/{protocol}")
        if not self._families[address.version]:
            raise NetworkError(Failure.UNREACHABLE, "Network is unreachable")
        if port == SMTP_PORT and not self._port25:
            return Place.FILTERED
        return place

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        place = self.place(address, port, udp=udp)
        if place is Place.CLOSED:
            return LOOPBACK, self._destinations.closed_port
        if place is Place.FILTERED:
            return LOOPBACK, self._destinations.sink_port
        return LOOPBACK, int(place)

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        if self.place(address, port, udp=False) is Place.FILTERED:
            await _wait_in_vain(limits.wait_s)
        return await super()._open(address, port, limits)


async def _wait_in_vain(wait_s: float) -> NoReturn:
    await asyncio.sleep(wait_s)
    raise NetworkError(Failure.TIMEOUT, f"no answer to connect within {wait_s:g} s")
