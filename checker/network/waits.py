"""Waits for a socket that look once more when their time is up: our standing still must not pass for a peer's silence.

A machine that is short of its turns (a busy host, a paused virtual machine) wakes up after the time, with the answer
lying in the socket. An expired timer alone would call that silence, and the loop's own `sock_recv` would lose the bytes.
"""

import asyncio
import os
import socket
from collections.abc import Callable

STANDSTILL_S = 0.25
"""Who wakes up this much after the end of a wait has stood still: no ordinary work takes a turn so long."""
GRACE_S = 2.0
"""The most that is waited then beyond the end: what stood still with us (our own network) needs a moment, too."""


async def receive(connection: socket.socket, size: int, until: float) -> bytes:
    """What has come, at most `size` bytes; waits for it until the loop's time `until`.

    The socket does not block. Raises TimeoutError when nothing has come, and OSError as `recv` does.
    """
    loop = asyncio.get_running_loop()
    while True:
        try:
            return connection.recv(size)
        except (BlockingIOError, InterruptedError):
            if loop.time() >= until:
                raise TimeoutError from None
        await _ready(connection, loop.add_reader, loop.remove_reader, until)


async def connect(connection: socket.socket, place: tuple[str, int], until: float) -> None:
    """Connect to an address and port; waits for the peer until the loop's time `until`.

    The socket does not block. Raises TimeoutError when nobody has answered, and OSError as `connect` does.
    """
    loop = asyncio.get_running_loop()
    try:
        connection.connect(place)
    except (BlockingIOError, InterruptedError):
        await _ready(connection, loop.add_writer, loop.remove_writer, until)
        if error := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(error, os.strerror(error)) from None
        if not _has_peer(connection):
            raise TimeoutError from None


async def _ready(
    connection: socket.socket, add: Callable[..., None], remove: Callable[[int], bool], until: float
) -> None:
    """Come back when the socket is ready or the time is up; who slept through the end waits a little more, once."""
    loop = asyncio.get_running_loop()
    if await _told(connection, add, remove, until):
        return
    late_s = loop.time() - until
    if late_s > STANDSTILL_S:
        await _told(connection, add, remove, loop.time() + min(late_s, GRACE_S))


async def _told(
    connection: socket.socket, add: Callable[..., None], remove: Callable[[int], bool], until: float
) -> bool:
    """Whether the socket was ready before the loop saw that the time is up."""
    loop, number = asyncio.get_running_loop(), connection.fileno()
    if number < 0:  # closed by somebody meanwhile: using it will tell
        return True
    told: asyncio.Future[bool] = loop.create_future()

    def tell(ready: bool) -> None:  # noqa: FBT001 - a callback
        if not told.done():
            told.set_result(ready)

    add(number, tell, True)
    timer = loop.call_at(until, tell, False)
    try:
        return await told
    finally:
        timer.cancel()
        remove(number)


def _has_peer(connection: socket.socket) -> bool:
    """Whether it is connected; a peer that has hung up since has answered all the same, and reading will tell."""
    try:
        connection.getpeername()
    except OSError:
        return False
    return True
