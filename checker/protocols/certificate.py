"""X.509 certificates: DER in, frozen facts out. Never judges, and never raises for what a server sent."""

import functools
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import (
    ExtensionOID,
    NameOID,
    PublicKeyAlgorithmOID,
    SignatureAlgorithmOID,
)

from checker.observations.dns import IPAddress
from checker.protocols.certificate_extensions import (
    extension_of,
    for_servers,
    has_other_names,
    issuer_urls,
    subject_alternative_names,
    unknown_critical,
)
from checker.protocols.name_constraints import NameConstraints, read_constraints

T = TypeVar("T")

MAX_BYTES = 65_536
"""A certificate longer than this is not read; real ones are below 10 KiB."""
MAX_NAME_CHARS = 300
"""Length to which names of subjects and issuers are cut; they are for showing."""
REMEMBERED = 512
"""Certificates whose facts are kept: intermediates recur all through a sweep."""
REMEMBERED_BYTES = 4_096
"""Longer certificates are read anew each time: thousands of names in each would fill the memory."""

UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    x509.ExtensionNotFound,
)
"""All that cryptography raises for certificates that are malformed or too unusual for it."""

_EC_POINT = re.compile(
    re.escape(bytes.fromhex("06072a8648ce3d0201"))
    + rb"\x06[\x01-\x20].{1,32}?\x03(?P<length>[\x05-\x7f])\x00\x04",
    re.DOTALL,
)
_MD2_OID, _MD4_OID = (
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.3",
)  # RFC 8017 Appendix C; no hash classes for these


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What one certificate says of itself; None where it could not be read.

    `key_type` is "RSA", "EC", "DSA", "Ed25519", "Ed448" or "other"; `signature_hash` a lower-case name ("sha256"), None
    also where the algorithm has no separate hash. `dns_names` are the SAN's dNSNames as written, None when the SAN could
    not be read; `ca` is None when there is no basicConstraints. `may_sign_certificates` and `may_serve` come from
    keyUsage, `for_servers` from extendedKeyUsage; without these all is allowed. `unknown_critical` holds the OIDs of
    critical extensions that we do not process. `detail` says what was unreadable.
    """

    parsed: bool
    subject: str = ""
    issuer: str = ""
    common_names: tuple[str, ...] = ()
    dns_names: tuple[str, ...] | None = None
    ip_addresses: tuple[IPAddress, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    key_type: str | None = None
    key_bits: int | None = None
    signature_hash: str | None = None
    self_issued: bool = False
    ca: bool | None = None
    path_length: int | None = None
    may_sign_certificates: bool = True
    may_serve: bool = True
    for_servers: bool = True
    name_constraints: NameConstraints | None = None
    other_names: bool = False
    unknown_critical: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    detail: str = ""

    @property
    def label(self) -> str:
        """The name to show: the first CN, else the first dNSName, else the subject."""
        names = (*self.common_names, *(self.dns_names or ()), self.subject)
        return next((name[:MAX_NAME_CHARS] for name in names if name), "?")


def load(der: bytes) -> x509.Certificate | None:
    """Parse DER without complaint about old sins; None when it is too long or no certificate."""
    if len(der) > MAX_BYTES:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # negative serial numbers and the like are not for our log
        try:
            return x509.load_der_x509_certificate(der)
        except UNREADABLE:
            return None


def read_certificate(der: bytes) -> CertificateFacts:
    """Read the facts of one DER certificate (RFC 5280 §4.1); each part that cannot be read is left out."""
    return _remembered(der) if len(der) <= REMEMBERED_BYTES else _read(der)


@functools.lru_cache(maxsize=REMEMBERED)
def _remembered(der: bytes) -> CertificateFacts:
    return _read(der)


def _read(der: bytes) -> CertificateFacts:
    certificate = load(der)
    if certificate is None:
        return CertificateFacts(parsed=False, detail="no certificate")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _facts(certificate)


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    trouble: list[str] = []

    def read(what: str, part: Callable[[], T], otherwise: T) -> T:
        try:
            return part()
        except UNREADABLE as error:
            trouble.append(f"{what}: {error}"[:200])
            return otherwise

    none = x509.Extensions([])
    extensions = read("extensions", lambda: certificate.extensions, none)
    readable = extensions is not none
    names = read("names", lambda: subject_alternative_names(extensions), None) if readable else None
    nothing: tuple[str | None, int | None] = (None, None)
    usage = extension_of(extensions, ExtensionOID.KEY_USAGE, x509.KeyUsage)
    subtrees = extension_of(extensions, ExtensionOID.NAME_CONSTRAINTS, x509.NameConstraints)
    key_type, key_bits = read("key", lambda: _key(certificate), nothing)
    constraints = extension_of(extensions, ExtensionOID.BASIC_CONSTRAINTS, x509.BasicConstraints)
    return CertificateFacts(
        parsed=True,
        subject=read("subject", lambda: certificate.subject.rfc4514_string()[:MAX_NAME_CHARS], ""),
        issuer=read("issuer", lambda: certificate.issuer.rfc4514_string()[:MAX_NAME_CHARS], ""),
        common_names=read("common name", lambda: _common_names(certificate), ()),
        dns_names=names[0] if names else None,
        ip_addresses=names[1] if names else (),
        not_before=read("notBefore", lambda: certificate.not_valid_before_utc, None),
        not_after=read("notAfter", lambda: certificate.not_valid_after_utc, None),
        key_type=key_type,
        key_bits=key_bits,
        signature_hash=read("signature", lambda: _signature_hash(certificate), None),
        self_issued=read("names", lambda: certificate.issuer == certificate.subject, otherwise=False),
        ca=constraints.ca if constraints else None,
        path_length=constraints.path_length if constraints else None,
        may_sign_certificates=usage is None or usage.key_cert_sign,
        may_serve=usage is None or usage.digital_signature or usage.key_encipherment or usage.key_agreement,
        for_servers=for_servers(extensions),
        name_constraints=read("name constraints", lambda: read_constraints(subtrees), None)
        if subtrees
        else None,
        other_names=has_other_names(extensions),
        unknown_critical=unknown_critical(extensions),
        issuer_urls=read("authority information", lambda: issuer_urls(extensions), ()),
        detail="; ".join(trouble),
    )


def _common_names(certificate: x509.Certificate) -> tuple[str, ...]:
    attributes = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return tuple(str(attribute.value) for attribute in attributes)


def _key(certificate: x509.Certificate) -> tuple[str | None, int | None]:
    if certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.EC_PUBLIC_KEY:
        return "EC", _curve_bits(certificate)
    match certificate.public_key():
        case rsa.RSAPublicKey() as key:
            return "RSA", key.key_size
        case dsa.DSAPublicKey() as key:
            return "DSA", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256
        case ed448.Ed448PublicKey():
            return "Ed448", 456
        case _:
            return "other", None


def _curve_bits(certificate: x509.Certificate) -> int | None:
    """The size of the curve; of one that is unknown to us, to the whole byte, by the length of its point.

    Source: SEC 1 §2.3.3, RFC 5480 §2: id-ecPublicKey, the curve's OID, then a BIT STRING with 04, x and y.
    """
    try:
        key = certificate.public_key()
    except UNREADABLE:
        found = _EC_POINT.search(certificate.tbs_certificate_bytes)
        if found is None:
            raise
        return (found["length"][0] - 2) * 4
    return key.key_size if isinstance(key, ec.EllipticCurvePublicKey) else None


def _signature_hash(certificate: x509.Certificate) -> str | None:
    oid = certificate.signature_algorithm_oid
    if oid.dotted_string in (_MD2_OID, _MD4_OID):
        return "md2" if oid.dotted_string == _MD2_OID else "md4"
    if oid in (SignatureAlgorithmOID.ED25519, SignatureAlgorithmOID.ED448):
        return None
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name.lower() if algorithm else None
