"""The laboratory's MX host, spoken to over loopback with real clients."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.lab import smtp_server
from tests.lab.certificates import Authority
from tests.lab.scenario import Certificate, MailServer, Smtp, Tls
from tests.lab.smtp_client import HOST, Client, serving, talking, trusting, whole_dialogue
from tests.lab.smtp_server import GARBAGE, GREET_PAUSE_S


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


@asynccontextmanager
async def dialogue(authority: Authority, smtp: Smtp) -> AsyncIterator[Client]:
    async with serving(authority, MailServer(smtp=smtp)) as lab, talking(lab) as client:
        yield client


@pytest.mark.parametrize("smtp", [Smtp.STARTTLS, Smtp.SLOW])
@pytest.mark.parametrize("tls", [Tls.MODERN, Tls.DH_1024])
async def test_starttls(authority: Authority, smtp: Smtp, tls: Tls) -> None:
    async with serving(authority, MailServer(smtp=smtp, tls=tls)) as lab:
        seen = await asyncio.to_thread(whole_dialogue, lab.ports[25], trusting(authority))
        assert seen == (True, False, 250)
        assert (lab.connections, lab.peak) == (1, 1)


async def test_the_certificate_is_the_scenarios(authority: Authority) -> None:
    async with serving(authority, MailServer(certificate=Certificate.MAIL_DOMAIN)) as lab:
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            await asyncio.to_thread(whole_dialogue, lab.ports[25], trusting(authority))


@pytest.mark.parametrize(
    ("smtp", "codes"),
    [
        (Smtp.STARTTLS, ("220", "250", "250", "220")),
        (Smtp.NO_STARTTLS, ("220", "250", "250", "502")),
        (Smtp.HELO_ONLY, ("220", "502", "250", "502")),
        (Smtp.TLS_TEMPFAIL, ("220", "250", "250", "454")),
        (Smtp.TLS_BROKEN, ("220", "250", "250", "220")),
        (Smtp.SLOW, ("220", "250", "250", "220")),
        (Smtp.INJECTION, ("220", "250", "250", "220")),
        (Smtp.REJECT, ("554", "503", "503", "503")),
        (Smtp.TEMPFAIL, ("421", "", "", "")),
    ],
)
async def test_codes(authority: Authority, smtp: Smtp, codes: tuple[str, str, str, str]) -> None:
    banner, ehlo, helo, starttls = codes
    offers = smtp not in (Smtp.NO_STARTTLS, Smtp.HELO_ONLY, Smtp.REJECT, Smtp.TEMPFAIL)
    async with dialogue(authority, smtp) as client:
        assert (await client.reply())[:3] == banner
        if banner == "421":
            assert await client.reply() == ""
            return
        offered = await client.say("EHLO checker.example")
        assert offered[:3] == ehlo
        assert ("\n250 STARTTLS" in offered) == offers
        assert (await client.say("HELO checker.example"))[:3] == helo
        assert (await client.say("starttls"))[:3] == starttls


async def test_reject_waits_for_quit(authority: Authority) -> None:
    async with dialogue(authority, Smtp.REJECT) as client:
        await client.reply()
        assert (await client.say("QUIT"))[:3] == "221"
        assert await client.reply() == ""


async def test_broken_tls_gets_garbage(authority: Authority) -> None:
    async with dialogue(authority, Smtp.TLS_BROKEN) as client:
        await client.reply()
        await client.say("EHLO checker.example")
        await client.say("STARTTLS")
        client.writer.write(b"\x16\x03\x01\x00\x05hello")
        assert await client.reader.read() == GARBAGE


async def test_injected_bytes_come_with_the_220_and_tls_stands_for_who_drops_them(
    authority: Authority,
) -> None:
    async with dialogue(authority, Smtp.INJECTION) as client:
        await client.reply()
        await client.say("EHLO checker.example")
        client.writer.write(b"STARTTLS\r\n")
        together = await client.reader.read(1000)
        assert together.startswith(b"220 ")
        assert together.count(b"\r\n") == 2
        await client.writer.start_tls(trusting(authority), server_hostname=HOST)
        assert (await client.say("EHLO checker.example"))[:3] == "250"


async def test_slow_banner_pauses_between_its_lines(authority: Authority) -> None:
    async with dialogue(authority, Smtp.SLOW) as client:
        assert (await client.reader.readline()).startswith(b"220-")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(client.reader.readline()), 0.1)


async def test_silence(authority: Authority) -> None:
    async with dialogue(authority, Smtp.SILENT) as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 4 * GREET_PAUSE_S)


@pytest.mark.parametrize("smtp", [Smtp.STARTTLS, Smtp.SLOW, Smtp.REJECT, Smtp.TEMPFAIL])
async def test_speaking_before_the_banner_is_shown_out(
    authority: Authority, smtp: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_server, "GREET_PAUSE_S", 5)
    async with dialogue(authority, smtp) as client:
        assert (await client.say("EHLO checker.example")).startswith("554 5.5.1 Protocol error")
        assert await client.reply() == ""


async def test_speaking_between_the_banners_lines_is_shown_out(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_server, "SLOW_PAUSE_S", 5)
    async with dialogue(authority, Smtp.SLOW) as client:
        await client.reader.readline()
        assert (await client.say("EHLO checker.example")).startswith("554 5.5.1 Protocol error")


async def test_speaking_before_the_answer_to_starttls_is_shown_out(authority: Authority) -> None:
    async with dialogue(authority, Smtp.STARTTLS) as client:
        await client.reply()
        await client.say("EHLO checker.example")
        assert (await client.say("STARTTLS\r\nEHLO again")).startswith("554 5.5.1 Protocol error")
        assert await client.reply() == ""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("EHLO", "501"),
        ("HELO", "501"),
        ("STARTTLS", "503"),
        ("STARTTLS now", "501"),
        ("NOOP", "250"),
        ("rset", "250"),
        ("MAIL FROM:<>", "503"),
        ("GET / HTTP/1.1", "500"),
        ("X" * 600, "500"),
        ("NOOP\nNOOP", "500"),
        ("QUIT", "221"),
    ],
)
async def test_before_ehlo(authority: Authority, line: str, code: str) -> None:
    async with dialogue(authority, Smtp.STARTTLS) as client:
        await client.reply()
        assert (await client.say(line))[:3] == code


async def test_inside_tls_the_dialogue_starts_over(authority: Authority) -> None:
    async with dialogue(authority, Smtp.STARTTLS) as client:
        await client.reply()
        await client.say("EHLO checker.example")
        assert (await client.say("STARTTLS"))[:3] == "220"
        await client.writer.start_tls(trusting(authority), server_hostname=HOST)
        assert (await client.say("STARTTLS"))[:3] == "503"
        assert "STARTTLS" not in await client.say("EHLO checker.example")
        assert (await client.say("QUIT"))[:3] == "221"
        assert await client.reader.read() == b""


@pytest.mark.parametrize(("smtp", "filtered"), [(Smtp.CLOSED, set()), (Smtp.FILTERED, {25})])
async def test_no_listener(authority: Authority, smtp: Smtp, filtered: set[int]) -> None:
    async with serving(authority, MailServer(smtp=smtp)) as lab:
        assert (set(lab.ports), set(lab.filtered)) == (set(), filtered)
