"""Answers of the laboratory's web servers as bytes, sound ones and unsound ones, and how they are sent."""

import asyncio
import gzip
from collections.abc import Mapping
from dataclasses import dataclass

from tests.lab.listener import CHUNK_BYTES, Peer
from tests.lab.web_answers import Answer, Wire

DRIP_S = 1.0
"""Between two bytes of a slow server."""
LONG_LINE_BYTES = 1_000_000
BOMB_BYTES = 16_000_000

_REASONS = {
    200: "OK",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    421: "Misdirected Request",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_WITHOUT_LENGTH = (Wire.HTTP_1_0, Wire.NO_CLOSE_NOTIFY, Wire.ENDLESS_BODY, Wire.BAD_CHUNKS)
_LENGTH = {Wire.UNSOUND_HEAD: "many", Wire.CUT_SHORT: "100000", Wire.SLOW_BODY: "100000"}
_FIRST = {
    Wire.CONTINUE_FIRST: b"HTTP/1.1 100 Continue\r\n\r\n",
    Wire.HINTS_FIRST: b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
}
_FIELDS = {
    Wire.UNSOUND_HEAD: ("X-Powered-By : lab", "no colon here"),
    Wire.BAD_CHUNKS: ("Transfer-Encoding: chunked",),
    Wire.GZIP_BOMB: ("Content-Encoding: gzip",),
    Wire.LONG_LINE: (f"X-Long: {'x' * LONG_LINE_BYTES}",),
}
CLOSING = frozenset(Wire) - {
    Wire.ORDINARY,
    Wire.NO_BODY,
    Wire.NO_REASON,
    Wire.CONTINUE_FIRST,
    Wire.HINTS_FIRST,
    Wire.GZIP_BOMB,
    Wire.LONG_LINE,
}
"""After these the connection is of no more use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of one request; `host` without port, None when the field is missing."""

    method: str
    path: str
    version: str
    host: str | None
    close: bool
    cookies: frozenset[str] = frozenset()


async def send(peer: Peer, answer: Answer, request: Request, words: Mapping[str, str]) -> None:
    """Send an answer the way its `wire` says; an endless one ends with an OSError, when the client has gone.

    `words` fill in what location and fields leave open.
    """
    head, body = _render(answer, request, words)
    match answer.wire:
        case Wire.BARE_BYTES:
            await peer.write(body)
        case Wire.ENDLESS_HEAD:
            await peer.write(head.removesuffix(b"\r\n"))
            await _send_for_ever(peer, b"X-More: and more\r\n" * (CHUNK_BYTES // 20))
        case Wire.ENDLESS_BODY:
            await peer.write(head)
            await _send_for_ever(peer, b"<p>And more.\n" * (CHUNK_BYTES // 20))
        case Wire.SLOW_HEAD:
            await _drip(peer, head + body)
        case Wire.SLOW_BODY:
            await peer.write(head)
            await _drip(peer, body)
        case _:
            await peer.write(head + body)


def _render(answer: Answer, request: Request, words: Mapping[str, str]) -> tuple[bytes, bytes]:
    wire, reason = answer.wire, _REASONS[answer.status]
    page = (
        f'<!doctype html><html lang="en"><head><title>{reason}</title>{_filled(answer.head, words)}</head>'
        f"<body><p>{answer.status} {reason}</p></body></html>\n"
    ).encode()
    if wire is Wire.NO_BODY or answer.status == 204:
        page = b""
    if wire is Wire.GZIP_BOMB:
        page = gzip.compress(page + b" " * BOMB_BYTES)
    version = "HTTP/1.0" if wire is Wire.HTTP_1_0 else request.version
    close = request.close or wire in CLOSING
    fields = [
        f"{version} {answer.status}" + ("" if wire is Wire.NO_REASON else f" {reason}"),
        "Server: lab",
        "Content-Type: text/html; charset=utf-8",
        f"Connection: {'close' if close else 'keep-alive'}",
        *_FIELDS.get(wire, ()),
        *answer.fields,
    ]
    if wire not in _WITHOUT_LENGTH and answer.status != 204:
        fields.append(f"Content-Length: {_LENGTH.get(wire, len(page))}")
    if answer.location is not None:
        fields.append(f"Location: {answer.location}")
    head = "\r\n".join([*(_filled(field, words) for field in fields), "", ""])
    sent = page if request.method != "HEAD" else b""
    return _FIRST.get(wire, b"") + head.encode("utf-8", "surrogateescape"), sent


def _filled(field: str, words: Mapping[str, str]) -> str:
    for word, text in words.items():
        field = field.replace(f"{{{word}}}", text)
    return field


async def _send_for_ever(peer: Peer, data: bytes) -> None:
    while True:
        await peer.write(data)


async def _drip(peer: Peer, data: bytes) -> None:
    for octet in data:
        await peer.write(bytes((octet,)))
        await asyncio.sleep(DRIP_S)
