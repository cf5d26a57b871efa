"""A real web server on loopback for the files of a folder, in a thread. Says nothing, changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Requests are no news."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the folder's start page; it stands below a path of its own, as many sites do."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder.parent)))
    thread = Thread(target=server.serve_forever, name="web server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{folder.name}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
