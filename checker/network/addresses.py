"""Which destinations may be visited: globally reachable unicast, by the IANA special-purpose registries.

The documentation ranges are allowed: laboratories use them, and on the Internet nobody is there.
"""

import functools
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

IPAddress = IPv4Address | IPv6Address


@functools.lru_cache(maxsize=4096)
def address_text(address: IPAddress) -> str:
    """The address as text; remembered, since every question to a name server needs it."""
    return str(address)


IPNetwork = IPv4Network | IPv6Network

SPECIAL_PURPOSE: tuple[tuple[str, str], ...] = (
    # IANA IPv4 Special-Purpose Address Registry (RFC 6890), entries not globally reachable
    ("0.0.0.0/8", "this network (RFC 791)"),
    ("10.0.0.0/8", "private use (RFC 1918)"),
    ("100.64.0.0/10", "shared address space, CGNAT (RFC 6598)"),
    ("127.0.0.0/8", "loopback (RFC 1122)"),
    ("169.254.0.0/16", "link local (RFC 3927)"),
    ("172.16.0.0/12", "private use (RFC 1918)"),
    ("192.0.0.0/24", "IETF protocol assignments (RFC 6890)"),
    ("192.88.99.0/24", "6to4 relay anycast, deprecated (RFC 7526)"),
    ("192.168.0.0/16", "private use (RFC 1918)"),
    ("198.18.0.0/15", "benchmarking (RFC 2544)"),
    ("224.0.0.0/4", "multicast (RFC 5771)"),
    ("240.0.0.0/4", "reserved or broadcast (RFC 1112)"),
    # IANA IPv6 Special-Purpose Address Registry
    ("::/128", "unspecified (RFC 4291)"),
    ("::1/128", "loopback (RFC 4291)"),
    ("::/96", "IPv4-compatible, deprecated (RFC 4291)"),
    ("::ffff:0:0/96", "IPv4-mapped (RFC 4291)"),
    ("64:ff9b::/96", "IPv4/IPv6 translation (RFC 6052)"),
    ("64:ff9b:1::/48", "local-use translation (RFC 8215)"),
    ("100::/64", "discard only (RFC 6666)"),
    ("100:0:0:1::/64", "dummy prefix (RFC 9780)"),
    ("2001::/23", "IETF protocol assignments, Teredo, ORCHID (RFC 2928)"),
    ("2002::/16", "6to4 (RFC 3056)"),
    ("5f00::/16", "segment routing SIDs (RFC 9602)"),
    ("fc00::/7", "unique local (RFC 4193)"),
    ("fe80::/10", "link local (RFC 4291)"),
    ("fec0::/10", "site local, deprecated (RFC 3879)"),
    ("ff00::/8", "multicast (RFC 4291)"),
)

_BLOCKS: tuple[tuple[IPNetwork, str], ...] = tuple((ip_network(block), why) for block, why in SPECIAL_PURPOSE)


@functools.lru_cache(maxsize=4096)
def special_purpose(address: IPAddress) -> str | None:
    """Say which special-purpose block holds the address, or None when it is an ordinary unicast address.

    Source: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), documentation ranges left out.
    """
    for block, why in _BLOCKS:
        if address.version == block.version and address in block:
            return why
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """The operator's say on destinations: `allow_private` lifts the registries, the exclusions always hold.

    `excluded_names` are A-labels without a trailing dot; each covers itself and everything below it.
    """

    allow_private: bool = False
    excluded: tuple[IPNetwork, ...] = ()
    excluded_names: tuple[str, ...] = ()

    def refusal(self, address: IPAddress) -> str | None:
        """English words on why this address is not visited by the registries, or None.

        IPv4-mapped ones never are: the way there is IPv4, which would pass for IPv6 and slip past the exclusions.
        """
        mapped = address.version == 6 and address.ipv4_mapped is not None
        return special_purpose(address) if mapped or not self.allow_private else None

    def is_excluded(self, address: IPAddress) -> bool:
        """Whether the operator's settings forbid the address."""
        return any(address.version == block.version and address in block for block in self.excluded)

    def excludes_name(self, *hosts: str) -> bool:
        """Whether the operator's settings forbid one of the names (a host and its aliases) or a name above it."""
        names = ["." + host.rstrip(".").lower() for host in hosts]
        return any(name.endswith("." + excluded) for name in names for excluded in self.excluded_names)
