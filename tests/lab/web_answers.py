"""What a web server's port may answer beside the words of Http and Https: data only, no sockets."""

from dataclasses import dataclass
from enum import Enum, auto


class Wire(Enum):
    """How an answer goes over the wire."""

    ORDINARY = auto()
    """HTTP/1.1 with a page and its length."""
    NO_BODY = auto()
    """Content-Length 0."""
    HTTP_1_0 = auto()
    """HTTP/1.0 without a length: the body ends with the connection."""
    BARE_BYTES = auto()
    """The page alone, as in HTTP/0.9."""
    NO_REASON = auto()
    """A status line that ends after the number."""
    CONTINUE_FIRST = auto()
    """100 Continue, which nobody waited for, and then the answer."""
    HINTS_FIRST = auto()
    """103 Early Hints (RFC 8297) and then the answer."""
    CUT_SHORT = auto()
    """Content-Length says more than what comes."""
    BAD_CHUNKS = auto()
    """Transfer-Encoding chunked, and no chunks."""
    UNSOUND_HEAD = auto()
    """A blank before a colon, a line without any, and a Content-Length that is no number."""
    ENDLESS_BODY = auto()
    ENDLESS_HEAD = auto()
    LONG_LINE = auto()
    """One header line of 1 MB."""
    SLOW_HEAD = auto()
    """One byte a second."""
    SLOW_BODY = auto()
    """The head at once, then one byte a second."""
    GZIP_BOMB = auto()
    """Content-Encoding gzip, though identity was asked for: a few KB that hold 16 MB."""
    NO_CLOSE_NOTIFY = auto()
    """No length, and TLS ends without its close_notify (RFC 8446 §6.1)."""
    RESET_AFTER = auto()
    """The answer, and then a reset."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to a GET. Of a port's answers the first that fits is given, and where none fits the page.

    It fits requests for `path` (any, when empty) that lack the cookie `unless_cookie` ("name=value"), and after `times`
    answers no more. In `location` and `fields`, {host}, {domain}, {path}, {ipv4} and {ipv6} are filled in; a lone
    surrogate stands for an octet that is no UTF-8. `location` None sends no such header.
    """

    status: int = 200
    location: str | None = None
    fields: tuple[str, ...] = ()
    head: str = ""
    """HTML for the page's head."""
    wire: Wire = Wire.ORDINARY
    path: str = ""
    unless_cookie: str = ""
    times: int = 0


Answers = tuple[Answer, ...]
