"""The laboratory's web host, visited over loopback with real clients."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.lab.certificates import Authority
from tests.lab.listener import LabServer
from tests.lab.scenario import Http, Https, Web
from tests.lab.web_server import start_web

HOST, DOMAIN = "www.region.example", "region.example"
GET = f"GET /page HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


@asynccontextmanager
async def serving(authority: Authority, web: Web) -> AsyncIterator[LabServer]:
    server = await start_web(HOST, web, authority, DOMAIN)
    try:
        yield server
    finally:
        await server.aclose()


async def exchange(
    server: LabServer, request: bytes, authority: Authority | None = None, *, port: int = 80
) -> bytes:
    """Send, read until the server closes; inside verified TLS when an authority is given."""
    context = ssl.create_default_context(cadata=authority.ca_pem.decode()) if authority else None
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", server.ports[port], ssl=context, server_hostname=HOST if context else None
    )
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()
        await writer.wait_closed()


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def field(response: bytes, name: str) -> str | None:
    head = response.partition(b"\r\n\r\n")[0].decode()
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(": ")
        if key.lower() == name.lower():
            return value
    return None


PLAIN = {
    Http.TO_HTTPS: (301, f"https://{HOST}/page"),
    Http.TO_WWW: (301, f"https://www.{HOST}/page"),
    Http.CONTENT: (200, None),
    Http.NOT_FOUND: (404, None),
    Http.FORBIDDEN: (403, None),
    Http.META_REFRESH: (200, None),
}
SECURE = {
    Https.CONTENT: (200, None),
    Https.TO_HTTP: (301, f"http://{HOST}/page"),
    Https.TO_WWW: (301, f"https://www.{HOST}/page"),
    Https.NOT_FOUND: (404, None),
    Https.FORBIDDEN: (403, None),
    Https.LOOP: (302, f"https://{HOST}/page"),
}


@pytest.mark.parametrize("http", PLAIN)
async def test_http(authority: Authority, http: Http) -> None:
    async with serving(authority, Web(http=http)) as server:
        response = await exchange(server, GET)
    assert (status(response), field(response, "Location")) == PLAIN[http]
    assert field(response, "Content-Length") == str(len(response.partition(b"\r\n\r\n")[2]))
    assert (b'http-equiv="refresh"' in response) == (http is Http.META_REFRESH)


@pytest.mark.parametrize("https", SECURE)
async def test_https(authority: Authority, https: Https) -> None:
    async with serving(authority, Web(https=https)) as server:
        response = await exchange(server, GET, authority, port=443)
    assert (status(response), field(response, "Location")) == SECURE[https]


async def test_tls_stands_but_no_http(authority: Authority) -> None:
    async with serving(authority, Web(https=Https.NO_HTTP)) as server:
        assert await exchange(server, GET, authority, port=443) == b""


async def test_not_tls(authority: Authority) -> None:
    async with serving(authority, Web(https=Https.NOT_TLS)) as server:
        assert status(await exchange(server, b"\x16\x03\x01\x00\x05hello", port=443)) == 400
        with pytest.raises(ssl.SSLError):
            await exchange(server, GET, authority, port=443)


async def test_reset_comes_at_the_first_bytes(authority: Authority) -> None:
    async with serving(authority, Web(https=Https.RESET)) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[443])
        writer.write(b"\x16\x03\x01")
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 30)
        writer.close()
        with pytest.raises(ConnectionResetError):
            await writer.wait_closed()


@pytest.mark.parametrize(("web", "port"), [(Web(http=Http.SILENT), 80), (Web(https=Https.SILENT), 443)])
async def test_silence(authority: Authority, web: Web, port: int) -> None:
    async with serving(authority, web) as server:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(first_byte(server, port), 0.1)


async def first_byte(server: LabServer, port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[port])
    try:
        writer.write(GET)
        return await reader.read(1)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("web", "ports", "filtered"),
    [
        (Web(), {80, 443}, set()),
        (Web(http=Http.CLOSED), {443}, set()),
        (Web(https=Https.CLOSED), {80}, set()),
        (Web(http=Http.FILTERED, https=Https.CLOSED), set(), {80}),
        (Web(http=Http.FILTERED, https=Https.FILTERED), set(), {80, 443}),
    ],
)
async def test_ports(authority: Authority, web: Web, ports: set[int], filtered: set[int]) -> None:
    async with serving(authority, web) as server:
        assert (set(server.ports), set(server.filtered)) == (ports, filtered)


def test_every_behaviour_is_tested() -> None:
    assert set(Http) - set(PLAIN) == {Http.CLOSED, Http.FILTERED, Http.SILENT}
    assert set(Https) - set(SECURE) == {
        Https.NO_HTTP,
        Https.CLOSED,
        Https.FILTERED,
        Https.SILENT,
        Https.RESET,
        Https.NOT_TLS,
    }


@pytest.mark.parametrize(
    ("request_head", "expected"),
    [
        (b"GET / HTTP/1.1\r\nConnection: close", 400),
        (b"GET / HTTP/1.1\r\nHost: www.other.example\r\nConnection: close", 421),
        (b"GET / HTTP/1.1\r\nHost: region.example:80\r\nConnection: close", 200),
        (b"GET / HTTP/1.0", 200),
        (b"POST / HTTP/1.0", 405),
        (b"GET http://www.region.example/ HTTP/1.1", 400),
        (b"nonsense", 400),
    ],
)
async def test_requests_are_read_strictly(authority: Authority, request_head: bytes, expected: int) -> None:
    async with serving(authority, Web(http=Http.CONTENT)) as server:
        assert status(await exchange(server, request_head + b"\r\n\r\n")) == expected


async def test_keep_alive_and_head(authority: Authority) -> None:
    kept = GET.replace(b"close", b"keep-alive").replace(b"GET", b"HEAD")
    async with serving(authority, Web(http=Http.CONTENT)) as server:
        received = await exchange(server, kept + GET)
        assert server.connections == 1
    first, _, second = received.partition(b"\r\n\r\n")
    assert field(first, "Connection") == "keep-alive"
    assert field(first, "Content-Length") != "0"
    assert status(second) == 200


async def test_a_head_without_end_is_cut_off(authority: Authority) -> None:
    received = b""
    async with serving(authority, Web(http=Http.CONTENT)) as server:
        with contextlib.suppress(ConnectionResetError):  # we may still be talking when it has had enough
            received = await exchange(server, b"GET / HTTP/1.1\r\nX: " + b"a" * 500_000)
    assert received == b""


async def test_connections_are_counted_one_at_a_time(authority: Authority) -> None:
    async with serving(authority, Web(http=Http.CONTENT)) as server:
        for _ in range(20):
            await exchange(server, GET)
        assert (server.connections, server.peak) == (20, 1)


async def test_connections_are_counted_together(authority: Authority) -> None:
    kept = GET.replace(b"close", b"keep-alive")
    async with serving(authority, Web(http=Http.CONTENT)) as server:
        writers = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[80])
            writer.write(kept)
            await reader.readuntil(b"</html>")
            writers.append(writer)
        assert (server.connections, server.peak) == (3, 3)
        for writer in writers:
            writer.close()
            await writer.wait_closed()


async def test_a_client_that_left_unnoticed_does_not_count(authority: Authority) -> None:
    async with serving(authority, Web(http=Http.CONTENT)) as server:
        for _ in range(5):  # all come and go before the server has its turn
            socket.create_connection(("127.0.0.1", server.ports[80])).close()
        await exchange(server, GET)
        assert (server.connections, server.peak) == (6, 1)


async def test_a_bug_of_the_laboratory_comes_out_at_the_end() -> None:
    async def bug(_: object) -> None:
        raise ValueError("lab")

    server = LabServer()
    server.listen(80, bug)
    assert await exchange(server, b"") == b""
    with pytest.raises(BaseExceptionGroup, match="laboratory"):
        await server.aclose()


async def test_many_hosts_start_and_stop_quickly(authority: Authority) -> None:
    started = time.process_time()
    servers = [await start_web(f"www.r{n}.example", Web(), authority, f"r{n}.example") for n in range(200)]
    assert len({server.ports[443] for server in servers}) == 200
    for server in servers:
        await server.aclose()
    assert time.process_time() - started < 2
