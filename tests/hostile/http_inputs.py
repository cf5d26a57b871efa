"""One response each, changed or made up, through a real pair of sockets: what the web probe makes of it."""

import asyncio
import random
import socket
import struct
from dataclasses import dataclass, field
from ipaddress import ip_address

from checker.network.addresses import IPAddress
from checker.network.door import Network
from checker.network.stream import Limits, Stream
from checker.observations.failure import Failure
from checker.observations.web import VisitEnd
from checker.probes.web_request import (
    MAX_CONVERSATION_BYTES,
    MAX_HEADER_CHARACTERS,
    MAX_LOCATION_CHARACTERS,
    Answer,
    ask,
)
from checker.protocols import cookies
from checker.protocols.locations import WebUrl, resolve
from checker.protocols.refresh import MAX_TARGET_CHARACTERS
from tests.hostile.changes import HOSTILE_BYTES, change

ADDRESS = ip_address("192.0.2.1")
URL = WebUrl(scheme="http", host="www.example.se", port=80)
MOST_BYTES = 150_000
"""What fits into a socket's buffer, so that everything can be said before it is read."""
_HEADERS = (
    b"Server: nginx",
    b"Location: https://www.example.se/",
    b"Location: /\xc3\xb6?\xe5",
    b"Set-Cookie: a=b; Secure",
    b"Content-Length: 5",
    b"Content-Length: 99999999999999999999",
    b"Content-Length: -1",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Content-Encoding: gzip",
    b"Content-Type: text/html; charset=utf-8",
    b"Refresh: 0; url=/sv",
    b"Strict-Transport-Security: max-age=31536000",
    b"Connection: keep-alive",
    b"Upgrade: h2c",
    b" folded: line",
    b"no colon",
    b": no name",
    b"bad name : x",
)
_BODIES = (
    b"",
    b"hello",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5;" + b"x" * 3_000 + b"\r\nhello\r\n0\r\n\r\n",
    b"ffffffffffffffffffff\r\nx",
    b"<meta http-equiv=refresh content='0; url=/sv'>",
    b"\x1f\x8b\x08\x00" + bytes(500),
    b"<" * 70_000,
)
_STARTS = (
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 301 Moved",
    b"HTTP/1.0 302 Found",
    b"HTTP/1.1 404",
    b"HTTP/1.1 999 X",
    b"HTTP/1.1 099 X",
    b"HTTP/2.0 200 OK",
    b"HTTP/0.9 200 OK",
    b"ICY 200 OK",
    b"SSH-2.0-OpenSSH_9.2",
    b"220 mx ESMTP",
    b"<html>",
)


@dataclass(slots=True)
class Prepared(Network):
    """A network where every server has said all it has to say before it is asked, and then closes or resets."""

    said: bytes = b""
    reset: bool = False
    streams: list[Stream] = field(default_factory=list)

    async def _open(self, address: IPAddress, port: int, limits: Limits) -> Stream:
        assert (address, port) == (ADDRESS, 80)
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MOST_BYTES)
            theirs.setblocking(False)
            sent = theirs.send(self.said)
            assert sent == len(self.said)
            if self.reset:
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ours.setblocking(False)
        stream = Stream(ours, limits)
        self.streams.append(stream)
        return stream


def made_response(draw: random.Random) -> bytes:
    """Interim responses, a head in likely form and a body of some kind."""
    said = b"".join(
        b"HTTP/1.1 10%d Wait\r\nX: y\r\n\r\n" % draw.randrange(5)
        for _ in range(draw.choice((0, 0, 0, 1, 900)))
    )
    headers = [draw.choice(_HEADERS) for _ in range(draw.choice((0, 1, 4, 8)))]
    if draw.random() < 0.5:
        name = draw.choice(
            (b"Server", b"Location", b"Set-Cookie", b"Refresh", b"Strict-Transport-Security", b"X")
        )
        headers.append(name + b": " + draw.choice(HOSTILE_BYTES) * draw.choice((1, 1, 30)))
    if draw.random() < 0.03:
        headers += [b"X-%d: y" % number for number in range(draw.choice((150, 9_000)))]
    end = draw.choice((b"\r\n", b"\r\n", b"\r\n", b"\n"))
    said += end.join((draw.choice(_STARTS), *headers, b"", b"")) + draw.choice(_BODIES)
    return said[:MOST_BYTES]


def http_response(draw: random.Random) -> None:
    """What a server says to one request: always an answer in known terms, each part within its cap."""
    said = made_response(draw)
    said = change(draw, said)[:MOST_BYTES] if draw.random() < 0.6 else said
    network = Prepared(said=said, reset=draw.random() < 0.1)
    sent = cookies.header(
        cookies.remember((), URL.host, (draw.choice(("a=b", "s=\xe5\xff")),)), "http", URL.host
    )
    answer = asyncio.run(ask(network, ADDRESS, URL, cookies=sent, total_s=5.0))
    assert network.streams[0].received_bytes <= MAX_CONVERSATION_BYTES
    _sound(answer)


def _sound(answer: Answer) -> None:
    hop = answer.hop
    assert (hop.status is None) == (answer.end is VisitEnd.NO_HTTP) == (hop.failure is not None)
    assert hop.failure in (None, Failure.CLOSED, Failure.MALFORMED, Failure.RESET, Failure.TOO_MUCH), hop
    assert hop.status is None or 200 <= hop.status <= 999
    assert hop.hsts is None
    for text, cap in (
        (hop.server, MAX_HEADER_CHARACTERS),
        (hop.location, MAX_LOCATION_CHARACTERS),
        (hop.refresh, MAX_TARGET_CHARACTERS),
    ):
        assert text is None or len(text) <= cap
    if answer.location is not None:
        resolve(answer.location, URL)
    cookies.remember((), URL.host, answer.set_cookies)
