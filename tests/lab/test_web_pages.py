"""The laboratory's sound and unsound answers, as they come over the wire."""

import asyncio
import contextlib
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.lab.certificates import Authority
from tests.lab.listener import LabServer
from tests.lab.scenario import Web
from tests.lab.web_answers import Answer, Answers, Wire
from tests.lab.web_server import start_web

HOST = "www.region.example"
PUBLISHED = ("192.0.2.7", "2001:db8::7")
ENDLESS = (Wire.ENDLESS_BODY, Wire.ENDLESS_HEAD)
SLOW = (Wire.SLOW_HEAD, Wire.SLOW_BODY)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


@asynccontextmanager
async def serving(authority: Authority, *answers: Answer, https: Answers = ()) -> AsyncIterator[LabServer]:
    web = Web(http=answers, https=https, sni_only=True)
    server = await start_web(HOST, web, authority, "region.example", published=PUBLISHED)
    try:
        yield server
    finally:
        await server.aclose()


async def get(server: LabServer, path: str = "/", *fields: str, host: str = HOST, enough: int = -1) -> bytes:
    """What port 80 says until it closes, or until there is enough of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[80])
    try:
        lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *fields, "", "")
        writer.write("\r\n".join(lines).encode())
        async with asyncio.timeout(5):
            return await (reader.readexactly(enough) if enough >= 0 else reader.read())
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionResetError):
            await writer.wait_closed()


def first_line(response: bytes) -> bytes:
    return response.partition(b"\r\n")[0]


def location(response: bytes) -> bytes:
    return next(line for line in response.split(b"\r\n") if line.startswith(b"Location: ")).removeprefix(
        b"Location: "
    )


async def test_the_first_answer_that_fits_is_given(authority: Authority) -> None:
    answers = (
        Answer(status=404, path="/missing"),
        Answer(status=403, unless_cookie="seen=1"),
        Answer(status=503, times=1),
    )
    async with serving(authority, *answers) as server:
        assert [
            first_line(await get(server, path, *fields)).split()[1]
            for path, *fields in (
                ("/missing", "Cookie: seen=1"),
                ("/",),
                ("/", "Cookie: a=b; seen=1"),
                ("/", "Cookie: seen=1"),
            )
        ] == [b"404", b"403", b"503", b"200"]


@pytest.mark.parametrize(
    ("says", "comes"),
    [
        ("https://{host}{path}", b"https://www.region.example/a"),
        ("http://{ipv4}/", b"http://192.0.2.7/"),
        ("http://[{ipv6}]/", b"http://[2001:db8::7]/"),
        ("/v\udce4g/å", b"/v\xe4g/\xc3\xa5"),
        ("", b""),
    ],
)
async def test_locations_are_filled_in(authority: Authority, says: str, comes: bytes) -> None:
    async with serving(authority, Answer(status=302, location=says)) as server:
        assert location(await get(server, "/a")) == comes


async def test_no_location(authority: Authority) -> None:
    async with serving(authority, Answer(status=302)) as server:
        assert b"Location" not in await get(server)


@pytest.mark.parametrize("host", [f"[{PUBLISHED[1]}]", f"[{PUBLISHED[1]}]:80", PUBLISHED[0]])
async def test_it_knows_its_published_addresses(authority: Authority, host: str) -> None:
    async with serving(authority) as server:
        assert first_line(await get(server, host=host)) == b"HTTP/1.1 200 OK"


STARTS = {
    Wire.ORDINARY: b"HTTP/1.1 200 OK\r\n",
    Wire.NO_BODY: b"HTTP/1.1 200 OK\r\n",
    Wire.HTTP_1_0: b"HTTP/1.0 200 OK\r\n",
    Wire.BARE_BYTES: b"<!doctype html>",
    Wire.NO_REASON: b"HTTP/1.1 200\r\n",
    Wire.CONTINUE_FIRST: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
    Wire.HINTS_FIRST: b"HTTP/1.1 103 Early Hints\r\n",
}
HOLDS = {
    Wire.NO_BODY: b"Content-Length: 0\r\n\r\n",
    Wire.CUT_SHORT: b"Content-Length: 100000\r\n\r\n<!doctype html>",
    Wire.BAD_CHUNKS: b"Transfer-Encoding: chunked\r\n\r\n<!doctype html>",
    Wire.UNSOUND_HEAD: b"X-Powered-By : lab\r\nno colon here\r\n",
    Wire.LONG_LINE: b"x" * 1_000_000,
    Wire.RESET_AFTER: b"</html>",
    Wire.NO_CLOSE_NOTIFY: b"</html>",
    Wire.HTTP_1_0: b"</html>",
}


@pytest.mark.parametrize("wire", [wire for wire in Wire if wire not in (*ENDLESS, *SLOW)])
async def test_a_wire(authority: Authority, wire: Wire) -> None:
    async with serving(authority, Answer(wire=wire)) as server:
        if wire is Wire.RESET_AFTER:
            with pytest.raises(ConnectionResetError):
                await get(server)
            return
        received = await get(server)
    assert received.startswith(STARTS.get(wire, b"HTTP/1.1 200 OK\r\n"))
    assert HOLDS.get(wire, b"</html>" if wire is not Wire.GZIP_BOMB else b"\x1f\x8b") in received
    assert (b"Content-Length" in received) == (
        wire not in (Wire.HTTP_1_0, Wire.BARE_BYTES, Wire.BAD_CHUNKS, Wire.NO_CLOSE_NOTIFY)
    )


@pytest.mark.parametrize("wire", ENDLESS)
async def test_an_endless_wire(authority: Authority, wire: Wire) -> None:
    async with serving(authority, Answer(wire=wire)) as server:
        received = await get(server, enough=1_000_000)
    assert (b"\r\n\r\n" in received) == (wire is Wire.ENDLESS_BODY)


@pytest.mark.parametrize("wire", SLOW)
async def test_a_slow_wire(authority: Authority, wire: Wire) -> None:
    async with serving(authority, Answer(wire=wire)) as server:
        received = await get(server, enough=1)
    assert received == b"H"


async def test_a_small_bomb_holds_much(authority: Authority) -> None:
    async with serving(authority, Answer(wire=Wire.GZIP_BOMB)) as server:
        _, _, body = (await get(server)).partition(b"\r\n\r\n")
    assert len(body) < 65_536
    assert len(gzip.decompress(body)) > 10_000_000


@pytest.mark.parametrize("name", [HOST, None])
async def test_sni_only(authority: Authority, name: str | None) -> None:
    context = ssl.create_default_context(cadata=authority.ca_pem.decode())
    context.check_hostname = name is not None
    async with serving(authority) as server:
        connecting = asyncio.open_connection(
            "127.0.0.1", server.ports[443], ssl=context, server_hostname=name or ""
        )
        if name is None:
            with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
                await connecting
            return
        _, writer = await connecting
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("wire", [Wire.ORDINARY, Wire.NO_CLOSE_NOTIFY])
async def test_close_notify(authority: Authority, wire: Wire) -> None:
    context = ssl.create_default_context(cadata=authority.ca_pem.decode())
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
    async with serving(authority, https=(Answer(wire=wire),)) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[443])
        request = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
        await shake_hands(session, incoming, outgoing, reader, writer)
        session.write(request)
        writer.write(outgoing.read())
        incoming.write(await reader.read())
        incoming.write_eof()
        with contextlib.nullcontext() if wire is Wire.ORDINARY else pytest.raises(ssl.SSLEOFError):
            read_on(session)
        writer.close()
        await writer.wait_closed()


async def shake_hands(
    session: ssl.SSLObject,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    while True:
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            incoming.write(await reader.read(16_384))
        else:
            return


def read_on(session: ssl.SSLObject) -> None:
    while session.read(16_384):
        pass


async def test_the_first_connections_are_reset(authority: Authority) -> None:
    web = Web(https_resets=1)
    server = await start_web(HOST, web, authority, "region.example")
    context = ssl.create_default_context(cadata=authority.ca_pem.decode())
    try:
        with pytest.raises(ConnectionResetError):
            await asyncio.open_connection("127.0.0.1", server.ports[443], ssl=context, server_hostname=HOST)
        _, writer = await asyncio.open_connection(
            "127.0.0.1", server.ports[443], ssl=context, server_hostname=HOST
        )
        writer.close()
        await writer.wait_closed()
    finally:
        await server.aclose()
