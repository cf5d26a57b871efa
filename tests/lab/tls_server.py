"""The TLS side of a laboratory server: look at the first ClientHello, then a canned answer or OpenSSL.

OpenSSL works on memory buffers; it gets the bytes as they came, so what it plays it plays for real.
"""

import contextlib
import functools
import ssl
import tempfile
from collections.abc import Callable
from typing import TypeVar

from tests.lab.canned import CANNED, UNRECOGNIZED_NAME, alert, canned_answer
from tests.lab.certificates import KEYS, Authority, Chain, chain_pem
from tests.lab.client_hello import (
    DEFLATE,
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

T = TypeVar("T")

MODERN_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
INTERMEDIATE_SUITES = f"{MODERN_SUITES}:ECDHE+AES:kRSA+AESGCM:kRSA+AES:!AESCCM"
_EXTRA_SUITES = {
    Tls.NULL_TOO: "eNULL:!aNULL",
    Tls.ANONYMOUS_TOO: "AECDH+AES:ADH+AES",
    Tls.DH_1024: "DHE+AES:!aNULL",
}
_DH_PARAMETERS = {Tls.ANONYMOUS_TOO: "dh_2048.pem", Tls.DH_1024: "dh_1024.pem"}
_RSA_LEAF = CANNED | {Tls.NULL_TOO, Tls.DH_1024}

_RSA_SUITES = (
    (TLS12, frozenset({0xC02F, 0xC030, 0xCCA8, 0xC027, 0xC028, 0x009C, 0x009D, 0x003C, 0x003D})),
    (TLS10, frozenset({0xC013, 0xC014, 0x002F, 0x0035})),
)
"""What INTERMEDIATE plays with an RSA leaf: (from this version on, IANA numbers)."""
_TLS13_SUITES = frozenset({0x1301, 0x1302, 0x1303})

_HANDSHAKE, _SERVER_HELLO = 22, 2
_SESSION_ID_AT = 5 + 4 + 2 + 32
"""Where a ServerHello at the start of a record has the length of its session id."""


class TlsSession:
    """Bytes inside an established session."""

    def __init__(self, connection: Connection, context: ssl.SSLContext) -> None:
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def handshake(self) -> bool:
        """Whether a session came about; OpenSSL's alert has been sent when not."""
        try:
            await self._pump(self._session.do_handshake)
        except ssl.SSLError:
            await self._flush()
            return False
        return True

    async def read(self) -> bytes:
        """Some decrypted bytes; b"" when the client is done or gone."""
        try:
            return await self._pump(lambda: self._session.read(16_384))
        except ssl.SSLError:
            return b""

    async def write(self, data: bytes) -> None:
        """Encrypt and send all of `data`."""
        self._session.write(data)
        await self._flush()

    async def finish(self) -> None:
        """Send close_notify and await none."""
        with contextlib.suppress(ssl.SSLError):
            self._session.unwrap()
        await self._flush()

    async def _pump(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                if data := await self._connection.read():
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
                continue
            await self._flush()
            return result

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._connection.write(data)


class TlsServer:
    """TLS for one host: its certificate, its kind, and the names that its clients may ask for."""

    def __init__(
        self, host: str, tls: Tls, certificate: Certificate, *, authority: Authority, domain: str
    ) -> None:
        self._host = host
        self._domain = domain
        self._tls = tls
        self._certificate = certificate
        self._authority = authority

    @functools.cached_property
    def chain(self) -> Chain:
        """The key and the certificates sent."""
        return self._authority.chain(
            self._host, self._certificate, self._domain, rsa_key=self._tls in _RSA_LEAF
        )

    @functools.cached_property
    def context(self) -> ssl.SSLContext:
        """OpenSSL's settings for this kind, made when the first client comes."""
        return _context(self._tls, self.chain)

    async def accept(self, connection: Connection) -> TlsSession | None:
        """Answer the first hello; the session when one came about, else None with everything said."""
        received = await _first_hello(connection)
        if not received:
            return None
        if answer := self._answer(received):
            await connection.write(answer)
            await (
                connection.read()
            )  # as a server would, wait for the client's next step: it cannot be a good one
            return None
        connection.unread(received)
        session = TlsSession(connection, self.context)
        return session if await session.handshake() else None

    def _answer(self, received: bytes) -> bytes | None:
        """What to say in OpenSSL's place, if anything."""
        try:
            hello = parse_client_hello(received)
        except MalformedHelloError:
            return None
        name = hello.server_name
        if name is not None and name.lower() not in (self._host, self._domain):
            return alert(UNRECOGNIZED_NAME, TLS12)
        if self._tls is Tls.COMPRESSION and DEFLATE in hello.compressions:
            return _compressing(_first_flight(self.context, received))
        if self._tls in CANNED:
            return canned_answer(hello, self._tls, self.chain, acceptable=_acceptable(hello))
        return None


async def _first_hello(connection: Connection) -> bytes:
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


def _context(tls: Tls, chain: Chain) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if tls is Tls.MODERN:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        suites = MODERN_SUITES
    else:
        # TLS 1.0 in effect: SSLv3 is off by an option. Naming it would be deprecated.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        suites = ":".join(filter(None, (INTERMEDIATE_SUITES, _EXTRA_SUITES.get(tls))))
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_TICKET
    context.num_tickets = 0
    if tls in _DH_PARAMETERS:
        context.load_dh_params(str(KEYS / _DH_PARAMETERS[tls]))
    with tempfile.NamedTemporaryFile(suffix=".pem") as pem:  # the ssl module reads chains from files only
        pem.write(chain_pem(chain))
        pem.flush()
        context.load_cert_chain(pem.name)
    return context
