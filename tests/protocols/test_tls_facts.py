import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsFacts, TlsOutcome
from checker.protocols.hello_plan import next_hello
from checker.protocols.suites import NAMES
from checker.protocols.tls_facts import Weight, tls_facts, weigh
from tests.protocols.hello_servers import (
    AEAD,
    CBC,
    INTERMEDIATE,
    MODERN,
    RSA,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    Server,
    alert,
    established,
    follow,
    silence,
)

YES, NO, OPEN = Fact.YES, Fact.NO, Fact.NOT_TESTED
ALERTED = Handshake(outcome=TlsOutcome.ALERT, alert=40)
SILENCED = Handshake(outcome=TlsOutcome.SILENT, failure=Failure.RESET)
CLOSED, RESET, TIMEOUT = (silence(f) for f in (Failure.CLOSED, Failure.RESET, Failure.TIMEOUT))
WEAK = ("null_suites", "anonymous_suites", "export_suites", "des_suites", "rc4_suites")


def all_no(*but: str) -> dict[str, Fact]:
    names = ("ssl2", "ssl3", "tls10", "tls11", *WEAK, "block64_suites", "rsa_key_exchange", "dhe")
    return {name: NO for name in names if name not in but}


CASES = [
    ("modern", Server(suites=MODERN), established(), {**all_no(), "tls12": YES, "tls13": YES, "better_than_rc4": YES}),
    ("modern, TLS 1.2 at the most", Server(suites=MODERN), established("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"), {**all_no(), "tls13": NO}),
    ("closes on old hellos, control works", Server(suites=MODERN, wrong_version=CLOSED), established(), all_no()),
    ("resets on old hellos, control works", Server(suites=MODERN, wrong_version=RESET), established(), all_no()),
    ("drops old hellos, control works", Server(suites=MODERN, wrong_version=TIMEOUT), established(), all_no()),
    ("resets on suites too, control works", Server(suites=MODERN, wrong_version=RESET, wrong_suite=RESET), established(), {**all_no("rsa_key_exchange"), "rsa_key_exchange": OPEN}),
    ("other alerts, control works", Server(suites=MODERN, wrong_version=alert(80), wrong_suite=alert(47)), established(), {**all_no("rsa_key_exchange"), "rsa_key_exchange": OPEN}),
    ("unrecognized_name says nothing", Server(suites=MODERN, wrong_version=alert(112)), established(), {"ssl2": OPEN, "ssl3": OPEN, "tls10": OPEN, "tls11": OPEN, "tls12": YES}),
    ("TLS 1.3 only", Server(suites={}), established(), {**all_no(), "tls12": NO, "tls13": YES, "better_than_rc4": YES, "compression": NO, "secure_renegotiation": OPEN}),
    ("TLS 1.3, every raw hello refused otherwise", Server(suites={}, wrong_version=alert(40)), established(), {"tls12": OPEN, "ssl3": OPEN, "rc4_suites": OPEN, "tls13": YES}),
    ("TLS 1.3, every raw hello reset", Server(suites={}, wrong_version=RESET), established(), {"tls12": OPEN, "tls10": OPEN, "dhe": OPEN}),
    ("intermediate", Server(suites=INTERMEDIATE), established(), {**all_no("tls10", "tls11"), "tls10": YES, "tls11": YES, "tls12": YES}),
    ("TLS 1.2 and 1.0 without 1.1", Server(suites={TLS12: AEAD, TLS10: CBC}), established(), {"tls10": YES, "tls11": NO, "tls12": YES}),
    ("TLS 1.2 and 1.1 without 1.0", Server(suites={TLS12: AEAD, TLS11: CBC}), established(), {"tls10": NO, "tls11": YES}),
    ("TLS 1.0 only", Server(suites={TLS10: CBC}), established("TLSv1.0", "ECDHE-RSA-AES256-SHA"), {**all_no("tls10"), "tls10": YES, "tls12": NO, "tls13": NO}),
    ("SSLv3 too", Server(suites={**INTERMEDIATE, SSL3: RSA}), established(), {"ssl3": YES, "rsa_key_exchange": YES, "ssl2": NO}),
    ("SSLv2 too", Server(suites=INTERMEDIATE, ssl2=True), established(), {"ssl2": YES, "ssl3": NO}),
    ("RC4 too", Server(suites={TLS12: (*AEAD, 0x0005)}), established(), {"rc4_suites": YES, "better_than_rc4": YES, "export_suites": NO}),
    ("EXPORT at TLS 1.0 only, RC4 preferred", Server(suites={TLS12: (*AEAD, 0x0005), TLS10: (*CBC, 0x0005, 0x0003)}), established(), {"export_suites": YES, "rc4_suites": YES}),
    ("EXPORT at TLS 1.0 only", Server(suites={TLS12: AEAD, TLS10: (*CBC, 0x0006)}), established(), {"export_suites": YES, "block64_suites": YES, "rc4_suites": OPEN}),
    ("NULL and RC4", Server(suites={TLS12: (*AEAD, 0x0005, 0xC010)}), established(), {"rc4_suites": YES, "null_suites": YES}),
    ("RC4 at both: the rest is open at TLS 1.2", Server(suites={TLS12: (*AEAD, 0x0005), TLS10: (*CBC, 0x0005)}), established(), {"rc4_suites": YES, "null_suites": OPEN}),
    ("anonymous DH", Server(suites={TLS12: (*AEAD, 0x0034)}, prime_bits=1024), established(), {"anonymous_suites": YES, "dhe": NO}),
    ("DES", Server(suites={TLS12: (*AEAD, 0x0009)}), established(), {"des_suites": YES, "rsa_key_exchange": YES, "block64_suites": NO}),
    ("3DES", Server(suites={TLS12: (*AEAD, 0xC012)}), established(), {"block64_suites": YES, "des_suites": NO}),
    ("RSA key exchange", Server(suites={TLS12: (*AEAD, *RSA)}), established(), {"rsa_key_exchange": YES}),
    ("ordinary handshake chose NULL", Server(suites=MODERN), established("TLSv1.2", "NULL-SHA256"), {"null_suites": YES, "rsa_key_exchange": YES}),
    ("RC4 only, refused by alert", Server(suites={TLS10: (0x0005,)}), ALERTED, {"rc4_suites": YES, "better_than_rc4": NO, "tls10": YES, "tls11": NO, "tls12": NO, "tls13": NO, "null_suites": NO}),
    ("RC4 only at TLS 1.2", Server(suites={TLS12: (0xC011,)}), ALERTED, {"rc4_suites": YES, "better_than_rc4": NO, "tls12": YES, "tls13": NO}),
    ("RC4 only, no TLS record to the ordinary one", Server(suites={TLS10: (0x0005,)}), SILENCED, {"rc4_suites": YES, "better_than_rc4": OPEN, "tls12": NO, "ssl3": OPEN}),
    ("RC4 only, with an OpenSSL that plays it", Server(suites={TLS12: (0x0005,)}), established("TLSv1.2", "RC4-SHA"), {"rc4_suites": YES, "better_than_rc4": NO}),
    ("SSLv3 with RC4 first, something better after it", Server(suites={SSL3: (0x0005, 0x002F)}), ALERTED, {"rc4_suites": YES, "better_than_rc4": YES, "ssl3": YES}),
    ("SSLv3 only, no TLS record to the ordinary one", Server(suites={SSL3: (0x000A,)}), SILENCED, {"ssl3": YES, "tls10": NO, "tls11": NO, "tls12": NO, "tls13": NO, "block64_suites": YES}),
    ("nothing at all", Server(suites={}, wrong_version=RESET), SILENCED, dict.fromkeys(("ssl2", "ssl3", "tls12", "tls13", "rc4_suites"), OPEN)),
    ("heartbeat and compression", Server(suites=MODERN, heartbeat=YES, compression=YES), established(), {"heartbeat": YES, "compression": YES, "secure_renegotiation": YES}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("server", "handshake", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_facts(server: Server, handshake: Handshake, expected: dict[str, Fact]) -> None:
    facts, _ = follow(server, handshake)
    assert {name: getattr(facts, name) for name in expected} == expected


def test_smallest_prime_counts() -> None:
    facts, names = follow(
        Server(suites={TLS12: (*AEAD, 0x009E)}, prime_bits=1024), established("TLSv1.2", "DHE-RSA-AES128-SHA")
    )
    assert (facts.dhe, facts.dh_prime_bits) == (YES, 1024)
    assert "dhe" in names


def test_evidence_is_kept() -> None:
    facts, names = follow(Server(suites=MODERN), established())
    assert [hello.name for hello in facts.hellos] == names


def test_ordinary_handshake_alone_tells_versions_and_nothing_raw() -> None:
    facts = tls_facts(established("TLSv1.1", "AES128-SHA"), ())
    assert (facts.tls10, facts.tls11, facts.tls12, facts.tls13) == (OPEN, YES, NO, NO)
    assert (facts.rsa_key_exchange, facts.better_than_rc4, facts.ssl3) == (YES, YES, OPEN)
    assert tls_facts(ALERTED, ()) == TlsFacts()


@pytest.mark.parametrize(
    ("trouble", "weight"),
    [
        (silence(Failure.REFUSED), Weight.OPEN),
        (silence(Failure.LOCAL), Weight.OPEN),
        (silence(Failure.RESET), Weight.REFUSED),
        (alert(40), Weight.REFUSED),
        (alert(80), Weight.REFUSED),
        (alert(112), Weight.OPEN),
    ],
    ids=["not reached", "our own trouble", "reset", "refusal", "another alert", "unrecognized_name"],
)
def test_weight_before_a_working_control(trouble: object, weight: Weight) -> None:
    assert callable(trouble)
    control = Server(suites=MODERN)
    plan = next_hello(established(), ())
    assert plan is not None
    hit = control.answer(plan)
    assert weigh(established(), (trouble(plan), hit)) == (weight, Weight.HIT)
    after = Weight.REFUSED if trouble(plan).alert == 40 else Weight.OPEN
    assert weigh(established(), (hit, trouble(plan))) == (Weight.HIT, after)
    assert weigh(established(), (trouble(plan),)) == (Weight.OPEN,)


REPLIES = st.builds(
    HelloReply,
    name=st.sampled_from(["tls12", "ssl2", "old", "old/2", "ssl3", "weak", "weak/2", "3des", "dhe", "rsa", "broad"]),
    outcome=st.sampled_from(TlsOutcome),
    version=st.sampled_from(["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"]),
    suite=st.sampled_from([None, *NAMES]),
    alert=st.sampled_from([None, 0, 40, 70, 80, 112]),
    failure=st.sampled_from([None, *Failure]),
    offered_version=st.sampled_from(["SSLv3", "TLSv1.0", "TLSv1.2"]),
)  # fmt: skip
HANDSHAKES = st.sampled_from([established(), established("TLSv1.0", "RC4-SHA"), ALERTED, SILENCED])


@given(HANDSHAKES, st.lists(REPLIES, max_size=12, unique_by=lambda reply: reply.name))
def test_any_replies_give_facts_and_the_plan_ends(handshake: Handshake, replies: list[HelloReply]) -> None:
    facts = tls_facts(handshake, replies)
    planned = next_hello(handshake, replies)
    assert planned is None or planned.name not in {reply.name for reply in replies}
    hits = [reply for reply in replies if reply.outcome is TlsOutcome.ESTABLISHED]
    if not hits and handshake.version != "TLSv1.3":
        assert facts.ssl2 is facts.ssl3 is facts.export_suites is OPEN
