"""A miniature internet in which every tenth row's servers mean harm: `python -m tests.lab.hostile --rows N --counts FILE DIR`.

The other rows are good, of a few kinds whose cells are known. What the hostile ones say is in `tests.lab.hostility`.
"""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.lab.counted import CountedInternet, counting
from tests.lab.dns_server import start_dns
from tests.lab.hostile_scene import Scene
from tests.lab.hostility import KINDS, Hostility
from tests.lab.internet import DNS_PORT, SMTP_PORT, serve
from tests.lab.listener import Connection, LabServer
from tests.lab.plan import web_name
from tests.lab.process import allow_many_sockets
from tests.lab.responder import Responder
from tests.lab.scenario import Http, Https, MailServer, Organisation, Signing, Smtp, Tls, Web, Zone
from tests.lab.served_zone import ServedZone

EVERY = 10
"""One row in so many is hostile."""
QR_AND_TC = 0x8200
DRIP_S = 1.0

SIGNED = Zone(signing=Signing.SIGNED)
PROVIDER = tuple(
    MailServer(host=f"mx{n}.storpost.org", preference=n, ipv6=True, tls=Tls.MODERN) for n in (1, 2)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """One kind of good row, and the cells it must get: STARTTLS, HTTPS, DNSSEC, www and mail over IPv6."""

    zone: Zone
    web: Web
    mail: tuple[MailServer, ...]
    cells: tuple[str, str, str, str, str]


GOOD = (
    Good(
        zone=SIGNED,
        web=Web(ipv6=True, tls=Tls.MODERN),
        mail=(MailServer(ipv6=True, tls=Tls.MODERN),),
        cells=("Ja", "Ja", "Ja", "Ja", "Ja"),
    ),
    Good(
        zone=Zone(),
        web=Web(tls=Tls.INTERMEDIATE, http=Http.CONTENT),
        mail=PROVIDER,
        cells=("Ja", "Ja (F) (N)", "Nej", "Nej", "Ja"),
    ),
    Good(
        zone=Zone(signing=Signing.SIGNED, algorithm=8, denial="nsec3"),
        web=Web(http=Http.CONTENT, https=Https.CLOSED),
        mail=(MailServer(smtp=Smtp.NO_STARTTLS),),
        cells=("Nej", "Nej", "Ja", "Nej", "Nej"),
    ),
    Good(
        zone=Zone(signing=Signing.EXPIRED),
        web=Web(ipv6=True, http=Http.CONTENT, https=Https.TO_HTTP, tls=Tls.MODERN),
        mail=(
            MailServer(preference=10, tls=Tls.MODERN),
            MailServer(preference=20, smtp=Smtp.NO_STARTTLS),
        ),
        cells=("Delvis", "Nej (ja)", "Ja (trasig)", "Ja", "Nej"),
    ),
)


def kind_of(number: int) -> Hostility | None:
    """What the row of this number, from 1 on, has in store; None for a good one."""
    return None if number % EVERY else KINDS[(number // EVERY - 1) % len(KINDS)]


def good_of(number: int) -> Good:
    """Which kind of good row this number is."""
    return GOOD[number % len(GOOD)]


def hostile(count: int) -> tuple[Organisation, ...]:
    """`count` rows, R00001 and on; every tenth one hostile, of each kind in turn."""
    return tuple(_organisation(number) for number in range(1, count + 1))


def number_of(code: str) -> int:
    """The number of the row with this code."""
    return int(code.removeprefix("R"))


def _organisation(number: int) -> Organisation:
    kind, code = kind_of(number), f"R{number:05}"
    if kind is None:
        good = good_of(number)
        return Organisation(
            code=code,
            region=f"Good {number}",
            domain=f"god{number}.se",
            zone=good.zone,
            web=good.web,
            mail=good.mail,
        )
    domain = f"elak{number}.se"
    mail = tuple(
        MailServer(host=f"www.{domain}" if kind.one_address else "", preference=n, ipv6=True)
        for n in range(kind.mail_hosts)
    )
    return Organisation(
        code=code, region=kind.name, domain=domain, zone=SIGNED, web=Web(ipv6=True), mail=mail
    )


class HostileInternet(CountedInternet):
    """A miniature internet whose hostile rows' destinations lead to servers that mean harm."""

    async def _start(self) -> None:
        await super()._start()
        scenes = self._scenes()
        maze = tuple(host for host, (kind, _) in scenes.items() if kind.name == "redirect_maze")
        for host, (kind, domain) in scenes.items():
            scene = Scene(host=host, domain=domain, authority=self.authority, others=maze)
            server = LabServer()
            for port, conversation in kind.conversations(scene).items():
                server.listen(port, conversation)
            self._running.append(server)
            self._lead_to(server, host, domain)
        dripping = {f"{domain}." for kind, domain in scenes.values() if kind.name == "dripping_names"}
        await self._let_names_drip(dripping)

    def _scenes(self) -> dict[str, tuple[Hostility, str]]:
        """The hostile web hosts: kind and domain."""
        return {
            web_name(row): (kind, row.domain)
            for row in self.organisations
            if (kind := kind_of(number_of(row.code))) is not None
        }

    def _lead_to(self, server: LabServer, host: str, domain: str) -> None:
        """Let every web and mail address of a row end at its hostile server."""
        for web in self.plan.web_hosts:
            if web.name in (host, domain):
                self._tell(web.addresses, (80, 443), server)
        for mail in self.plan.mail_hosts:
            if mail.name == host or mail.mail_domain == domain:
                self._tell(mail.addresses, (SMTP_PORT,), server)

    async def _let_names_drip(self, apexes: set[str]) -> None:
        for host in self.plan.name_servers:
            if not any(zone.contents.apex.to_text() in apexes for zone in host.zones):
                continue
            responder = _Truncating(host.zones, apexes)
            udp = await start_dns(responder)
            tcp = LabServer()
            tcp.listen(DNS_PORT, responder.drip)
            self._running += [udp, tcp]
            for address in host.addresses:
                self._told[address, DNS_PORT, "udp"] = udp.udp_port
                self._told[address, DNS_PORT, "tcp"] = tcp.ports[DNS_PORT]


class _Truncating(Responder):
    """Truncates every answer about some zones, and gives those over TCP a byte a second."""

    def __init__(self, zones: tuple[ServedZone, ...], apexes: set[str]) -> None:
        super().__init__(zones)
        self._endings = tuple(_wire(apex) for apex in apexes)

    def respond(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        response = super().respond(wire, is_tcp=is_tcp)
        if response is None or is_tcp or not self._drips(wire):
            return response
        end = wire.index(b"\x00", 12) + 5
        return wire[:2] + QR_AND_TC.to_bytes(2, "big") + b"\x00\x01" + bytes(6) + wire[12:end]

    async def drip(self, connection: Connection) -> None:
        """Converse over TCP (RFC 7766)."""
        received = b""
        while data := await connection.read():
            received += data
            while len(received) >= 2 and len(received) >= (end := 2 + int.from_bytes(received[:2], "big")):
                query, received = received[2:end], received[end:]
                response = self.respond(query, is_tcp=True) or b""
                message = len(response).to_bytes(2, "big") + response
                if not self._drips(query):
                    await connection.write(message)
                    continue
                for place in range(len(message)):
                    await connection.write(message[place : place + 1])
                    await asyncio.sleep(DRIP_S)

    def _drips(self, query: bytes) -> bool:
        return any(ending in query.lower() for ending in self._endings)


def _wire(name: str) -> bytes:
    labels = name.rstrip(".").split(".")
    return b"".join(bytes((len(label),)) + label.encode("ascii") for label in labels) + b"\x00"


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.hostile", description=__doc__)
    parser.add_argument("--rows", type=int, default=EVERY * len(KINDS))
    parser.add_argument("--counts", type=Path, required=True, help="where the servers' counts are written")
    parser.add_argument("directory", type=Path, help="where the files are written")
    given = parser.parse_args()
    allow_many_sockets()
    asyncio.run(serve(hostile(given.rows), given.directory, kind=counting(HostileInternet, given.counts)))


if __name__ == "__main__":
    main()
