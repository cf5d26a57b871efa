"""Servers that play old TLS, asked with raw hellos, and with OpenSSL where OpenSSL still can."""

import asyncio
import hashlib
import ssl
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.lab.canned import CANNED
from tests.lab.certificates import Authority
from tests.lab.listener import Connection, LabServer
from tests.lab.raw_hello import (
    BASIC,
    RANDOM,
    SSL3,
    TLS10,
    TLS11,
    TLS12,
    Seen,
    hello,
    read_flight,
    sni,
    ssl2_hello,
)
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer

HOST, DOMAIN = "www.region.example", "region.example"

MODERN_SUITES = (0xC02F, 0xC02B, 0xC030, 0xC02C)
OLD_SUITES = (0xC013, 0xC009, 0x002F, 0x0035)
RC4_ANY = (0x0005, 0x0004)
EXPORT_ANY = (0x0003, 0x0006, 0x0008, 0x0014)
DHE = (0x009E, 0x0033, 0x0039)
WEAK = (*RC4_ANY, *EXPORT_ANY, 0x0009, 0x0015, 0x0001, 0x0002, 0x003B, 0xC006, 0xC010, 0x0034, 0x006C, 0xC018)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


@asynccontextmanager
async def serving(authority: Authority, tls: Tls) -> AsyncIterator[int]:
    """A server that echoes inside TLS, and its loopback port."""
    side = TlsServer(HOST, tls, Certificate.GOOD, authority=authority, domain=DOMAIN)

    async def echo(connection: Connection) -> None:
        session = await side.accept(connection)
        if session:
            await session.write(await session.read())
            await session.finish()

    server = LabServer()
    server.listen(443, echo)
    try:
        yield server.ports[443]
    finally:
        await server.aclose()


async def answer(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    writer.write_eof()
    received = await reader.read()
    writer.close()
    await writer.wait_closed()
    return received


async def ask(authority: Authority, tls: Tls, data: bytes) -> Seen:
    async with serving(authority, tls) as port:
        return read_flight(await answer(port, data))


def permissive() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return context


async def ordinary(port: int, context: ssl.SSLContext) -> tuple[str, str]:
    """Version and suite of an ordinary session that carried bytes both ways."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=HOST)
    writer.write(b"ping")
    assert await reader.read(4) == b"ping"
    session = writer.get_extra_info("ssl_object")
    version, suite = session.version(), session.cipher()[0]
    writer.close()
    await writer.wait_closed()
    return version, suite


CHOSEN = [
    ("sslv3 too: own version", Tls.SSL3_TOO, hello(SSL3, (0x002F, 0x0005), extensions=()), SSL3, 0x002F),
    ("sslv3 only: a TLS 1.2 hello steps down", Tls.SSL3_ONLY, hello(TLS12, OLD_SUITES), SSL3, 0x0035),
    ("sslv3 only: own version", Tls.SSL3_ONLY, hello(SSL3, (0x000A,), extensions=()), SSL3, 0x000A),
    ("rc4 only: a TLS 1.2 hello steps down", Tls.RC4_ONLY, hello(TLS12, (*MODERN_SUITES, 5)), TLS10, 5),
    ("rc4 too: nothing better", Tls.RC4_TOO, hello(TLS12, WEAK), TLS12, 5),
    ("rc4 too: at TLS 1.1", Tls.RC4_TOO, hello(TLS11, WEAK), TLS11, 5),
    ("rc4 too: the other one", Tls.RC4_TOO, hello(TLS12, (4,)), TLS12, 4),
    ("rc4 too: AEAD is not to be had at TLS 1.1", Tls.RC4_TOO, hello(TLS11, (0xC02F, 5)), TLS11, 5),
    ("rc4 too: better", Tls.RC4_TOO, hello(TLS12, (5, 0xC02F)), TLS12, 0xC02F),
    ("export: TLS 1.2", Tls.EXPORT_TOO, hello(TLS12, WEAK), TLS12, 3),
    ("export: TLS 1.0", Tls.EXPORT_TOO, hello(TLS10, (8,)), TLS10, 8),
    ("des: TLS 1.1", Tls.DES_TOO, hello(TLS11, WEAK), TLS11, 9),
    ("3des", Tls.TRIPLE_DES_TOO, hello(TLS12, (0x0016, 0x000A)), TLS12, 0x000A),
    ("null", Tls.NULL_TOO, hello(TLS12, WEAK), TLS12, 0xC010),
    ("null: TLS 1.1", Tls.NULL_TOO, hello(TLS11, (1, 2)), TLS11, 2),
    ("anonymous: elliptic", Tls.ANONYMOUS_TOO, hello(TLS12, WEAK), TLS12, 0xC018),
    ("anonymous: finite field", Tls.ANONYMOUS_TOO, hello(TLS12, (0x0034, 0x006C)), TLS12, 0x006C),
    ("dh 512", Tls.DH_512, hello(TLS12, DHE), TLS12, 0x009E),
    ("dh 512: TLS 1.0", Tls.DH_512, hello(TLS10, DHE), TLS10, 0x0039),
    ("dh 1024", Tls.DH_1024, hello(TLS12, DHE), TLS12, 0x009E),
    ("dh 1024: better", Tls.DH_1024, hello(TLS12, (*DHE, 0xC02F)), TLS12, 0xC02F),
    ("rsa key exchange with an RSA leaf", Tls.SSL3_TOO, hello(TLS12, (0x009C,)), TLS12, 0x009C),
    ("intermediate: capped", Tls.INTERMEDIATE, hello(TLS10, OLD_SUITES), TLS10, 0xC009),
    ("modern", Tls.MODERN, hello(TLS12, (*OLD_SUITES, *MODERN_SUITES)), TLS12, 0xC02C),
    ("sslv2-format hello of a TLS client", Tls.SSL3_ONLY, ssl2_hello(TLS10, (0x2F,)), SSL3, 0x2F),
]


@pytest.mark.parametrize(
    ("tls", "data", "version", "suite"), [row[1:] for row in CHOSEN], ids=[r[0] for r in CHOSEN]
)
async def test_chooses(authority: Authority, tls: Tls, data: bytes, version: int, suite: int) -> None:
    seen = await ask(authority, tls, data)
    assert (seen.alert, seen.version, seen.suite) == (None, version, suite)
    assert seen.messages[2][:2] == struct.pack("!H", version)
    assert seen.messages[14] == b""
    if suite not in (0xC018, 0x006C):
        assert seen.leaf.subject.rfc4514_string().startswith(f"CN={HOST}")


REFUSES = [
    ("sslv3 only: no suite", Tls.SSL3_ONLY, hello(TLS12, MODERN_SUITES), 40),
    ("rc4 only: no rc4", Tls.RC4_ONLY, hello(TLS12, OLD_SUITES), 40),
    ("rc4 only: sslv3", Tls.RC4_ONLY, hello(SSL3, (5,), extensions=()), 70),
    ("rc4 too: export", Tls.RC4_TOO, hello(TLS12, EXPORT_ANY), 40),
    ("des: not in TLS 1.2", Tls.DES_TOO, hello(TLS12, WEAK), 40),
    ("3des: the rest of the weak", Tls.TRIPLE_DES_TOO, hello(TLS12, WEAK), 40),
    ("sslv3 too: weak suites are for sslv3", Tls.SSL3_TOO, hello(TLS12, WEAK), 40),
    ("intermediate: weak", Tls.INTERMEDIATE, hello(TLS12, WEAK), 40),
    ("intermediate: sslv3", Tls.INTERMEDIATE, hello(SSL3, (0x2F, 0x35), extensions=()), 40),
    ("intermediate: dhe", Tls.INTERMEDIATE, hello(TLS12, DHE), 40),
    ("modern: TLS 1.1", Tls.MODERN, hello(TLS11, OLD_SUITES), 70),
    ("modern: cbc", Tls.MODERN, hello(TLS12, OLD_SUITES), 40),
    (
        "name of somebody else",
        Tls.MODERN,
        hello(TLS12, MODERN_SUITES, extensions=(*BASIC, sni("x.example"))),
        112,
    ),
    ("trailing dot", Tls.MODERN, hello(TLS12, MODERN_SUITES, extensions=(*BASIC, sni(f"{HOST}."))), 112),
]


@pytest.mark.parametrize(
    ("tls", "data", "number"), [row[1:] for row in REFUSES], ids=[row[0] for row in REFUSES]
)
async def test_refuses(authority: Authority, tls: Tls, data: bytes, number: int) -> None:
    seen = await ask(authority, tls, data)
    assert (seen.alert, seen.messages) == (number, {})


RAW_CLIENTS_ONLY = (Tls.HEARTBEAT, Tls.NO_RENEGOTIATION_INFO, Tls.NO_MASTER_SECRET)
"""Kinds that answer every client without supported_versions as if it would never come to Finished."""
NARROW = {
    Tls.TLS13_ONLY: ("TLSv1.3", "TLS_"),
    Tls.TLS12_ONLY: ("TLSv1.2", "ECDHE-"),
    Tls.FRAGMENTED: ("TLSv1.2", "ECDHE-"),
    Tls.RSA_KEY_EXCHANGE_ONLY: ("TLSv1.2", "AES"),
    Tls.TLS10_ONLY: ("TLSv1", "ECDHE-"),
}
OTHERS = [
    kind
    for kind in Tls
    if kind not in (Tls.SSL3_ONLY, Tls.RC4_ONLY, Tls.AT_MOST_64_SUITES, *RAW_CLIENTS_ONLY, *NARROW)
]


@pytest.mark.parametrize("tls", NARROW)
async def test_ordinary_handshake_within_what_is_spoken(authority: Authority, tls: Tls) -> None:
    version, start = NARROW[tls]
    async with serving(authority, tls) as port:
        seen = await ordinary(port, permissive())
    assert seen[0] == version
    assert seen[1].startswith(start)


@pytest.mark.parametrize("tls", RAW_CLIENTS_ONLY)
async def test_ordinary_handshake_of_today(authority: Authority, tls: Tls) -> None:
    async with serving(authority, tls) as port:
        assert (await ordinary(port, permissive()))[0] == "TLSv1.3"


async def test_64_suites_are_borne_and_no_more(authority: Authority) -> None:
    few = permissive()
    few.set_ciphers("ECDHE+AESGCM")
    many = permissive()
    many.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    async with serving(authority, Tls.AT_MOST_64_SUITES) as port:
        assert (await ordinary(port, few))[0] == "TLSv1.3"
        with pytest.raises(OSError, match="reset"):
            await ordinary(port, many)


async def test_three_raw_hellos_are_borne_and_no_more_in_a_row(authority: Authority) -> None:
    async with serving(authority, Tls.FED_UP) as port:
        for _ in range(2):
            for _ in range(3):
                assert await answer(port, hello(TLS12, MODERN_SUITES))
            assert (await ordinary(port, permissive()))[0] == "TLSv1.3"


@pytest.mark.parametrize(
    ("tls", "number", "present"),
    [
        (Tls.HEARTBEAT, 15, True),
        (Tls.NO_RENEGOTIATION_INFO, 0xFF01, False),
        (Tls.NO_MASTER_SECRET, 23, False),
    ],
)
async def test_extensions_put_in_and_left_out(
    authority: Authority, tls: Tls, number: int, *, present: bool
) -> None:
    offered = hello(TLS12, MODERN_SUITES, extensions=(*BASIC, (15, b"\x01")))
    listed = struct.pack("!H", number)
    assert (listed in (await ask(authority, tls, offered)).extensions) is present
    plain = (await ask(authority, Tls.MODERN, offered)).extensions
    assert (listed in plain) is not present


async def test_small_records_hold_the_same_flight(authority: Authority) -> None:
    async with serving(authority, Tls.FRAGMENTED) as port:
        cut = await answer(port, hello(TLS12, MODERN_SUITES))
    assert int.from_bytes(cut[3:5], "big") == 7
    assert set(read_flight(cut).messages) == {2, 11, 12, 14}


async def test_a_warning_of_the_name_comes_before_the_flight(authority: Authority) -> None:
    async with serving(authority, Tls.WARNS_OF_NAME) as port:
        seen = await answer(port, hello(TLS12, MODERN_SUITES))
    assert seen[:8] == bytes.fromhex("1503010002017016")


async def test_a_reset_instead_of_an_alert(authority: Authority) -> None:
    async with serving(authority, Tls.RESETS_ON_REFUSAL) as port:
        with pytest.raises(ConnectionResetError):
            await answer(port, hello(TLS12, WEAK))
        assert await answer(port, hello(TLS12, MODERN_SUITES))


@pytest.mark.parametrize("tls", OTHERS)
async def test_ordinary_handshake(authority: Authority, tls: Tls) -> None:
    async with serving(authority, tls) as port:
        assert (await ordinary(port, permissive()))[0] == "TLSv1.3"
        older = permissive()
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        version, suite = await ordinary(port, older)
    assert version == "TLSv1.2"
    assert suite.startswith("ECDHE-")
    assert "GCM" in suite


@pytest.mark.parametrize(
    ("tls", "reason"),
    [(Tls.SSL3_ONLY, "unsupported protocol|wrong version"), (Tls.RC4_ONLY, "handshake failure|alert")],
)
async def test_ordinary_handshake_with_what_is_too_old(authority: Authority, tls: Tls, reason: str) -> None:
    async with serving(authority, tls) as port:
        with pytest.raises(ssl.SSLError, match=f"(?i){reason.replace(' ', '.')}"):
            await ordinary(port, permissive())


@pytest.mark.parametrize(
    ("tls", "suites", "expected"),
    [
        (Tls.NULL_TOO, "eNULL", "ECDHE-RSA-NULL-SHA"),
        (Tls.ANONYMOUS_TOO, "aNULL", "AECDH-AES256-SHA"),
        (Tls.DH_1024, "kDHE:!aNULL", "DHE-RSA-AES256-GCM-SHA384"),
    ],
)
async def test_openssl_plays_what_it_can(authority: Authority, tls: Tls, suites: str, expected: str) -> None:
    context = permissive()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    async with serving(authority, tls) as port:
        assert await ordinary(port, context) == ("TLSv1.2", expected)


async def test_deflate_is_chosen_when_offered_and_signed_over(authority: Authority) -> None:
    seen = await ask(authority, Tls.COMPRESSION, hello(TLS12, MODERN_SUITES, compressions=b"\x01\x00"))
    assert (seen.compression, seen.suite) == (1, 0xC02C)
    assert {2, 11, 12, 14} <= set(seen.messages)
    assert b"\xff\x01\x00\x01\x00" in seen.extensions
    assert b"\x00\x17\x00\x00" in seen.extensions


async def test_deflate_is_not_chosen_by_others(authority: Authority) -> None:
    seen = await ask(authority, Tls.INTERMEDIATE, hello(TLS12, MODERN_SUITES, compressions=b"\x01\x00"))
    assert seen.compression == 0


async def test_canned_servers_know_rfc_5746_but_the_oldest_do_not(authority: Authority) -> None:
    assert b"\xff\x01\x00\x01\x00" in (await ask(authority, Tls.RC4_TOO, hello(TLS12, WEAK))).extensions
    assert (await ask(authority, Tls.RC4_ONLY, hello(TLS12, WEAK))).extensions == b""


@pytest.mark.parametrize(("tls", "bits"), [(Tls.DH_512, 512), (Tls.DH_1024, 1024)])
async def test_prime_length(authority: Authority, tls: Tls, bits: int) -> None:
    exchange = (await ask(authority, tls, hello(TLS12, DHE))).messages[12]
    size = int.from_bytes(exchange[:2], "big")
    assert int.from_bytes(exchange[2 : 2 + size], "big").bit_length() == bits


@pytest.mark.parametrize(
    ("tls", "suites", "parts"), [(Tls.DH_512, (0x0033,), 3), (Tls.EXPORT_TOO, EXPORT_ANY, 2)]
)
@pytest.mark.parametrize("version", [TLS10, TLS12])
async def test_key_exchange_is_signed(
    authority: Authority, tls: Tls, suites: Sequence[int], parts: int, version: int
) -> None:
    seen = await ask(authority, tls, hello(version, suites))
    exchange, at = seen.messages[12], 0
    for _ in range(parts):
        at += 2 + int.from_bytes(exchange[at : at + 2], "big")
    signed = RANDOM + seen.messages[2][2:34] + exchange[:at]
    key = seen.leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    if version == TLS12:
        assert exchange[at : at + 2] == b"\x04\x01"
        key.verify(exchange[at + 4 :], signed, padding.PKCS1v15(), hashes.SHA256())
    else:
        numbers = key.public_numbers()
        opened = pow(int.from_bytes(exchange[at + 2 :], "big"), numbers.e, numbers.n)
        digest = hashlib.md5(signed).digest() + hashlib.sha1(signed).digest()  # noqa: S324 - TLS 1.0's own
        assert opened.to_bytes(256, "big") == b"\x00\x01" + b"\xff" * 217 + b"\x00" + digest


async def test_ssl2_server_hello(authority: Authority) -> None:
    async with serving(authority, Tls.SSL2_TOO) as port:
        data = await answer(port, ssl2_hello(0x0002, (0x010080, 0x020080, 0x0700C0)))
    size, kind, hit, certificate_type, version, certificate, kinds, connection = struct.unpack_from(
        "!HBBBHHHH", data
    )
    assert size == 0x8000 | (len(data) - 2)
    assert (kind, hit, certificate_type, version, kinds, connection) == (4, 0, 1, 2, 6, 16)
    leaf = x509.load_der_x509_certificate(data[13 : 13 + certificate])
    assert leaf.subject.rfc4514_string().startswith(f"CN={HOST}")
    assert data[13 + certificate : 19 + certificate] == bytes.fromhex("0100800700c0")


async def test_ssl2_without_a_kind_in_common_is_an_error(authority: Authority) -> None:
    async with serving(authority, Tls.SSL2_TOO) as port:
        assert await answer(port, ssl2_hello(0x0002, (0x060040,))) == bytes.fromhex("8003000001")


@pytest.mark.parametrize("tls", [Tls.MODERN, Tls.INTERMEDIATE, Tls.SSL3_ONLY, Tls.RC4_TOO])
async def test_ssl2_is_not_spoken_by_others(authority: Authority, tls: Tls) -> None:
    async with serving(authority, tls) as port:
        data = await answer(port, ssl2_hello(0x0002, (0x010080, 0x0700C0)))
    assert data == b"" or data[0] == 21


async def test_a_hello_in_pieces(authority: Authority) -> None:
    whole = hello(TLS12, (5,))
    message = whole[5:]
    halves = b"".join(struct.pack("!BHH", 22, TLS10, len(part)) + part for part in (message[:3], message[3:]))
    async with serving(authority, Tls.RC4_TOO) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for at in range(0, len(halves), 7):
            writer.write(halves[at : at + 7])
            await writer.drain()
        assert await reader.readexactly(3) == b"\x16\x03\x03"
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.0\r\n\r\n", b"", b"\x16\x03\x01\x00", b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"]
)
async def test_no_hello_no_session(authority: Authority, data: bytes) -> None:
    async with serving(authority, Tls.RC4_ONLY) as port:
        assert (await answer(port, data))[:1] in (b"", b"\x15")


def test_every_canned_kind_is_asked() -> None:
    asked = {row[1] for row in CHOSEN} | {Tls.SSL2_TOO}
    assert asked >= CANNED
