"""A scripted SMTP server on loopback: says what it is told, remembers what it heard, can be given TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.lab.network import Destinations, LabNetwork, Place
from tests.protocols.made_certificates import NOW, Made


@dataclass(slots=True)
class Heard:
    """What clients said, line by line, over all connections."""

    lines: list[str] = field(default_factory=list)
    connections: int = 0
    before_banner: bytes = b""


@dataclass(slots=True)
class Talk:
    """One connection, as the script sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: Heard

    async def say(self, *lines: str | bytes) -> None:
        for line in lines:
            self.writer.write(line.encode("latin-1") + b"\r\n" if isinstance(line, str) else line)
        await self.writer.drain()

    async def hear(self) -> str:
        line = (await self.reader.readline()).decode("latin-1").strip()
        self.heard.lines.append(line)
        return line

    async def greet(self) -> None:
        """Banner, EHLO and an offer of STARTTLS."""
        await self.say("220 mx ready")
        await self.hear()
        await self.say("250-mx", "250 STARTTLS")

    async def until_closed(self) -> None:
        while await self.reader.read(4096):
            pass


Script = Callable[[Talk], Awaitable[None]]


@asynccontextmanager
async def smtp_server(script: Script) -> AsyncIterator[tuple[int, Heard]]:
    """Serve the script to every connection; yields the port and what was heard."""
    heard = Heard()
    talks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        heard.connections += 1
        try:
            await script(Talk(reader, writer, heard))
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            return
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        if talks:
            await asyncio.wait(talks, timeout=1)
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def server_context(folder: Path, *chain: Made) -> ssl.SSLContext:
    (folder / "chain.pem").write_bytes(b"".join(made.pem for made in chain))
    (folder / "key.pem").write_bytes(chain[0].key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context


def starttls(context: ssl.SSLContext, with_220: bytes = b"") -> Script:
    """A server that does STARTTLS; `with_220` goes out in the same segment as its 220."""

    async def script(talk: Talk) -> None:
        await talk.greet()
        await talk.hear()
        await talk.say(b"220 go ahead\r\n" + with_220)
        await talk.writer.start_tls(context)
        await talk.hear()

    return script


def network(places: Mapping[str, int | Place], *, wait_s: float = 2.0, now: datetime = NOW) -> LabNetwork:
    """A network in which these addresses have these loopback ports as their port 25."""
    told = {(address, 25, "tcp"): place for address, place in places.items()}
    # Port 1 of loopback refuses; nothing here asks by UDP.
    return LabNetwork(Destinations(told=told, closed_port=1, sink_port=1, now=now), wait_s=wait_s)
