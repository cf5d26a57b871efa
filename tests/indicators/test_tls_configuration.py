import tomllib
from pathlib import Path
from string import Formatter

import pytest

import checker
from checker.indicators.tls_configuration import judge_tls_configuration
from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.rulesets import BILAGA_A_2017, RULESET_2026, Ruleset
from checker.severities import TLS
from checker.verdict import Severity

YES, NO = Fact.YES, Fact.NO
FAULT, WARNING, NOTE = Severity.FAULT, Severity.WARNING, Severity.NOTE
WORDS = Path(checker.__file__).parent / "words"
ESTABLISHED = Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.3", suite="TLS_AES_256_GCM_SHA384")
REFUSED = Handshake(outcome=TlsOutcome.ALERT, alert=40)
GOOD = {
    **dict.fromkeys(("ssl2", "ssl3", "tls10", "tls11", "null_suites", "anonymous_suites", "export_suites"), NO),
    **dict.fromkeys(("des_suites", "rc4_suites", "block64_suites", "rsa_key_exchange", "dhe"), NO),
    **dict.fromkeys(("tls12", "tls13", "better_than_rc4", "secure_renegotiation"), YES),
    **dict.fromkeys(("extended_master_secret",), YES),
    **dict.fromkeys(("heartbeat", "compression"), NO),
}  # fmt: skip

# The fact table of measuring.md, row by row: (changed facts, DH prime, code, 2017, 2026).
TABLE = [
    ("good", {}, None, None, None, None),
    ("SSLv2", {"ssl2": YES}, None, "ssl2_offered", FAULT, FAULT),
    ("SSLv3", {"ssl3": YES}, None, "ssl3_offered", FAULT, FAULT),
    ("TLS 1.0", {"tls10": YES}, None, "tls10_offered", None, FAULT),
    ("TLS 1.1", {"tls11": YES}, None, "tls11_offered", None, FAULT),
    ("nothing modern", {"tls12": NO, "tls13": NO}, None, "no_tls12_or_newer", NOTE, FAULT),
    ("no TLS 1.3", {"tls13": NO}, None, "no_tls13", None, NOTE),
    ("TLS 1.3 only", {"tls12": NO}, None, None, None, None),
    ("NULL", {"null_suites": YES}, None, "null_suites", FAULT, FAULT),
    ("anonymous", {"anonymous_suites": YES}, None, "anonymous_suites", FAULT, FAULT),
    ("EXPORT", {"export_suites": YES}, None, "export_suites", FAULT, FAULT),
    ("DES", {"des_suites": YES}, None, "des_suites", FAULT, FAULT),
    ("RC4 and better", {"rc4_suites": YES}, None, "rc4_suites", NOTE, FAULT),
    ("RC4 and nothing better", {"rc4_suites": YES, "better_than_rc4": NO}, None, "rc4_only", FAULT, FAULT),
    ("RC4, better untested", {"rc4_suites": YES, "better_than_rc4": Fact.NOT_TESTED}, None, "rc4_suites", NOTE, FAULT),
    ("3DES", {"block64_suites": YES}, None, "block64_suites", NOTE, FAULT),
    ("RSA key exchange", {"rsa_key_exchange": YES}, None, "rsa_key_exchange", None, WARNING),
    ("DHE, good prime", {"dhe": YES}, 2048, "dhe_key_exchange", None, WARNING),
    ("DHE, prime unread", {"dhe": YES}, None, "dhe_key_exchange", None, WARNING),
    ("prime of 1023", {"dhe": YES}, 1023, "dh_prime_below_1024", FAULT, FAULT),
    ("prime of 1024", {"dhe": YES}, 1024, "dh_prime_below_2048", NOTE, FAULT),
    ("prime of 2047", {"dhe": YES}, 2047, "dh_prime_below_2048", NOTE, FAULT),
    ("no RFC 5746", {"secure_renegotiation": NO}, None, "no_secure_renegotiation", NOTE, WARNING),
    ("compression", {"compression": YES}, None, "tls_compression", NOTE, FAULT),
    ("no EMS", {"extended_master_secret": NO}, None, "no_extended_master_secret", None, WARNING),
    ("heartbeat", {"heartbeat": YES}, None, "heartbeat_offered", NOTE, NOTE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "prime", "code", "severities"),
    [(row[1], row[2], row[3], row[4:]) for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_fact_table(
    changed: dict[str, Fact], prime: int | None, code: str | None, severities: tuple[Severity | None, ...]
) -> None:
    facts = TlsFacts(**{**GOOD, **changed}, dh_prime_bits=prime)  # type: ignore[arg-type]  # names vary by row
    for ruleset, severity in zip((BILAGA_A_2017, RULESET_2026), severities, strict=True):
        found = judge_tls_configuration(facts, ESTABLISHED, ruleset, "www.region.example")
        expected = [] if code is None or severity is None else [(code, severity, "www.region.example")]
        assert [(f.code, f.severity, f.subject) for f in found] == expected


def test_untested_facts_are_listed_and_never_faults() -> None:
    found = judge_tls_configuration(TlsFacts(tls12=YES, ssl2=NO), ESTABLISHED, RULESET_2026, "x")
    assert [(f.code, f.severity) for f in found] == [("tls_not_tested", NOTE)]
    assert "SSLv3" in found[0].params[0][1]
    assert "SSLv2" not in found[0].params[0][1]


def test_without_raw_hellos_the_ordinary_handshake_speaks() -> None:
    old = Handshake(outcome=TlsOutcome.ESTABLISHED, version="TLSv1.0", suite="DES-CBC3-SHA")
    found = judge_tls_configuration(None, old, RULESET_2026, "x")
    assert {f.code for f in found} == {
        "tls10_offered",
        "no_tls12_or_newer",
        "block64_suites",
        "rsa_key_exchange",
    }
    assert judge_tls_configuration(None, ESTABLISHED, RULESET_2026, "x") == ()


@pytest.mark.parametrize("ruleset", [BILAGA_A_2017, RULESET_2026], ids=lambda ruleset: ruleset.name)
@pytest.mark.parametrize(("version", "suite"), [("SSLv3", 0x0035), ("TLSv1.0", 0x0005), ("TLSv1.2", 0x000A)])
def test_a_server_that_only_a_raw_hello_can_talk_to_is_a_fault(
    ruleset: Ruleset, version: str, suite: int
) -> None:
    broad = HelloReply(
        name="broad", outcome=TlsOutcome.ESTABLISHED, version=version, suite=suite, offered_version="TLSv1.2"
    )
    found = judge_tls_configuration(None, REFUSED, ruleset, "x", broad=broad)
    raw_only = next(f for f in found if f.code == "tls_raw_hello_only")
    assert raw_only.severity is FAULT
    assert dict(raw_only.params)["version"] == version


LOST = [
    *(
        Handshake(outcome=TlsOutcome.SILENT, failure=failure)
        for failure in (Failure.TIMEOUT, Failure.RESET, Failure.CLOSED, Failure.TOO_MUCH)
    ),
    Handshake(outcome=TlsOutcome.ALERT, alert=80, failure=Failure.MALFORMED),
    Handshake(
        outcome=TlsOutcome.BROKEN, failure=Failure.MALFORMED, detail="SSLV3_ALERT_HANDSHAKE_FAILURE"
    ),  # after our own flight, as when a client certificate is wanted
    Handshake(outcome=TlsOutcome.NOT_TLS, failure=Failure.MALFORMED, detail="WRONG_VERSION_NUMBER"),
]


def test_what_our_side_objects_to_is_a_fault() -> None:
    wrong = Handshake(outcome=TlsOutcome.BROKEN, failure=Failure.MALFORMED, detail="BAD_SIGNATURE")
    broad = HelloReply(name="broad", outcome=TlsOutcome.ESTABLISHED, version="TLSv1.2", suite=0xC02F)
    codes = {found.code for found in judge_tls_configuration(None, wrong, RULESET_2026, "x", broad=broad)}
    assert "tls_raw_hello_only" in codes


@pytest.mark.parametrize("lost", LOST, ids=lambda lost: str(lost.failure))
@pytest.mark.parametrize(
    ("version", "suite", "code"),
    [
        pytest.param("TLSv1.2", 0xC02F, "tls_ordinary_handshake_lost", id="what it offers as well"),
        pytest.param("SSLv3", 0x0035, "tls_raw_hello_only", id="SSLv3"),
        pytest.param("TLSv1.0", 0x0005, "tls_raw_hello_only", id="RC4"),
    ],
)
def test_an_ordinary_handshake_that_got_lost_is_no_fault_of_the_terms(
    lost: Handshake, version: str, suite: int, code: str
) -> None:
    broad = HelloReply(name="broad", outcome=TlsOutcome.ESTABLISHED, version=version, suite=suite)
    codes = {found.code for found in judge_tls_configuration(None, lost, RULESET_2026, "x", broad=broad)}
    assert codes & {"tls_ordinary_handshake_lost", "tls_raw_hello_only"} == {code}


def test_a_broad_hello_in_vain_is_no_finding() -> None:
    broad = HelloReply(name="broad", outcome=TlsOutcome.SILENT, failure=Failure.RESET)
    assert judge_tls_configuration(None, REFUSED, RULESET_2026, "x", broad=broad) == ()


def configuration_codes() -> list[str]:
    return [code for code in TLS if not code.startswith("certificate_")]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_code_has_words_in_both_languages() -> None:
    sv, en = (tomllib.loads((WORDS / lang / "tls.toml").read_text("utf-8")) for lang in ("sv", "en"))
    assert list(sv) == list(en) == configuration_codes()
    filled = {"dh_prime_below_1024": {"bits"}, "dh_prime_below_2048": {"bits"}}
    filled |= {
        "tls_raw_hello_only": {"version", "suite"},
        "tls_ordinary_handshake_lost": {"version", "suite"},
    }
    filled |= {"tls_not_tested": {"untested"}}
    for code, words in en.items():
        assert words["source"]
        for language in (sv, en):
            assert placeholders(language[code]["text"]) == {"subject"} | filled.get(code, set())
            assert not placeholders(language[code]["remedy"])
