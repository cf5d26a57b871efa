"""RFC 9525 matching, as a table."""

from ipaddress import ip_address

import pytest

from checker.protocols.host_names import names_host


@pytest.mark.parametrize(
    ("scenario", "host", "dns_names", "matches"),
    [
        ("same name", "mx.example.se", ("mx.example.se",), True),
        ("one of several", "mx.example.se", ("a.example.se", "mx.example.se"), True),
        ("case of A-labels", "MX.Example.SE", ("mx.eXample.se",), True),
        ("IDN as A-label", "xn--rksmrgs-5wao1o.se", ("XN--RKSMRGS-5WAO1O.se",), True),
        ("IDN as U-label in the certificate", "xn--rksmrgs-5wao1o.se", ("räksmörgås.se",), False),
        ("trailing dot of the host", "mx.example.se.", ("mx.example.se",), True),
        ("trailing dot in the certificate", "mx.example.se", ("mx.example.se.",), True),
        ("wildcard", "mx.example.se", ("*.example.se",), True),
        ("wildcard before an A-label host", "xn--abc.example.se", ("*.example.se",), True),
        ("wildcard is one label", "a.mx.example.se", ("*.example.se",), False),
        ("wildcard is not no label", "example.se", ("*.example.se",), False),
        ("wildcard of a whole top-level domain", "example.se", ("*.se",), False),
        ("lone wildcard", "se", ("*",), False),
        ("part of a label", "mx.example.se", ("m*.example.se",), False),
        ("not the left-most label", "mx.example.se", ("mx.*.se",), False),
        ("two wildcards", "a.b.example.se", ("*.*.example.se",), False),
        ("literal star asked for", "*.example.se", ("*.example.se",), True),
        ("suffix", "mx.example.se", ("example.se",), False),
        ("longer", "example.se", ("mx.example.se",), False),
        ("empty label", "mx..se", ("mx..se",), False),
        ("empty host", "", ("",), False),
        ("root", ".", (".",), False),
        ("nothing presented", "mx.example.se", (), False),
        ("NUL and a name after it", "mx.example.se", ("mx.example.se\0.evil.se",), False),
        ("NUL and a name before it", "mx.example.se", ("evil.se\0.mx.example.se",), False),
        ("underscore", "_mx.example.se", ("_mx.example.se",), True),
        ("wildcard before an underscore", "my_mx.example.se", ("*.example.se",), True),
        ("wildcard and part of an A-label", "xn--abc.example.se", ("xn--*.example.se",), False),
        ("wildcard at the end of a label", "mx.example.se", ("mx*.example.se",), False),
        ("wildcard with a trailing dot", "mx.example.se", ("*.example.se.",), True),
        ("two trailing dots", "mx.example.se", ("mx.example.se..",), False),
        ("leading dot", "mx.example.se", (".example.se",), False),
        ("a very long name", f"{'x.' * 5000}se", (f"{'X.' * 5000}se",), True),
        ("spaces around", "mx.example.se", (" mx.example.se ",), False),
        ("address as a dNSName", "192.0.2.1", ("192.0.2.1",), False),
    ],
)
def test_dns_names(scenario: str, host: str, dns_names: tuple[str, ...], *, matches: bool) -> None:
    assert names_host(host, dns_names=dns_names) is matches, scenario


@pytest.mark.parametrize(
    ("scenario", "host", "presented", "matches"),
    [
        ("IPv4", "192.0.2.1", "192.0.2.1", True),
        ("IPv6, other spelling", "2001:DB8:0::1", "2001:db8::1", True),
        ("other address", "192.0.2.2", "192.0.2.1", False),
        ("name", "mx.example.se", "192.0.2.1", False),
    ],
)
def test_addresses(scenario: str, host: str, presented: str, *, matches: bool) -> None:
    assert names_host(host, dns_names=(), ip_addresses=(ip_address(presented),)) is matches, scenario


@pytest.mark.parametrize(
    ("scenario", "dns_names", "common_names", "counts", "matches"),
    [
        ("CN when asked for", (), ("mx.example.se",), True, True),
        ("CN with a wildcard", (), ("*.example.se",), True, True),
        ("CN when not asked for", (), ("mx.example.se",), False, False),
        ("CN beside a dNSName", ("other.se",), ("mx.example.se",), True, False),
        ("CN that is a title", (), ("Mail Server",), True, False),
    ],
)
def test_common_names(
    scenario: str,
    dns_names: tuple[str, ...],
    common_names: tuple[str, ...],
    *,
    counts: bool,
    matches: bool,
) -> None:
    found = names_host(
        "mx.example.se", dns_names=dns_names, common_names=common_names, common_name_counts=counts
    )
    assert found is matches, scenario
