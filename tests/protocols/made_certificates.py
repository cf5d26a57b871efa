"""Certificates made for tests: any mixture of names, dates and constraints, right or wrong."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime.now(UTC).replace(microsecond=0)
"""Oracles judge by the real clock, so everything is dated from it."""


@functools.cache
def ec_key(name: str, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """One key per name."""
    return ec.generate_private_key(curve())


@dataclass(frozen=True, kw_only=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])


def make(
    name: str,
    issuer: Made | None = None,
    *,
    key: Key | None = None,
    signing_key: Key | None = None,
    issuer_name: str | None = None,
    ca: bool | None = None,
    path_length: int | None = None,
    cert_sign: bool | None = None,
    purposes: tuple[ObjectIdentifier, ...] = (),
    days: tuple[int, int] = (-10, 30),
    dns: tuple[str, ...] | None = None,
    san: tuple[x509.GeneralName, ...] = (),
    issuer_url: str = "",
    digest: hashes.SHA224 | hashes.SHA256 | None = None,
) -> Made:
    """A certificate for CN=`name`, from `issuer` or self-signed; None leaves an extension out."""
    key = key or ec_key(name)
    signer = signing_key or (issuer.key if issuer else key)
    named = common_name(issuer_name) if issuer_name is not None else None
    builder = (
        x509.CertificateBuilder()
        .subject_name(common_name(name))
        .issuer_name(named or (issuer.certificate.subject if issuer else common_name(name)))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
    if cert_sign is not None:
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=cert_sign,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if dns is not None or san:
        names = [*(x509.DNSName(each) for each in dns or ()), *san]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if issuer_url:
        where = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_url)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    return Made(certificate=builder.sign(signer, digest or hashes.SHA256()), key=key)
