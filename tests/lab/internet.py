"""The miniature internet: name, web and mail servers of a scenario, all in this process, all on loopback.

    python -m tests.lab.internet --scenario table6|table6-earlier|table6-later|generated:N --directory DIR

starts one for another process: it writes the files that a checker needs and `mapping.json`, says "ready" on
stdout and serves until stdin closes.
"""

import argparse
import asyncio
import csv
import json
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from tests.lab.certificates import Authority
from tests.lab.dns_server import LOOPBACK, start_dns
from tests.lab.generated import generate
from tests.lab.network import Destination, Destinations, LabNetwork, Place
from tests.lab.plan import Plan, mail_name, web_name
from tests.lab.process import allow_many_sockets, stdin_closed
from tests.lab.responder import Responder
from tests.lab.scenario import Organisation
from tests.lab.smtp_server import start_smtp
from tests.lab.table6 import TABLE6, TABLE6_EARLIER, TABLE6_LATER
from tests.lab.web_server import start_web
from tests.lab.zones import plan

DNS_PORT, SMTP_PORT = 53, 25
WEB_PORTS = (80, 443)
DOMAINS_HEADER = ("code", "region", "domain", "web_host", "mail_domain")


class Running(Protocol):
    """Anything that was started and must be closed."""

    async def aclose(self) -> None:
        """Stop."""


class RunningPorts(Running, Protocol):
    """A web or mail server: loopback ports by the port they play."""

    @property
    def ports(self) -> dict[int, int]:
        """Ports that listen."""

    @property
    def filtered(self) -> frozenset[int]:
        """Ports that get no answer; every other port refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabFiles:
    """Where the files stand that lead a checker into the lab."""

    root_hints: Path
    trust_anchor: Path
    ca: Path
    domains: Path


class MiniatureInternet:
    """An async context manager: inside it, the servers answer and `network()` leads to them."""

    def __init__(self, organisations: Iterable[Organisation], *, now: datetime | None = None) -> None:
        self.organisations = tuple(organisations)
        self.now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        self.plan: Plan = plan(self.organisations, self.now)
        self.authority = Authority(self.now)
        self._running: list[Running] = []
        self._reserved: list[socket.socket] = []
        self._told: dict[Destination, int | Place] = {}
        self._destinations: Destinations | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    @property
    def destinations(self) -> Destinations:
        """Every destination that exists here and where it leads."""
        assert self._destinations is not None, "not started"
        return self._destinations

    @property
    def mapping(self) -> dict[str, Any]:
        """The destinations as plain data, for `LabNetwork.from_mapping` in another process."""
        return self.destinations.to_json()

    def network(self, **switches: Any) -> LabNetwork:
        """A door to this internet; the switches are those of LabNetwork."""
        return LabNetwork(self.destinations, **switches)

    def trust_anchor_text(self) -> str:
        """The DS of the root key, in zone-file form."""
        return self.plan.trust_anchor

    def root_hints_text(self) -> str:
        """The root servers, in the form of named.root."""
        return self.plan.root_hints

    def write_files(self, directory: Path) -> LabFiles:
        """Write root hints, trust anchor, CA certificate and domains.csv."""
        files = LabFiles(
            root_hints=directory / "root.hints",
            trust_anchor=directory / "trust-anchor.ds",
            ca=directory / "ca.pem",
            domains=directory / "domains.csv",
        )
        directory.mkdir(parents=True, exist_ok=True)
        files.root_hints.write_text(self.root_hints_text(), encoding="ascii")
        files.trust_anchor.write_text(self.trust_anchor_text(), encoding="ascii")
        files.ca.write_bytes(self.authority.ca_pem)
        with files.domains.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream, lineterminator="\n")
            rows.writerow(DOMAINS_HEADER)
            for row in self.organisations:
                rows.writerow((row.code, row.region, row.domain, web_name(row), mail_name(row)))
        return files

    async def _start(self) -> None:
        closed = self._reserve(socket.SOCK_STREAM)
        sink = self._reserve(socket.SOCK_DGRAM)
        await self._start_name_servers()
        bare = {web_host.name for web_host in self.plan.web_hosts}
        for web_host in self.plan.web_hosts:
            if web_host.addresses:
                server = await start_web(
                    web_host.name,
                    web_host.web,
                    self.authority,
                    web_host.domain,
                    published=web_host.addresses,
                )
                self._running.append(server)
                self._tell(web_host.addresses, WEB_PORTS, server)
            self._tell(web_host.dead, WEB_PORTS, None)
        for mail_host in self.plan.mail_hosts:
            if mail_host.addresses:
                mail = await start_smtp(
                    mail_host.name, mail_host.server, self.authority, mail_host.mail_domain
                )
                self._running.append(mail)
                self._tell(mail_host.addresses, (SMTP_PORT,), mail)
            dead = Place.FILTERED if mail_host.server.ipv6_silent else Place.CLOSED
            self._tell(mail_host.dead, (SMTP_PORT,), None, otherwise=dead)
            if mail_host.name == mail_host.mail_domain and mail_host.name not in bare:
                # the domain itself takes the mail: whoever looks for a web server there finds none
                self._tell((*mail_host.addresses, *mail_host.dead), WEB_PORTS, None)
        self._destinations = Destinations(told=self._told, closed_port=closed, sink_port=sink, now=self.now)

    async def _start_name_servers(self) -> None:
        # Servers with the same zones share what they remember.
        responders: dict[tuple[int, ...], Responder] = {}
        for host in self.plan.name_servers:
            responder = responders.setdefault(tuple(map(id, host.zones)), Responder(host.zones))
            server = await start_dns(responder)
            self._running.append(server)
            for address in host.addresses:
                self._told[address, DNS_PORT, "udp"] = server.udp_port
                self._told[address, DNS_PORT, "tcp"] = server.tcp_port

    def _tell(
        self,
        addresses: Iterable[str],
        ports: Iterable[int],
        server: RunningPorts | None,
        *,
        otherwise: Place = Place.CLOSED,
    ) -> None:
        """Enter where the ports of these addresses lead; without a server they refuse, or do what `otherwise` says."""
        for port in ports:
            place: int | Place = otherwise
            if server is not None:
                place = Place.FILTERED if port in server.filtered else server.ports.get(port, Place.CLOSED)
            for address in addresses:
                self._told[address, port, "tcp"] = place

    def _reserve(self, kind: socket.SocketKind) -> int:
        """Bind a port and leave it at that."""
        reserved = socket.socket(socket.AF_INET, kind)
        self._reserved.append(reserved)
        reserved.bind((LOOPBACK, 0))
        return int(reserved.getsockname()[1])

    async def _stop(self) -> None:
        running, self._running = self._running, []
        results = await asyncio.gather(*(server.aclose() for server in running), return_exceptions=True)
        for reserved in self._reserved:
            reserved.close()
        self._reserved.clear()
        troubles = [result for result in results if isinstance(result, BaseException)]
        if troubles:
            raise BaseExceptionGroup("servers of the lab", troubles)


_NAMED = {"table6": TABLE6, "table6-earlier": TABLE6_EARLIER, "table6-later": TABLE6_LATER}


def scenario(name: str) -> tuple[Organisation, ...]:
    """The scenario called `table6`, `table6-earlier`, `table6-later` or `generated:N`. Raises ValueError for others."""
    if name in _NAMED:
        return _NAMED[name]
    kind, _, count = name.partition(":")
    if kind == "generated" and count.isdigit():
        return generate(int(count), seed=1)
    raise ValueError(f"no scenario is called {name!r}: {', '.join(_NAMED)} or generated:N")


async def serve(
    organisations: tuple[Organisation, ...],
    directory: Path,
    now: datetime | None = None,
    *,
    kind: type[MiniatureInternet] = MiniatureInternet,
) -> None:
    """Start everything, write the files, say "ready", and serve until stdin closes."""
    async with kind(organisations, now=now) as internet:
        internet.write_files(directory)
        (directory / "mapping.json").write_text(json.dumps(internet.mapping), encoding="ascii")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await stdin_closed()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.internet", description=__doc__)
    parser.add_argument("--scenario", type=scenario, default="table6", help="table6 or generated:N")
    parser.add_argument("--directory", type=Path, required=True, help="where the files are written")
    parser.add_argument("--now", type=datetime.fromisoformat, help="the lab's time (RFC 3339); default: now")
    given = parser.parse_args()
    allow_many_sockets()
    asyncio.run(serve(given.scenario, given.directory, given.now))


if __name__ == "__main__":
    main()
