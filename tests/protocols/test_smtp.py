"""SMTP replies: how they are split never matters, and nothing passes the caps."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.observations.failure import Failure
from checker.observations.mail import SmtpReply
from checker.protocols.smtp import (
    MAX_LINE_BYTES,
    MAX_LINES,
    MAX_REPLY_BYTES,
    MAX_SAID,
    ReplyError,
    ReplyParser,
    command,
    ehlo_keywords,
)

Outcome = tuple[SmtpReply, bytes] | Failure | None


def outcome(pieces: list[bytes]) -> Outcome:
    """What feeding the pieces comes to: (reply, bytes left over), the failure, or None when more is awaited."""
    parser = ReplyParser()
    try:
        for place, piece in enumerate(pieces):
            if (reply := parser.feed(piece)) is not None:
                return reply, parser.take_leftover() + b"".join(pieces[place + 1 :])
    except ReplyError as error:
        return error.failure
    return None


@pytest.mark.parametrize(
    ("scenario", "data", "reply", "leftover"),
    [
        ("one line", b"220 mx ready\r\n", SmtpReply(code=220, lines=("mx ready",)), b""),
        (
            "several lines",
            b"250-mx\r\n250-SIZE 5\r\n250 HELP\r\n",
            SmtpReply(code=250, lines=("mx", "SIZE 5", "HELP")),
            b"",
        ),
        ("code only", b"220\r\n", SmtpReply(code=220, lines=("",)), b""),
        ("bare line feeds", b"220-a\n220 b\n", SmtpReply(code=220, lines=("a", "b")), b""),
        ("8-bit text", "220 Välkommen\r\n".encode("latin-1"), SmtpReply(code=220, lines=("Välkommen",)), b""),
        (
            "a long line keeps its beginning",
            b"220-" + b"x" * 5_000 + b"\r\n220 mx\r\n",
            SmtpReply(code=220, lines=("x" * (MAX_LINE_BYTES - 4), "mx")),
            b"",
        ),
        ("200 lines", b"250-x\r\n" * 199 + b"250 x\r\n", SmtpReply(code=250, lines=("x",) * 200), b""),
        ("codes differ", b"250-a\r\n421 b\r\n", SmtpReply(code=421, lines=("a", "b")), b""),
        ("injection", b"220 go\r\n250 mx\r\nEH", SmtpReply(code=220, lines=("go",)), b"250 mx\r\nEH"),
    ],
)
def test_replies(scenario: str, data: bytes, reply: SmtpReply, leftover: bytes) -> None:
    assert outcome([data]) == (reply, leftover), scenario


@pytest.mark.parametrize(
    ("scenario", "data", "expected"),
    [
        ("nothing", b"", None),
        ("no line end yet", b"220 mx", None),
        ("more lines to come", b"220-mx\r\n", None),
        ("HTTP", b"HTTP/1.1 400 Bad Request\r\n", Failure.MALFORMED),
        ("SSH", b"SSH-2.0-OpenSSH\r\n", Failure.MALFORMED),
        ("empty line", b"\r\n", Failure.MALFORMED),
        ("code out of range", b"620 mx\r\n", Failure.MALFORMED),
        ("code runs on", b"2200 mx\r\n", Failure.MALFORMED),
        ("endless line", b"220 " + b"x" * MAX_REPLY_BYTES, Failure.TOO_MUCH),
        ("a long line that may yet end", b"220 " + b"x" * MAX_LINE_BYTES, None),
        ("endless lines", b"250-x\r\n" * (MAX_LINES + 1), Failure.TOO_MUCH),
        (
            "too many bytes",
            (b"250-" + b"x" * 1000 + b"\r\n") * (MAX_REPLY_BYTES // 1000 + 1),
            Failure.TOO_MUCH,
        ),
    ],
)
def test_what_is_no_reply(scenario: str, data: bytes, expected: Failure | None) -> None:
    assert outcome([data]) == expected, scenario


@st.composite
def split_bytes(draw: st.DrawFn) -> list[bytes]:
    line = st.builds(
        lambda code, mark, text, end: code + mark + text + end,
        st.sampled_from([b"220", b"250", b"421", b"99", b""]),
        st.sampled_from([b" ", b"-", b""]),
        st.one_of(st.binary(max_size=12), st.sampled_from([b"x" * MAX_LINE_BYTES, b"x" * MAX_REPLY_BYTES])),
        st.sampled_from([b"\r\n", b"\n", b"\r", b""]),
    )
    data = b"".join(draw(st.lists(line, max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@given(split_bytes())
def test_splits_never_matter(pieces: list[bytes]) -> None:
    assert outcome(pieces) == outcome([b"".join(pieces)])


@pytest.mark.parametrize(
    ("scenario", "data", "said"),
    [
        ("nothing", b"", ""),
        ("no line end", b"554 Blocked by policy", "554 Blocked by policy"),
        ("the last line missing", b"421-busy\r\n421-come", "421-busy\r\n421-come"),
        ("no SMTP", b"HTTP/1.1 400 Bad\r\nServer: x\r\n", "HTTP/1.1 400 Bad\r\nServer: x"),
        ("a whole reply is behind us", b"220 mx\r\n", ""),
        ("endless line", b"220 " + b"x" * MAX_REPLY_BYTES, "220 " + "x" * (MAX_SAID - 4)),
        ("many lines", b"220-x\r\n" * 1_000, ("220-x\r\n" * 1_000)[:MAX_SAID].strip()),
    ],
)
def test_what_was_said_instead(scenario: str, data: bytes, said: str) -> None:
    parser = ReplyParser()
    with contextlib.suppress(ReplyError):
        parser.feed(data)
    assert parser.said == said, scenario


def test_one_parser_serves_the_whole_connection() -> None:
    parser = ReplyParser()
    assert parser.feed(b"220-a\r\n220 b\r\n") == SmtpReply(code=220, lines=("a", "b"))
    assert parser.feed(b"250 c\r\n") == SmtpReply(code=250, lines=("c",))


@pytest.mark.parametrize(
    ("scenario", "lines", "offered"),
    [
        ("offered", ("mx", "SIZE 10", "STARTTLS"), True),
        ("odd case and space", ("mx", "StartTLS  "), True),
        ("not offered", ("mx", "SIZE 10"), False),
        ("greeting only", ("STARTTLS",), False),
        ("part of a word", ("mx", "XSTARTTLS"), False),
        ("8-bit beside it", ("mx", "\xe4\xff", "STARTTLS"), True),
    ],
)
def test_keywords(scenario: str, lines: tuple[str, ...], *, offered: bool) -> None:
    assert ("starttls" in ehlo_keywords(SmtpReply(code=250, lines=lines))) is offered, scenario


def test_commands() -> None:
    assert command("STARTTLS") == b"STARTTLS\r\n"
    assert command("EHLO", "checker.example.se") == b"EHLO checker.example.se\r\n"
