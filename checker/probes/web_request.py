"""One GET at one pinned address, as a hop: what came, or how far it got. Follows nothing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

import httpx

from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.http_transport import PinnedTransport
from checker.network.stream import Limits
from checker.observations.dns import IPAddress
from checker.observations.failure import Failure
from checker.observations.tls import TlsOutcome
from checker.observations.web import Hop, VisitEnd
from checker.protocols.locations import REDIRECTS, WebUrl
from checker.protocols.refresh import meta_refresh, refresh_target
from checker.protocols.response_head import lenient_head

WAITS_PER_CONVERSATION = 3
"""A conversation may take this many waits: 30 s with the usual 10 s."""
MAX_CONVERSATION_BYTES = 262_144
MAX_BODY_BYTES = 65_536
MAX_BODY_PARTS = 1_024
"""Chunks of a body that are looked at: each has its price, however small it is."""
MAX_LOCATION_CHARACTERS = 2_048
MAX_HEADER_CHARACTERS = 300
"""How much of Location, and of other headers, an observation keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A hop, and what following it further takes.

    `end` is NO_ANSWER, NO_TLS or NO_HTTP when no response came; `location` the whole Location of a redirect, "" for
    one without it; `took_s` the seconds from the accepted connection on; `hurried` tells that this proves nothing:
    a server was cut off before it had been given one wait, or had more addresses than were tried.
    """

    hop: Hop
    end: VisitEnd | None = None
    location: str = ""
    set_cookies: tuple[str, ...] = ()
    took_s: float = 0.0
    hurried: bool = False


async def ask(network: Network, address: IPAddress, url: WebUrl, *, cookies: str, total_s: float) -> Answer:
    """Send one GET for `url` to `address` and take the head of the response; never raises for the peer's doings."""
    loop = asyncio.get_running_loop()
    limits = Limits(wait_s=network.wait_s, total_s=total_s, max_bytes=MAX_CONVERSATION_BYTES)
    request = httpx.Request("GET", str(url), headers=_headers(network, url, cookies))
    async with PinnedTransport(
        network, address, url.port, limits, max_body_bytes=MAX_BODY_BYTES
    ) as transport:
        try:
            response = await transport.handle_async_request(request)
        except NetworkError as error:
            head = lenient_head(transport.unsound_head)
            if head is None:
                hop = Hop(url=str(url), address=address, handshake=transport.handshake, failure=error.failure)
                hurried = error.failure is Failure.TIMEOUT and total_s < network.wait_s
                return Answer(
                    hop=hop,
                    end=_end(transport, url),
                    took_s=_since(transport.connected_at, loop),
                    hurried=hurried and transport.connected_at is not None,
                )
            response = httpx.Response(head.status, headers=head.fields, stream=httpx.ByteStream(head.rest))
        redirected = response.status_code in REDIRECTS
        location = _header(response, "location") if redirected else None
        hop = Hop(
            url=str(url),
            address=address,
            status=response.status_code,
            location=None if location is None else location[:MAX_LOCATION_CHARACTERS],
            server=_capped(_header(response, "server")),
            hsts=_capped(_header(response, "strict-transport-security")) if url.scheme == "https" else None,
            handshake=transport.handshake,
            refresh=await _refresh(response, url),
        )
        return Answer(
            hop=hop,
            location=_octets(response, "location").decode("utf-8", "surrogateescape") if redirected else "",
            set_cookies=tuple(
                # byte for byte, so that they go back as they came (RFC 6265bis §5.8.3 has octets, not text)
                value.decode("latin-1")
                for name, value in response.headers.raw
                if name.lower() == b"set-cookie"
            ),
            took_s=_since(transport.connected_at, loop),
        )


def _headers(network: Network, url: WebUrl, cookies: str) -> list[tuple[bytes, bytes]]:
    headers = {
        "Host": url.authority,
        "User-Agent": network.identity.user_agent,
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "sv,en;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if cookies:
        headers["Cookie"] = cookies
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _end(transport: PinnedTransport, url: WebUrl) -> VisitEnd:
    if transport.connected_at is None:
        return VisitEnd.NO_ANSWER
    seen = transport.handshake
    if url.scheme == "https" and (seen is None or seen.outcome is not TlsOutcome.ESTABLISHED):
        return VisitEnd.NO_TLS
    return VisitEnd.NO_HTTP


async def _refresh(response: httpx.Response, url: WebUrl) -> str | None:
    """Where an http page sends its visitor; over https nobody asks, and the body stays unread."""
    if url.scheme == "https" or response.status_code in REDIRECTS:
        return None
    if (value := _header(response, "refresh")) and (target := refresh_target(value)):
        return target
    kind = _header(response, "content-type")
    if kind is not None and "html" not in kind.lower():
        return None
    page, parts = bytearray(), 0
    try:
        async with aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_raw())) as body:
            async for part in body:
                page += part
                parts += 1
                if parts == MAX_BODY_PARTS:
                    break
    except NetworkError:
        pass  # what came before the body broke off is still looked at
    return meta_refresh(bytes(page))


def _header(response: httpx.Response, name: str) -> str | None:
    return _text(_octets(response, name)) if name in response.headers else None


def _octets(response: httpx.Response, name: str) -> bytes:
    """The first header of this name as it came; b"" without one."""
    wanted = name.encode("ascii")
    return next((value for key, value in response.headers.raw if key.lower() == wanted), b"")


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _capped(value: str | None) -> str | None:
    return value if value is None else value[:MAX_HEADER_CHARACTERS]


def _since(moment: float | None, loop: asyncio.AbstractEventLoop) -> float:
    return 0.0 if moment is None else loop.time() - moment
