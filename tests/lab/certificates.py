"""The laboratory's certificate authority: root, intermediates and leaves of every kind. Never touches a socket."""

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.lab.certificate_building import (
    Issuer,
    PrivateKey,
    base,
    leaf,
    make_issuer,
    name,
    sign_pss,
    sign_sha256,
    sign_with_old_hash,
)
from tests.lab.scenario import Certificate

KEYS = Path(__file__).parent / "keys"
"""Fixed RSA keys and DH parameters: laboratory material, published on purpose."""

Chain = tuple[PrivateKey, list[x509.Certificate]]
Sign = Callable[[x509.CertificateBuilder, PrivateKey], x509.Certificate]

OTHER_HOST = "www.somebody-else.example"
"""The name in certificates of kind WRONG_NAME."""
_VALIDITY_DAYS = {Certificate.EXPIRED: (-395, -30), Certificate.NOT_YET_VALID: (30, 395)}
"""First and last day of a leaf, counted from now."""
_SIGN: dict[Certificate, Sign] = {
    Certificate.SHA1: functools.partial(sign_with_old_hash, old="sha1"),
    Certificate.MD5: functools.partial(sign_with_old_hash, old="md5"),
    Certificate.PSS: sign_pss,
}
_TWO = frozenset({Certificate.TWO_INTERMEDIATES, Certificate.WRONG_ORDER, Certificate.PATH_TOO_LONG})


class Authority:
    """A small CA with its clock at `now`; leaves are issued when first asked for, and kept.

    One EC P-256 leaf key serves every host, so that a thousand of them cost a thousand signatures.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._root = make_issuer(now, "Lab Root", None)
        self._intermediate = make_issuer(now, "Lab Issuing CA", self._root, path_length=0)
        self._rsa_intermediate = make_issuer(
            now, "Lab Old RSA CA", self._root, load_key("rsa_issuer"), path_length=0
        )
        strange_root = make_issuer(now, "Unknown Root", None)
        self._strange_intermediate = make_issuer(now, "Unknown Issuing CA", strange_root, path_length=0)
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
        """The private key and the certificates a server of this kind sends, leaf first; the root only as ROOT_SENT.

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
        elif kind is Certificate.ED25519:
            key = ed25519.Ed25519PrivateKey.generate()
        first_day, last_day = _VALIDITY_DAYS.get(kind, (-30, 335))
        start, end = self._now + timedelta(days=first_day), self._now + timedelta(days=last_day)
        if kind is Certificate.SELF_SIGNED:
            return key, [self._self_signed(host, key, start, end)]
        issuer, *above = self._issuers(kind, domain)
        names = {
            Certificate.WRONG_NAME: OTHER_HOST,
            Certificate.MAIL_DOMAIN: domain,
            Certificate.WILDCARD: f"*.{domain}",
        }
        clients = kind is Certificate.FOR_CLIENTS
        builder = leaf(
            names.get(kind, host),
            key,
            issuer,
            with_san=kind is not Certificate.CN_ONLY,
            ca=kind is Certificate.CA,
            purpose=ExtendedKeyUsageOID.CLIENT_AUTH if clients else ExtendedKeyUsageOID.SERVER_AUTH,
            with_aia=kind is not Certificate.INCOMPLETE_WITHOUT_AIA,
            unknown_critical=kind is Certificate.UNKNOWN_CRITICAL,
        )
        sign = _SIGN.get(kind, sign_sha256)
        own = sign(builder.not_valid_before(start).not_valid_after(end), issuer.key)
        return key, self._sent(kind, own, [each.certificate for each in (issuer, *above)])

    def _issuers(self, kind: Certificate, domain: str) -> list[Issuer]:
        """Who issues a leaf of this kind, and the intermediates above, all below the root."""
        if kind in _TWO:
            limit = 0 if kind is Certificate.PATH_TOO_LONG else 1
            upper = make_issuer(self._now, "Lab Upper CA", self._root, path_length=limit)
            return [make_issuer(self._now, "Lab Lower CA", upper, path_length=0), upper]
        issuers = {
            Certificate.UNKNOWN_ISSUER: self._strange_intermediate,
            **dict.fromkeys(_SIGN, self._rsa_intermediate),
        }
        return [issuers.get(kind) or self._odd_issuer(kind, domain) or self._intermediate]

    def _odd_issuer(self, kind: Certificate, domain: str) -> Issuer | None:
        here, elsewhere = [x509.DNSName(domain)], [x509.DNSName("somebody-else.example")]
        match kind:
            case Certificate.EXPIRED_INTERMEDIATE:
                return make_issuer(self._now, "Lab Expired CA", self._root, days=(-700, -30))
            case Certificate.INTERMEDIATE_NO_CA:
                return make_issuer(self._now, "Lab No CA", self._root, ca=False, may_sign=False)
            case Certificate.INTERMEDIATE_MAY_NOT_SIGN:
                return make_issuer(self._now, "Lab Idle CA", self._root, may_sign=False)
            case Certificate.NAME_PERMITTED:
                constraints = x509.NameConstraints(here, None)
            case Certificate.NAME_NOT_PERMITTED:
                constraints = x509.NameConstraints(elsewhere, None)
            case Certificate.NAME_EXCLUDED:
                constraints = x509.NameConstraints(None, here)
            case _:
                return None
        return make_issuer(self._now, "Lab Narrow CA", self._root, path_length=0, constraints=constraints)

    def _sent(
        self, kind: Certificate, own: x509.Certificate, issuers: list[x509.Certificate]
    ) -> list[x509.Certificate]:
        """What the server sends of its chain, and what besides."""
        match kind:
            case Certificate.INCOMPLETE | Certificate.INCOMPLETE_WITHOUT_AIA:
                return [own]
            case Certificate.ROOT_SENT:
                return [own, *issuers, self._root.certificate]
            case Certificate.WRONG_ORDER:
                return [own, *reversed(issuers)]
            case Certificate.SUPERFLUOUS:
                return [own, self._strange_intermediate.certificate, own, *issuers]
            case Certificate.CROSS_SIGNED:
                old_root = make_issuer(self._now, "Lab Old Root", None, days=(-4000, -30))
                crossed = make_issuer(self._now, "Lab Root", old_root, self._root.key, days=(-1500, -30))
                return [own, *issuers, crossed.certificate]
            case _:
                return [own, *issuers]

    def _self_signed(self, host: str, key: PrivateKey, start: datetime, end: datetime) -> x509.Certificate:
        builder = base(name(host), name(host), key)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return sign_sha256(builder.not_valid_before(start).not_valid_after(end), key)


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
