"""Name constraints (RFC 5280 §4.2.1.10): which names a CA's certificates may carry. Says what breaks them, no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from cryptography import x509

from checker.observations.dns import IPAddress
from checker.protocols.distinguished_names import Canonical, canonical, lies_below

Subtree = str | IPv4Network | IPv6Network | Canonical
"""Of dNSName, iPAddress or directoryName."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameConstraints:
    """The subtrees of one CA. `other_kinds` when there are some for e-mail, URIs or the like, which are not compared."""

    permitted: tuple[Subtree, ...] = ()
    excluded: tuple[Subtree, ...] = ()
    other_kinds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of one certificate that constraints speak of. `other_kinds` as for NameConstraints."""

    dns: tuple[str, ...]
    addresses: tuple[IPAddress, ...]
    subject: Canonical
    other_kinds: bool = False


def read_constraints(extension: x509.NameConstraints) -> NameConstraints:
    """The subtrees of the extension. Raises ValueError when a directoryName in it cannot be read."""
    lists = (extension.permitted_subtrees or [], extension.excluded_subtrees or [])
    permitted, excluded = (tuple(_subtrees(each)) for each in lists)
    other_kinds = len(permitted) + len(excluded) < sum(map(len, lists))
    return NameConstraints(permitted=permitted, excluded=excluded, other_kinds=other_kinds)


def comparisons(constraints: NameConstraints, names: Names) -> int:
    """What `broken_by` would cost."""
    subtrees = len(constraints.permitted) + len(constraints.excluded)
    return (1 + len(names.dns) + len(names.addresses)) * subtrees


def comparable(constraints: NameConstraints, names: Names) -> bool:
    """Whether `broken_by` speaks for all the names."""
    return not (constraints.other_kinds and names.other_kinds)


def broken_by(constraints: NameConstraints, names: Names) -> str | None:
    """The first name that lies in an excluded subtree, or in none of those permitted for its kind; None: all is well.

    A dNSName lies below its subtree when labels are added on the left; one with a leading dot wants at least one.
    """
    for name in (*names.dns, *names.addresses, names.subject):
        if name and not _allowed(constraints, name):
            return name if isinstance(name, str) else _shown(name)
    return None


def _allowed(constraints: NameConstraints, name: str | IPAddress | Canonical) -> bool:
    if any(_within(name, subtree) for subtree in constraints.excluded):
        return False
    of_its_kind = [subtree for subtree in constraints.permitted if _same_kind(name, subtree)]
    return not of_its_kind or any(_within(name, subtree) for subtree in of_its_kind)


def _same_kind(name: str | IPAddress | Canonical, subtree: Subtree) -> bool:
    """Addresses of either family are one kind: iPAddress."""
    if isinstance(name, (str, tuple)):
        return isinstance(subtree, type(name))
    return isinstance(subtree, IPv4Network | IPv6Network)


def _within(name: str | IPAddress | Canonical, subtree: Subtree) -> bool:
    if isinstance(name, str):
        return isinstance(subtree, str) and _dns_within(name.lower(), subtree.lower())
    if isinstance(name, tuple):
        return isinstance(subtree, tuple) and lies_below(name, subtree)
    return isinstance(subtree, IPv4Network | IPv6Network) and name in subtree


def _dns_within(name: str, subtree: str) -> bool:
    if not subtree or name == subtree:
        return True
    return name.endswith(subtree if subtree.startswith(".") else f".{subtree}")


def _subtrees(names: list[x509.GeneralName]) -> Iterator[Subtree]:
    for name in names:
        match name:
            case x509.DNSName():
                yield name.value
            case x509.DirectoryName():
                yield canonical(name.value)
            case x509.IPAddress() if isinstance(name.value, IPv4Network | IPv6Network):
                yield name.value


def _shown(name: IPAddress | Canonical) -> str:
    if isinstance(name, tuple):
        return ", ".join(value for rdn in name for _, value in rdn)
    return str(name)
