import pytest

from checker.protocols.client_hello import MAX_SUITES, SSL3, TLS10, TLS12, Hello
from checker.protocols.hellos import HELLOS, NARROW, WEAK_SUITES, weak_hello
from checker.protocols.suites import FAMILIES, NAMES, WORSE_THAN_CBC, Family

ALL = {**HELLOS, "weak": weak_hello("weak", TLS12), "weak old": weak_hello("weak", TLS10)}


@pytest.mark.parametrize("name", ALL)
def test_no_hello_offers_too_much_or_the_unknown(name: str) -> None:
    suites = ALL[name].suites
    assert len(suites) <= MAX_SUITES
    assert len(set(suites)) == len(suites)
    assert set(suites) <= set(NAMES) | {0x00FF}


def families(hello: Hello) -> set[Family]:
    return {family for suite in hello.suites if suite in FAMILIES for family in FAMILIES[suite]}


def test_each_hello_asks_for_what_its_fact_needs() -> None:
    for suite in HELLOS["3des"].suites:
        assert Family.BLOCK64 in FAMILIES[suite]
    for suite in HELLOS["dhe"].suites:
        assert FAMILIES[suite] & {Family.FINITE_FIELD_DH, Family.ANONYMOUS} == {Family.FINITE_FIELD_DH}
    for suite in HELLOS["rsa"].suites:
        assert Family.RSA_KEY_EXCHANGE in FAMILIES[suite]
    assert not families(HELLOS["tls12"]) & WORSE_THAN_CBC
    for name in ("broad", "old", "ssl3"):
        assert families(HELLOS[name]) >= WORSE_THAN_CBC


def test_weak_offers_every_weak_suite_worst_first_and_leaves_out_what_was_seen() -> None:
    assert set(WEAK_SUITES) == {suite for suite in NAMES if FAMILIES[suite] & WORSE_THAN_CBC}
    rc4_only = [i for i, suite in enumerate(WEAK_SUITES) if FAMILIES[suite] & WORSE_THAN_CBC == {Family.RC4}]
    assert rc4_only == list(range(rc4_only[0], len(WEAK_SUITES)))
    left = weak_hello("weak/2", TLS10, frozenset({Family.RC4, Family.EXPORT}))
    new = WORSE_THAN_CBC - {Family.RC4, Family.EXPORT}
    assert all(FAMILIES[suite] & new for suite in left.suites)
    assert set(left.suites) == {suite for suite in WEAK_SUITES if FAMILIES[suite] & new}


def test_export_with_rc4_is_asked_for_when_rc4_has_been_seen() -> None:
    assert 0x0003 in weak_hello("weak/2", TLS10, frozenset({Family.RC4})).suites


@pytest.mark.parametrize("version", [SSL3, TLS10, TLS12])
def test_the_control_has_as_many_suites_as_what_it_is_the_control_of(version: int) -> None:
    for hello in (*HELLOS.values(), weak_hello("weak", version)):
        if (
            hello.name != "broad"
        ):  # sent only after a failure of the ordinary handshake, and before everything
            assert len(hello.suites) <= len(HELLOS["tls12"].suites)
    assert max(len(HELLOS[name].suites) for name in NARROW) < len(HELLOS["ssl3"].suites)


def test_no_ssl3_hello_has_suites_of_elliptic_curves() -> None:
    assert all(suite < 0xC000 for suite in weak_hello("weak", SSL3).suites)
