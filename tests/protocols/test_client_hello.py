import ssl
from dataclasses import replace

import pytest

from checker.protocols.client_hello import (
    EXTENDED_MASTER_SECRET,
    HEARTBEAT,
    PADDING,
    POINT_FORMATS,
    RENEGOTIATION_INFO,
    SERVER_NAME,
    SIGNATURE_ALGORITHMS,
    SSL2,
    SSL3,
    SUPPORTED_GROUPS,
    TLS10,
    TLS12,
    Hello,
    client_hello,
)
from checker.protocols.hellos import HELLOS, weak_hello
from tests.lab.client_hello import ClientHello, missing, parse_client_hello

RANDOM = bytes(range(32))
HOST = "www.region.example"
ALL = {**HELLOS, "weak": weak_hello("weak", TLS12), "weak old": weak_hello("weak", TLS10)}
EXTENDED = {name: hello for name, hello in ALL.items() if hello.has_extensions}


def sent(hello: Hello, server_name: str | None = HOST) -> ClientHello:
    data = client_hello(hello, random=RANDOM, server_name=server_name)
    assert missing(data) == 0
    return parse_client_hello(data)


@pytest.mark.parametrize("name", [name for name in ALL if name != "ssl2"])
def test_says_what_is_described(name: str) -> None:
    read = sent(ALL[name])
    assert read.version == ALL[name].version
    assert read.suites == ALL[name].suites
    assert read.random == RANDOM
    assert read.compressions == (b"\x01\x00" if ALL[name].deflate else b"\x00")


@pytest.mark.parametrize("name", EXTENDED)
def test_extensions(name: str) -> None:
    hello, read = EXTENDED[name], sent(EXTENDED[name])
    expected = {RENEGOTIATION_INFO, SERVER_NAME, POINT_FORMATS, SUPPORTED_GROUPS, EXTENDED_MASTER_SECRET}
    expected |= {SIGNATURE_ALGORITHMS} if hello.version == TLS12 else set()
    expected |= {HEARTBEAT} if hello.heartbeat else set()
    assert set(read.extensions) - {PADDING} == expected
    assert read.server_name == HOST
    assert read.highest() == hello.version


@pytest.mark.parametrize("name", EXTENDED)
@pytest.mark.parametrize("letters", [1, 40, 80, 120, 200])
def test_no_hello_of_a_length_that_some_servers_hang_on(name: str, letters: int) -> None:
    data = client_hello(EXTENDED[name], random=RANDOM, server_name="a" * letters)
    assert not 256 <= len(data) - 5 < 512


@pytest.mark.parametrize(
    ("server_name", "sni"),
    [
        ("www.region.example", "www.region.example"),
        ("www.region.example.", "www.region.example"),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
        ("[2001:db8::1]", None),
        ("", None),
        (None, None),
    ],
)
def test_server_name_is_never_an_address(server_name: str | None, sni: str | None) -> None:
    assert sent(HELLOS["tls12"], server_name).server_name == sni


def test_ssl3_has_its_own_record_version_and_no_extensions() -> None:
    data = client_hello(HELLOS["ssl3"], random=RANDOM, server_name=HOST)
    assert data[:3] == b"\x16\x03\x00"
    read = parse_client_hello(data)
    assert (read.version, read.extensions) == (SSL3, {})
    assert read.secure_renegotiation
    assert all(suite < 0xC000 for suite in read.suites)


def test_later_hellos_come_in_a_tls10_record() -> None:
    for name in ("tls12", "old", "broad"):
        assert client_hello(HELLOS[name], random=RANDOM, server_name=HOST)[:3] == b"\x16\x03\x01"


def test_ssl2_hello_offers_all_cipher_kinds() -> None:
    data = client_hello(HELLOS["ssl2"], random=RANDOM, server_name=HOST)
    read = parse_client_hello(data)
    assert read.ssl2_format
    assert read.version == SSL2
    assert set(read.suites) >= {0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700C0}
    assert data.endswith(RANDOM[:16])
    assert HOST.encode() not in data


def test_same_description_and_random_give_the_same_bytes() -> None:
    first, again = (client_hello(HELLOS["broad"], random=RANDOM, server_name=HOST) for _ in range(2))
    other = client_hello(HELLOS["broad"], random=bytes(32), server_name=HOST)
    assert first == again
    assert first[:11] + RANDOM == other[:11] + RANDOM
    assert first[43:] == other[43:]


def test_wrong_use_is_our_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        client_hello(HELLOS["tls12"], random=b"", server_name=HOST)
    with pytest.raises(ValueError, match="over 64"):
        client_hello(replace(HELLOS["tls12"], suites=(5,) * 65), random=RANDOM, server_name=HOST)


@pytest.mark.parametrize("name", ["tls12", "old", "broad"])
def test_openssl_takes_the_hello(name: str) -> None:
    """OpenSSL without a certificate answers a hello it can read with handshake_failure, else with decode_error."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(client_hello(replace(HELLOS[name], suites=(0xC013,)), random=RANDOM, server_name=HOST))
    with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
        context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
    assert outgoing.read()[-2:] == b"\x02\x28"
