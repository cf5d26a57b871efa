import pytest

from checker.observations.failure import Failure
from checker.observations.tls import Handshake, HelloReply, TlsOutcome
from checker.protocols.hello_plan import next_hello
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

ALERTED = Handshake(outcome=TlsOutcome.ALERT, alert=40)
RESET, DROPS = silence(Failure.RESET), silence(Failure.TIMEOUT)

PLANS = [
    (
        "modern: what is old is asked once",
        Server(suites=MODERN),
        established(),
        "tls12 ssl2 old ssl3 weak 3des dhe rsa",
    ),
    (
        "intermediate: weak asked at both, old stepped down",
        Server(suites=INTERMEDIATE),
        established(),
        "tls12 ssl2 old old/2 ssl3 weak weak/2 3des dhe rsa",
    ),
    (
        "TLS 1.3 only: no suites to ask for",
        Server(suites={}),
        established(),
        "tls12 ssl2 old ssl3",
    ),
    (
        "TLS 1.3 only and closing on SSLv2: its alert is the control",
        Server(suites={}, wrong_version=lambda hello: (RESET if hello.name == "ssl2" else alert(70))(hello)),
        established(),
        "tls12 ssl2 old ssl3",
    ),
    (
        "TLS 1.0 only: nothing newer is asked again",
        Server(suites={TLS10: (*CBC, *RSA, 0x000A)}),
        established("TLSv1.0", "ECDHE-RSA-AES256-SHA"),
        "tls12 ssl2 ssl3 weak 3des dhe",
    ),
    (
        "resets on the old: the control decides whether to go on, and works again at the end",
        Server(suites=MODERN, wrong_version=RESET),
        established(),
        "tls12 ssl2 old tls12/2 ssl3 weak tls12/3 3des dhe rsa",
    ),
    (
        "drops SSLv2 only: a later hit is control enough",
        Server(suites=INTERMEDIATE, wrong_version=silence(Failure.TIMEOUT)),
        established(),
        "tls12 ssl2 old old/2 ssl3 weak weak/2 3des dhe tls12/2",
    ),
    (
        "drops all that it does not want: five waits, and the control",
        Server(suites=MODERN, wrong_version=DROPS, wrong_suite=DROPS),
        established(),
        "tls12 ssl2 old tls12/2 ssl3 weak tls12/3 3des tls12/4",
    ),
    (
        "resets on all that it does not want: nothing but RSA key exchange goes unasked",
        Server(suites=MODERN, wrong_version=RESET, wrong_suite=RESET),
        established(),
        "tls12 ssl2 old tls12/2 ssl3 weak tls12/3 3des dhe tls12/4",
    ),
    (
        "RC4 at TLS 1.2 only: the second weak hello is without RC4",
        Server(suites={TLS12: (*AEAD, 0xC011)}),
        established(),
        "tls12 ssl2 old ssl3 weak weak/2 3des dhe rsa",
    ),
    (
        "what other hellos showed is not asked again",
        Server(suites={TLS12: (*AEAD, 0x000A), SSL3: (0x0016,)}),
        established(),
        "tls12 ssl2 old weak weak/2 rsa",
    ),
    (
        "raw hello only (RC4): broad, then the rest",
        Server(suites={TLS10: (0x0005,)}),
        ALERTED,
        "broad tls12 ssl2 ssl3 weak weak/2 3des dhe",
    ),
    ("refused by alert, broad too: the end", Server(suites={}), ALERTED, "broad"),
    (
        "no TLS record: broad decides and the rest is skipped",
        Server(suites={SSL3: (0x0035,)}),
        Handshake(outcome=TlsOutcome.SILENT, failure=Failure.RESET),
        "broad",
    ),
    (
        "no TLS but other bytes: likewise",
        Server(suites={SSL3: (0x0035,)}),
        Handshake(outcome=TlsOutcome.NOT_TLS),
        "broad",
    ),
]


@pytest.mark.parametrize(
    ("server", "handshake", "names"), [case[1:] for case in PLANS], ids=[case[0] for case in PLANS]
)
def test_plan(server: Server, handshake: Handshake, names: str) -> None:
    assert follow(server, handshake)[1] == names.split()


@pytest.mark.parametrize(
    ("server", "version"),
    [
        (Server(suites=INTERMEDIATE), TLS10),
        (Server(suites={TLS12: AEAD, TLS11: CBC}), TLS11),
        (Server(suites={TLS12: AEAD, SSL3: RSA}), SSL3),
        (Server(suites=MODERN, wrong_version=alert(112)), TLS10),
    ],
    ids=["TLS 1.0 spoken", "TLS 1.1 at the lowest", "SSLv3 alone is old", "the old left open"],
)
def test_second_weak_hello_goes_to_the_oldest_spoken_version(server: Server, version: int) -> None:
    handshake = established()
    replies: list[HelloReply] = []
    while hello := next_hello(handshake, replies):
        if hello.name == "weak/2":
            assert hello.version == version
            return
        replies.append(server.answer(hello))
    pytest.fail("weak/2 was never planned")
