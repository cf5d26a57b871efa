"""Web and mail servers that garble honest conversations at random: changed, cut, repeated, split, delayed, ended early."""

import asyncio
import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.hostile.changes import change, pieces
from tests.hostile.http_inputs import made_response
from tests.lab.certificates import Authority, Chain
from tests.lab.listener import Connection, Peer
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer

HOST, DOMAIN = "www.example.se", "example.se"
PAUSE_S = 0.005
KINDS = (
    Tls.MODERN,
    Tls.INTERMEDIATE,
    Tls.INTERMEDIATE,
    Tls.SSL3_ONLY,
    Tls.SSL3_TOO,
    Tls.SSL2_TOO,
    Tls.RC4_ONLY,
    Tls.DH_512,
    Tls.EXPORT_TOO,
)
_BANNERS = (*[b"220 mx ESMTP\r\n"] * 4, b"220-mx wait\r\n220 mx\r\n", b"421 busy\r\n", b"554 no\r\n")
_OFFER = b"250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n"
_EHLO_ANSWERS = (*[_OFFER] * 4, b"250-mx\r\n250 SIZE 1\r\n", b"250 mx STARTTLS\r\n", b"502 no\r\n")
_STARTTLS_ANSWERS = (*[b"220 go\r\n"] * 4, b"220 go\r\n250 injected\r\n", b"454 later\r\n")


@dataclass(slots=True)
class Lies:
    """How the servers behave during one run; `said` is what they sent outside TLS, `changed` how often they lied."""

    draw: random.Random = field(default_factory=random.Random)
    share: float = 0.0
    http: float = 0.0
    server: TlsServer | None = None
    said: bytearray = field(default_factory=bytearray)
    changed: int = 0


class Garbled(Connection):
    """A connection on which what the server writes is changed, cut, repeated, split, delayed, or ends early."""

    def __init__(self, accepted: Connection, lies: Lies) -> None:
        super().__init__(accepted._socket)
        self._lies = lies
        self._before = b""

    async def write(self, data: bytes) -> None:
        draw = self._lies.draw
        if draw.random() < self._lies.share:
            self._lies.changed += 1
            data = await self._changed(draw, data)
        self._lies.said += data
        for piece in pieces(draw, data) if len(data) < 3_000 and draw.random() < 0.2 else (data,):
            await super().write(piece)
            if draw.random() < 0.02:
                await asyncio.sleep(PAUSE_S)

    async def _changed(self, draw: random.Random, data: bytes) -> bytes:
        kind = draw.randrange(10)
        before, self._before = self._before, data
        if kind < 5:
            return change(draw, data)
        if kind == 5:
            return data + data
        if kind == 6:
            return before + data
        if kind == 7:
            await super().write(data[: draw.randrange(len(data) + 1)])
            raise ConnectionAbortedError
        if kind == 8:
            await super().write(data[: draw.randrange(len(data) + 1)])
            self.reset()
            raise ConnectionResetError
        return b""


class ForeignServer(TlsServer):
    """Shows a leaf that nobody vouches for: its own, with something in it changed after it was signed."""

    def __init__(self, tls: Tls, authority: Authority, change_at: int) -> None:
        super().__init__(HOST, tls, Certificate.GOOD, authority=authority, domain=DOMAIN)
        self._change_at = change_at

    @functools.cached_property
    def chain(self) -> Chain:
        key, certificates = super().chain
        leaf = bytearray(certificates[0].public_bytes(Encoding.DER))
        leaf[self._change_at] ^= 1
        return key, [x509.load_der_x509_certificate(bytes(leaf)), *certificates[1:]]


def changeable(server: TlsServer) -> Iterator[int]:
    """Places near the ends of a leaf where a changed bit leaves a certificate: serial number and signature."""
    return iter((20, -1, -40))


async def speak_http(lies: Lies, connection: Connection) -> None:
    await _respond(lies, Garbled(connection, lies))


async def speak_https(lies: Lies, connection: Connection) -> None:
    assert lies.server is not None
    session = await lies.server.accept(Garbled(connection, lies))
    if session is not None:
        await _respond(lies, session, secure=True)
        if lies.draw.random() < 0.5:
            await session.finish()


async def _respond(lies: Lies, peer: Peer, *, secure: bool = False) -> None:
    if not await peer.read():
        return
    await peer.write(_response(lies, secure=secure))


def _response(lies: Lies, *, secure: bool) -> bytes:
    draw = lies.draw
    if draw.random() < lies.http:
        lies.changed += 1
        said = made_response(draw)
        return change(draw, said) if draw.random() < 0.4 else said
    if secure:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    return b"HTTP/1.1 301 X\r\nLocation: https://www.example.se/\r\nContent-Length: 0\r\n\r\n"


async def speak_smtp(lies: Lies, connection: Connection) -> None:
    """A server that answers in turn, offers STARTTLS or not, and does TLS after its 220."""
    assert lies.server is not None
    peer = Garbled(connection, lies)
    answers = {
        b"EHLO": lies.draw.choice(_EHLO_ANSWERS),
        b"HELO": b"250 mx\r\n",
        b"STARTTLS": lies.draw.choice(_STARTTLS_ANSWERS),
        b"QUIT": b"221 bye\r\n",
    }
    await peer.write(lies.draw.choice(_BANNERS))
    while verb := (await peer.read()).strip().partition(b" ")[0]:
        answer = answers.get(verb, b"500 what\r\n")
        await peer.write(answer)
        if verb == b"STARTTLS" and answer.startswith(b"220"):
            await lies.server.accept(peer)
            return
