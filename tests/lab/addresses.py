"""Hands out the lab's addresses, one IPv4 and one IPv6 to each host name.

IPv4 comes from the documentation ranges (RFC 5737) while they last, 762 addresses in all. Larger scenarios go on
in 25.0.0.0/8: globally routable by the registries, so the address policy lets it pass, and nowhere announced. No
packet goes there: the lab's network only ever connects to loopback. IPv6 is all from 2001:db8::/32 (RFC 3849).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address

DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
OVERFLOW = "25.0.0.0/8"
IPV6_BASE = int(IPv6Address("2001:db8::"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddresses:
    """Both addresses of one host; which of them are published is another matter."""

    ipv4: str
    ipv6: str


def _ipv4() -> Iterator[IPv4Address]:
    for block in (*DOCUMENTATION, OVERFLOW):
        yield from IPv4Network(block).hosts()


@dataclass(slots=True)
class AddressBook:
    """The addresses given out so far, by host name."""

    _given: dict[str, HostAddresses] = field(default_factory=dict)
    _free: Iterator[IPv4Address] = field(default_factory=_ipv4)

    def of(self, host: str) -> HostAddresses:
        """The host's addresses, always the same pair."""
        given = self._given.get(host)
        if given is None:
            ipv6 = IPv6Address(IPV6_BASE + (len(self._given) + 1 << 64) + 1)
            given = self._given[host] = HostAddresses(ipv4=str(next(self._free)), ipv6=str(ipv6))
        return given
