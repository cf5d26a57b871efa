"""What a server says to one raw ClientHello, read as it comes: hostile bytes in, a HelloReply out.

No sockets and no exceptions: bytes that do not parse end the reading, and the reply says so. However the bytes are
split, the reply is the same.
"""

from checker.observations.fact import Fact
from checker.observations.failure import Failure
from checker.observations.tls import HelloReply, TlsOutcome
from checker.protocols.client_hello import (
    DEFLATE,
    EXTENDED_MASTER_SECRET,
    HEARTBEAT,
    RENEGOTIATION_INFO,
    SSL2,
    SSL3,
    TLS10,
    VERSION_NAMES,
    Hello,
)
from checker.protocols.server_messages import (
    MalformedError,
    ServerHello,
    certificates,
    dh_prime_bits,
    server_hello,
    ssl2_version,
)
from checker.protocols.suites import FAMILIES, Family

MAX_RECORD_BYTES = 16_384 + 2_048
"""RFC 5246 §6.2.3."""
MAX_MESSAGE_BYTES = 65_535
"""A whole Certificate message; longer chains are not worth our memory."""

_CONTENT_TYPES = frozenset(range(20, 25))  # change_cipher_spec … heartbeat (RFC 8446 §5.1, RFC 6520)
_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _SERVER_HELLO_DONE = 2, 11, 12, 14
_WARNING = 1
_PASSING_WARNINGS = frozenset({90, 100, 112})  # user_canceled, no_renegotiation, unrecognized_name
_SSL2_ERROR, _SSL2_SERVER_HELLO = 0, 4


class ReplyReader:
    """Reads one server's answer to `hello`; `whole_flight` asks for everything up to ServerHelloDone.

    Feed bytes until `enough`, then take `reply`. Without `whole_flight` the ServerHello is enough, and the
    ServerKeyExchange where a finite-field Diffie-Hellman suite was chosen.
    """

    def __init__(self, hello: Hello, *, whole_flight: bool = False) -> None:
        self._hello = hello
        self._whole_flight = whole_flight
        self._input = bytearray()
        self._messages = bytearray()
        self._heard = False
        self._is_tls = False
        self._malformed = False
        self._done = False
        self._alert: int | None = None
        self._refused = False
        self._version: int | None = None
        self._chosen: ServerHello | None = None
        self._dh_prime_bits: int | None = None
        self._certificates: tuple[bytes, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether further bytes would change nothing."""
        return self._done

    def feed(self, data: bytes) -> bool:
        """Take the next bytes of the server; returns `enough`. Bytes after that are ignored."""
        if self._done or not data:
            return self._done
        self._heard = True
        self._input += data
        try:
            while not self._done and self._record():
                pass
        except MalformedError:
            self._malformed = self._done = True
        if self._done:
            self._input.clear()
            self._messages.clear()
        return self._done

    def reply(self, failure: Failure | None = None) -> HelloReply:
        """What was seen; `failure` says how the connection ended when that came before `enough`."""
        if self._malformed:
            failure = Failure.MALFORMED
        return HelloReply(
            name=self._hello.name,
            outcome=self._outcome(),
            offered_version=VERSION_NAMES[self._hello.version],
            version=VERSION_NAMES[self._version] if self._version is not None else None,
            suite=self._chosen.suite if self._chosen else None,
            alert=self._alert,
            failure=failure,
            dh_prime_bits=self._dh_prime_bits,
            certificates=self._certificates,
            secure_renegotiation=self._extension(RENEGOTIATION_INFO),
            extended_master_secret=self._extension(EXTENDED_MASTER_SECRET),
            heartbeat=self._extension(HEARTBEAT) if self._hello.heartbeat else Fact.NOT_TESTED,
            compression=Fact.of(self._chosen.compression == DEFLATE)
            if self._chosen and self._hello.deflate
            else Fact.NOT_TESTED,
        )

    def _outcome(self) -> TlsOutcome:
        if not self._heard:
            return TlsOutcome.SILENT
        if not self._is_tls:
            return TlsOutcome.NOT_TLS
        if self._alert is not None or self._refused:
            return TlsOutcome.ALERT
        if self._version is None or (self._whole_flight and (self._malformed or not self._done)):
            return TlsOutcome.BROKEN
        return TlsOutcome.ESTABLISHED

    def _extension(self, number: int) -> Fact:
        """Whether the server answered an extension that we offered; SSLv3 has none."""
        if self._chosen is None or self._chosen.version < TLS10:
            return Fact.NOT_TESTED
        return Fact.of(number in self._chosen.extensions)

    def _record(self) -> bool:
        """Consume one record from the input; False when there is none whole."""
        data = self._input
        if not data:
            return False
        if not self._is_tls and self._may_be_ssl2(data[0]):
            return self._ssl2_record()
        if data[0] not in _CONTENT_TYPES or (len(data) > 1 and data[1] != 3):
            raise MalformedError
        if len(data) < 2:
            return False
        self._is_tls = True
        length = int.from_bytes(data[3:5]) if len(data) >= 5 else 0
        if length > MAX_RECORD_BYTES:
            raise MalformedError
        if len(data) < 5 + length:
            return False
        kind, body = data[0], bytes(data[5 : 5 + length])
        del data[: 5 + length]
        self._read_record(kind, body)
        return True

    def _read_record(self, kind: int, body: bytes) -> None:
        if kind == _HANDSHAKE:
            self._messages += body
            while not self._done and self._message():
                pass
        elif kind == _ALERT:
            self._read_alert(body)
        else:
            raise MalformedError  # nothing else may come before our next flight

    def _may_be_ssl2(self, first: int) -> bool:
        return self._hello.version == SSL2 and first & 0x80 != 0

    def _read_alert(self, body: bytes) -> None:
        if len(body) < 2:
            raise MalformedError
        level, description = body[0], body[1]
        if level == _WARNING and description in _PASSING_WARNINGS:
            return
        if self._version is None or self._whole_flight:
            self._alert = description
        self._done = True

    def _message(self) -> bool:
        """Consume one handshake message; False when there is none whole."""
        data = self._messages
        if len(data) < 4:
            return False
        length = int.from_bytes(data[1:4])
        if length > MAX_MESSAGE_BYTES:
            raise MalformedError
        if len(data) < 4 + length:
            return False
        kind, body = data[0], bytes(data[4 : 4 + length])
        del data[: 4 + length]
        if kind == _SERVER_HELLO and self._version is None:
            self._read_server_hello(body)
        elif self._version is None and kind != 0:  # a HelloRequest may be ignored (RFC 5246 §7.4.1.1)
            raise MalformedError
        elif kind == _CERTIFICATE and self._whole_flight:
            self._certificates = certificates(body)
        elif kind == _SERVER_KEY_EXCHANGE:
            if self._chose_finite_field:
                self._dh_prime_bits = dh_prime_bits(body)
                self._done = not self._whole_flight
        elif kind == _SERVER_HELLO_DONE:
            self._done = True
        return True

    def _read_server_hello(self, body: bytes) -> None:
        """A version above ours or a suite we did not offer is no answer to our hello."""
        chosen = server_hello(body)
        if (
            chosen.version not in VERSION_NAMES
            or not SSL3 <= chosen.version <= self._hello.version
            or chosen.suite not in self._hello.suites
            or chosen.suite not in FAMILIES
            or chosen.compression not in ((0, DEFLATE) if self._hello.deflate else (0,))
        ):
            raise MalformedError
        self._chosen = chosen
        self._version = chosen.version
        self._done = not (self._whole_flight or self._chose_finite_field)

    @property
    def _chose_finite_field(self) -> bool:
        return self._chosen is not None and Family.FINITE_FIELD_DH in FAMILIES[self._chosen.suite]

    def _ssl2_record(self) -> bool:
        """One SSLv2 record with its two-byte header (draft-hickman-netscape-ssl-00)."""
        data = self._input
        if len(data) < 3:
            return False
        length = (data[0] & 0x7F) << 8 | data[1]
        if length < 1 or data[2] not in (_SSL2_ERROR, _SSL2_SERVER_HELLO):
            raise MalformedError
        if len(data) < 2 + length:
            return False
        body = bytes(data[3 : 2 + length])
        if data[2] == _SSL2_SERVER_HELLO:
            if ssl2_version(body) != SSL2:
                raise MalformedError
            self._version = SSL2
        self._is_tls = self._done = True
        self._refused = data[2] == _SSL2_ERROR
        return True
