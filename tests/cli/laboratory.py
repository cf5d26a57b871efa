"""The command line with a miniature internet behind its door."""

from pathlib import Path

from checker.cli import main
from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.failure import Failure
from tests.lab.apart import door, start_options
from tests.lab.network import LabNetwork


class NoNetwork(Network):
    """A machine without any network."""

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        raise NetworkError(Failure.UNREACHABLE, f"Network is unreachable: {address} {port} {udp}")


class Faulty(LabNetwork):
    """A lab whose door has a bug on the way to web servers."""

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        if port in (80, 443):
            raise RuntimeError("a bug of our own")
        return super().locate(address, port, udp=udp)


class LosesIpv6(LabNetwork):
    """A lab from which IPv6 goes away at the first visit to a web server."""

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        if port in (80, 443):
            self._families[6] = False
        return super().locate(address, port, udp=udp)


class Laboratory:
    """Runs commands against the lab whose files stand in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.domains = directory / "domains.csv"

    def checker(
        self, *arguments: str, network_class: type[LabNetwork] = LabNetwork, **switches: object
    ) -> int:
        """Run one measuring command in this process; the exit code."""
        options = (*start_options(self.directory), "--no-retest")
        return main([*arguments, *options], network_class=door(self.directory, network_class, **switches))
