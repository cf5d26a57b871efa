"""Certificates of the web host: every row of the fact table, under both rulesets."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

import checker
from checker import severities
from checker.indicators.certificates import _key_code, certificate_findings
from checker.observations.tls import Handshake, HelloReply, TlsOutcome
from checker.protocols.certificate import CertificateFacts
from checker.protocols.chain_trust import CaStore, judge_chain
from checker.rulesets import BILAGA_A_2017, RULESET_2026
from tests.protocols.made_certificates import NOW, Made, ec_key, make

HOST = "www.example.se"
ROOT = make("Root", ca=True)
STRANGE = make("Strange", ca=True)
STORE = CaStore("test", ROOT.pem)
WEAK_CA = make("Weak CA", ROOT, ca=True, key=rsa.generate_private_key(65537, 1024))  # noqa: S505 - weak on purpose


def leaf(issuer: Made | None = ROOT, **more: object) -> Made:
    return make(HOST, issuer, **({"dns": (HOST,)} | more))  # type: ignore[arg-type]  # passed on


NOT_CA = make("Not CA", ROOT)
CASES = {
    "good": ((leaf(),), None, None),
    "RSA 1024, not below it": ((leaf(key=rsa.generate_private_key(65537, 1024)),), None, "fault"),  # noqa: S505 - weak on purpose
    "RSA 1536": ((leaf(key=rsa.generate_private_key(65537, 1536)),), None, "fault"),  # noqa: S505 - weak on purpose
    "EC 192": ((leaf(key=ec_key("p192", ec.SECP192R1)),), None, "fault"),
    "weak intermediate": ((leaf(WEAK_CA), WEAK_CA), None, "fault"),
    "SHA-224": ((leaf(digest=hashes.SHA224()),), None, "warning"),
    "expired": ((leaf(days=(-30, -1)),), "fault", "fault"),
    "not yet valid": ((leaf(days=(1, 30)),), "fault", "fault"),
    "self-signed": ((leaf(None),), "fault", "fault"),
    "unknown issuer": ((leaf(STRANGE), STRANGE), "fault", "fault"),
    "incomplete": ((leaf(STRANGE, issuer_url="http://ca.example.se/"),), "note", "fault"),
    "intermediate that is no CA": ((leaf(NOT_CA), NOT_CA), "fault", "fault"),
    "wrong name": ((leaf(dns=("other.se",)),), "fault", "fault"),
    "CN only": ((leaf(dns=None),), None, "fault"),
}
CODES = {
    "RSA 1024, not below it": "certificate_rsa_below_2048",
    "RSA 1536": "certificate_rsa_below_2048",
    "EC 192": "certificate_ec_below_224",
    "weak intermediate": "certificate_rsa_below_2048",
    "SHA-224": "certificate_signature_sha224",
    "expired": "certificate_expired",
    "not yet valid": "certificate_not_yet_valid",
    "self-signed": "certificate_self_signed",
    "unknown issuer": "certificate_unknown_issuer",
    "incomplete": "certificate_incomplete_chain",
    "intermediate that is no CA": "certificate_no_authority",
    "wrong name": "certificate_wrong_name",
    "CN only": "certificate_common_name_only",
}


def seen(*chain: Made) -> Handshake:
    sent = tuple(made.der for made in chain)
    return Handshake(outcome=TlsOutcome.ESTABLISHED, chain=sent, trust=judge_chain(sent, STORE, NOW))


@pytest.mark.parametrize("scenario", CASES)
def test_rows(scenario: str) -> None:
    chain, old, new = CASES[scenario]
    for ruleset, severity in ((BILAGA_A_2017, old), (RULESET_2026, new)):
        findings = certificate_findings(seen(*chain), HOST, ruleset, subject=HOST, at=NOW)
        expected = [(CODES[scenario], severity)] if severity else []
        assert [(finding.code, finding.severity.value) for finding in findings] == expected


@pytest.mark.parametrize(
    ("oid", "code"),
    [
        ("2a864886f70d010105", "certificate_signature_sha1"),
        ("2a864886f70d010104", "certificate_signature_md5"),
        ("2a864886f70d010102", "certificate_signature_md5"),
    ],
    ids=["sha1", "md5", "md2"],
)
def test_old_hashes(oid: str, code: str) -> None:
    rsa_root = make("RSA Root", ca=True, key=rsa.generate_private_key(65537, 2048))
    der = leaf(rsa_root).der.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex(oid))
    old = Handshake(outcome=TlsOutcome.ESTABLISHED, chain=(der,))
    for ruleset in (BILAGA_A_2017, RULESET_2026):
        findings = certificate_findings(old, HOST, ruleset, subject=HOST, at=NOW)
        assert [(finding.code, finding.severity.value) for finding in findings] == [(code, "fault")]


@pytest.mark.parametrize(
    ("key_type", "bits", "code"),
    [
        ("RSA", 1023, "certificate_rsa_below_1024"),
        ("RSA", 1024, "certificate_rsa_below_2048"),
        ("RSA", 2047, "certificate_rsa_below_2048"),
        ("RSA", 2048, None),
        ("EC", 223, "certificate_ec_below_224"),
        ("EC", 224, None),
        ("Ed25519", 256, None),
        (None, None, None),
    ],
)
def test_key_sizes_at_the_limits(key_type: str | None, bits: int | None, code: str | None) -> None:
    # No library of today makes keys this short, so the facts are written by hand.
    assert _key_code(CertificateFacts(parsed=True, key_type=key_type, key_bits=bits)) == code


def test_a_root_sent_with_an_old_signature_is_left_alone() -> None:
    root = make("RSA Root", ca=True, key=rsa.generate_private_key(65537, 2048))
    old_root = root.der.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105"))
    sent = Handshake(outcome=TlsOutcome.ESTABLISHED, chain=(leaf(root).der, old_root))
    assert certificate_findings(sent, HOST, RULESET_2026, subject=HOST, at=NOW) == ()


def test_a_raw_hello_shows_names_and_dates_but_no_trust() -> None:
    old = leaf(STRANGE, days=(-30, -1), dns=("other.se",))
    reply = HelloReply(name="broad", outcome=TlsOutcome.ESTABLISHED, certificates=(old.der,))
    codes = [each.code for each in certificate_findings(reply, HOST, RULESET_2026, subject=HOST, at=NOW)]
    assert codes == ["certificate_wrong_name", "certificate_expired"]
    early = NOW - timedelta(days=60)
    codes = [each.code for each in certificate_findings(reply, HOST, RULESET_2026, subject=HOST, at=early)]
    assert codes == ["certificate_wrong_name", "certificate_not_yet_valid"]


def test_what_was_unreadable_is_not_held_against_a_chain_that_has_expired() -> None:
    """Nor is a chain that is not trusted passed over in silence where no reason is told."""
    expired = seen(leaf(days=(-30, -1)))
    assert expired.trust is not None
    unread = replace(expired, trust=replace(expired.trust, detail="signature: unknown to us"))
    no_reason = replace(expired, trust=replace(expired.trust, expired=()))
    for handshake, codes in ((unread, ["certificate_expired"]), (no_reason, ["certificate_untrusted"])):
        found = certificate_findings(handshake, HOST, RULESET_2026, subject="x", at=NOW)
        assert [finding.code for finding in found] == codes


def test_no_certificate_and_no_readable_certificate() -> None:
    nothing = replace(seen(leaf()), chain=())
    assert certificate_findings(nothing, HOST, RULESET_2026, subject=HOST, at=NOW) == ()
    garbage = Handshake(outcome=TlsOutcome.ESTABLISHED, chain=(b"garbage",))
    findings = certificate_findings(garbage, HOST, RULESET_2026, subject=HOST, at=NOW)
    assert [finding.code for finding in findings] == ["certificate_unreadable"]


WORDS = Path(checker.__file__).parent / "words"
MINE = {
    "certificate": {code for code in severities.TLS if code.startswith("certificate_")},
    "starttls": set(severities.STARTTLS),
    "mail_ipv6": {code for code in severities.IPV6 if code.startswith("mail_ipv6_")},
}


@pytest.mark.parametrize("area", MINE)
def test_every_code_has_its_words_in_both_languages(area: str) -> None:
    swedish, english = (
        tomllib.loads((WORDS / lang / f"{area}.toml").read_text("utf-8")) for lang in ("sv", "en")
    )
    assert set(swedish) == set(english) == MINE[area]
    for code, words in english.items():
        for part in ("text", "remedy"):
            assert placeholders(words[part]) == placeholders(swedish[code][part]), code
        assert words["source"], code
        assert words["text"], code


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
