import asyncio
import socket
import struct

import httpx
import pytest

from checker.network.errors import NetworkError
from checker.network.http_transport import MAX_INTERIM_RESPONSES, PinnedTransport
from checker.network.stream import Limits
from checker.observations.failure import Failure
from checker.observations.tls import TlsOutcome
from tests.probes.web_lab import HOST, V4, Script, hangs, lab, response

LIMITS = Limits(wait_s=2.0, total_s=4.0, max_bytes=50_000)


async def get(said: Script | bytes, url: str, *, port: int = 80) -> tuple[int, bytes]:
    async with (
        lab({(V4, port): said}) as network,
        PinnedTransport(network, V4, port, LIMITS, max_body_bytes=1_000) as transport,
    ):
        request = httpx.Request("GET", url, headers={"Host": "as-the-probe-gives-it"})
        answer = await transport.handle_async_request(request)
        return answer.status_code, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(("url", "port"), [(f"http://{HOST}/", 80), (f"https://{HOST}/", 443)])
async def test_one_request(url: str, port: int) -> None:
    assert await get(response(200, body=b"Hej"), url, port=port) == (200, b"Hej")


@pytest.mark.parametrize("host", ["xn--zz.example.se", "xn--0.xn--1", "xn--a.se"])
async def test_a_host_that_is_no_valid_idn_is_asked_all_the_same(host: str) -> None:
    # a redirect may lead there, and its DNS may have such a name
    assert await get(response(200, body=b"Hej"), f"https://{host}/", port=443) == (200, b"Hej")


async def test_the_body_stops_at_its_cap() -> None:
    _, body = await get(b"HTTP/1.0 200 X\r\n\r\n" + b"x" * 9_000, f"http://{HOST}/")
    assert 1_000 <= len(body) <= 1_000 + 9_000  # what came with the head is already read


async def test_a_body_cut_short_is_malformed() -> None:
    with pytest.raises(NetworkError) as caught:
        await get(b"HTTP/1.1 200 X\r\nContent-Length: 5000\r\n\r\nx", f"http://{HOST}/")
    assert caught.value.failure is Failure.MALFORMED


async def test_interim_responses_are_taken_up_to_a_cap() -> None:
    hint, final = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", response(200, body=b"Hej")
    assert await get(MAX_INTERIM_RESPONSES * hint + final, f"http://{HOST}/") == (200, b"Hej")
    with pytest.raises(NetworkError) as caught:
        await get((MAX_INTERIM_RESPONSES + 1) * hint + final, f"http://{HOST}/")
    assert caught.value.failure is Failure.TOO_MUCH


async def test_a_page_about_interim_responses_is_a_page() -> None:
    page = b"HTTP/1.1 100 Continue\r\n" * 100
    assert await get(response(200, body=page[:900]), f"http://{HOST}/") == (200, page[:900])


async def test_it_tells_how_far_it_came() -> None:
    async with lab({(V4, 443): hangs}, plain_443=True, wait_s=0.1) as network:
        limits = Limits(wait_s=0.1, total_s=0.2)
        async with PinnedTransport(network, V4, 443, limits, max_body_bytes=1) as transport:
            with pytest.raises(NetworkError) as caught:
                await transport.handle_async_request(httpx.Request("GET", f"https://{HOST}/"))
            assert caught.value.failure is Failure.TIMEOUT
            assert transport.connected_at is not None
            assert transport.handshake is not None
            assert transport.handshake.outcome is TlsOutcome.SILENT
        async with PinnedTransport(network, V4, 80, limits, max_body_bytes=1) as transport:
            with pytest.raises(NetworkError) as caught:
                await transport.handle_async_request(httpx.Request("GET", f"http://{HOST}/"))
            assert caught.value.failure is Failure.REFUSED
            assert transport.connected_at is None


async def test_a_reset_is_told_from_a_close() -> None:
    async def reset(_request: bytes, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    with pytest.raises(NetworkError) as caught:
        await get(reset, f"http://{HOST}/")
    assert caught.value.failure is Failure.RESET


async def test_the_turn_is_held_until_the_end() -> None:
    async with lab({(V4, 80): response(200)}) as network:
        async with PinnedTransport(network, V4, 80, LIMITS, max_body_bytes=1) as transport:
            await transport.handle_async_request(httpx.Request("GET", f"http://{HOST}/"))
            waiting = asyncio.ensure_future(take_turn(network.manners.turn(str(V4))))
            await asyncio.sleep(0)
            assert not waiting.done()
        await waiting


async def take_turn(turn: object) -> None:
    async with turn:  # type: ignore[attr-defined]  # an async context manager, whatever its type
        pass
