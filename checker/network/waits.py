"""Waits for a socket that look once more when their time is up: our standing still must not pass for a peer's silence.

A machine that is short of its turns (a busy host, a paused virtual machine) wakes up after the time, with the answer
lying in the socket. An expired timer alone would call that silence, and the loop's own `sock_recv` would lose the bytes.
"""

import asyncio
import os
import socket
from collections.abc import Callable


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
    """Come back when the socket is ready or the time is up, whichever it was."""
    loop, number = asyncio.get_running_loop(), connection.fileno()
    told = loop.create_future()
    add(number, _tell, told)
    timer = loop.call_at(until, _tell, told)
    try:
        await told
    finally:
        timer.cancel()
        remove(number)


def _tell(told: asyncio.Future[None]) -> None:
    if not told.done():
        told.set_result(None)


def _has_peer(connection: socket.socket) -> bool:
    """Whether it is connected; a peer that has hung up since has answered all the same, and reading will tell."""
    try:
        connection.getpeername()
    except OSError:
        return False
    return True
