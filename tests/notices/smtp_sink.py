"""A mail server that keeps what it is given: RFC 5321 with STARTTLS, AUTH and SMTPUTF8, and refusals as told.

In a thread of its own on blocking sockets: what a client in an event loop waits for never waits for that loop.
"""

import base64
import socket
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HANG = "hang"
"""In place of a reply: nothing more is said."""
CLOSE = "close"
PASSWORD = "hemlig-åäö-Zx9"
USER = "kollen"


class _OverError(Exception):
    """The conversation is."""


@dataclass(kw_only=True)
class SmtpSink:
    """`replies` are told one after the other in place of the ordinary one, by verb ("" is the greeting)."""

    context: ssl.SSLContext | None = None
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 1000000", "AUTH PLAIN LOGIN", "SMTPUTF8")
    replies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    port: int = 0
    connections: int = 0
    messages: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    _peer: socket.socket | None = None

    @contextmanager
    def serving(self, *, implicit_tls: bool = False) -> Iterator["SmtpSink"]:
        """On loopback, one connection after the other."""
        self._waiting = defaultdict[str, deque[str]](
            deque, {verb: deque(told) for verb, told in self.replies.items()}
        )
        self._implicit_tls = implicit_tls
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listener,))
            thread.start()
            try:
                yield self
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                if self._peer:
                    with suppress(OSError):
                        self._peer.shutdown(socket.SHUT_RDWR)
                thread.join()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._peer = peer
            with suppress(OSError, _OverError):
                _Conversation(self, peer).run()
            # what TLS made of the socket is the one that is open now
            with suppress(OSError):
                self._peer.close()

    def next_reply(self, verb: str, ordinary: str) -> str:
        waiting = self._waiting[verb]
        return waiting.popleft() if waiting else ordinary

    def tells(self, verb: str) -> bool:
        return bool(self._waiting[verb])

    def wrap(self, peer: socket.socket) -> ssl.SSLSocket:
        assert self.context
        try:
            self._peer = wrapped = self.context.wrap_socket(peer, server_side=True)
        except OSError:
            peer.close()
            raise
        return wrapped


class _Conversation:
    def __init__(self, sink: SmtpSink, peer: socket.socket) -> None:
        self._sink = sink
        self._encrypted = sink._implicit_tls
        self._use(sink.wrap(peer) if sink._implicit_tls else peer)

    def _use(self, peer: socket.socket) -> None:
        self._peer = peer
        self._received = b""

    def run(self) -> None:
        self._say("", "220 sink ESMTP")
        while True:
            self._command(self._until(b"\r\n")[:-2].decode())

    def _command(self, line: str) -> None:
        self._sink.commands.append(line)
        verb = line.split(" ", 1)[0].upper()
        match verb:
            case "EHLO":
                offered = [*self._sink.extensions]
                if self._sink.context and not self._encrypted:
                    offered.append("STARTTLS")
                *first, last = ["sink", *offered]
                self._say(verb, "\r\n".join([*(f"250-{word}" for word in first), f"250 {last}"]))
            case "STARTTLS":
                if self._say(verb, "220 go ahead").startswith("220"):
                    self._use(self._sink.wrap(self._peer))
                    self._encrypted = True
            case "AUTH":
                self._auth(line)
            case "MAIL":
                self._from = line
                self._say(verb, "250 ok")
            case "RCPT":
                self._to = line
                self._say(verb, "250 ok")
            case "DATA":
                self._data()
            case "QUIT":
                self._say(verb, "221 bye")
                raise _OverError
            case _:
                self._say(verb, "250 ok")

    def _auth(self, line: str) -> None:
        expected = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        good = line == f"AUTH PLAIN {expected}"
        self._sink.logged_in.append(good)
        # as talkative as a server can be: it repeats what it was given
        self._say("AUTH", "235 welcome" if good else f"535 5.7.8 no such login: {line}")

    def _data(self) -> None:
        if not self._say("DATA", "354 go on").startswith("354"):
            return
        data = self._until(b"\r\n.\r\n")
        if not self._sink.tells("."):
            self._sink.messages.append(data[:-3].replace(b"\r\n..", b"\r\n."))
            self._sink.envelopes.append((self._from, self._to))
            self._sink.encrypted.append(self._encrypted)
        self._say(".", "250 taken")

    def _say(self, verb: str, ordinary: str) -> str:
        said = self._sink.next_reply(verb, ordinary)
        if said == HANG:
            while self._peer.recv(1024):
                pass
        if said in (HANG, CLOSE):
            raise _OverError
        self._peer.sendall(f"{said}\r\n".encode())
        return said

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            more = self._peer.recv(4096)
            if not more:
                raise _OverError
            self._received += more
        taken, _, self._received = self._received.partition(end)
        return taken + end
