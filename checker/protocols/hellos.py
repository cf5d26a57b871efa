"""The named hellos of measuring.md, "TLS facts from raw ClientHellos": what each offers, as data."""

from dataclasses import replace

from checker.protocols.client_hello import (
    RENEGOTIATION_INFO_SCSV,
    SSL2,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    Hello,
)
from checker.protocols.suites import FAMILIES, WORSE_THAN_CBC, Family, suites_of

_ECDHE_AEAD = (0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8)
_ECDHE_CCM = (0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF)
_ECDHE_SHA2 = (0xC023, 0xC027, 0xC024, 0xC028)
_ECDHE_CBC = (0xC00A, 0xC014, 0xC009, 0xC013)
_DHE_AEAD = (0x009F, 0x009E, 0xCCAA, 0x00A3, 0x00A2)
_DHE_SHA2 = (0x006B, 0x0067, 0x006A, 0x0040)
_DHE_CCM = (0xC09F, 0xC09E)
_DHE_CBC = (0x0039, 0x0038, 0x0033, 0x0032)
_DHE_OTHER = (0x0088, 0x0087, 0x0045, 0x0044, 0x009A, 0x0099)
_RSA_AEAD = (0x009D, 0x009C)
_RSA_SHA2 = (0x003D, 0x003C)
_RSA_CBC = (0x0035, 0x002F)
_RSA_CCM = (0xC09D, 0xC09C)
_RSA_OTHER = (0x0084, 0x0041, 0x0096)
_3DES = (0xC008, 0xC012, 0x0016, 0x0013, 0x000A)
_IDEA = (0x0007,)
_RC4 = (0xC007, 0xC011, 0x0005, 0x0004)
_DES = (0x0015, 0x0012, 0x0009)
_EXPORT = (0x0062, 0x0064, 0x0014, 0x0011, 0x0008, 0x0006, 0x0003)
_NULL = (0xC006, 0xC010, 0x0002, 0x0001)
_ANONYMOUS = (0xC019, 0xC018, 0x003A, 0x0034, 0x001B, 0x0018, 0x001A, 0x0019, 0x0017)

_CBC = (*_ECDHE_CBC, *_DHE_CBC, *_DHE_OTHER, *_RSA_CBC, *_RSA_OTHER, *_3DES, *_IDEA)
_WORSE = (*_RC4, *_DES, *_EXPORT, *_NULL, *_ANONYMOUS)

_PLAIN_SSL3 = tuple(
    suite for suite in (*_CBC, 0x0066, *_WORSE, 0x0060, 0x0061, 0x0063, 0x0065) if suite < 0xC000
)

TLS12_CONTROL = Hello(
    name="tls12",
    version=TLS12,
    suites=(
        *(*_ECDHE_AEAD, *_ECDHE_CCM, *_ECDHE_SHA2, *_ECDHE_CBC, *_DHE_AEAD, *_DHE_SHA2, *_DHE_CBC),
        *(*_RSA_AEAD, *_RSA_SHA2, *_RSA_CBC, *_DHE_CCM, *_RSA_CCM, *_DHE_OTHER, *_RSA_OTHER, *_3DES),
    ),
    deflate=True,
    heartbeat=True,
)
"""ECDHE with AEAD first; the rest follows so that a server without them still serves as control.

It is as wide as the widest hello: a server that is silent to that one and answers this does not mind the width.
"""

OLD = Hello(name="old", version=TLS11, suites=(*_CBC, *_WORSE))

NARROW = frozenset({"ssl2", "3des", "dhe", "rsa"})
"""Hellos with so few suites that servers intolerant of long lists answer them: no control for the others."""

WEAK_SUITES = suites_of(
    (Family.NULL, Family.ANONYMOUS, Family.EXPORT, Family.DES),
) + tuple(s for s in suites_of((Family.RC4,)) if FAMILIES[s] & WORSE_THAN_CBC == {Family.RC4})
"""Everything worse than RC4 first, so that a server that follows the client shows its worst."""

BROAD = Hello(
    name="broad",
    version=TLS12,
    suites=(
        *(*_ECDHE_AEAD, *_ECDHE_CBC, *_DHE_AEAD, *_DHE_CBC, *_RSA_AEAD, *_RSA_SHA2, *_RSA_CBC, *_RSA_OTHER),
        *(*_3DES, *_IDEA, *_RC4, *_DES, *_EXPORT, *_NULL, *_ANONYMOUS),
    ),
    deflate=True,
    heartbeat=True,
)
"""One wide hello, from the best to the worst, for a service that the ordinary handshake got no session with."""


def _whole(family: Family, first: tuple[int, ...]) -> tuple[int, ...]:
    """Every suite of a family, the better ones `first`; DHE that is not authenticated is another fact."""
    unwanted = Family.ANONYMOUS if family is Family.FINITE_FIELD_DH else None
    rest = (suite for suite in suites_of((family,)) if unwanted not in FAMILIES[suite])
    return tuple(dict.fromkeys((*first, *rest)))


HELLOS = {
    hello.name: hello
    for hello in (
        TLS12_CONTROL,
        Hello(name="ssl2", version=SSL2),
        OLD,
        replace(OLD, name="old/2", version=TLS10),
        Hello(name="ssl3", version=SSL3, suites=(*_PLAIN_SSL3, RENEGOTIATION_INFO_SCSV)),
        Hello(name="3des", version=TLS12, suites=_whole(Family.BLOCK64, (*_3DES, *_IDEA))),
        Hello(
            name="dhe",
            version=TLS12,
            suites=_whole(Family.FINITE_FIELD_DH, (*_DHE_AEAD, *_DHE_CCM, *_DHE_SHA2, *_DHE_CBC)),
        ),
        Hello(
            name="rsa",
            version=TLS12,
            suites=_whole(Family.RSA_KEY_EXCHANGE, (*_RSA_AEAD, *_RSA_CCM, *_RSA_SHA2, *_RSA_CBC)),
        ),
        BROAD,
    )
}
"""The hellos that are always the same, by name; `weak` depends on what is known and is made by `weak_hello`."""


def weak_hello(name: str, version: int, without: frozenset[Family] = frozenset()) -> Hello:
    """RC4, DES, EXPORT, NULL and anonymous suites, less those that would show only families `without` news.

    A suite of EXPORT with RC4 stays when RC4 has been seen: it may be the only one of EXPORT. SSLv3 gets no ECC suites.
    """
    suites = tuple(
        suite
        for suite in WEAK_SUITES
        if FAMILIES[suite] & WORSE_THAN_CBC - without and (suite < 0xC000 or version != SSL3)
    )
    return Hello(name=name, version=version, suites=suites)
