"""The UDP and TCP endpoints of one authoritative server, on loopback unless another address is given."""

import asyncio
import socket

from tests.lab.responder import Responder

LOOPBACK = "127.0.0.1"
QUERY_MAX_BYTES = 4096


class _Messages(asyncio.Protocol):
    """DNS over TCP (RFC 7766): each message behind its length, any number on a connection."""

    def __init__(self, responder: Responder, open_connections: set[asyncio.Transport]) -> None:
        self._responder = responder
        self._open = open_connections
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._transport is not None:
            self._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= 2:
            end = 2 + int.from_bytes(self._received[:2], "big")
            if len(self._received) < end:
                return
            message, self._received = self._received[2:end], self._received[end:]
            response = self._responder.respond(message, is_tcp=True)
            if response is not None and self._transport is not None:
                self._transport.write(len(response).to_bytes(2, "big") + response)


class DnsServer:
    """One running name server on loopback ports."""

    def __init__(
        self,
        responder: Responder,
        udp: socket.socket,
        tcp: asyncio.Server,
        connections: set[asyncio.Transport],
    ) -> None:
        self._responder = responder
        self._udp, self._tcp, self._connections = udp, tcp, connections
        self.udp_port: int = udp.getsockname()[1]
        self.tcp_port: int = tcp.sockets[0].getsockname()[1]
        asyncio.get_running_loop().add_reader(udp, self._answer)

    async def aclose(self) -> None:
        """Stop answering."""
        asyncio.get_running_loop().remove_reader(self._udp)
        self._udp.close()
        self._tcp.close()
        for connection in tuple(self._connections):
            connection.abort()
        await self._tcp.wait_closed()

    def _answer(self) -> None:
        """Answer every datagram that is there; what the asker no longer waits for is dropped."""
        while True:
            try:
                query, asker = self._udp.recvfrom(QUERY_MAX_BYTES)
                response = self._responder.respond(query, is_tcp=False)
                if response is not None:
                    self._udp.sendto(response, asker)
            except OSError:
                return


async def start_dns(responder: Responder, *, address: str = LOOPBACK, port: int = 0) -> DnsServer:
    """Answer on one address; without a port, on ports the system chooses."""
    connections: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    tcp = await loop.create_server(lambda: _Messages(responder, connections), address, port)
    udp = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    udp.setblocking(False)
    udp.bind((address, port))
    return DnsServer(responder, udp, tcp, connections)
