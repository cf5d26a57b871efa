"""Chains judged offline, with OpenSSL's verdict in a real handshake as the oracle."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from checker.observations.fact import Fact
from checker.observations.tls import ChainFlaw, ChainTrust
from checker.protocols.chain_paths import MAX_LINKS
from checker.protocols.chain_trust import MAX_SENT, CaStore, judge_chain
from tests.protocols.made_certificates import NOW, Made, ec_key, make

URL = "http://ca.example.se/issuing.crt"
CLIENTS, SERVERS = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
ROOT = make("Root", ca=True, cert_sign=True)
OLD_ROOT = make("Old Root", ca=True, cert_sign=True, days=(-30, -1))
STRANGE = make("Strange Root", ca=True, cert_sign=True)
ISSUING = make("Issuing", ROOT, ca=True, cert_sign=True)
SECOND = make("Second", ISSUING, ca=True, cert_sign=True)
STRANGE_ISSUING = make("Strange Issuing", STRANGE, ca=True)
NARROW = make("Narrow", ROOT, ca=True, path_length=0)
BELOW_NARROW = make("Below Narrow", NARROW, ca=True)
EXPIRED_ISSUING = make("Expired Issuing", ROOT, ca=True, days=(-30, -1))
NO_CA = make("No CA", ROOT, ca=False)
NO_CONSTRAINTS = make("No Constraints", ROOT)
NO_SIGN = make("No Sign", ROOT, ca=True, cert_sign=False)
CLIENT_CA = make("Client CA", ROOT, ca=True, purposes=(CLIENTS,))
# The same name and key twice: once under a root that has expired, once under one that has not.
CROSS_OLD = make("Cross", OLD_ROOT, ca=True)
CROSS_NEW = make("Cross", ROOT, ca=True)
SELF = make("self.example.se", dns=("self.example.se",))


def leaf(issuer: Made, **more: object) -> Made:
    return make("www.example.se", issuer, dns=("www.example.se",), **more)  # type: ignore[arg-type]  # passed on


FORGED = leaf(ISSUING, signing_key=ec_key("somebody else"))


@dataclass(frozen=True, kw_only=True)
class Case:
    """Chain as sent, the store, and the facts that must come out."""

    sent: tuple[Made, ...]
    store: tuple[Made, ...] = (ROOT,)
    trusted: bool = False
    self_signed: bool = False
    known_issuer: Fact = Fact.YES
    complete: Fact = Fact.YES
    expired: tuple[str, ...] = ()
    not_yet_valid: tuple[str, ...] = ()
    path: tuple[int, ...] = (0, 1)
    openssl_looks_further: bool = True
    """OpenSSL takes the first issuer that fits and does not come back (RFC 4158 §2.4 advises to)."""


CASES = {
    "good": Case(sent=(leaf(ISSUING), ISSUING), trusted=True),
    "root sent too": Case(sent=(leaf(ISSUING), ISSUING, ROOT), trusted=True),
    "directly below the root": Case(sent=(leaf(ROOT),), trusted=True, path=(0,)),
    "two intermediates in the wrong order": Case(
        sent=(leaf(SECOND), ISSUING, SECOND), trusted=True, path=(0, 2, 1)
    ),
    "strays in between": Case(sent=(leaf(ISSUING), STRANGE, SELF, ISSUING), trusted=True, path=(0, 3)),
    "the leaf twice": Case(sent=(chain := leaf(ISSUING), chain, ISSUING), trusted=True, path=(0, 2)),
    "for servers": Case(sent=(leaf(ISSUING, purposes=(SERVERS, CLIENTS)), ISSUING), trusted=True),
    "for clients only": Case(sent=(leaf(ISSUING, purposes=(CLIENTS,)), ISSUING)),
    "intermediate for clients only": Case(sent=(leaf(CLIENT_CA), CLIENT_CA)),
    "self-signed": Case(sent=(SELF,), self_signed=True, known_issuer=Fact.NO, path=(0,)),
    "self-signed and in the store": Case(
        sent=(SELF,), store=(SELF,), trusted=True, self_signed=True, path=(0,)
    ),
    "unknown root": Case(
        sent=(leaf(STRANGE_ISSUING), STRANGE_ISSUING), known_issuer=Fact.NO, complete=Fact.NOT_TESTED
    ),
    "unknown root, sent": Case(
        sent=(leaf(STRANGE_ISSUING), STRANGE_ISSUING, STRANGE), known_issuer=Fact.NO, path=(0, 1, 2)
    ),
    "incomplete": Case(
        sent=(leaf(ISSUING, issuer_url=URL),), known_issuer=Fact.NOT_TESTED, complete=Fact.NO, path=(0,)
    ),
    "incomplete, something else sent": Case(
        sent=(leaf(ISSUING, issuer_url=URL), STRANGE_ISSUING),
        known_issuer=Fact.NOT_TESTED,
        complete=Fact.NO,
        path=(0,),
    ),
    "issuer not sent, no word of where it is": Case(
        sent=(leaf(ISSUING),), known_issuer=Fact.NO, complete=Fact.NOT_TESTED, path=(0,)
    ),
    "expired": Case(sent=(leaf(ISSUING, days=(-30, -1)), ISSUING), expired=("www.example.se",)),
    "not yet valid": Case(sent=(leaf(ISSUING, days=(1, 30)), ISSUING), not_yet_valid=("www.example.se",)),
    "expired intermediate": Case(sent=(leaf(EXPIRED_ISSUING), EXPIRED_ISSUING), expired=("Expired Issuing",)),
    "expired root": Case(sent=(leaf(OLD_ROOT),), store=(OLD_ROOT,), expired=("Old Root",), path=(0,)),
    "two ways, one expired": Case(
        sent=(leaf(CROSS_OLD), CROSS_OLD, CROSS_NEW),
        store=(OLD_ROOT, ROOT),
        trusted=True,
        path=(0, 2),
        openssl_looks_further=False,
    ),
    "intermediate that is no CA": Case(sent=(leaf(NO_CA), NO_CA)),
    "intermediate without constraints": Case(sent=(leaf(NO_CONSTRAINTS), NO_CONSTRAINTS)),
    "intermediate that may not sign": Case(sent=(leaf(NO_SIGN), NO_SIGN)),
    "path length kept": Case(sent=(leaf(NARROW), NARROW), trusted=True),
    "path length passed": Case(sent=(leaf(BELOW_NARROW), BELOW_NARROW, NARROW), path=(0, 1, 2)),
    "forged": Case(sent=(FORGED, ISSUING), known_issuer=Fact.NO, complete=Fact.NOT_TESTED, path=(0,)),
}


def store_of(*roots: Made) -> CaStore:
    return CaStore("test 1", b"".join(root.pem for root in roots))


def judged(case: Case) -> ChainTrust:
    return judge_chain(tuple(made.der for made in case.sent), store_of(*case.store), NOW)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_facts(case: Case) -> None:
    trust = judged(case)
    assert trust.trusted is Fact.of(case.trusted)
    assert trust.self_signed is Fact.of(case.self_signed)
    assert (trust.known_issuer, trust.complete) == (case.known_issuer, case.complete)
    assert (trust.expired, trust.not_yet_valid) == (case.expired, case.not_yet_valid)
    assert trust.path == case.path
    assert (trust.store, trust.checked_at) == ("test 1", NOW.isoformat())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_openssl_agrees(case: Case, tmp_path: Path) -> None:
    ours = judged(case).trusted is Fact.YES
    assert openssl_trusts(case, tmp_path) is (ours and case.openssl_looks_further)


def openssl_trusts(case: Case, folder: Path) -> bool:
    """Do a handshake in memory with a client that verifies the chain but not the name."""
    (folder / "chain.pem").write_bytes(b"".join(made.pem for made in case.sent))
    (folder / "key.pem").write_bytes(case.sent[0].key_pem)
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    here.check_hostname = False
    here.load_verify_locations(cadata=b"".join(root.pem for root in case.store).decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = there.wrap_bio(to_server, to_client, server_side=True)
    client = here.wrap_bio(to_client, to_server)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return True


def test_sha1_below_a_known_root_is_a_matter_of_strength_not_of_trust() -> None:
    key = rsa.generate_private_key(65537, 2048)
    root = make("RSA Root", key=key, ca=True)
    good = make("old.example.se", root, dns=("old.example.se",))
    der = good.certificate.tbs_certificate_bytes
    assert judge_chain((good.der,), store_of(root), NOW).trusted is Fact.YES
    old = _resigned_with_sha1(der, key)
    assert judge_chain((old,), store_of(root), NOW).trusted is Fact.YES
    broken = bytearray(old)
    broken[-1] ^= 1
    assert judge_chain((bytes(broken),), store_of(root), NOW).trusted is Fact.NO


def _resigned_with_sha1(tbs: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """A certificate as the libraries of today no longer make them."""
    sha256 = bytes.fromhex("300d06092a864886f70d01010b0500")
    sha1 = bytes.fromhex("300d06092a864886f70d0101050500")
    assert sha256 in tbs
    tbs = tbs.replace(sha256, sha1)
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the weakness is the point
    body = tbs + sha1 + b"\x03\x82" + (len(signature) + 1).to_bytes(2, "big") + b"\x00" + signature
    return b"\x30\x82" + len(body).to_bytes(2, "big") + body


def test_nothing_sent() -> None:
    trust = judge_chain((), store_of(ROOT), NOW)
    assert {trust.trusted, trust.self_signed, trust.known_issuer, trust.complete} == {Fact.NOT_TESTED}


def test_look_alikes_are_given_up_and_said_to_be_untested() -> None:
    crowd = tuple(make("Crowd", key=ec_key("crowd"), ca=True) for _ in range(MAX_SENT - 2))
    assert len(crowd) ** 2 > MAX_LINKS
    bottom = make("bottom.example.se", issuer_name="Crowd", signing_key=ec_key("crowd"))
    trust = judge_chain((bottom.der, *(made.der for made in crowd)), store_of(ROOT), NOW)
    assert trust.trusted is Fact.NOT_TESTED


def test_a_whole_bundle_sent_is_cut() -> None:
    bundle = tuple(make(f"Bundle {n}", key=ec_key("bundle"), ca=True).der for n in range(MAX_SENT))
    late = judge_chain((leaf(ISSUING).der, *bundle, ISSUING.der), store_of(ROOT), NOW)
    assert (late.trusted, late.known_issuer) == (Fact.NOT_TESTED, Fact.NOT_TESTED)


def test_the_same_chain_store_and_time_are_judged_once() -> None:
    store, sent = store_of(ROOT), (leaf(ISSUING).der, ISSUING.der)
    assert judge_chain(sent, store, NOW) is judge_chain(tuple(sent), store, NOW)


def test_the_shipped_store_trusts_its_own_roots_and_is_named() -> None:
    store = CaStore.shipped()
    assert store is CaStore.shipped()
    assert store.name.startswith("certifi 20")
    assert judge_chain((ROOT.der,), store, NOW).trusted is Fact.NO


def test_a_store_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "roots.pem"
    path.write_bytes(b"words before\n" + ROOT.pem + STRANGE.pem)
    store = CaStore.from_file(path)
    assert store.name.startswith("roots.pem sha256:")
    assert judge_chain((leaf(ISSUING).der, ISSUING.der), store, NOW).trusted is Fact.YES


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.pem"
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(ValueError, match=r"no certificates in empty\.pem"):
        CaStore.from_file(path)


FLAWED = {
    "for clients only": (ChainFlaw.NOT_FOR_SERVERS, "www.example.se", ""),
    "intermediate for clients only": (ChainFlaw.NOT_FOR_SERVERS, "Client CA", ""),
    "intermediate that is no CA": (ChainFlaw.NO_AUTHORITY, "No CA", ""),
    "intermediate without constraints": (ChainFlaw.NO_AUTHORITY, "No Constraints", ""),
    "intermediate that may not sign": (ChainFlaw.NO_AUTHORITY, "No Sign", ""),
    "path length passed": (ChainFlaw.PATH_TOO_LONG, "Narrow", ""),
}


@pytest.mark.parametrize("name", CASES)
def test_problems(name: str) -> None:
    found = [(problem.flaw, problem.certificate, problem.value) for problem in judged(CASES[name]).problems]
    assert found == ([FLAWED[name]] if name in FLAWED else [])
