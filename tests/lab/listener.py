"""Listeners of the laboratory, on loopback unless told otherwise: accept, count, converse, close everything.

Sockets and nothing above them: no asyncio transports, because lab and checker share the processor.
"""

import asyncio
import select
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

CHUNK_BYTES = 16_384
BACKLOG = 128
CONVERSATION_S = 120.0
"""The longest that a laboratory server holds on to one connection."""

_HANGUP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR  # POLLRDHUP is Linux only


class Peer(Protocol):
    """One end of a conversation, plain or inside TLS."""

    async def read(self) -> bytes:
        """Some bytes; b"" when the client is done or gone."""

    async def write(self, data: bytes) -> None:
        """Send all of `data`."""


class Connection:
    """One accepted TCP connection. `unread` puts bytes back in front of what comes next."""

    def __init__(self, accepted: socket.socket) -> None:
        self._socket = accepted
        self._loop = asyncio.get_running_loop()
        self._pushed_back = b""

    async def read(self) -> bytes:
        """Some bytes; b"" when the client closed."""
        if self._pushed_back:
            data, self._pushed_back = self._pushed_back, b""
            return data
        return await self._loop.sock_recv(self._socket, CHUNK_BYTES)

    def unread(self, data: bytes) -> None:
        """Let the next `read` return these bytes first."""
        self._pushed_back = data + self._pushed_back

    async def write(self, data: bytes) -> None:
        """Send all of `data`."""
        await self._loop.sock_sendall(self._socket, data)

    async def drain(self) -> None:
        """Take and forget what comes until the client closes."""
        while await self.read():
            pass

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


Conversation = Callable[[Connection], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class LabServer:
    """The ports of one laboratory host.

    With `addresses` it has the ports it plays at each of them; else `ports` maps the port it plays to the loopback
    port where it listens. `filtered` ports answer nothing, every other port refuses. `connections` counts accepted
    connections, `peak` the highest number open at once.
    """

    addresses: tuple[str, ...] = ()
    filtered: frozenset[int] = frozenset()
    ports: dict[int, int] = field(default_factory=dict)
    connections: int = 0
    peak: int = 0
    _conversations: dict[int, Conversation] = field(default_factory=dict)
    _listeners: list[socket.socket] = field(default_factory=list)
    _open: dict[asyncio.Task[None], socket.socket] = field(default_factory=dict)
    _bugs: list[BaseException] = field(default_factory=list)

    def listen(self, port: int, conversation: Conversation) -> None:
        """Play `port` at the server's addresses, or on a loopback port that the system picks."""
        self._conversations[port] = conversation
        for place in [(address, port) for address in self.addresses] or [("127.0.0.1", 0)]:
            family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
            listener = socket.create_server(place, family=family, backlog=BACKLOG)
            listener.setblocking(False)
            self._listeners.append(listener)
            self.ports[port] = listener.getsockname()[1]
            asyncio.get_running_loop().add_reader(listener, self._accept, listener, conversation)

    @property
    def present(self) -> int:
        """How many clients are here now and have not closed their end."""
        return _still_there(self._open.values())

    def again(self) -> "LabServer":
        """The same host on other loopback ports, to be counted for itself: at another of its addresses."""
        other = LabServer(filtered=self.filtered)
        for port, conversation in self._conversations.items():
            other.listen(port, conversation)
        return other

    async def aclose(self) -> None:
        """Stop listening, end every conversation, wait for all of it; raise what went wrong in the lab itself."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            loop.remove_reader(listener)
            listener.close()
        self._listeners.clear()
        tasks = tuple(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._bugs:
            raise BaseExceptionGroup("laboratory server", self._bugs)

    def _accept(self, listener: socket.socket, conversation: Conversation) -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:  # no more waiting, or the client left before its turn
                return
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self.peak = max(self.peak, 1 + self.present)
            task = asyncio.get_running_loop().create_task(_serve(accepted, conversation))
            self._open[task] = accepted
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        # Here and not in the task: a task that is cancelled before its first step never runs a line.
        self._open.pop(task).close()
        if not task.cancelled() and (bug := task.exception()):
            self._bugs.append(bug)


async def _serve(accepted: socket.socket, conversation: Conversation) -> None:
    try:
        async with asyncio.timeout(CONVERSATION_S):
            await conversation(Connection(accepted))
    except OSError:  # the client tore down, or stayed too long: its own affair
        return
    finally:
        accepted.close()


def _still_there(connections: Iterable[socket.socket]) -> int:
    """How many clients have not closed their end, whether or not their conversations have noticed yet."""
    poll = select.poll()
    count = 0
    for connection in connections:
        if connection.fileno() >= 0:
            poll.register(connection, _HANGUP)
            count += 1
    return count - len(poll.poll(0)) if count else 0
