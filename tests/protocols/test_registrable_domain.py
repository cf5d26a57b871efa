"""Registrable domains by the packaged Public Suffix List, held against the library's own reading of the whole list."""

import re
from pathlib import Path

import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PSLFILE, PublicSuffixList

from checker.protocols.registrable_domain import registrable_domain

WHOLE = PublicSuffixList(only_icann=True)
SUFFIXES = sorted(
    line.removeprefix("!").replace("*", "stad").encode("idna").decode("ascii")
    for line in Path(PSLFILE).read_text(encoding="utf-8").partition("===END ICANN")[0].splitlines()
    if line and not line.startswith("//")
)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mx1.example.se", "example.se"),
        ("example.se", "example.se"),
        ("MX1.Example.SE.", "example.se"),
        ("mail.stockholm.se", "stockholm.se"),  # a city, and no public suffix
        ("mx.sala.kommun.se", "kommun.se"),
        ("example-se.mail.protection.outlook.com", "outlook.com"),
        ("aspmx.l.google.com", "google.com"),
        ("mx.example.co.uk", "example.co.uk"),
        ("mx.example.com.au", "example.com.au"),
        ("a.mx.city.kawasaki.jp", "city.kawasaki.jp"),  # an exception
        ("a.mx.annan.kawasaki.jp", "mx.annan.kawasaki.jp"),  # below the wildcard that it is one from
        ("mx.kund.github.io", "github.io"),  # private section: the customers share a host
        ("mx.xn--exempel-cua.xn--fiqs8s", "xn--exempel-cua.xn--fiqs8s"),
        ("a.mx.xn--55qx5d.cn", "mx.xn--55qx5d.cn"),  # an IDN suffix below an ASCII one
        ("a.b.nosuchtld", "b.nosuchtld"),
        ("a.b.xn--zzzzzzzz", "b.xn--zzzzzzzz"),  # no A-label at all
        ("co.uk", "co.uk"),
        ("se", "se"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("", ""),
        (r"ond\\.google.com", r"google.com"),  # the label ends in a backslash
        (r"ond\.google.com", r"ond\.google.com"),  # a dot within a label is none between labels
        (r"\255\000.example.se", "example.se"),
    ],
)
def test_registrable_domains(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@given(st.sampled_from(SUFFIXES), st.sampled_from(["", "a.", "b.a.", "c.b.a."]))
def test_as_the_library_reads_the_whole_list(suffix: str, below: str) -> None:
    host = f"{below}{suffix}"
    assert registrable_domain(host) == (WHOLE.privatesuffix(host) or host)


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=6))
def test_whatever_a_name_holds_it_has_one_and_that_is_its_own(labels: list[bytes]) -> None:
    host = dns.name.Name([*labels, b""]).to_text(omit_final_dot=True)
    domain = registrable_domain(host)
    assert domain
    assert host.lower() == domain or host.lower().endswith(f".{domain}")
    assert registrable_domain(domain) == domain


@given(st.text(max_size=300))
def test_never_raises(host: str) -> None:
    registrable_domain(host)


def test_the_snapshot_says_when_it_was_taken() -> None:
    assert re.search(
        r"^// VERSION: 20\d\d-\d\d-\d\d", Path(PSLFILE).read_text(encoding="utf-8"), re.MULTILINE
    )
