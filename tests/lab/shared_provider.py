"""A miniature internet whose rows crowd at one mail provider, and which counts who comes: how often and how close.

    python -m tests.lab.shared_provider --rows N --visits FILE [--busy ADDRESS] … DIR

says "ready", serves until stdin closes and then writes to FILE what the mail servers saw. At a busy address the first
client is told 421. Every destination address has
a listener of its own. Of every five rows the first two are the provider's, in three ways.
"""

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.internet import SMTP_PORT, MiniatureInternet, serve
from tests.lab.listener import Connection, LabServer
from tests.lab.process import allow_many_sockets
from tests.lab.scenario import MailServer, Organisation, Smtp, Web

PROVIDER = "storpost.co.uk"
"""Three labels: its public suffix has two."""
SHARED = {
    f"mx1.{PROVIDER}": ("25.255.0.1", "2001:db8:ffff::1"),
    f"mx2.{PROVIDER}": ("25.255.0.2", "2001:db8:ffff::2"),
}
"""The hosts that many rows name, and their addresses."""
FRONT = ("25.255.0.3", "2001:db8:ffff::3")
"""Where the customers' own host names below the provider's domain lead."""
CUSTOM = ("25.255.0.4", "2001:db8:ffff::4")
"""Where the names in the customers' own domains lead, and a host of the provider's that every row of theirs names too."""
NO_WEB = Web(ipv4=False)
WEB_EVERY = 100
"""One row in so many has a web host too, by turns over IPv4 and IPv6."""


def crowd(rows: int) -> tuple[Organisation, ...]:
    """The rows: two fifths at the provider, the others with servers of their own."""
    return tuple(_organisation(number) for number in range(rows))


def expected_visits(organisations: Iterable[Organisation]) -> Counter[str]:
    """How often each of the provider's addresses is to be asked: once for every host name that leads there."""
    hosts = {server.host.lower(): server.published for row in organisations for server in row.mail}
    return Counter(address for published in hosts.values() for address in published)


def _organisation(number: int) -> Organisation:
    domain = f"kund{number}.se"
    web = Web(ipv4=number % 40 < 20, ipv6=number % 40 >= 20) if number % WEB_EVERY == 2 else NO_WEB
    mail: tuple[MailServer, ...]
    extra: tuple[str, ...] = ()
    if number % 5 > 1:
        ipv6 = number % 2 == 0
        mail = (MailServer(smtp=Smtp.NO_STARTTLS, ipv4=not ipv6, ipv6=ipv6),)
    elif number % 4 < 2:  # hosts that the rows share, which name them in different order and case
        mail = tuple(_led(host, published) for host, published in SHARED.items())
        extra = (f"{number % 20} MX{1 + number % 2}.{PROVIDER.upper()}.",)
    elif number % 4 == 2:  # a host name for each row, below the provider's domain
        mail = (_led(f"kund{number}-se.mail.{PROVIDER}", FRONT[: 1 + number % 3]),)
    else:  # a host name in each row's own domain, which leads to the provider all the same
        mail = (_led(f"post.{domain}", CUSTOM[: 1 + number % 3]), _led(f"custom.{PROVIDER}", CUSTOM))
    return Organisation(
        code=f"R{number:04}", region=f"Rad {number}", domain=domain, web=web, mail=mail, extra_mx=extra
    )


def _led(host: str, addresses: tuple[str, ...]) -> MailServer:
    return MailServer(host=host, ipv4=False, published=addresses)


@dataclass(slots=True)
class Visits:
    """What came to some servers, told as one: the most at once, the shortest pause between two, and their greetings.

    A pause ends when the next client is here, and begins no later than the server's last word before the client left.
    Seen so it is never shorter than the client's own pause, however late the server gets to it.
    """

    servers: list[LabServer] = field(default_factory=list)
    peak: int = 0
    shortest_pause_s: float | None = None
    greetings: set[str] = field(default_factory=set)
    _last_word_at: float | None = None

    def begin(self) -> None:
        """A client is here."""
        self.peak = max(self.peak, sum(server.present for server in self.servers))
        if self._last_word_at is not None:
            pause_s = _now() - self._last_word_at
            self.shortest_pause_s = min(pause_s, self.shortest_pause_s or pause_s)

    def speak(self) -> None:
        """The server is about to say something that the client waits for."""
        self._last_word_at = _now()

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        connections = sum(server.connections for server in self.servers)
        return {
            "connections": connections,
            "peak": self.peak,
            "shortest_pause_s": self.shortest_pause_s,
            "greetings": sorted(self.greetings),
        }


class CrowdedInternet(MiniatureInternet):
    """The miniature internet with the provider's servers, each address counted."""

    def __init__(
        self, organisations: Iterable[Organisation], *, busy: Iterable[str] = (), **keywords: Any
    ) -> None:
        super().__init__(organisations, **keywords)
        self._busy = frozenset(busy)
        self._provider = Visits()
        self._addresses: dict[str, Visits] = {}
        self._others: list[LabServer] = []

    async def _start(self) -> None:
        for address in sorted(expected_visits(self.organisations)):
            visits = self._addresses[address] = Visits()
            told = (visits,) if address in CUSTOM else (visits, self._provider)
            server = _listen(told, busy=address in self._busy)
            self._running.append(server)
            self._told[address, SMTP_PORT, "tcp"] = server.ports[SMTP_PORT]
        provided = len(self._running)
        await super()._start()
        self._others = [server for server in self._running[provided:] if isinstance(server, LabServer)]

    def visits(self) -> dict[str, Any]:
        """What was seen: at the provider (where only its own names lead), at each of its addresses, and elsewhere."""
        return {
            "provider": self._provider.to_json(),
            "addresses": {address: visits.to_json() for address, visits in self._addresses.items()},
            "others": [
                {"ports": sorted(server.ports), "connections": server.connections, "peak": server.peak}
                for server in self._others
            ],
        }


def _listen(told: tuple[Visits, ...], *, busy: bool) -> LabServer:
    """A mail server without STARTTLS that says whom it met."""

    async def converse(connection: Connection) -> None:
        for visits in told:
            visits.begin()
            visits.speak()
        if busy and server.connections == 1:
            await connection.write(b"421 mx too busy\r\n")
            return
        await connection.write(b"220 mx ready\r\n")
        greeting = (await connection.read()).decode("ascii", "replace").strip()
        for visits in told:
            visits.greetings.add(greeting)
            visits.speak()
        await connection.write(b"250 mx\r\n")
        await connection.drain()

    server = LabServer()
    for visits in told:
        visits.servers.append(server)
    server.listen(SMTP_PORT, converse)
    return server


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _serve(rows: int, busy: list[str], directory: Path) -> dict[str, Any]:
    """Serve until stdin closes; what was seen by then."""
    served: list[CrowdedInternet] = []

    class Kept(CrowdedInternet):
        def __init__(self, organisations: Iterable[Organisation], **keywords: Any) -> None:
            super().__init__(organisations, busy=busy, **keywords)
            served.append(self)

    await serve(crowd(rows), directory, kind=Kept)
    return served[0].visits()


def main() -> None:
    """Read the command line and serve until stdin closes."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.shared_provider")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--visits", type=Path, required=True)
    parser.add_argument("--busy", action="append", default=[])
    parser.add_argument("directory", type=Path)
    given = parser.parse_args()
    allow_many_sockets()
    seen = asyncio.run(_serve(given.rows, given.busy, given.directory))
    given.visits.write_text(json.dumps(seen), encoding="ascii")


if __name__ == "__main__":
    main()
