"""Facts of certificates, and that nothing a server may send escapes as an exception."""

from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import MAX_BYTES, read_certificate
from checker.protocols.chain_trust import judge_chain
from tests.protocols.made_certificates import NOW, Made, ec_key, make

ROOT = make("Root", ca=True, cert_sign=True)
LEAF = make(
    "mx.example.se",
    ROOT,
    ca=False,
    dns=("mx.example.se", "*.example.se"),
    san=(x509.IPAddress(ip_address("192.0.2.1")),),
    purposes=(ExtendedKeyUsageOID.SERVER_AUTH,),
    issuer_url="http://ca.example.se/root.crt",
)
STORE = CaStore("test", ROOT.pem)


def test_an_ordinary_leaf() -> None:
    facts = read_certificate(LEAF.der)
    assert facts.parsed
    assert facts.dns_names == ("mx.example.se", "*.example.se")
    assert facts.ip_addresses == (ip_address("192.0.2.1"),)
    assert facts.common_names == ("mx.example.se",)
    assert (facts.key_type, facts.key_bits, facts.signature_hash) == ("EC", 256, "sha256")
    assert (facts.self_issued, facts.ca, facts.for_servers) == (False, False, True)
    assert facts.issuer == "CN=Root"
    assert facts.issuer_urls == ("http://ca.example.se/root.crt",)
    assert facts.not_before == NOW - timedelta(days=10)
    assert facts.not_after == NOW + timedelta(days=30)
    assert facts.label == "mx.example.se"
    assert facts.detail == ""


def test_a_root() -> None:
    facts = read_certificate(ROOT.der)
    assert (facts.self_issued, facts.ca, facts.may_sign_certificates) == (True, True, True)
    assert facts.dns_names == ()


@pytest.mark.parametrize(
    ("made", "key", "digest"),
    [
        (make("a", key=rsa.generate_private_key(65537, 1024)), ("RSA", 1024), "sha256"),  # noqa: S505 - weak on purpose
        (make("b", key=ec_key("b", ec.SECP192R1)), ("EC", 192), "sha256"),
        (make("c", digest=hashes.SHA224()), ("EC", 256), "sha224"),
    ],
    ids=["rsa-1024", "p-192", "sha-224"],
)
def test_keys_and_hashes(made: Made, key: tuple[str, int], digest: str) -> None:
    facts = read_certificate(made.der)
    assert (facts.key_type, facts.key_bits) == key
    assert facts.signature_hash == digest


def test_a_name_that_is_no_ia5string_is_data() -> None:
    der = LEAF.der.replace(b"mx.example.se", b"mx.ex\xe4mple.se")
    facts = read_certificate(der)
    assert facts.dns_names is None
    assert facts.detail
    assert facts.key_type == "EC"


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"no certificate", LEAF.der[:-1], bytes(MAX_BYTES + 1)])
def test_what_is_no_certificate_is_data(der: bytes) -> None:
    assert not read_certificate(der).parsed
    assert judge_chain((der,), STORE, NOW).trusted == "not_tested"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LEAF.der) - 1), st.integers(0, 255), st.sampled_from(["set", "cut", "add"])
        ),
        min_size=1,
        max_size=6,
    )
)
def test_mutated_certificates_never_raise(changes: list[tuple[int, int, str]]) -> None:
    der = bytearray(LEAF.der)
    for place, value, how in changes:
        place %= len(der)  # noqa: PLW2901 - cuts move the end
        if how == "set":
            der[place] = value
        elif how == "cut":
            del der[place]
        else:
            der.insert(place, value)
    mutated = bytes(der)
    read_certificate(mutated)
    assert judge_chain((mutated, ROOT.der), STORE, NOW).trusted != "yes" or mutated == LEAF.der
    judge_chain((LEAF.der, mutated), STORE, NOW)
