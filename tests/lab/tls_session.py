"""TLS inside a laboratory server's connection: OpenSSL on memory buffers, its handshake cut up where the kind says so."""

import contextlib
import ssl
from collections.abc import Callable
from typing import TypeVar

from tests.lab.listener import Connection
from tests.lab.scenario import Tls
from tests.lab.tls_quirks import in_small_records

T = TypeVar("T")

_RECORD_BYTES = 7


class TlsSession:
    """Bytes inside an established session."""

    def __init__(self, connection: Connection, context: ssl.SSLContext, tls: Tls = Tls.MODERN) -> None:
        self._connection = connection
        self._tls = tls
        self._stands = False
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def handshake(self) -> bool:
        """Whether a session came about; OpenSSL's alert has been sent when not."""
        try:
            await self._pump(self._session.do_handshake)
        except ssl.SSLError:
            await self._flush()
            return False
        self._stands = True
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
        data = self._outgoing.read()
        if data and not self._stands and self._tls is Tls.FRAGMENTED:
            data = in_small_records(data, _RECORD_BYTES)
        if data and not self._stands and self._tls is Tls.BYTE_BY_BYTE:
            for byte in data:
                await self._connection.write(bytes((byte,)))
        elif data:
            await self._connection.write(data)
