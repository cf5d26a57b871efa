"""Small web servers on loopback that stand for public addresses, and a network and resolver that know them only."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from checker.network.addresses import AddressPolicy, IPAddress
from checker.network.clock import Clock
from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.observations.dns import Lookup, LookupOutcome
from checker.observations.failure import Failure

NOW = datetime(2026, 10, 1, tzinfo=UTC)
HOST = "www.example.se"
V4, V6 = ip_address("192.0.2.1"), ip_address("2001:db8::1")

Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""What a server does once it has read a request's head."""


@dataclass
class WebLab(Network):
    """A network in which only the started servers exist; everything else refuses connections."""

    places: dict[tuple[IPAddress, int], int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(address:port, request line and Host) of every request, in order."""

    def locate(self, address: IPAddress, port: int, *, udp: bool) -> tuple[str, int]:
        assert not udp
        if (address, port) not in self.places:
            raise NetworkError(Failure.REFUSED, "nobody there")
        return "127.0.0.1", self.places[address, port]


@dataclass
class Resolver:
    """Knows the names it was told; asks for others are bugs of the test."""

    names: dict[str, tuple[str, ...] | LookupOutcome]
    aliases: dict[str, str] = field(default_factory=dict)

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        known = self.names[name]
        if isinstance(known, LookupOutcome):
            return Lookup(name=name, type=rdtype, outcome=known)
        version = 6 if rdtype == "AAAA" else 4
        values = tuple(value for value in known if ip_address(value).version == version)
        outcome = LookupOutcome.FOUND if values else LookupOutcome.NODATA
        aliases = (self.aliases[name],) if name in self.aliases else ()
        return Lookup(name=name, type=rdtype, outcome=outcome, values=values, aliases=aliases)


def response(status: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} X", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location: str, *headers: str, status: int = 301) -> bytes:
    return response(status, f"Location: {location}", *headers)


def says(data: bytes) -> Script:
    async def script(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return script


async def hangs(_request: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def lab(
    servers: Mapping[tuple[IPAddress, int], Script | bytes],
    *,
    wait_s: float = 5.0,
    policy: AddressPolicy | None = None,
    plain_443: bool = False,
) -> AsyncIterator[WebLab]:
    """Start the servers, TLS on port 443, and yield the network that reaches them."""
    network = WebLab(clock=Clock(NOW), policy=policy or AddressPolicy(), wait_s=wait_s)
    async with AsyncExitStack() as stack:
        for place, script in servers.items():
            serve = _Server(network, place, says(script) if isinstance(script, bytes) else script)
            context = tls_context() if place[1] == 443 and not plain_443 else None
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
            stack.push_async_callback(server.wait_closed)
            stack.callback(server.close)
            stack.callback(serve.stop)
            network.places[place] = server.sockets[0].getsockname()[1]
        yield network


class _Server:
    def __init__(self, network: WebLab, place: tuple[IPAddress, int], script: Script) -> None:
        self._network, self._place, self._script = network, place, script
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self._network.asked.append((f"{self._place[0]}:{self._place[1]}", request.decode("latin-1")))
            await self._script(request, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the probe hangs up when it has what it wants; the lab stops servers that hang
        finally:
            self._tasks.discard(task)
            writer.close()

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()


@cache
def certificate() -> tuple[bytes, bytes]:
    """(certificate, key) in PEM, self-signed, for HOST."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


@cache
def tls_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(b"".join(certificate()))
        context.load_cert_chain(path)
    return context
