"""One host and some presented names each: matched as the rules say, written down once more as patterns."""

import random
import re
from ipaddress import ip_address

from checker.observations.dns import IPAddress
from checker.protocols.host_names import names_host


def host_name(draw: random.Random) -> None:
    """Hosts against presented names, compared with rules written down once more, as patterns."""
    host = _name(draw)
    presented = tuple(_name(draw, wild=True) for _ in range(draw.choice((1, 1, 3))))
    addresses = tuple(ip_address(text) for text in ("192.0.2.1", "2001:db8::1") if draw.random() < 0.5)
    expected = (
        _address(host) in addresses
        if _address(host)
        else any(_pattern_matches(name, host) for name in presented)
    )
    assert names_host(host, dns_names=presented, ip_addresses=addresses) == expected, (host, presented)
    if _address(host) is None:
        common = names_host(host, dns_names=(), common_names=presented, common_name_counts=True)
        assert common == expected
        assert not names_host(host, dns_names=(), common_names=presented)


def _address(host: str) -> IPAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _pattern_matches(presented: str, host: str) -> bool:
    """RFC 9525 §6.3 as a pattern over ASCII text."""
    name = presented.removesuffix(".").lower()
    asked = host.removesuffix(".").lower()
    if not (name.isascii() and asked.isascii()) or "" in name.split(".") or "" in asked.split("."):
        return False
    if name.startswith("*."):
        tail = name[2:]
        return (
            "*" not in tail and "." in tail and re.fullmatch(r"[^.]+\." + re.escape(tail), asked) is not None
        )
    return "*" not in name and name == asked


def _name(draw: random.Random, *, wild: bool = False) -> str:
    labels = [
        draw.choice(("www", "WWW", "example", "se", "a", "xn--a", "*", "w*", "", "å", "\x00", "192", "<b>"))
        for _ in range(draw.choice((1, 2, 3, 3, 4)))
    ]
    if draw.random() < 0.6:
        labels = [
            draw.choice(("www", "*", "Www")) if wild else draw.choice(("www", "other")),
            "example",
            "se",
        ]
    if draw.random() < 0.1:
        return draw.choice(("192.0.2.1", "2001:db8::1", "192.0.2.1.", "*", "*.", "." * 300))
    return ".".join(labels) + draw.choice(("", "", "."))
