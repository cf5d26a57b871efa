"""Whether one certificate's key made another's signature. Names, dates and what the key may do are not its business."""

import warnings

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

from checker.protocols.certificate import UNREADABLE, load
from checker.protocols.memory import remembered

MAX_RSA_BITS = 8_192
"""Longer keys are not checked: their price grows with the square, and nobody's root has one."""
MAX_RSA_EXPONENT_BITS = 64
"""OpenSSL's own limit for keys over 3072 bits; without it one check may cost what a thousand should."""
MAX_DSA_BITS = 4_096
"""FIPS 186-4 ends at 3072; OpenSSL goes on to 10 000, where a chain of look-alikes costs seconds."""
REMEMBERED = 1_024
"""Checks that are kept: many hosts share intermediates."""


@remembered(REMEMBERED)
def signed_by(child_der: bytes, issuer_der: bytes) -> bool | None:
    """Whether the issuer's key made the child's signature; None when we cannot check such a signature.

    RSA with PKCS #1 v1.5 and PSS, ECDSA, DSA, Ed25519, Ed448, with any hash: a weak hash is another fact.
    """
    child, issuer = load(child_der), load(issuer_der)
    if child is None or issuer is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _verify(child, issuer)
        except InvalidSignature:
            return False
        except UNREADABLE:
            return None


def _verify(child: x509.Certificate, issuer: x509.Certificate) -> bool | None:
    """True, or an exception; False when the key is of another kind than the signature."""
    key, signature, signed = issuer.public_key(), child.signature, child.tbs_certificate_bytes
    how, digest = _scheme(child), child.signature_hash_algorithm
    if _costs_too_much(key):
        return None
    match key:
        case rsa.RSAPublicKey():
            if not isinstance(how, padding.PKCS1v15 | padding.PSS) or digest is None:
                return False
            key.verify(signature, signed, how, digest)
        case ec.EllipticCurvePublicKey():
            if not isinstance(how, ec.ECDSA):
                return False
            key.verify(signature, signed, how)
        case dsa.DSAPublicKey():
            if how is not None or digest is None:
                return False
            key.verify(signature, signed, digest)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            if digest is not None:
                return False
            key.verify(signature, signed)
        case _:
            return None
    return True


def _costs_too_much(key: object) -> bool:
    match key:
        case rsa.RSAPublicKey():
            exponent_bits = key.public_numbers().e.bit_length()
            return key.key_size > MAX_RSA_BITS or exponent_bits > MAX_RSA_EXPONENT_BITS
        case dsa.DSAPublicKey():
            return key.key_size > MAX_DSA_BITS
        case _:
            return False


def _scheme(child: x509.Certificate) -> padding.PKCS1v15 | padding.PSS | ec.ECDSA | None:
    """How the signature was made; None for schemes without parameters."""
    if child.signature_algorithm_oid == SignatureAlgorithmOID.RSA_WITH_MD5:
        return padding.PKCS1v15()  # cryptography no longer says so of MD5
    return child.signature_algorithm_parameters
