"""Name constraints, kind by kind; `test_chain_oracle` compares whole chains with OpenSSL."""

from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from checker.protocols.distinguished_names import canonical
from checker.protocols.name_constraints import (
    NameConstraints,
    Names,
    broken_by,
    comparable,
    comparisons,
    read_constraints,
)


def subject(*values: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, value) for value in values])


def names(*dns: str, addresses: tuple[str, ...] = (), named: x509.Name | None = None, **more: bool) -> Names:
    return Names(
        dns=dns,
        addresses=tuple(map(ip_address, addresses)),
        subject=canonical(named or x509.Name([])),
        **more,
    )


@pytest.mark.parametrize(
    ("scenario", "subtree", "name", "within"),
    [
        ("the name itself", "example.se", "example.se", True),
        ("labels added on the left", "example.se", "a.b.example.se", True),
        ("half a label", "ample.se", "example.se", False),
        ("another domain", "example.se", "example.no", False),
        ("the domain above", "www.example.se", "example.se", False),
        ("case", "EXAMPLE.se", "www.Example.SE", True),
        ("a leading dot wants a label", ".example.se", "example.se", False),
        ("a leading dot and a label", ".example.se", "www.example.se", True),
        ("nothing constrains nothing", "", "example.se", True),
        ("a wildcard is a label", "example.se", "*.example.se", True),
    ],
)
def test_dns_subtrees(scenario: str, subtree: str, name: str, *, within: bool) -> None:
    assert (broken_by(NameConstraints(permitted=(subtree,)), names(name)) is None) is within, scenario
    assert (broken_by(NameConstraints(excluded=(subtree,)), names(name)) is None) is not within, scenario


def test_each_kind_is_constrained_for_itself() -> None:
    dns_only = NameConstraints(permitted=("example.se",))
    assert broken_by(dns_only, names(addresses=("192.0.2.1",), named=subject("Anybody"))) is None
    addresses = NameConstraints(permitted=(ip_network("192.0.2.0/24"),))
    assert broken_by(addresses, names("anything.se", addresses=("192.0.2.1",))) is None
    assert broken_by(addresses, names(addresses=("192.0.2.1", "198.51.100.1"))) == "198.51.100.1"
    assert broken_by(addresses, names(addresses=("2001:db8::1",))) == "2001:db8::1"


def test_every_name_counts_and_exclusion_goes_first() -> None:
    both = NameConstraints(permitted=("example.se",), excluded=("secret.example.se",))
    assert broken_by(both, names("www.example.se")) is None
    assert broken_by(both, names("www.example.se", "other.se")) == "other.se"
    assert broken_by(both, names("a.secret.example.se")) == "a.secret.example.se"


def test_subjects_lie_below_directory_names() -> None:
    below = NameConstraints(permitted=(canonical(subject("Example")),))
    assert broken_by(below, names(named=subject("EXAMPLE ", "Unit"))) is None
    assert broken_by(below, names(named=subject("Other"))) == "other"
    assert broken_by(below, names()) is None


def test_kinds_that_are_not_compared_are_said() -> None:
    mail = x509.NameConstraints([x509.RFC822Name("example.se"), x509.DNSName("example.se")], None)
    constraints = read_constraints(mail)
    assert constraints == NameConstraints(permitted=("example.se",), other_kinds=True)
    assert comparable(constraints, names("www.example.se"))
    assert not comparable(constraints, names("www.example.se", other_kinds=True))


def test_the_cost_is_names_times_subtrees() -> None:
    constraints = NameConstraints(permitted=("a.se", "b.se"), excluded=("c.se",))
    assert comparisons(constraints, names("a.se", "b.se", addresses=("192.0.2.1",))) == 12
