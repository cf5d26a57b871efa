"""A name server on loopback whose every reply is scripted, over UDP and TCP."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import dns.message

from checker.network.addresses import IPAddress
from checker.network.door import Network

Reply = Callable[[dns.message.Message], bytes | list[bytes] | None]
"""What is sent for a query: bytes, several datagrams, or nothing."""


class ScriptedServer:
    """Answers by two functions and remembers what it was asked."""

    def __init__(self, udp: Reply, tcp: Reply | None = None) -> None:
        self._udp = udp
        self._tcp = tcp
        self.asked: list[tuple[str, dns.message.Message]] = []
        self.udp_port = 0
        self.tcp_port = 0

    def replies(self, transport: str, wire: bytes) -> list[bytes]:
        query = dns.message.from_wire(wire)
        self.asked.append((transport, query))
        script = self._udp if transport == "udp" else self._tcp
        reply = script(query) if script else None
        return reply if isinstance(reply, list) else [reply] if reply is not None else []


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for reply in self._server.replies("udp", data):
            self._transport.sendto(reply, addr)


@asynccontextmanager
async def serving(server: ScriptedServer) -> AsyncIterator[ScriptedServer]:
    """Run the server on loopback ports of the system's choosing."""
    loop = asyncio.get_running_loop()

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            for reply in server.replies("tcp", await reader.readexactly(length)):
                writer.write(struct.pack("!H", len(reply)) + reply)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked has hung up, perhaps before asking: nothing to log
        finally:
            writer.close()

    transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(server), local_addr=("127.0.0.1", 0))
    listener = await asyncio.start_server(conversation, "127.0.0.1", 0)
    server.udp_port = transport.get_extra_info("sockname")[1]
    server.tcp_port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        transport.close()
        listener.close()
        await listener.wait_closed()


class ScriptedNetwork(Network):
    """Leads every address that it was told of to its scripted server; port 53 only."""

    def __init__(self, servers: Iterable[tuple[IPAddress, ScriptedServer]], *, wait_s: float = 0.4) -> None:
        super().__init__(wait_s=wait_s)
        self._servers = dict(servers)

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        assert port == 53
        server = self._servers[address]
        return "127.0.0.1", server.udp_port if udp else server.tcp_port
