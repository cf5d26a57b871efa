"""Zones under one root: founded, delegated with DS and glue, and put on their name servers. Pure."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

import dns.rrset

from tests.lab.addresses import AddressBook, HostAddresses
from tests.lab.plan import NameServerHost
from tests.lab.scenario import Signing, Zone
from tests.lab.served_zone import ServedZone
from tests.lab.signing import Keys, Signer, expired_at, make_keys, valid_at
from tests.lab.zone_contents import TTL, ZoneContents

ROOT_SERVERS = ("a.root-servers.net", "b.root-servers.net")
PLAIN = (Signing.UNSIGNED, Signing.STRIPPED)
UNDELEGATED = (Signing.UNSIGNED, Signing.NO_DS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Founded:
    """A zone, what its servers are called, and its keys if any server has it signed."""

    zone: Zone
    contents: ZoneContents
    servers: tuple[str, ...]
    keys: Keys | None


class Hierarchy:
    """Apexes are names without a trailing dot, "" the root. Found all zones, `delegate`, then publish hosts."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._book = AddressBook()
        self._zones: dict[str, _Founded] = {}
        self._published: set[tuple[str, str, bool, bool]] = set()

    def __contains__(self, apex: str) -> bool:
        return apex in self._zones

    def contents(self, apex: str) -> ZoneContents:
        """The records of a zone, to add to until its servers are asked for."""
        return self._zones[apex].contents

    def addresses(self, host: str) -> HostAddresses:
        """The addresses that a host has, published or not."""
        return self._book.of(host)

    def found(self, apex: str, zone: Zone, servers: tuple[str, ...], *, split: bool = False) -> None:
        """Start a zone: SOA, NS and, where it needs them, keys."""
        contents = ZoneContents(f"{apex}.")
        signed = zone.signing is not Signing.UNSIGNED or zone.second_signing not in (None, *PLAIN)
        keys = make_keys(contents.apex, zone.algorithm, split=split) if signed else None
        serial = self._now.strftime("%Y%m%d01")
        contact = f"hostmaster.{apex or 'root-servers.net'}."
        contents.add(contents.apex, "SOA", f"{servers[0]}. {contact} {serial} 7200 900 1209600 300")
        contents.add(contents.apex, "NS", *(f"{server}." for server in servers))
        self._zones[apex] = _Founded(zone=zone, contents=contents, servers=servers, keys=keys)

    def delegate(self) -> None:
        """Enter every zone in its parent, with DS and glue, and every name server in the zone of its name."""
        for apex, founded in self._zones.items():
            for server in founded.servers:
                self.publish(server)
            if not apex:
                for server in founded.servers:
                    self._put_addresses("", server)
                continue
            parent_apex = closest(apex.partition(".")[2], self._zones) or ""
            parent = self._zones[parent_apex].contents
            parent.add(f"{apex}.", "NS", *(f"{server}." for server in founded.servers))
            if founded.keys is not None and founded.zone.signing not in UNDELEGATED:
                ds = (
                    founded.keys.wrong_ds() if founded.zone.signing is Signing.WRONG_DS else founded.keys.ds()
                )
                parent.put(dns.rrset.from_rdata(founded.contents.apex, TTL, ds))
            for server in founded.servers:
                if not parent_apex or server.endswith(f".{parent_apex}"):
                    self._put_addresses(parent_apex, server)

    def publish(self, host: str, *, ipv4: bool = True, ipv6: bool = True) -> None:
        """Publish a host's addresses in the zone that holds its name."""
        apex = closest(host, self._zones)
        assert apex is not None, host
        self._put_addresses(apex, host, ipv4=ipv4, ipv6=ipv6)

    def name_servers(self) -> tuple[NameServerHost, ...]:
        """All name servers with the zones they serve; the contents must be complete."""
        served: dict[str, list[ServedZone]] = {}
        for founded in self._zones.values():
            differs = founded.zone.second_signing is not None or founded.zone.second_dns is not None
            first = self._serve(founded, 0)
            for index, server in enumerate(founded.servers):
                zone = self._serve(founded, index) if differs and index else first
                served.setdefault(server, []).append(zone)
        hosts = []
        for server, zones in served.items():
            addresses = self._book.of(server)
            hosts.append(
                NameServerHost(name=server, addresses=(addresses.ipv4, addresses.ipv6), zones=tuple(zones))
            )
        return tuple(hosts)

    def trust_anchor(self) -> str:
        """The DS of the root key in zone-file form."""
        keys = self._zones[""].keys
        assert keys is not None
        return f". IN DS {keys.ds().to_text()}\n"

    def root_hints(self) -> str:
        """The root servers in the form of named.root."""
        lines = []
        for server in ROOT_SERVERS:
            addresses = self._book.of(server)
            lines += [
                f".                        3600000      NS    {server.upper()}.",
                f"{server.upper()}.      3600000      A     {addresses.ipv4}",
                f"{server.upper()}.      3600000      AAAA  {addresses.ipv6}",
            ]
        return "; The root servers of the miniature internet\n" + "\n".join(lines) + "\n"

    def _serve(self, founded: _Founded, index: int) -> ServedZone:
        """The zone as its first or second server has it."""
        zone = founded.zone
        second = index > 0
        signing = zone.second_signing if second and zone.second_signing is not None else zone.signing
        manner = zone.second_dns if second and zone.second_dns is not None else zone.dns
        signer = None
        if founded.keys is not None and signing not in PLAIN:
            validity = (expired_at if signing is Signing.EXPIRED else valid_at)(self._now)
            signer = Signer(keys=founded.keys, validity=validity)
        return ServedZone(
            founded.contents,
            signer=signer,
            denial=zone.denial,
            iterations=zone.nsec3_iterations,
            manner=manner,
        )

    def _put_addresses(self, apex: str, host: str, *, ipv4: bool = True, ipv6: bool = True) -> None:
        if (apex, host, ipv4, ipv6) in self._published:
            return
        self._published.add((apex, host, ipv4, ipv6))
        addresses, contents = self._book.of(host), self._zones[apex].contents
        if ipv4:
            contents.add(f"{host}.", "A", addresses.ipv4)
        if ipv6:
            contents.add(f"{host}.", "AAAA", addresses.ipv6)


def closest(name: str, apexes: Container[str]) -> str | None:
    """The longest of `apexes` that is `name` or an ancestor of it; None when there is none."""
    while name not in apexes:
        if not name:
            return None
        name = name.partition(".")[2]
    return name
