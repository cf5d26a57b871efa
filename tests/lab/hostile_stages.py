"""The parts that hostile conversations are made of: stages of a connection, and pages said inside one.

Whatever is endless ends when the client goes, and is cheap to write: the checker's costs are to be measured, not the
laboratory's.
"""

import asyncio
import itertools
import secrets
import ssl
from collections.abc import Awaitable, Callable

from tests.lab.client_hello import missing
from tests.lab.hostile_scene import Scene
from tests.lab.key_updates import KeyUpdates, renewable
from tests.lab.listener import Connection, Peer
from tests.lab.tls_session import TlsSession

DRIP_S = 1.0
"""One byte in so many seconds."""
BLOCK_BYTES = 65_536
MAZE_PAUSE_S = 0.3
UPDATES_AT_ONCE = 100

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

Stage = Callable[[Scene, Connection], Awaitable[None]]
Page = Callable[[Scene, Peer, bytes], Awaitable[None]]


async def tarpit(_: Scene, connection: Connection) -> None:
    await connection.drain()


async def reset(_: Scene, connection: Connection) -> None:
    connection.reset()


async def _flood(peer: Peer, unit: bytes, in_all: int | None = None) -> None:
    """The same bytes over and over, in blocks; for ever, or so many bytes."""
    block = unit * max(1, BLOCK_BYTES // len(unit))
    for _ in itertools.count() if in_all is None else range(-(-in_all // len(block))):
        await peer.write(block)


async def _drip(peer: Peer, said: bytes, then: bytes = b"a") -> None:
    """A byte at a time, for ever."""
    for byte in itertools.chain(said, itertools.cycle(then)):
        await peer.write(bytes((byte,)))
        await asyncio.sleep(DRIP_S)


def plain(page: Page) -> Stage:
    """A page on port 80."""

    async def stage(scene: Scene, connection: Connection) -> None:
        if head := await _request(connection):
            await page(scene, connection, head)

    return stage


def secured(
    page: Page, context: Callable[[Scene], ssl.SSLContext] = lambda scene: scene.tls.context
) -> Stage:
    """A page inside TLS."""

    async def stage(scene: Scene, connection: Connection) -> None:
        session = TlsSession(connection, context(scene))
        if await session.handshake() and (head := await _request(session)):
            await page(scene, session, head)

    return stage


async def _request(peer: Peer) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        data = await peer.read()
        if not data:
            return b""
        received += data
    return received


def says(said: bytes, over_and_over: bytes, in_all: int | None = None) -> Page:
    """Some bytes, then others for ever, or so many."""

    async def page(_: Scene, peer: Peer, __: bytes) -> None:
        await peer.write(said)
        await _flood(peer, over_and_over, in_all)

    return page


def drips(said: bytes, then: bytes = b"a") -> Page:
    async def page(_: Scene, peer: Peer, __: bytes) -> None:
        await _drip(peer, said, then)

    return page


def speaks_first(page: Page) -> Stage:
    async def stage(scene: Scene, connection: Connection) -> None:
        await page(scene, connection, b"")

    return stage


def after_hello(page: Page) -> Stage:
    """Instead of a handshake: the same page whatever the hello was."""

    async def stage(scene: Scene, connection: Connection) -> None:
        if await connection.read():
            await page(scene, connection, b"")

    return stage


async def content(_: Scene, peer: Peer, __: bytes) -> None:
    await peer.write(OK + b"Content-Length: 2\r\n\r\nhi")


async def to_https(scene: Scene, peer: Peer, _: bytes) -> None:
    target = f"Location: https://{scene.host}/\r\n".encode("ascii")
    await peer.write(b"HTTP/1.1 301 Moved\r\n" + target + b"Content-Length: 0\r\n\r\n")


async def renews_keys_for_ever(scene: Scene, connection: Connection) -> None:
    """A session, and then KeyUpdate upon KeyUpdate; to hellos of other versions, nothing."""
    hello = b""
    while missing(hello):
        if not (data := await connection.read()):
            return
        hello += data
    if not renewable(hello):
        return
    keys = KeyUpdates(hello, scene.tls.chain)
    await connection.write(keys.flight)
    while await connection.read():  # it answers every one of them: none is made that it would not take
        await connection.write(b"".join(keys.next_update() for _ in range(UPDATES_AT_ONCE)))


async def into_the_maze(scene: Scene, peer: Peer, request: bytes) -> None:
    """Slowly to a page that was never seen before: here, or at another host of the maze, with a fresh cookie."""
    await asyncio.sleep(MAZE_PAUSE_S)
    step = next(scene.visits)
    host = scene.host if step % 3 or not scene.others else scene.others[step % len(scene.others)]
    scheme = "http" if b"x-plain" in request or step % 5 == 4 else "https"
    location = f"{scheme}://{host}/{secrets.token_hex(8)}"
    await peer.write(
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nSet-Cookie: step={step}{'x' * 3_000}\r\n"
        f"Set-Cookie: c{step}={'y' * 3_000}\r\nContent-Length: 0\r\n\r\n".encode("ascii")
    )


async def round_at_home(scene: Scene, peer: Peer, _: bytes) -> None:
    """At once to another page of the same host."""
    location = f"https://{scene.host}/{secrets.token_hex(8)}"
    await peer.write(
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("ascii")
    )


def greeting(answer_to_ehlo: Page) -> Stage:
    """A proper banner, and then what the EHLO gets."""

    async def stage(scene: Scene, connection: Connection) -> None:
        await connection.write(f"220 {scene.host} ESMTP\r\n".encode("ascii"))
        if data := await connection.read():
            await answer_to_ehlo(scene, connection, data)

    return stage


def behind_starttls(hidden: Stage) -> Stage:
    """A proper dialogue until the 220 to STARTTLS, and then a stage of TLS."""

    async def ehlo(scene: Scene, peer: Peer, _: bytes) -> None:
        assert isinstance(peer, Connection)
        await peer.write(f"250-{scene.host}\r\n250 STARTTLS\r\n".encode("ascii"))
        if (await peer.read()).upper().startswith(b"STARTTLS"):
            await peer.write(b"220 Go ahead\r\n")
            await hidden(scene, peer)

    return greeting(ehlo)
