"""The laboratory's certificate authority: root, intermediate and leaves of every kind. Never touches a socket."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tests.lab.scenario import Certificate

KEYS = Path(__file__).parent / "keys"
"""Fixed RSA keys and DH parameters: laboratory material, published on purpose."""

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Chain = tuple[PrivateKey, list[x509.Certificate]]

OTHER_HOST = "www.somebody-else.example"
"""The name in certificates of kind WRONG_NAME."""
_VALIDITY_DAYS = {Certificate.EXPIRED: (-395, -30), Certificate.NOT_YET_VALID: (30, 395)}
"""First and last day of a leaf, counted from now."""
_COMMON_NAME_MAX = 64  # X.520 ub-common-name
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_SHA1_WITH_RSA = bytes.fromhex("300d06092a864886f70d0101050500")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A CA certificate with its key."""

    key: PrivateKey
    certificate: x509.Certificate


class Authority:
    """A small CA with its clock at `now`; leaves are issued when first asked for, and kept.

    One EC P-256 leaf key serves every host, so that a thousand of them cost a thousand signatures.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._root = self._make_issuer("Lab Root", None)
        self._intermediate = self._make_issuer("Lab Issuing CA", self._root)
        self._sha1_intermediate = self._make_issuer("Lab Old RSA CA", self._root, load_key("rsa_issuer"))
        strange_root = self._make_issuer("Unknown Root", None)
        self._strange_intermediate = self._make_issuer("Unknown Issuing CA", strange_root)
        self._ec_key = ec.generate_private_key(ec.SECP256R1())
        self._rsa_key = load_key("rsa_2048")
        self._rsa_1024_key = load_key("rsa_1024")
        self._issued: dict[tuple[str, Certificate, str, bool], Chain] = {}

    @property
    def ca_pem(self) -> bytes:
        """The root, for `--ca-file`."""
        return self._root.certificate.public_bytes(Encoding.PEM)

    @property
    def intermediate_pem(self) -> bytes:
        """The intermediate that INCOMPLETE servers leave out."""
        return self._intermediate.certificate.public_bytes(Encoding.PEM)

    def chain(self, host: str, kind: Certificate, domain: str, *, rsa_key: bool = False) -> Chain:
        """The private key and the certificates a server of this kind sends, leaf first, never the root.

        `rsa_key` asks for an RSA 2048 leaf, for servers that play suites older than ECDSA.
        """
        wanted = host, kind, domain, rsa_key
        if wanted not in self._issued:
            self._issued[wanted] = self._issue(host, kind, domain, rsa_key=rsa_key)
        return self._issued[wanted]

    def _issue(self, host: str, kind: Certificate, domain: str, *, rsa_key: bool) -> Chain:
        key: PrivateKey = self._rsa_key if rsa_key else self._ec_key
        if kind is Certificate.RSA_1024:
            key = self._rsa_1024_key
        first_day, last_day = _VALIDITY_DAYS.get(kind, (-30, 335))
        start, end = self._now + timedelta(days=first_day), self._now + timedelta(days=last_day)
        if kind is Certificate.SELF_SIGNED:
            return key, [self._self_signed(host, key, start, end)]
        issuers = {
            Certificate.UNKNOWN_ISSUER: self._strange_intermediate,
            Certificate.SHA1: self._sha1_intermediate,
        }
        issuer = issuers.get(kind, self._intermediate)
        names = {
            Certificate.WRONG_NAME: OTHER_HOST,
            Certificate.MAIL_DOMAIN: domain,
            Certificate.WILDCARD: f"*.{domain}",
        }
        builder = _leaf(names.get(kind, host), key, issuer, with_san=kind is not Certificate.CN_ONLY)
        sign = _sign_sha1 if kind is Certificate.SHA1 else _sign_sha256
        leaf = sign(builder.not_valid_before(start).not_valid_after(end), issuer.key)
        return key, [leaf] if kind is Certificate.INCOMPLETE else [leaf, issuer.certificate]

    def _self_signed(self, host: str, key: PrivateKey, start: datetime, end: datetime) -> x509.Certificate:
        builder = _builder(_name(host), _name(host), key)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return _sign_sha256(builder.not_valid_before(start).not_valid_after(end), key)

    def _make_issuer(self, name: str, parent: Issuer | None, key: PrivateKey | None = None) -> Issuer:
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        signer = parent.key if parent else key
        builder = _builder(subject, parent.certificate.subject if parent else subject, key)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0 if parent else None), critical=True
        )
        builder = builder.add_extension(_key_usage(ca=True), critical=True)
        builder = builder.add_extension(_authority_key(signer), critical=False)
        start, end = self._now - timedelta(days=1500), self._now + timedelta(days=3650)
        certificate = _sign_sha256(builder.not_valid_before(start).not_valid_after(end), signer)
        return Issuer(key=key, certificate=certificate)


def chain_pem(chain: Chain) -> bytes:
    """Key and certificates in one file, in the order that servers want: key first, then leaf first."""
    key, certificates = chain
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def load_key(name: str) -> rsa.RSAPrivateKey:
    """One of the fixed RSA laboratory keys by file name without suffix."""
    pem = (KEYS / f"{name}.pem").read_bytes()
    # Checking that known primes are prime costs 45 ms a key.
    key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _leaf(name: str, key: PrivateKey, issuer: Issuer, *, with_san: bool) -> x509.CertificateBuilder:
    builder = _builder(_name(name), issuer.certificate.subject, key)
    if with_san:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    issuing = x509.UniformResourceIdentifier("http://ca.example/issuing.crt")
    access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuing)
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(encipherment=isinstance(key, rsa.RSAPrivateKey)), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_authority_key(issuer.key), critical=False)
        .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Indikatorkollen Lab")]
    if len(common_name) <= _COMMON_NAME_MAX:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(attributes)


def _authority_key(signer: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def _key_usage(*, ca: bool = False, encipherment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _sign_sha256(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _sign_sha1(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """`cryptography` no longer signs certificates with SHA-1, so the algorithm is exchanged and signed by hand.

    Both AlgorithmIdentifiers have the same length, so no DER length changes but that of the outer SEQUENCE.
    """
    assert isinstance(key, rsa.RSAPrivateKey)
    tbs = _sign_sha256(builder, key).tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA, 1)
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the weakness is what is played
    bit_string = _der(0x03, b"\x00" + signature)
    return x509.load_der_x509_certificate(_der(0x30, tbs + _SHA1_WITH_RSA + bit_string))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
