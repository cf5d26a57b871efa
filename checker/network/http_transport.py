"""HTTP over the one door: an httpx transport that sends one request over one connection to exactly one address.

It never resolves, never follows, never inflates and reads no proxy settings. httpcore and h11 speak the protocol; what
they and the network complain of comes out as NetworkError, here and nowhere else.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from typing import cast

import httpcore
import httpx

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.stream import CHUNK_BYTES, Limits, Stream
from checker.network.tls_stream import TlsStream, handshake
from checker.observations.failure import Failure
from checker.observations.tls import Handshake

MAX_HEAD_BYTES = 102_400
"""As much of a head as httpcore takes, interim responses included; browsers allow some more."""
MAX_INTERIM_RESPONSES = 32
"""Responses of status 1xx before the final one (RFC 9110 §15.2): reading thousands of them costs a second of CPU."""

_INTERIM = re.compile(rb"(?:\A|\n\r?\n)HTTP/1\.[01] 1[0-9][0-9]")
_INTERIM_BYTES = 12


class PinnedTransport(httpx.AsyncBaseTransport):
    """One connection to (address, port), TLS on https, one request; the connection stands until `aclose`.

    `connected_at` (the loop's time) and `handshake` tell how far it came, whether or not a response followed;
    `unsound_head` is what came where the strict parser found no response, for a more forgiving one. Host and SNI are the
    request's own.
    """

    def __init__(
        self, network: Network, address: IPAddress, port: int, limits: Limits, *, max_body_bytes: int
    ) -> None:
        self.connected_at: float | None = None
        self.handshake: Handshake | None = None
        self.unsound_head = b""
        self._network = network
        self._address = address
        self._port = port
        self._limits = limits
        self._max_body_bytes = max_body_bytes
        self._stack = AsyncExitStack()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response with its body unread.

        Raises NetworkError: those of `Network.connect` while `connected_at` is None; on https without a session what
        `handshake` says; else TIMEOUT, RESET, CLOSED (no reply), TOO_MUCH, MALFORMED (no HTTP).
        """
        stream = await self._stack.enter_async_context(
            self._network.connect(self._address, self._port, limits=self._limits)
        )
        self.connected_at = asyncio.get_running_loop().time()
        carrier = _Carrier(
            await self._secured(stream, request.url) if request.url.scheme == "https" else stream
        )
        origin = httpcore.Origin(request.url.raw_scheme, request.url.raw_host, self._port)
        connection = httpcore.AsyncHTTP11Connection(origin, carrier)
        try:
            response = await connection.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=self._port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                )
            )
        except httpcore.RemoteProtocolError as error:
            self.unsound_head = bytes(carrier.head)
            raise _translate(error, carrier) from error
        if response.status < 200:
            raise NetworkError(Failure.MALFORMED, f"switched protocols unasked ({response.status})")
        carrier.room = self._max_body_bytes
        body = _Body(cast("AsyncIterable[bytes]", response.stream), carrier)
        return httpx.Response(status_code=response.status, headers=response.headers, stream=body)

    async def aclose(self) -> None:
        """Close the connection and give up the turn at the destination."""
        await self._stack.aclose()

    async def _secured(self, stream: Stream, url: httpx.URL) -> TlsStream:
        host = url.raw_host.decode(
            "ascii"
        )  # `url.host` would decode A-labels, and raise for those that are none
        literal = host.replace(".", "").isdigit() or ":" in host
        self.handshake, session = await handshake(stream, None if literal else host)
        if session is None:
            raise NetworkError(self.handshake.failure or Failure.MALFORMED, self.handshake.detail)
        return session


class _Carrier(httpcore.AsyncNetworkStream):
    """Shows our stream to httpcore. Its timeouts are ignored: the stream has its own.

    `room` is how many bytes more are read before the connection looks closed; None, as long as the head is awaited, sets
    no bound but the stream's. `head` keeps what came until then, to its cap.
    """

    def __init__(self, stream: Stream | TlsStream) -> None:
        self._stream = stream
        self.heard = False
        self.head = bytearray()
        self._interim = 0
        self.room: int | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        size = min(max_bytes, CHUNK_BYTES if self.room is None else self.room)
        data = await self._stream.read(size) if size else b""
        if self.room is not None:
            self.room -= len(data)
        else:
            new = max(
                0, len(self.head) - _INTERIM_BYTES + 1
            )  # what was searched before is not searched again
            self.head += data
            self._interim += len(_INTERIM.findall(self.head, new))
            if len(self.head) > MAX_HEAD_BYTES or self._interim > MAX_INTERIM_RESPONSES:
                raise NetworkError(Failure.TOO_MUCH, "a head without end")
        self.heard = self.heard or bool(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's
        try:
            await self._stream.write(buffer)
        except NetworkError as error:
            if error.failure is Failure.RESET:
                # httpcore then reads on: servers may answer and close before they have read the request.
                raise httpcore.WriteError(error.detail) from error
            raise

    async def aclose(self) -> None:
        self._stream.close()


class _Body(httpx.AsyncByteStream):
    """The body as it comes, undecoded; one cut short ends with NetworkError(MALFORMED)."""

    def __init__(self, parts: AsyncIterable[bytes], carrier: _Carrier) -> None:
        self._parts = parts
        self._carrier = carrier

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async with aclosing(cast("AsyncGenerator[bytes, None]", aiter(self._parts))) as parts:
                async for part in parts:
                    yield part
        except httpcore.RemoteProtocolError as error:
            raise _translate(error, self._carrier) from error


def _translate(error: httpcore.RemoteProtocolError, carrier: _Carrier) -> NetworkError:
    failure = Failure.MALFORMED if carrier.heard else Failure.CLOSED
    return NetworkError(failure, str(error)[:200])
