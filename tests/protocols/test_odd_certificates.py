"""Certificates and chains that are odd, broken or hostile: what is made of them, and that it costs little."""

from collections import Counter

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from checker.observations.fact import Fact
from checker.observations.tls import ChainFlaw
from checker.protocols import chain_paths
from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import MAX_BYTES, read_certificate
from checker.protocols.certificate_extensions import MAX_UNKNOWN
from checker.protocols.chain_paths import MAX_COMPARISONS, MAX_LINKS
from checker.protocols.chain_trust import MAX_SENT, judge_chain
from checker.protocols.name_constraints import NameConstraints, Names, broken_by, comparisons
from checker.protocols.signatures import signed_by
from tests.lab.certificate_building import (
    Issuer,
    leaf,
    make_issuer,
    sign_pss,
    sign_sha256,
    sign_with_old_hash,
)
from tests.lab.certificates import load_key
from tests.protocols.made_certificates import NOW, Made, ec_key, make

HOST = "www.example.se"
ROOT = make("Root", ca=True, cert_sign=True)
STORE = CaStore("odd", ROOT.pem)
LEAF = make(HOST, ROOT, dns=(HOST, "unlikely-name.se"))
RSA_ROOT = make_issuer(NOW, "RSA Root", None, load_key("rsa_issuer"))
RSA_STORE = CaStore("rsa", RSA_ROOT.certificate.public_bytes(Encoding.PEM))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def dated(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.not_valid_before(LEAF.certificate.not_valid_before_utc).not_valid_after(
        LEAF.certificate.not_valid_after_utc
    )


def patched(*changes: tuple[bytes, bytes]) -> bytes:
    """The leaf with some of its bytes exchanged for as many others, where they stand last."""
    changed = LEAF.der
    for old, new in changes:
        assert old in changed
        assert len(old) == len(new)
        before, _, after = changed.rpartition(old)
        changed = before + new + after
    return changed


NOT_AFTER = LEAF.certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ").encode()
BROKEN = {
    "a date that is none": patched((NOT_AFTER, b"991332250000Z")),
    "a date of letters": patched((NOT_AFTER, b"not a date...")),
    "one extension twice": patched((bytes.fromhex("0603551d11"), bytes.fromhex("0603551d0e"))),
    "invalid UTF-8 in the subject": patched(
        (b"\x0c\x0e" + HOST.encode(), b"\x0c\x0e\xff" + HOST.encode()[1:])
    ),
    "8-bit letters in a dNSName": patched((b"unlikely-name.se", b"unlikely-n\xe4me.se")),
    "a curve of no name": patched((bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030147"))),
    "an unknown signature algorithm": patched(
        (bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d04037f"))
    ),
    "nothing": b"",
    "garbage": b"\x30\x82\x01\x00" + bytes(256),
    "100 KB": b"\x30\x83\x01\x86\xa0" + bytes(100_000),
    "cut off": LEAF.der[:-20],
    "more behind it": LEAF.der + b"more",
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_never_trusted(sent: bytes) -> None:
    facts = read_certificate(sent)
    assert facts.detail or not facts.parsed or facts.key_type == "EC"
    for chain in ((sent,), (sent, ROOT.der), (LEAF.der, sent, ROOT.der)):
        trusted = judge_chain(chain, STORE, NOW).trusted
        assert (trusted is Fact.YES) is (chain[0] == LEAF.der)


def test_a_nul_in_a_name_is_no_end_of_it() -> None:
    odd = make("odd", ROOT, dns=(f"{HOST}\0.evil.se",))
    assert read_certificate(odd.der).dns_names == (f"{HOST}\0.evil.se",)


@pytest.mark.parametrize(
    ("curve", "point", "bits"),
    [("2b81040008", 20, 160), ("2b240303020801010101", 20, 160), ("2b240303020801010105", 28, 224)],
    ids=["secp160r1", "brainpoolP160r1", "brainpoolP224r1"],
)
def test_the_size_of_curves_that_no_library_reads(curve: str, point: int, bits: int) -> None:
    algorithm = bytes.fromhex("06072a8648ce3d0201") + bytes((6, len(curve) // 2)) + bytes.fromhex(curve)
    key = b"\x03" + _length(2 + 2 * point) + b"\x00\x04" + bytes(range(1, 1 + 2 * point))
    old = LEAF.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    new = _sequence(_sequence(algorithm) + key)
    tbs = LEAF.certificate.tbs_certificate_bytes
    changed = _sequence(_content(tbs).replace(old, new))
    assert len(changed) != len(tbs)
    facts = read_certificate(_sequence(changed + _content(LEAF.der).removeprefix(tbs)))
    assert (facts.key_type, facts.key_bits) == ("EC", bits)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    return bytes((0x81, size)) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")


def _sequence(content: bytes) -> bytes:
    return b"\x30" + _length(len(content)) + content


def _content(sequence: bytes) -> bytes:
    return sequence[2 + (sequence[1] & 0x7F if sequence[1] & 0x80 else 0) :]


def test_signatures_of_every_kind_are_checked() -> None:
    builder = dated(leaf(HOST, ec_key("leaf"), RSA_ROOT))
    made = {
        "sha256": sign_sha256(builder, RSA_ROOT.key),
        "pss": sign_pss(builder, RSA_ROOT.key),
        "sha1": sign_with_old_hash(builder, RSA_ROOT.key, "sha1"),
        "md5": sign_with_old_hash(builder, RSA_ROOT.key, "md5"),
    }
    for name, certificate in made.items():
        sent = der(certificate)
        assert judge_chain((sent,), RSA_STORE, NOW).trusted is Fact.YES, name
        forged = sent[:-1] + bytes((sent[-1] ^ 1,))
        assert judge_chain((forged,), RSA_STORE, NOW).trusted is Fact.NO, name
    assert [read_certificate(der(each)).signature_hash for each in made.values()] == [
        *("sha256", "sha256", "sha1", "md5")
    ]


def test_an_ed25519_authority() -> None:
    authority = make_issuer(NOW, "Ed Root", None, ed25519.Ed25519PrivateKey.generate())
    store = CaStore("ed", authority.certificate.public_bytes(Encoding.PEM))
    good = der(sign_sha256(dated(leaf(HOST, ec_key("leaf"), authority)), authority.key))
    assert judge_chain((good,), store, NOW).trusted is Fact.YES
    assert judge_chain((good[:-1] + bytes((good[-1] ^ 1,)),), store, NOW).trusted is Fact.NO


def test_a_huge_key_is_not_worked_with() -> None:
    numbers = rsa.RSAPublicNumbers((1 << 64) | 1, (1 << 8191) | 1)
    assert numbers.e.bit_length() == 65
    huge = Issuer(key=RSA_ROOT.key, certificate=_with_key(numbers.public_key()))
    sent = der(sign_sha256(dated(leaf(HOST, ec_key("leaf"), huge)), RSA_ROOT.key))
    assert judge_chain((sent, der(huge.certificate)), STORE, NOW).trusted is Fact.NOT_TESTED


def _with_key(key: rsa.RSAPublicKey) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=ROOT.certificate.subject,
        subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Huge")]),
        public_key=key,
        serial_number=1,
    )
    return dated(builder).sign(ROOT.key, hashes.SHA256())


def crowd(count: int, **more: object) -> tuple[bytes, ...]:
    """CAs of one name and one key, each of which could have issued every other."""
    return tuple(make("Crowd", key=ec_key("crowd"), ca=True, **more).der for _ in range(count))  # type: ignore[arg-type]  # passed on


BOTTOM = make(
    "bottom.example.se", issuer_name="Crowd", signing_key=ec_key("crowd"), dns=("bottom.example.se",)
)


def test_a_crowd_of_look_alikes_costs_no_more_than_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counter[str]()

    def counted(child: bytes, issuer: bytes) -> bool | None:
        counts["checks"] += 1
        return signed_by(child, issuer)

    monkeypatch.setattr(chain_paths, "signed_by", counted)
    trust = judge_chain((BOTTOM.der, *crowd(60)), STORE, NOW)
    assert trust.trusted is Fact.NOT_TESTED
    assert 0 < counts["checks"] <= MAX_LINKS


def test_names_and_constraints_without_number_cost_no_more_than_their_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = Counter[str]()

    def counted(constraints: NameConstraints, names: Names) -> str | None:
        counts["comparisons"] += comparisons(constraints, names)
        return broken_by(constraints, names)

    monkeypatch.setattr(chain_paths, "broken_by", counted)
    narrow = x509.NameConstraints([x509.DNSName(f"{n}.se") for n in range(400)] + [x509.DNSName("se")], None)
    authority = make_issuer(NOW, "Narrow", None, ec_key("narrow"), constraints=narrow)
    store = CaStore("narrow", authority.certificate.public_bytes(Encoding.PEM))
    issuer = Made(certificate=authority.certificate, key=ec_key("narrow"))
    few = make("few", issuer, dns=tuple(f"{n}.example.se" for n in range(100)))
    many = make("many", issuer, dns=tuple(f"{n}.example.se" for n in range(1_000)))
    assert judge_chain((few.der,), store, NOW).trusted is Fact.YES
    assert judge_chain((many.der,), store, NOW).trusted is Fact.NOT_TESTED
    assert 0 < counts["comparisons"] <= MAX_COMPARISONS


def test_a_host_name_in_cn_is_held_to_constraints_only_where_it_names_a_server() -> None:
    """As in OpenSSL: a CA may be called like a host, and a server with dNSNames has its names there."""
    narrow = x509.NameConstraints([x509.DNSName("example.se")], None)
    made = make_issuer(NOW, "Narrow", None, ec_key("narrow"), constraints=narrow)
    store = CaStore("narrow", made.certificate.public_bytes(Encoding.PEM))
    issuer = Made(certificate=made.certificate, key=ec_key("narrow"))
    between = make("ca.example.com", issuer, ca=True, cert_sign=True)
    below = make(HOST, between, dns=(HOST,))
    assert judge_chain((below.der, between.der), store, NOW).trusted is Fact.YES
    for name, dns, trusted in (("example.com", (HOST,), Fact.YES), ("example.com", None, Fact.NO)):
        assert judge_chain((make(name, issuer, dns=dns).der,), store, NOW).trusted is trusted


def test_only_so_much_of_a_chain_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    node_of = chain_paths.node_of

    def counted(certificate: bytes) -> chain_paths.Node | None:
        read.append(certificate)
        return node_of(certificate)

    monkeypatch.setattr("checker.protocols.chain_trust.node_of", counted)
    strays = tuple(bytes((n % 256, n // 256)) for n in range(500))
    judge_chain((LEAF.der, *strays), STORE, NOW)
    assert len(read) == MAX_SENT


def test_a_certificate_longer_than_any_real_one_is_not_read() -> None:
    names = tuple(f"{n:05}.example.se" for n in range(4_500))
    long = make("long", ROOT, dns=names)
    assert len(long.der) > MAX_BYTES
    assert not read_certificate(long.der).parsed
    assert judge_chain((long.der,), STORE, NOW).trusted is Fact.NOT_TESTED


def test_curves_are_still_read_by_name() -> None:
    assert read_certificate(make("p", key=ec_key("p521", ec.SECP521R1)).der).key_bits == 521


def test_unknown_extensions_without_number_are_said_in_few_words() -> None:
    builder = dated(leaf(HOST, ec_key("leaf"), RSA_ROOT))
    for number in range(50):
        strange = x509.UnrecognizedExtension(
            x509.ObjectIdentifier(f"1.3.6.1.4.1.32473.{number}"), b"\x05\x00"
        )
        builder = builder.add_extension(strange, critical=True)
    trust = judge_chain((der(sign_sha256(builder, RSA_ROOT.key)),), RSA_STORE, NOW)
    assert trust.trusted is Fact.NO
    assert {problem.flaw for problem in trust.problems} == {ChainFlaw.UNKNOWN_EXTENSION}
    assert len(trust.problems) == MAX_UNKNOWN
