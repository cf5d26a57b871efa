"""The laboratory CA against an independent oracle: OpenSSL's own verdict on each kind of chain."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.lab.certificates import Authority
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer

HOST, DOMAIN = "www.region.example", "region.example"

TRUSTED = {
    Certificate.GOOD,
    Certificate.WILDCARD,
    Certificate.ED25519,
    Certificate.PSS,
    Certificate.CA,
    Certificate.ROOT_SENT,
    Certificate.TWO_INTERMEDIATES,
    Certificate.WRONG_ORDER,
    Certificate.SUPERFLUOUS,
    Certificate.CROSS_SIGNED,
    Certificate.NAME_PERMITTED,
}
NO_ISSUER = "unable to get (local )?issuer certificate"
REFUSED = {
    Certificate.EXPIRED: "certificate has expired",
    Certificate.NOT_YET_VALID: "certificate is not yet valid",
    Certificate.SELF_SIGNED: "self[- ]signed certificate",
    Certificate.UNKNOWN_ISSUER: "unable to get local issuer certificate",
    Certificate.WRONG_NAME: "Hostname mismatch",
    Certificate.MAIL_DOMAIN: "Hostname mismatch",
    Certificate.CN_ONLY: "Hostname mismatch",
    Certificate.SHA1: "(md|digest algorithm) too weak",
    Certificate.RSA_1024: "key too weak",
    Certificate.INCOMPLETE: NO_ISSUER,
    Certificate.INCOMPLETE_WITHOUT_AIA: NO_ISSUER,
    Certificate.MD5: "(md|digest algorithm) too weak",
    Certificate.FOR_CLIENTS: "(unsupported|unsuitable) certificate purpose",
    Certificate.UNKNOWN_CRITICAL: "unhandled critical extension",
    Certificate.EXPIRED_INTERMEDIATE: "certificate has expired",
    Certificate.INTERMEDIATE_NO_CA: f"invalid CA certificate|{NO_ISSUER}",
    Certificate.INTERMEDIATE_MAY_NOT_SIGN: f"invalid CA certificate|{NO_ISSUER}",
    Certificate.PATH_TOO_LONG: "path length constraint exceeded",
    Certificate.NAME_NOT_PERMITTED: "permitted subtree violation",
    Certificate.NAME_EXCLUDED: "excluded subtree violation",
}


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


def client_context(ca_pem: bytes, *, level: int = 2) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca_pem.decode())
    context.hostname_checks_common_name = False
    context.set_ciphers(f"DEFAULT:@SECLEVEL={level}")
    return context


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """A handshake in memory; raises what the client raises."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for end in (ours, theirs):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ours.version() is not None
    return ours


def test_every_kind_has_an_expected_verdict() -> None:
    assert TRUSTED | set(REFUSED) == set(Certificate)


@pytest.mark.parametrize("kind", [kind for kind in Certificate if kind in TRUSTED])
@pytest.mark.parametrize("tls", [Tls.MODERN, Tls.INTERMEDIATE, Tls.SSL3_TOO])
def test_trusted(authority: Authority, kind: Certificate, tls: Tls) -> None:
    server = TlsServer(HOST, tls, kind, authority=authority, domain=DOMAIN)
    shake_hands(server.context, client_context(authority.ca_pem), HOST)


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(authority: Authority, kind: Certificate) -> None:
    server = TlsServer(HOST, Tls.MODERN, kind, authority=authority, domain=DOMAIN)
    with pytest.raises(ssl.SSLCertVerificationError, match=REFUSED[kind]):
        shake_hands(server.context, client_context(authority.ca_pem), HOST)


def test_mail_domain_is_good_for_the_mail_domain(authority: Authority) -> None:
    server = TlsServer(HOST, Tls.MODERN, Certificate.MAIL_DOMAIN, authority=authority, domain=DOMAIN)
    shake_hands(server.context, client_context(authority.ca_pem), DOMAIN)


@pytest.mark.parametrize("kind", [Certificate.SHA1, Certificate.MD5, Certificate.RSA_1024])
def test_weak_ones_are_otherwise_valid(authority: Authority, kind: Certificate) -> None:
    server = TlsServer(HOST, Tls.MODERN, kind, authority=authority, domain=DOMAIN)
    shake_hands(server.context, client_context(authority.ca_pem, level=0), HOST)


def test_incomplete_lacks_only_the_intermediate(authority: Authority) -> None:
    server = TlsServer(HOST, Tls.MODERN, Certificate.INCOMPLETE, authority=authority, domain=DOMAIN)
    shake_hands(server.context, client_context(authority.ca_pem + authority.intermediate_pem), HOST)


def test_sha1_signature_verifies(authority: Authority) -> None:
    _, (leaf, issuer) = authority.chain(HOST, Certificate.SHA1, DOMAIN)
    assert isinstance(leaf.signature_hash_algorithm, hashes.SHA1)
    key, signature = issuer.public_key(), leaf.signature
    assert isinstance(key, rsa.RSAPublicKey)
    assert leaf.issuer == issuer.subject
    key.verify(signature, leaf.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the point


def test_common_name_only(authority: Authority) -> None:
    _, (leaf, _) = authority.chain(HOST, Certificate.CN_ONLY, DOMAIN)
    assert leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value == HOST
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_a_host_longer_than_a_common_name_may_be(authority: Authority) -> None:
    host = f"{'a' * 60}.region.example"
    server = TlsServer(host, Tls.MODERN, Certificate.GOOD, authority=authority, domain=DOMAIN)
    shake_hands(server.context, client_context(authority.ca_pem), host)


def test_key_types(authority: Authority) -> None:
    key, (leaf, _) = authority.chain(HOST, Certificate.GOOD, DOMAIN)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    assert isinstance(authority.chain(HOST, Certificate.GOOD, DOMAIN, rsa_key=True)[0], rsa.RSAPrivateKey)
    weak = authority.chain(HOST, Certificate.RSA_1024, DOMAIN)[0]
    assert isinstance(weak, rsa.RSAPrivateKey)
    assert weak.key_size == 1024


def test_issued_once_and_with_one_key(authority: Authority) -> None:
    first = authority.chain(HOST, Certificate.GOOD, DOMAIN)
    assert authority.chain(HOST, Certificate.GOOD, DOMAIN) is first
    other = authority.chain("mx1.region.example", Certificate.GOOD, DOMAIN)
    assert other[1][0] != first[1][0]
    assert other[0] is first[0]


def test_validity_follows_the_given_clock() -> None:
    now = datetime(2017, 12, 1, tzinfo=UTC)
    _, (leaf, issuer) = Authority(now).chain(HOST, Certificate.EXPIRED, DOMAIN)
    assert leaf.not_valid_after_utc == now - timedelta(days=30)
    assert issuer.not_valid_before_utc < leaf.not_valid_before_utc
