import ssl

import pytest

from checker.protocols.suites import (
    FAMILIES,
    NAMES,
    WORSE_THAN_CBC,
    Family,
    families_of_openssl_name,
    suites_of,
)

CASES = [
    (0x0002, {Family.NULL, Family.RSA_KEY_EXCHANGE}),
    (0x0003, {Family.EXPORT, Family.RC4, Family.RSA_KEY_EXCHANGE}),
    (0x0006, {Family.EXPORT, Family.BLOCK64, Family.RSA_KEY_EXCHANGE}),
    (0x0007, {Family.BLOCK64, Family.RSA_KEY_EXCHANGE}),
    (0x0009, {Family.DES, Family.RSA_KEY_EXCHANGE}),
    (0x000A, {Family.BLOCK64, Family.RSA_KEY_EXCHANGE}),
    (0x0014, {Family.EXPORT, Family.FINITE_FIELD_DH}),
    (0x001A, {Family.ANONYMOUS, Family.DES, Family.FINITE_FIELD_DH}),
    (0x0063, {Family.EXPORT, Family.DES, Family.FINITE_FIELD_DH}),
    (0x009E, {Family.FINITE_FIELD_DH, Family.AEAD}),
    (0xC00D, {Family.BLOCK64}),
    (0xC013, set()),
    (0xC018, {Family.ANONYMOUS}),
    (0xCCA8, {Family.AEAD}),
]


@pytest.mark.parametrize(("number", "families"), CASES, ids=[NAMES[number] for number, _ in CASES])
def test_families_are_read_off_the_name(number: int, families: set[Family]) -> None:
    assert FAMILIES[number] == families


def test_openssl_names_give_the_families_of_the_same_numbers() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    known = {cipher["id"] & 0xFFFF: cipher["name"] for cipher in context.get_ciphers()}
    shared = known.keys() & NAMES.keys()
    assert len(shared) > 40
    for number in shared:
        assert families_of_openssl_name(known[number]) == FAMILIES[number], NAMES[number]


@pytest.mark.parametrize(
    ("name", "families"),
    [
        ("RC4-SHA", {Family.RC4, Family.RSA_KEY_EXCHANGE}),
        ("DES-CBC3-SHA", {Family.BLOCK64, Family.RSA_KEY_EXCHANGE}),
        ("EDH-RSA-DES-CBC-SHA", {Family.DES, Family.FINITE_FIELD_DH}),
        ("TLS_AES_256_GCM_SHA384", {Family.AEAD}),
        ("ECDHE-RSA-AES128-SHA", set()),
    ],
)
def test_openssl_names_that_this_openssl_may_lack(name: str, families: set[Family]) -> None:
    assert families_of_openssl_name(name) == families


def test_suites_of_keeps_the_order_given() -> None:
    assert suites_of({Family.RC4}, (0xC013, 0x0005, 0x0004)) == (0x0005, 0x0004)
    assert not set(suites_of(WORSE_THAN_CBC)) & set(suites_of({Family.AEAD})) - set(
        suites_of({Family.ANONYMOUS})
    )
