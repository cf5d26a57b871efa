"""Some hundred random names matched by us and by OpenSSL in real handshakes; every kind of difference is argued here."""

import random
import ssl
from collections import Counter
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from checker.protocols.certificate import read_certificate
from checker.protocols.host_names import names_host
from tests.protocols.made_certificates import NOW, Made, common_name, ec_key, make

PAIRS = 250
HOST_NAME_MISMATCH = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
ROOT = make("Root", ca=True, cert_sign=True)
LABELS = (
    "a",
    "b",
    "www",
    "example",
    "se",
    "xn--rksmrgs-5wao1o",
    "_dmarc",
    "1",
    "x" * 63,
    "a-b",
    "EXAMPLE",
    "Se",
)
ODD_LABELS = ("*", "w*", "*w", "xn--*", "", "**", "a\x00b")
HOSTS = ("www.example.se", "example.se", "a.b.example.se", "xn--rksmrgs-5wao1o.se", "_dmarc.example.se", "se", "192.0.2.7", "2001:db8::7")  # fmt: skip


def presented_for(draw: random.Random, host: str) -> str:
    """A name like the host's, changed at one place or not; or any name."""
    labels = (
        host.split(".") if draw.random() < 0.8 else [draw.choice(LABELS) for _ in range(draw.randint(1, 4))]
    )
    roll = draw.random()
    if roll < 0.25:
        labels[0] = "*"
    elif roll < 0.4:
        labels[draw.randrange(len(labels))] = draw.choice((*LABELS, *ODD_LABELS))
    elif roll < 0.5:
        labels.insert(draw.choice((0, len(labels))), draw.choice((*LABELS, *ODD_LABELS)))
    elif roll < 0.55:
        labels.pop(draw.randrange(len(labels)))
    elif roll < 0.65:
        labels = [label.swapcase() for label in labels]
    name = ".".join(labels)
    return name + "." if draw.random() < 0.05 else name


def leaf(presented: str) -> Made:
    key = ec_key("leaf")
    builder = (
        x509.CertificateBuilder()
        .subject_name(common_name("somebody"))
        .issuer_name(ROOT.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(presented)]), critical=False)
    )
    return Made(certificate=builder.sign(ROOT.key, hashes.SHA256()), key=key)


class OpenSsl:
    """Handshakes in memory whose client checks chain and name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client.load_verify_locations(cadata=ROOT.pem.decode())

    def matches(self, host: str, certificate: Made) -> bool:
        path = self._folder / "leaf.pem"
        path.write_bytes(certificate.key_pem + certificate.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(to_server, to_client, server_side=True)
        client = self._client.wrap_bio(to_client, to_server, server_hostname=host)
        for _ in range(4):
            for side in (client, server):
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    continue
                except ssl.SSLCertVerificationError as error:
                    if error.verify_code not in HOST_NAME_MISMATCH:
                        raise
                    return False
        return True


def argued(host: str, presented: str, *, mine: bool) -> str:
    """Why we may differ; "" when we may not."""
    if mine and presented.endswith("."):
        return "the root's dot says only that the name is whole; OpenSSL compares it as a character"
    if mine and presented.startswith("*.") and "_" in host.partition(".")[0]:
        return "RFC 9525 §6.3: a wildcard stands for one label, whatever is in it; OpenSSL allows letters and digits"
    return ""


def test_names_match_as_in_openssl(tmp_path: Path) -> None:
    draw, openssl, counted = random.Random(9525), OpenSsl(tmp_path), Counter[str]()
    for _ in range(PAIRS):
        host = draw.choice(HOSTS)
        presented = presented_for(draw, host)
        made = leaf(presented)
        facts = read_certificate(made.der)
        mine = names_host(host, dns_names=facts.dns_names or (), ip_addresses=facts.ip_addresses)
        theirs = openssl.matches(host, made)
        counted["match" if mine else "no match"] += 1
        if mine is not theirs:
            why = argued(host, presented, mine=mine)
            assert why, f"{host} against {presented!r}: we say {mine}, OpenSSL {theirs}"
            counted[why] += 1
    assert counted["match"] > PAIRS // 5
    assert counted["no match"] > PAIRS // 5


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_addresses_match_ip_address_names_only(host: str, tmp_path: Path) -> None:
    openssl = OpenSsl(tmp_path)
    as_address = make("somebody", ROOT, san=(x509.IPAddress(ip_address(host)),))
    for certificate, expected in ((leaf(host), False), (as_address, True)):
        facts = read_certificate(certificate.der)
        assert openssl.matches(host, certificate) is expected
        assert names_host(host, dns_names=facts.dns_names or (), ip_addresses=facts.ip_addresses) is expected
