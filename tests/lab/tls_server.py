"""The TLS side of a laboratory server: look at the first ClientHello, then a canned answer or OpenSSL.

OpenSSL works on memory buffers; it gets the bytes as they came, so what it plays it plays for real.
"""

import contextlib
import functools
import ssl
from collections.abc import Callable

from tests.lab.canned import CANNED, UNRECOGNIZED_NAME, alert, canned_answer
from tests.lab.certificates import Authority, Chain
from tests.lab.client_hello import (
    DEFLATE,
    EXTENDED_MASTER_SECRET,
    HEARTBEAT,
    RENEGOTIATION_INFO,
    SUPPORTED_VERSIONS,
    TLS10,
    TLS12,
    TLS13,
    ClientHello,
    MalformedHelloError,
    missing,
    parse_client_hello,
)
from tests.lab.listener import Connection
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_contexts import RSA_LEAF, context_for
from tests.lab.tls_quirks import Extensions, warning, with_extensions
from tests.lab.tls_session import TlsSession

_PATIENCE = 3
"""Raw hellos in a row that FED_UP takes."""

_RSA_SUITES = (
    (TLS12, frozenset({0xC02F, 0xC030, 0xCCA8, 0xC027, 0xC028, 0x009C, 0x009D, 0x003C, 0x003D})),
    (TLS10, frozenset({0xC013, 0xC014, 0x002F, 0x0035})),
)
"""What INTERMEDIATE plays with an RSA leaf: (from this version on, IANA numbers)."""
_TLS13_SUITES = frozenset({0x1301, 0x1302, 0x1303})

_UNKNOWN_EXTENSIONS = {
    Tls.NO_RENEGOTIATION_INFO: RENEGOTIATION_INFO,
    Tls.NO_MASTER_SECRET: EXTENDED_MASTER_SECRET,
    Tls.HEARTBEAT: HEARTBEAT,
}
"""Extensions that are taken out of ServerHellos, or put in; for raw hellos, since Finished covers them."""

_HANDSHAKE, _SERVER_HELLO = 22, 2
_ALERT = b"\x15"
_SESSION_ID_AT = 5 + 4 + 2 + 32
"""Where a ServerHello at the start of a record has the length of its session id."""


class TlsServer:
    """TLS for one host: its certificate, its kind, and the names that its clients may ask for."""

    def __init__(
        self,
        host: str,
        tls: Tls,
        certificate: Certificate,
        *,
        authority: Authority,
        domain: str,
        sni_only: bool = False,
    ) -> None:
        self._host = host
        self._domain = domain
        self._tls = tls
        self._certificate = certificate
        self._authority = authority
        self._sni_only = sni_only
        self._raw_hellos = 0

    @functools.cached_property
    def chain(self) -> Chain:
        """The key and the certificates sent."""
        return self._authority.chain(
            self._host, self._certificate, self._domain, rsa_key=self._tls in RSA_LEAF
        )

    @functools.cached_property
    def context(self) -> ssl.SSLContext:
        """OpenSSL's settings for this kind, made when the first client comes."""
        return context_for(self._tls, self.chain)

    async def accept(self, connection: Connection) -> TlsSession | None:
        """Answer the first hello; the session when one came about, else None with everything said."""
        received = await first_hello(connection)
        if not received:
            return None
        if self._stays_silent(received):
            await connection.drain()
            return None
        if self._resets(received):
            connection.reset()
            return None
        if self._tls is Tls.WARNS_OF_NAME:
            await connection.write(warning(UNRECOGNIZED_NAME, TLS10))
        if answer := self._answer(received):
            await connection.write(answer)
            await (
                connection.read()
            )  # as a server would, wait for the client's next step: it cannot be a good one
            return None
        connection.unread(received)
        session = TlsSession(connection, self.context, self._tls)
        return session if await session.handshake() else None

    def _answer(self, received: bytes) -> bytes | None:
        """What to say in OpenSSL's place, if anything."""
        hello = _parsed(received)
        if hello is None:
            return None
        name = hello.server_name
        unnamed = name is None and self._sni_only
        if unnamed or (name is not None and name.lower() not in (self._host, self._domain)):
            return alert(UNRECOGNIZED_NAME, TLS12)
        if self._tls is Tls.COMPRESSION and DEFLATE in hello.compressions:
            return _compressing(_first_flight(self.context, received))
        if self._tls in _UNKNOWN_EXTENSIONS and _is_raw(hello):
            return with_extensions(_first_flight(self.context, received), self._change_extensions(hello))
        if self._tls in CANNED:
            return canned_answer(hello, self._tls, self.chain, acceptable=_acceptable(hello))
        return None

    def _change_extensions(self, hello: ClientHello) -> Callable[[Extensions], None]:
        def change(extensions: Extensions) -> None:
            if self._tls is Tls.HEARTBEAT and HEARTBEAT in hello.extensions:
                extensions[HEARTBEAT] = b"\x01"
            elif self._tls is not Tls.HEARTBEAT:
                extensions.pop(_UNKNOWN_EXTENSIONS[self._tls], None)

        return change

    def _stays_silent(self, received: bytes) -> bool:
        hello = _parsed(received)
        if hello is None:
            return False
        if self._tls is Tls.FED_UP:
            self._raw_hellos += 1
            if not _is_raw(hello):
                self._raw_hellos = 0
            return self._raw_hellos > _PATIENCE
        return self._tls is Tls.DROPS_OLD and (hello.ssl2_format or hello.highest() < TLS12)

    def _resets(self, received: bytes) -> bool:
        if self._tls is Tls.AT_MOST_64_SUITES:
            hello = _parsed(received)
            return hello is not None and len(hello.suites) > 64
        return self._tls is Tls.RESETS_ON_REFUSAL and _first_flight(self.context, received)[:1] == _ALERT


def _is_raw(hello: ClientHello) -> bool:
    """Whether the client is none of today: it does not say which versions it supports."""
    return SUPPORTED_VERSIONS not in hello.extensions


def _parsed(received: bytes) -> ClientHello | None:
    try:
        return parse_client_hello(received)
    except MalformedHelloError:
        return None


async def first_hello(connection: Connection) -> bytes:
    """All of the first hello and what came with it; less when the client stops, or speaks no TLS."""
    received = b""
    while missing(received):
        data = await connection.read()
        if not data:
            break
        received += data
    return received


def _acceptable(hello: ClientHello) -> bool:
    """Whether an INTERMEDIATE server with an RSA leaf shares a version and a suite with this client."""
    highest, offered = hello.highest(), set(hello.suites)
    if highest >= TLS13 and offered & _TLS13_SUITES:
        return True
    version = hello.highest(TLS12)
    return any(version >= since and offered & suites for since, suites in _RSA_SUITES)


def _first_flight(context: ssl.SSLContext, received: bytes) -> bytes:
    """What OpenSSL answers to a first hello: its flight up to ServerHelloDone, or its alert."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(received)
    with contextlib.suppress(ssl.SSLError):  # it wants the client's next step
        context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
    return outgoing.read()


def _compressing(flight: bytes) -> bytes:
    """The same flight with DEFLATE chosen: no signature covers that byte before Finished (RFC 5246 §7.4.3)."""
    if flight[0] != _HANDSHAKE or flight[5] != _SERVER_HELLO:
        return flight
    at = _SESSION_ID_AT + 1 + flight[_SESSION_ID_AT] + 2
    return flight[:at] + bytes((DEFLATE,)) + flight[at + 1 :]
