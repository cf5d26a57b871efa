"""TLS over a Stream: the ordinary handshake, which accepts anything so that judging can be done offline.

OpenSSL works on memory buffers here and never sees a socket, so that every wait and byte obeys the Stream's
limits and the first bytes can be told apart from TLS.
"""

import functools
import re
import ssl
import warnings
from collections.abc import Callable
from typing import TypeVar

from checker.network.errors import NetworkError
from checker.network.stream import CHUNK_BYTES, Stream
from checker.network.tls_chain import sent_chain
from checker.network.tls_flight import FirstFlight
from checker.observations.failure import Failure
from checker.observations.tls import Handshake, TlsOutcome

T = TypeVar("T")

MAX_WORDLESS_BYTES = 65_536
"""TLS received in one read without a byte of content: session tickets take a few thousand, and a flood of key updates
(RFC 8446 §4.6.3) costs the processor 30 µs each."""

MAX_CHAIN_BYTES = 32_768
"""How much of a chain is kept, whole certificates from the leaf on; ordinary ones have 5 000."""
_OP_LEGACY_SERVER_CONNECT = 0x4
_CONTENT_TYPES = frozenset(range(20, 25))  # change_cipher_spec … heartbeat (RFC 8446 §5.1, RFC 6520)
_ALERT = 21
_WARNING_OF_NAME = (1, 112)


@functools.cache
def permissive_context() -> ssl.SSLContext:
    """One shared context: no verification, nearly every suite at security level 0, TLS 1.0 up, legacy servers allowed.

    At most 64 suites, since some servers fail on longer lists (measuring.md): left out are those for shared keys, and
    ARIA and CCM, which no server has without others. Nor are there anonymous ones: servers of mail like to choose those
    when they may (Postfix puts them first), and then show no certificate. Whether they are offered is for the raw hellos
    to ask.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.0 and 1.1 are the point here
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP:!ARIA:!AESCCM:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.options &= ~ssl.OP_NO_COMPRESSION
    # A new handshake inside the session is encrypted, so that its costs cannot be bounded (see `tls_flight`).
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context


class TlsStream:
    """Bytes inside an established session. Raises NetworkError like Stream does."""

    def __init__(
        self, stream: Stream, session: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
    ) -> None:
        self._stream = stream
        self._session = session
        self._incoming = incoming
        self._outgoing = outgoing

    async def read(self, max_bytes: int = CHUNK_BYTES, *, wait_s: float | None = None) -> bytes:
        """Decrypted bytes; b"" at close_notify and at a bare close alike.

        Raises NetworkError: TOO_MUCH when over `MAX_WORDLESS_BYTES` bring none, RESET at an alert, MALFORMED.
        """
        wordless = 0

        def count(data: bytes) -> None:
            nonlocal wordless
            wordless += len(data)
            if wordless > MAX_WORDLESS_BYTES:
                raise NetworkError(
                    Failure.TOO_MUCH, f"over {MAX_WORDLESS_BYTES} bytes of TLS without content"
                )

        try:
            return await _pump(
                self._stream,
                self._incoming,
                self._outgoing,
                lambda: self._session.read(max_bytes),
                watch=count,
                wait_s=wait_s,
            )
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError as error:
            # an alert is the peer's word that it has had enough: in TLS 1.3 a missing client certificate comes so late
            failure = Failure.RESET if "ALERT" in _reason(error).upper() else Failure.MALFORMED
            raise NetworkError(failure, _reason(error)) from error

    async def write(self, data: bytes) -> None:
        """Encrypt and send all of `data`."""
        try:
            await _pump(self._stream, self._incoming, self._outgoing, lambda: self._session.write(data))
        except ssl.SSLError as error:
            raise NetworkError(Failure.MALFORMED, _reason(error)) from error

    def close(self) -> None:
        """Close the connection beneath; no close_notify is awaited."""
        self._stream.close()


async def handshake(stream: Stream, server_name: str | None) -> tuple[Handshake, TlsStream | None]:
    """Do the ordinary handshake on a fresh connection; the session is None when none came about.

    `server_name` becomes the SNI (RFC 6066 §3: an A-label host name, never an address, no trailing dot).
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = permissive_context().wrap_bio(incoming, outgoing, server_hostname=server_name)
    first, flight = _FirstBytes(), FirstFlight()

    def watch(data: bytes) -> None:
        first.see(data)
        flight.see(data)

    try:
        await _pump(stream, incoming, outgoing, session.do_handshake, watch=watch)
    except ssl.SSLError as error:
        return first.failed(error), None
    except NetworkError as error:
        return first.broken_off(error), None
    suite = session.cipher()
    seen = Handshake(
        outcome=TlsOutcome.ESTABLISHED,
        version=_version(session.version()),
        suite=suite[0] if suite else None,
        chain=_kept(sent_chain(session)),
    )
    return seen, TlsStream(stream, session, incoming, outgoing)


def _kept(chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The chain up to `MAX_CHAIN_BYTES`; OpenSSL lets 100 KiB through."""
    kept, room = 0, MAX_CHAIN_BYTES
    while kept < len(chain) and len(chain[kept]) <= room:
        room -= len(chain[kept])
        kept += 1
    return chain[:kept]


class _FirstBytes:
    """Remembers the first bytes of the server: TLS or not, and which alert stood first."""

    def __init__(self) -> None:
        self._bytes = b""

    def see(self, data: bytes) -> None:
        if len(self._bytes) < 7:
            self._bytes += data[:7]

    @property
    def _is_tls(self) -> bool:
        return len(self._bytes) >= 3 and self._bytes[0] in _CONTENT_TYPES and self._bytes[1] == 3

    @property
    def _alert(self) -> int | None:
        if not self._is_tls or self._bytes[0] != _ALERT or len(self._bytes) < 7:
            return None
        level, description = self._bytes[5:7]
        # A warning about the name is no refusal (RFC 6066 §3): whatever went wrong came after it.
        return None if (level, description) == _WARNING_OF_NAME else description

    def failed(self, error: ssl.SSLError) -> Handshake:
        if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return self.broken_off(NetworkError(Failure.CLOSED, "closed during the handshake"))
        if not self._is_tls:
            return Handshake(outcome=TlsOutcome.NOT_TLS, failure=Failure.MALFORMED, detail=_reason(error))
        outcome = TlsOutcome.ALERT if self._alert is not None else TlsOutcome.BROKEN
        return Handshake(outcome=outcome, alert=self._alert, failure=Failure.MALFORMED, detail=_reason(error))

    def broken_off(self, error: NetworkError) -> Handshake:
        if not self._bytes:
            outcome = TlsOutcome.SILENT
        elif not self._is_tls:
            outcome = TlsOutcome.NOT_TLS
        else:
            outcome = TlsOutcome.ALERT if self._alert is not None else TlsOutcome.BROKEN
        return Handshake(outcome=outcome, alert=self._alert, failure=error.failure, detail=error.detail)


async def _pump(
    stream: Stream,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    step: Callable[[], T],
    *,
    watch: Callable[[bytes], None] | None = None,
    wait_s: float | None = None,
) -> T:
    """Repeat one OpenSSL operation, carrying bytes between its buffers and the stream, until it is done."""
    while True:
        try:
            result = step()
        except ssl.SSLWantReadError:
            await _flush(stream, outgoing)
            data = await stream.read(wait_s=wait_s)
            if watch:
                watch(data)
            if data:
                incoming.write(data)
            else:
                incoming.write_eof()
            continue
        except ssl.SSLError:
            await _flush_quietly(stream, outgoing)
            raise
        await _flush(stream, outgoing)
        return result


async def _flush(stream: Stream, outgoing: ssl.MemoryBIO) -> None:
    if data := outgoing.read():
        await stream.write(data)


async def _flush_quietly(stream: Stream, outgoing: ssl.MemoryBIO) -> None:
    """Send the alert that OpenSSL prepared; the peer may be gone already, and its error stands."""
    try:
        await _flush(stream, outgoing)
    except NetworkError:
        return


def _version(name: str | None) -> str | None:
    return "TLSv1.0" if name == "TLSv1" else name


def _reason(error: ssl.SSLError) -> str:
    return re.sub(r"\s*\(_ssl\.c:\d+\)$", "", error.reason or str(error))[:200]
