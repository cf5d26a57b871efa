"""One SMTP dialogue each, as a server may say its side of it: read alike however it is split, within the caps."""

import random
import re
from collections.abc import Iterable

from checker.observations.failure import Failure
from checker.observations.mail import SmtpReply
from checker.protocols.smtp import (
    MAX_LINE_BYTES,
    MAX_LINES,
    MAX_REPLY_BYTES,
    MAX_SAID,
    ReplyError,
    ReplyParser,
    ehlo_keywords,
)
from tests.hostile.changes import HOSTILE_BYTES, change, pieces

_SMTP_LINES = (
    b"220 mx.example.se ESMTP",
    b"220-mx.example.se wait",
    b"250-mx.example.se",
    b"250-STARTTLS",
    b"250 starttls",
    b"250-StartTLS arg",
    b"250 AUTH=PLAIN STARTTLS",
    b"250-XSTARTTLS",
    b"250-SIZE 1\x0bSTARTTLS",
    b"250-\x85STARTTLS",
    b"250-8BITMIME\rSTARTTLS",
    b"250",
    b"250 ",
    b"421 4.3.2 gone",
    b"454 TLS not available",
    b"599-",
    b"199 x",
    b"2500 x",
    b"",
    b"250-" + b"x" * (MAX_LINE_BYTES - 4),
    b"250-" + b"y" * (MAX_LINE_BYTES - 3),
)


def smtp_reply(draw: random.Random) -> None:
    """A server's lines, changed: the same replies in whatever pieces they come, within the caps."""
    lines = [draw.choice(_SMTP_LINES) for _ in range(draw.choice((1, 2, 4, 8)))]
    if draw.random() < 0.1:
        lines = [b"250-" + draw.randbytes(draw.choice((1, 200, 1_900))).replace(b"\n", b"?")] * draw.choice(
            (20, 127, 128, 300)
        )
    data = b"".join(line + draw.choice((b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r\r\n")) for line in lines)
    data = change(draw, data) if draw.random() < 0.7 else data
    if draw.random() < 0.3:
        at = draw.randrange(len(data) + 1)
        data = data[:at] + draw.choice(HOSTILE_BYTES) + data[at:]
    whole = _replies([data])
    assert whole == _replies(pieces(draw, data)), "split"
    for reply in whole:
        if isinstance(reply, SmtpReply):
            _sound_reply(reply)


def _replies(parts: Iterable[bytes]) -> list[SmtpReply | Failure]:
    """Every reply of one dialogue, at the end the trouble that stopped the reading, if any."""
    parser, found = ReplyParser(), list[SmtpReply | Failure]()
    for part in parts:
        rest = part
        while True:
            try:
                reply = parser.feed(rest)
            except ReplyError as error:
                return [*found, error.failure]
            assert len(parser._buffer) <= len(part) + MAX_REPLY_BYTES
            assert len(parser.said) <= MAX_SAID
            if reply is None:
                break
            found.append(reply)
            rest = b""
    return found


def _sound_reply(reply: SmtpReply) -> None:
    assert 200 <= reply.code <= 599
    assert 1 <= len(reply.lines) <= MAX_LINES
    assert sum(map(len, reply.lines)) <= MAX_REPLY_BYTES
    assert all(len(line) <= MAX_LINE_BYTES and "\n" not in line for line in reply.lines)
    first_words = {line.split()[0].lower() for line in reply.lines[1:] if line.strip()}
    assert ("starttls" in ehlo_keywords(reply)) <= ("starttls" in first_words)
    plain = any(re.fullmatch(r"(?i)starttls *\r?", line) for line in reply.lines[1:])
    assert plain <= ("starttls" in ehlo_keywords(reply))
