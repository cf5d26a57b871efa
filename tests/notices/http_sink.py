"""A web server that keeps what is posted to it and answers as told; in a thread of its own, on loopback."""

import ssl
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG = 0
"""In place of a status: no answer."""


@dataclass(frozen=True, kw_only=True)
class Post:
    path: str
    headers: Message
    body: bytes


@dataclass(kw_only=True)
class HttpSink:
    """`statuses` are answered one after the other, then 204."""

    statuses: Sequence[int] = ()
    said: bytes = b""
    context: ssl.SSLContext | None = None
    posts: list[Post] = field(default_factory=list)
    url: str = ""

    @contextmanager
    def serving(self) -> Iterator["HttpSink"]:
        released = threading.Event()
        waiting = deque(self.statuses)
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.posts.append(Post(path=self.path, headers=self.headers, body=body))
                status = waiting.popleft() if waiting else 204
                if status == HANG:
                    released.wait()
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{sink.url}/elsewhere")
                self.send_header("Content-Length", str(len(sink.said)))
                self.end_headers()
                self.wfile.write(sink.said)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """A client that leaves is no trouble of the test."""

        server = Server(("127.0.0.1", 0), Handler)
        if self.context:
            server.socket = self.context.wrap_socket(server.socket, server_side=True)
        self.url = f"{'https' if self.context else 'http'}://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            released.set()
            server.shutdown()
            server.server_close()
            thread.join()
