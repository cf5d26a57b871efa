"""How laboratory certificates are put together: names, extensions, signatures. Knows of no scenario."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_COMMON_NAME_MAX = 64  # X.520 ub-common-name
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_UNKNOWN_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.32473.1")
"""Below the private number for examples (RFC 5612)."""
_OLD_WITH_RSA = {
    "sha1": bytes.fromhex("300d06092a864886f70d0101050500"),
    "md5": bytes.fromhex("300d06092a864886f70d0101040500"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A CA certificate with its key."""

    key: PrivateKey
    certificate: x509.Certificate


def make_issuer(
    now: datetime,
    common_name: str,
    parent: Issuer | None,
    key: PrivateKey | None = None,
    *,
    path_length: int | None = None,
    ca: bool = True,
    may_sign: bool = True,
    days: tuple[int, int] = (-1500, 3650),
    constraints: x509.NameConstraints | None = None,
) -> Issuer:
    """A CA below `parent`, or a root; `ca` and `may_sign` leave basicConstraints and keyCertSign out."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = name(common_name)
    signer = parent.key if parent else key
    builder = base(subject, parent.certificate.subject if parent else subject, key)
    if ca:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
    builder = builder.add_extension(key_usage(ca=may_sign), critical=True)
    builder = builder.add_extension(authority_key(signer), critical=False)
    if constraints:
        builder = builder.add_extension(constraints, critical=True)
    start, end = (now + timedelta(days=day) for day in days)
    return Issuer(
        key=key, certificate=sign_sha256(builder.not_valid_before(start).not_valid_after(end), signer)
    )


def leaf(
    host: str,
    key: PrivateKey,
    issuer: Issuer,
    *,
    with_san: bool = True,
    ca: bool = False,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    with_aia: bool = True,
    unknown_critical: bool = False,
) -> x509.CertificateBuilder:
    """A server's certificate but for its dates."""
    builder = base(name(host), issuer.certificate.subject, key)
    if with_san:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    if with_aia:
        issuing = x509.UniformResourceIdentifier("http://ca.example/issuing.crt")
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuing)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if unknown_critical:
        strange = x509.UnrecognizedExtension(_UNKNOWN_EXTENSION, b"\x05\x00")
        builder = builder.add_extension(strange, critical=True)
    return (
        builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(key_usage(encipherment=isinstance(key, rsa.RSAPrivateKey)), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(authority_key(issuer.key), critical=False)
    )


def base(subject: x509.Name, issuer: x509.Name, key: PrivateKey) -> x509.CertificateBuilder:
    """What every certificate has, but for its dates."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def name(common_name: str) -> x509.Name:
    """A distinguished name; without CN when it would be too long there."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Indikatorkollen Lab")]
    if len(common_name) <= _COMMON_NAME_MAX:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(attributes)


def authority_key(signer: PrivateKey) -> x509.AuthorityKeyIdentifier:
    """Which key signs."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def key_usage(*, ca: bool = False, encipherment: bool = False) -> x509.KeyUsage:
    """The keyUsage of a CA or of a server."""
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


def sign_sha256(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """Signed with SHA-256, or as Ed25519 does."""
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def sign_pss(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    """Signed with RSA-PSS and SHA-256."""
    assert isinstance(key, rsa.RSAPrivateKey)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    return builder.sign(key, hashes.SHA256(), rsa_padding=pss)


def sign_with_old_hash(builder: x509.CertificateBuilder, key: PrivateKey, old: str) -> x509.Certificate:
    """`cryptography` no longer signs with "sha1" or "md5", so the algorithm is exchanged and signed by hand.

    The AlgorithmIdentifiers have the same length, so no DER length changes but that of the outer SEQUENCE.
    """
    assert isinstance(key, rsa.RSAPrivateKey)
    algorithm = _OLD_WITH_RSA[old]
    tbs = sign_sha256(builder, key).tbs_certificate_bytes.replace(_SHA256_WITH_RSA, algorithm, 1)
    digest = hashes.MD5() if old == "md5" else hashes.SHA1()  # noqa: S303 - the weakness is what is played
    bit_string = _der(0x03, b"\x00" + key.sign(tbs, padding.PKCS1v15(), digest))
    return x509.load_der_x509_certificate(_der(0x30, tbs + algorithm + bit_string))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
