"""Clients for the tests of the laboratory's MX host, and the host itself while a test runs."""

import asyncio
import smtplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.lab.certificates import Authority
from tests.lab.listener import LabServer
from tests.lab.scenario import MailServer
from tests.lab.smtp_server import start_smtp

HOST, DOMAIN = "mx1.region.example", "region.example"


@asynccontextmanager
async def serving(authority: Authority, server: MailServer) -> AsyncIterator[LabServer]:
    lab = await start_smtp(HOST, server, authority, DOMAIN)
    try:
        yield lab
    finally:
        await lab.aclose()


class Client:
    """Lines out, replies in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self) -> str:
        """One whole reply with its lines; "" when the server closed."""
        lines = []
        while line := (await asyncio.wait_for(self.reader.readline(), 30)).decode():
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    async def say(self, line: str) -> str:
        self.writer.write(line.encode() + b"\r\n")
        return await self.reply()


@asynccontextmanager
async def talking(lab: LabServer) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", lab.ports[25])
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority.ca_pem.decode())


def whole_dialogue(port: int, context: ssl.SSLContext) -> tuple[bool, bool, int]:
    """smtplib, as an oracle: STARTTLS offered before, offered inside, and the code of NOOP inside."""
    client = smtplib.SMTP(timeout=30)
    client.connect("127.0.0.1", port)
    client._host = HOST  # type: ignore[attr-defined]  # what smtplib gives as SNI
    client.ehlo("checker.example")
    before = client.has_extn("starttls")
    client.starttls(context=context)
    client.ehlo("checker.example")
    inside, noop = client.has_extn("starttls"), client.noop()[0]
    assert client.quit()[0] == 221
    return before, inside, noop
