"""What a scripted MX host says, word for word."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.lab.certificates import Authority
from tests.lab.scenario import MailServer
from tests.lab.smtp_client import HOST, serving, talking, trusting, whole_dialogue
from tests.lab.smtp_script import HANDSHAKE_FAILURE, SmtpScript, Then, says, trickle


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(datetime.now(UTC))


BYE = says(b"421 bye\r\n", then=Then.CLOSE)


async def scripted(authority: Authority, script: SmtpScript, *lines: str) -> list[str]:
    """The banner and the replies to `lines`, all in words; "" where the server closed."""
    async with serving(authority, MailServer(script=script)) as lab, talking(lab) as client:
        return [await (client.say(line) if line else client.reply()) for line in ("", *lines)]


@pytest.mark.parametrize(
    ("scenario", "script", "replies"),
    [
        (
            "in place of every word",
            SmtpScript(
                banner=says(b"220 b\r\n"),
                ehlo=says(b"250 e\r\n"),
                helo=says(b"250 h\r\n"),
                starttls=says(b"454 s\r\n"),
            ),
            ["220 b", "250 e", "250 h", "454 s"],
        ),
        ("a pause", SmtpScript(banner=says(b"220-a\r\n", 0.01, b"220 b\r\n")), ["220-a\n220 b"]),
        ("a trickle", SmtpScript(banner=trickle(b"220 b\r\n", 0.001)), ["220 b"]),
        ("closes", SmtpScript(banner=BYE), ["421 bye", ""]),
        ("closes at EHLO", SmtpScript(banner=says(b"220 b\r\n"), ehlo=BYE), ["220 b", "421 bye", ""]),
        (
            "refuses and goes on",
            SmtpScript(banner=says(b"220 b\r\n"), ehlo=says(b"550 no\r\n")),
            ["220 b", "550 no"],
        ),
    ],
)
async def test_scripts(authority: Authority, scenario: str, script: SmtpScript, replies: list[str]) -> None:
    lines = ("EHLO checker.example", "HELO checker.example", "STARTTLS")
    assert await scripted(authority, script, *lines[: len(replies) - 1]) == replies, scenario


async def test_a_script_in_place_of_tls(authority: Authority) -> None:
    script = SmtpScript(
        starttls=says(b"250 yes\r\n"), instead_of_tls=says(HANDSHAKE_FAILURE, then=Then.CLOSE)
    )
    async with serving(authority, MailServer(script=script)) as lab, talking(lab) as client:
        await client.reply()
        await client.say("EHLO checker.example")
        assert await client.say("STARTTLS") == "250 yes"
        client.writer.write(b"\x16\x03\x01\x00\x05hello")
        assert await client.reader.read() == HANDSHAKE_FAILURE


async def test_a_scripted_220_is_followed_by_tls(authority: Authority) -> None:
    server = MailServer(script=SmtpScript(starttls=says(b"220\r\n")))
    async with serving(authority, server) as lab:
        seen = await asyncio.to_thread(whole_dialogue, lab.ports[25], trusting(authority))
        assert seen == (True, False, 250)


async def test_for_ever_ends_with_the_client(authority: Authority) -> None:
    script = SmtpScript(banner=says(b"220-more\r\n", forever=True))
    async with serving(authority, MailServer(script=script)) as lab, talking(lab) as client:
        assert await client.reader.readexactly(100_000)


async def test_the_first_connections_have_scripts_of_their_own(authority: Authority) -> None:
    server = MailServer(
        first=(SmtpScript(banner=BYE), SmtpScript()), script=SmtpScript(banner=says(b"220 b\r\n"))
    )
    async with serving(authority, server) as lab:
        greetings = []
        for _ in range(4):
            async with talking(lab) as client:
                greetings.append(await client.reply())
    assert greetings == ["421 bye", f"220 {HOST} ESMTP lab", "220 b", "220 b"]


async def test_reset(authority: Authority) -> None:
    script = SmtpScript(banner=says(b"220-a\r\n", then=Then.RESET))
    async with serving(authority, MailServer(script=script)) as lab:
        reader, writer = await asyncio.open_connection("127.0.0.1", lab.ports[25])
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 30)
        writer.close()
