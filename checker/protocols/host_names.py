"""Matching a host against the names in a certificate (RFC 9525). Never parses certificates and never judges trust."""

from collections.abc import Sequence
from ipaddress import ip_address

from checker.observations.dns import IPAddress

_WILDCARD_LABELS_MIN = 3  # "*.example.se": nobody is given a whole top-level domain


def names_host(
    host: str,
    *,
    dns_names: Sequence[str],
    ip_addresses: Sequence[IPAddress] = (),
    common_names: Sequence[str] = (),
    common_name_counts: bool = False,
) -> bool:
    """Whether a certificate with these names is for `host` (an A-label name or an address, trailing dot optional).

    dNSName against names, iPAddress against addresses (RFC 9525 §6.3, §6.5). A wildcard must be the whole left-most
    label and stands for exactly one label; "*.se" matches nothing, as in OpenSSL and browsers. CN counts only when
    `common_name_counts` and there is no dNSName at all (RFC 6125 §6.4.4; RFC 9525 dropped it).
    """
    address = as_address(host)
    if address is not None:
        return address in ip_addresses
    presented = common_names if common_name_counts and not dns_names else dns_names
    labels = _labels(host)
    return bool(labels) and any(_matches(_labels(name), labels) for name in presented)


def _labels(name: str) -> tuple[str, ...]:
    """Lower-case labels; () for what cannot be a reference or presented name (empty labels, not ASCII)."""
    if not name.isascii():
        return ()
    labels = tuple(name.removesuffix(".").lower().split("."))
    return labels if all(labels) else ()


def _matches(presented: tuple[str, ...], host: tuple[str, ...]) -> bool:
    if len(presented) != len(host) or any("*" in label for label in presented[1:]):
        return False
    if presented[0] == "*":
        return len(presented) >= _WILDCARD_LABELS_MIN and presented[1:] == host[1:]
    return "*" not in presented[0] and presented == host


def as_address(host: str) -> IPAddress | None:
    """The host as an address where it is a literal one, without brackets; None for names."""
    try:
        return ip_address(host)
    except ValueError:
        return None
