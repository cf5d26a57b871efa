"""What an MX host says in place of the ordinary words: bytes and pauses as data, played by the SMTP server."""

from dataclasses import dataclass
from enum import Enum, auto


class Then(Enum):
    """What the server does when it has said its piece."""

    GO_ON = auto()
    CLOSE = auto()
    RESET = auto()
    SILENCE = auto()
    """Takes what comes and says nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """Pieces in turn: bytes go out as they stand, numbers are pauses in seconds. `forever` begins again at the end.

    A client that speaks during a pause is shown out.
    """

    pieces: tuple[bytes | float, ...] = ()
    then: Then = Then.GO_ON
    forever: bool = False

    @property
    def data(self) -> bytes:
        """All that is said, without the pauses."""
        return b"".join(piece for piece in self.pieces if isinstance(piece, bytes))


def says(*pieces: bytes | float, then: Then = Then.GO_ON, forever: bool = False) -> Says:
    """What is said in one place of the dialogue; every line end is written out."""
    return Says(pieces=pieces, then=then, forever=forever)


def trickle(data: bytes, pause_s: float) -> Says:
    """The same byte by byte, with a pause between them."""
    return says(*(piece for byte in data for piece in (pause_s, bytes((byte,)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpScript:
    """The places of a dialogue where a server departs from the ordinary; None where it does not.

    `starttls` goes on to TLS when what it says begins with a 2. `instead_of_tls` is said when the ClientHello has come.
    """

    banner: Says | None = None
    ehlo: Says | None = None
    helo: Says | None = None
    starttls: Says | None = None
    instead_of_tls: Says | None = None


SERVER_HELLO = b"\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03" + bytes(range(32)) + b"\x00\xc0\x2f\x00"
"""A TLS 1.2 ServerHello that chooses an ordinary suite (RFC 5246 §7.4.1.3), and nothing after it."""
HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"
"""Fatal alert 40 (RFC 5246 §7.2)."""
