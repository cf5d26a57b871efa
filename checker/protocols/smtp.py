"""The client side of SMTP as bytes: commands out, replies in (RFC 5321 §4.2). Never touches a socket."""

import re

from aiosmtplib.esmtp import parse_esmtp_extensions

from checker.observations.failure import Failure
from checker.observations.mail import SmtpReply

MAX_LINE_BYTES = 2_048
"""What is kept of one reply line; RFC 5321 §4.5.3.1.5 says 512, real servers pass it. As senders do, the rest is skipped."""
MAX_LINES = 512
MAX_REPLY_BYTES = 32_768
"""One whole reply, line ends and skipped bytes included."""
MAX_SAID = 300
"""Characters kept of what was said instead of a reply."""

_REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)


class ReplyError(ValueError):
    """The bytes are no SMTP reply (MALFORMED) or pass a cap (TOO_MUCH)."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail


class ReplyParser:
    """Takes bytes as they come and says when one reply is complete. One parser serves one connection.

    Lines may end in CRLF or bare LF; of a multi-line reply whose codes differ the last one counts. How the bytes
    are split over `feed` never changes the outcome. `said` is what has come of a reply that is not complete, or that
    was none: for people to read.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[str] = []
        self._reply_bytes = 0
        self._said = b""

    def feed(self, data: bytes) -> SmtpReply | None:
        """Add bytes; the reply when its last line is there, else None. Raises ReplyError."""
        self._buffer += data
        while True:
            line, end, rest = self._buffer.partition(b"\n")
            if self._reply_bytes + len(line) >= MAX_REPLY_BYTES:
                self._keep(line)
                raise ReplyError(Failure.TOO_MUCH, f"a reply over {MAX_REPLY_BYTES} bytes")
            if not end:
                return None
            self._buffer = rest
            reply = self._line(line)
            if reply is not None:
                return reply

    @property
    def said(self) -> str:
        """The words so far, decoded as Latin-1, at most MAX_SAID characters, not yet neutralised."""
        return (self._said + self._buffer[:MAX_SAID])[:MAX_SAID].decode("latin-1").strip()

    def take_leftover(self) -> bytes:
        """Bytes that came after the complete reply; they are forgotten here."""
        leftover, self._buffer = self._buffer, b""
        return leftover

    def _line(self, line: bytes) -> SmtpReply | None:
        self._reply_bytes += len(line) + 1
        self._keep(line + b"\n")
        if len(self._lines) >= MAX_LINES:
            raise ReplyError(Failure.TOO_MUCH, f"a reply over {MAX_LINES} lines")
        match = _REPLY_LINE.fullmatch(line.rstrip(b"\r")[:MAX_LINE_BYTES])
        if match is None:
            raise ReplyError(Failure.MALFORMED, "a line that is no SMTP reply")
        code, separator, text = match.groups(default=b"")
        self._lines.append(text.decode("latin-1"))
        if separator == b"-":
            return None
        reply = SmtpReply(code=int(code), lines=tuple(self._lines))
        self._lines, self._reply_bytes, self._said = [], 0, b""
        return reply

    def _keep(self, data: bytes) -> None:
        self._said += data[: MAX_SAID - len(self._said)] if len(self._said) < MAX_SAID else b""


def ehlo_keywords(reply: SmtpReply) -> frozenset[str]:
    """The extension keywords of a positive EHLO reply, lower-case; the greeting line is none of them.

    RFC 5321 §4.1.1.1; keywords are case-insensitive.
    """
    extensions, _ = parse_esmtp_extensions("\n".join(reply.lines))
    return frozenset(extensions)


def command(verb: str, argument: str = "") -> bytes:
    """One command line. The argument is ours (a host name), never a peer's."""
    return f"{verb} {argument}".rstrip().encode("ascii") + b"\r\n"
