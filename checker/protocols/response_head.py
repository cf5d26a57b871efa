"""The head of an HTTP response read as browsers read it: for servers that the strict parser turns away.

Bytes in, status and fields out. Never frames a body: nothing is sent on, and no second response is looked for.
"""

import re
from dataclasses import dataclass

MAX_INTERIM_RESPONSES = 10
"""1xx responses (RFC 9110 §15.2) that are skipped."""

_STATUS_LINE = re.compile(rb"HTTP/[0-9]\.[0-9] +([0-9]{3})(?![0-9])[^\r\n\0]*+\r?\n")
_END = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """Status and fields of a final response; `rest` is what came after the head."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    rest: bytes


def lenient_head(received: bytes) -> ResponseHead | None:
    """The head at the start of `received`, 1xx responses skipped; None where no whole one stands there.

    A blank before a colon is dropped, a line without a colon or a name is passed over, a folded line is joined
    (RFC 9112 §5.1, §5.2, which let a client do so). A NUL anywhere in the head makes it none.
    """
    received = received.lstrip(b"\r\n")
    for _ in range(MAX_INTERIM_RESPONSES + 1):
        first = _STATUS_LINE.match(received)
        end = _END.search(received, first.end() - 1) if first else None
        if first is None or end is None:
            return None
        status, lines = int(first[1]), received[first.end() : end.start()]
        rest = received[end.end() :]
        if status < 100 or status == 101 or b"\0" in lines:
            return None
        if status >= 200:
            return ResponseHead(status=status, fields=tuple(_fields(lines)), rest=rest)
        received = rest
    return None


def _fields(lines: bytes) -> list[tuple[bytes, bytes]]:
    split = (line.partition(b":") for line in _FOLD.sub(b" ", lines).split(b"\n"))
    return [(name.strip(), value.strip()) for name, colon, value in split if colon and name.strip()]
