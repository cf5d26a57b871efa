from ipaddress import ip_address, ip_network

import pytest

from checker.network.addresses import SPECIAL_PURPOSE, AddressPolicy, special_purpose

DOCUMENTATION = ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1")
"""Not globally reachable, but laboratories stand there (measuring.md)."""
REFUSED = (
    *("0.0.0.0", "0.1.2.3", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1"),
    *(
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
    ),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::192.0.2.1", "::ffff:192.0.2.1", "::ffff:8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1"),
    *("2002:c000:201::1", "5f00::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1"),
)
WELCOME = ("1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "193.0.0.1")
WELCOME_6 = ("2001:200::1", "2001:67c::1", "2a00:1450::1", "2606:4700::1", "2400::1", "3ffe::1", "4000::1")


@pytest.mark.parametrize("address", REFUSED)
def test_special_purpose_addresses_are_refused_unless_private_ones_are_allowed(address: str) -> None:
    there = ip_address(address)
    assert AddressPolicy().refusal(there)
    mapped = there.version == 6 and there.ipv4_mapped is not None
    assert bool(AddressPolicy(allow_private=True).refusal(there)) is mapped


@pytest.mark.parametrize("address", [*WELCOME, *WELCOME_6, *DOCUMENTATION])
def test_ordinary_addresses_and_those_of_laboratories_are_visited(address: str) -> None:
    assert AddressPolicy().refusal(ip_address(address)) is None


def test_every_block_is_refused_at_both_ends() -> None:
    for block, why in SPECIAL_PURPOSE:
        network = ip_network(block)
        assert special_purpose(network[0]), why
        assert special_purpose(network[-1]), why


def test_exclusions_hold_whatever_else_is_allowed() -> None:
    policy = AddressPolicy(
        allow_private=True, excluded=(ip_network("192.0.2.0/28"),), excluded_names=("lvn.se",)
    )
    assert policy.is_excluded(ip_address("192.0.2.15"))
    assert not policy.is_excluded(ip_address("192.0.2.16"))
    assert not policy.is_excluded(ip_address("2001:db8::1"))
    assert policy.excludes_name("lvn.se")
    assert policy.excludes_name("WWW.lvn.se.")
    assert not policy.excludes_name("xlvn.se")
    assert not policy.excludes_name("se")
