"""One mutated certificate, chain or name each: facts keep to their types, and nothing changed is ever trusted."""

import random
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from checker.indicators.certificates import certificate_findings
from checker.observations.dns import IPAddress
from checker.observations.fact import Fact
from checker.observations.tls import ChainTrust, Handshake, TlsOutcome
from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import MAX_BYTES, MAX_NAME_CHARS, CertificateFacts, load, read_certificate
from checker.protocols.chain_trust import judge_chain
from checker.protocols.host_names import names_host
from checker.rulesets import RULESETS
from tests.hostile.changes import HOSTILE_TEXTS, change
from tests.lab.certificates import load_key
from tests.protocols.made_certificates import NOW, Made, make

HOST = "www.example.se"
KEY_TYPES = frozenset({None, "RSA", "EC", "DSA", "Ed25519", "Ed448", "other"})
_HOSTS = (
    HOST,
    "example.se",
    "192.0.2.1",
    "2001:db8::1",
    "xn--rksmrgs-5wao1o.se",
    "a." * 60 + "se",
    "se",
    "",
    ".",
    "*.se",
    "www.example.se.",
)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Honest chains (leaf first), everything signed by the CA as (to be signed, signature), and the store."""

    chains: tuple[tuple[bytes, ...], ...]
    signed: frozenset[tuple[bytes, bytes]]
    store: CaStore


@cache
def corpus() -> Corpus:
    root = make("Root", ca=True, cert_sign=True)
    rsa_root = make("RSA Root", ca=True, key=load_key("rsa_2048"))
    issuing = make("Issuing CA", root, ca=True, path_length=0, cert_sign=True)
    rsa_issuing = make("RSA CA", rsa_root, ca=True, key=load_key("rsa_issuer"))
    plain = make(HOST, issuing, ca=False, dns=(HOST,), purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))
    many = make(
        "",
        issuing,
        dns=tuple(f"n{number}.example.se" for number in range(120)),
        issuer_url="http://ca.example/ca.der",
    )
    addresses = tuple(x509.IPAddress(ip_address(text)) for text in ("192.0.2.1", "2001:db8::1"))
    mixed = make(
        "*.example.se",
        rsa_issuing,
        dns=("*.example.se", "example.se"),
        san=addresses,
        key=load_key("rsa_1024"),
    )
    odd = _odd(rsa_root)
    alone = make(HOST, dns=(HOST,))
    expired = make(HOST, issuing, dns=(HOST,), days=(-30, -1))
    issued = (root, rsa_root, issuing, rsa_issuing, plain, many, mixed, odd, expired)
    return Corpus(
        chains=(
            (plain.der, issuing.der),
            (many.der, issuing.der, root.der),
            (mixed.der, rsa_issuing.der),
            (odd.der,),
            (alone.der,),
            (expired.der, issuing.der),
        ),
        signed=frozenset(
            (one.certificate.tbs_certificate_bytes, one.certificate.signature) for one in issued
        ),
        store=CaStore("made", root.pem + rsa_root.pem),
    )


def _odd(issuer: Made) -> Made:
    """A certificate with every kind of name, long ones and hostile ones."""
    texts = [text.strip()[:64] or "x" for text in HOSTILE_TEXTS if text.isprintable() or "\x1b" in text]
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text) for text in texts]
        + [x509.NameAttribute(NameOID.COMMON_NAME, text) for text in texts[:3]]
    )
    key = load_key("rsa_2048")
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001 - RFC 5280 §4.1.2.5: no expiry
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("x" * 300),
                    x509.DNSName("\x1b[31m.example.se"),
                    x509.RFC822Name("a@example.se"),
                    x509.DirectoryName(subject),
                    x509.UniformResourceIdentifier("https://example.se/<script>"),
                    x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
                    x509.OtherName(x509.ObjectIdentifier("1.2.3.4"), b"\x0c\x02hi"),
                    x509.IPAddress(ip_address("192.0.2.7")),
                ]
            ),
            critical=False,
        )
        .sign(issuer.key, hashes.SHA256())
    )
    return Made(certificate=built, key=key)


def changed_certificate(draw: random.Random) -> None:
    """A certificate's bytes, changed; or no certificate at all."""
    chain = draw.choice(corpus().chains)
    der = change_der(draw, draw.choice(chain)) if draw.random() < 0.9 else _bomb(draw)
    facts = read_certificate(der)
    keeps_to_its_types(facts)
    assert facts.parsed or facts == CertificateFacts(parsed=False, detail=facts.detail)
    for host in _HOSTS:
        names_host(
            host,
            dns_names=facts.dns_names or (),
            ip_addresses=facts.ip_addresses,
            common_names=facts.common_names,
            common_name_counts=draw.random() < 0.5,
        )


def keeps_to_its_types(facts: CertificateFacts) -> None:
    """What every reader of facts may rely on."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        if field.name in ("common_names", "issuer_urls"):
            assert all(isinstance(text, str) for text in value)
    assert isinstance(facts.subject, str)
    assert len(facts.subject) <= MAX_NAME_CHARS
    assert len(facts.issuer) <= MAX_NAME_CHARS
    assert len(facts.label) <= MAX_NAME_CHARS
    assert all(len(url) <= MAX_NAME_CHARS for url in facts.issuer_urls)
    assert facts.dns_names is None or all(isinstance(name, str) for name in facts.dns_names)
    assert all(isinstance(address, IPAddress) for address in facts.ip_addresses)
    for moment in (facts.not_before, facts.not_after):
        assert moment is None or moment.tzinfo is not None
    assert facts.key_type in KEY_TYPES
    assert facts.key_bits is None or 0 <= facts.key_bits <= 8 * MAX_BYTES
    assert facts.signature_hash is None or facts.signature_hash.islower()
    assert len(facts.detail) <= 2_000


def changed_chain(draw: random.Random) -> None:
    """A chain with certificates changed, swapped, repeated or left out: trusted only along what the CA signed."""
    known = corpus()
    chain = list(draw.choice(known.chains))
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        kind = draw.randrange(8)
        at = draw.randrange(len(chain))
        if kind < 4:
            chain[at] = change_der(draw, chain[at])
        elif kind == 4:
            chain.insert(at, draw.choice(draw.choice(known.chains)))
        elif kind == 5:
            chain[at] = draw.choice(draw.choice(known.chains))
        elif kind == 6:
            chain *= draw.choice((2, 12))
        else:
            draw.shuffle(chain)
    now = NOW + timedelta(days=draw.choice((0, 0, 0, 0, -5_000, 20_000)))
    trust = judge_chain(tuple(chain), known.store, now)
    _sound(trust, tuple(chain), known)
    handshake = Handshake(outcome=TlsOutcome.ESTABLISHED, chain=tuple(chain), trust=trust)
    for ruleset in RULESETS.values():
        certificate_findings(handshake, HOST, ruleset, subject=HOST, at=now)


def _sound(trust: ChainTrust, chain: tuple[bytes, ...], known: Corpus) -> None:
    assert all(0 <= place < len(chain) for place in trust.path)
    assert len(trust.detail) <= 12_000
    assert len(trust.expired) + len(trust.not_yet_valid) <= 20
    if trust.trusted is Fact.YES:
        assert trust.known_issuer is Fact.YES
        assert trust.path[0] == 0
        assert not trust.expired
        assert not trust.not_yet_valid
        for place in trust.path:
            certificate = load(chain[place])
            assert certificate is not None
            assert (certificate.tbs_certificate_bytes, certificate.signature) in known.signed, place


def change_der(draw: random.Random, der: bytes) -> bytes:
    """Bytes changed anywhere, or one element: cut, repeated, emptied, of another type, with another length."""
    if draw.random() < 0.4:
        return change(draw, der)
    places = [at for at in range(len(der) - 1) if der[at] in _TAGS]
    at = draw.choice(places) if places else 0
    data = bytearray(der)
    kind = draw.randrange(6)
    if kind == 0:
        data[at] = draw.choice((*_TAGS, 0, 0x1F, 0xFF))
    elif kind == 1:
        data[at + 1 : at + 2] = draw.choice(
            (b"\0", b"\x80", b"\x84\xff\xff\xff\xff", b"\x89" + b"\1" * 9, b"\x81\x01", b"\x7f")
        )
    elif kind == 2:
        size = data[at + 1] if data[at + 1] < 0x80 else 4
        piece = data[at : at + 2 + size]
        data[at:at] = piece * draw.choice((1, 2, 50))
    elif kind == 3:
        size = data[at + 1] if data[at + 1] < 0x80 else 4
        data[at + 2 : at + 2 + size] = draw.randbytes(size)
    elif kind == 4:
        other = draw.choice(draw.choice(corpus().chains))
        size = draw.choice((4, 20, 100))
        data[at : at + size] = other[at : at + size]
    else:
        data[-draw.choice((1, 8, 64)) :] = draw.randbytes(draw.choice((1, 8, 64)))
    return bytes(data)


_TAGS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x16, 0x17, 0x18, 0x30, 0x31, 0x82, 0x86, 0xA0, 0xA3)


def _bomb(draw: random.Random) -> bytes:
    """Depth, breadth and sheer size."""
    return draw.choice(
        (
            b"",
            b"\x30",
            b"\x30\x80" * 20_000,
            b"\x30\x84\xff\xff\xff\xff" + bytes(100),
            b"\x30\x82\xff\xf0" * 16_000,
            bytes(MAX_BYTES + 1),
            draw.randbytes(draw.randrange(500)),
            b"\x06\x82\xff\xf0" + b"\x81" * 65_000,
        )
    )
