"""What servers that mean harm say on ports 80, 443 and 25: too little, too much, for ever, or in circles.

Each kind is three conversations. Whatever is endless ends when the client goes, and is cheap to write: the checker's
costs are to be measured, not the laboratory's.
"""

import asyncio
import functools
import gzip
import itertools
import secrets
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.certificates import Authority, chain_pem
from tests.lab.client_hello import missing
from tests.lab.key_updates import KeyUpdates, renewable
from tests.lab.listener import Connection, Conversation, Peer
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer, TlsSession

DRIP_S = 1.0
"""One byte in so many seconds."""
HUGE_BYTES = 100_000_000
BLOCK_BYTES = 65_536
MAZE_PAUSE_S = 0.3
TICKETS = 1_000
UPDATES_AT_ONCE = 100
FAT_BYTES = 90_000
"""A chain just below what OpenSSL takes (100 KiB)."""

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
HELLO_REQUEST = b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"
WARNING = b"\x15\x03\x03\x00\x02\x01\x5a"
"""The alert user_canceled."""
SERVER_HELLO = (
    b"\x16\x03\x03\x00\x31\x02\x00\x00\x2d\x03\x03"
    + bytes(32)
    + b"\x00\xc0\x2f\x00\x00\x05\xff\x01\x00\x01\x00"
)
"""TLS 1.2 with ECDHE_RSA_WITH_AES_128_GCM_SHA256 and RFC 5746."""
CERTIFICATE_OF_16_MB = b"\x16\x03\x03\x40\x00\x0b\xff\xff\xff\xff\xff\xfc\xff\xff\xf9"


@dataclass(kw_only=True)
class Scene:
    """One hostile host: its names, the laboratory's CA, and the hosts that are hostile in the same way."""

    host: str
    domain: str
    authority: Authority
    others: tuple[str, ...] = ()
    visits: "itertools.count[int]" = field(default_factory=itertools.count)

    @functools.cached_property
    def tls(self) -> TlsServer:
        """An ordinary TLS server for the host."""
        return TlsServer(
            self.host, Tls.MODERN, Certificate.GOOD, authority=self.authority, domain=self.domain
        )

    @functools.cached_property
    def many_tickets(self) -> ssl.SSLContext:
        """TLS 1.3 with thousands of session tickets."""
        context = _context(chain_pem(self.tls.chain))
        context.num_tickets = TICKETS
        return context

    def fat_context(self) -> ssl.SSLContext:
        """A chain of nearly 100 KiB that no two connections get alike."""
        filler = _filler()[:-8] + secrets.token_bytes(8)
        return _context(chain_pem(self.tls.chain) + ssl.DER_cert_to_PEM_cert(filler).encode("ascii"))


Stage = Callable[[Scene, Connection], Awaitable[None]]
Page = Callable[[Scene, Peer, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostility:
    """One kind: what the ports do, on how many mail hosts; `one_address` puts mail on the web host."""

    name: str
    http: Stage
    https: Stage
    smtp: Stage
    mail_hosts: int = 1
    one_address: bool = False

    def conversations(self, scene: Scene) -> dict[int, Conversation]:
        """The conversations of one host, by port."""
        return {
            port: functools.partial(stage, scene)
            for port, stage in ((80, self.http), (443, self.https), (25, self.smtp))
        }


def _context(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


@functools.cache
def _filler() -> bytes:
    """A certificate that is nearly all extension, in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Filler")])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    blob = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(FAT_BYTES))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, since, since + timedelta(days=9_999))
        .add_extension(blob, critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.DER)


async def _tarpit(_: Scene, connection: Connection) -> None:
    await connection.drain()


async def _reset(_: Scene, connection: Connection) -> None:
    connection.reset()


async def _flood(peer: Peer, unit: bytes, in_all: int | None = None) -> None:
    """The same bytes over and over, in blocks; for ever, or so many bytes."""
    block = unit * max(1, BLOCK_BYTES // len(unit))
    for _ in itertools.count() if in_all is None else range(-(-in_all // len(block))):
        await peer.write(block)


async def _drip(peer: Peer, said: bytes, then: bytes = b"a") -> None:
    """A byte at a time, for ever."""
    for byte in itertools.chain(said, itertools.cycle(then)):
        await peer.write(bytes((byte,)))
        await asyncio.sleep(DRIP_S)


def _plain(page: Page) -> Stage:
    """A page on port 80."""

    async def stage(scene: Scene, connection: Connection) -> None:
        if head := await _request(connection):
            await page(scene, connection, head)

    return stage


def _secured(
    page: Page, context: Callable[[Scene], ssl.SSLContext] = lambda scene: scene.tls.context
) -> Stage:
    """A page inside TLS."""

    async def stage(scene: Scene, connection: Connection) -> None:
        session = TlsSession(connection, context(scene))
        if await session.handshake() and (head := await _request(session)):
            await page(scene, session, head)

    return stage


async def _request(peer: Peer) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        data = await peer.read()
        if not data:
            return b""
        received += data
    return received


def _says(said: bytes, over_and_over: bytes, in_all: int | None = None) -> Page:
    """Some bytes, then others for ever, or so many."""

    async def page(_: Scene, peer: Peer, __: bytes) -> None:
        await peer.write(said)
        await _flood(peer, over_and_over, in_all)

    return page


def _drips(said: bytes, then: bytes = b"a") -> Page:
    async def page(_: Scene, peer: Peer, __: bytes) -> None:
        await _drip(peer, said, then)

    return page


def _speaks_first(page: Page) -> Stage:
    async def stage(scene: Scene, connection: Connection) -> None:
        await page(scene, connection, b"")

    return stage


def _after_hello(page: Page) -> Stage:
    """Instead of a handshake: the same page whatever the hello was."""

    async def stage(scene: Scene, connection: Connection) -> None:
        if await connection.read():
            await page(scene, connection, b"")

    return stage


async def _content(_: Scene, peer: Peer, __: bytes) -> None:
    await peer.write(OK + b"Content-Length: 2\r\n\r\nhi")


async def _to_https(scene: Scene, peer: Peer, _: bytes) -> None:
    target = f"Location: https://{scene.host}/\r\n".encode("ascii")
    await peer.write(b"HTTP/1.1 301 Moved\r\n" + target + b"Content-Length: 0\r\n\r\n")


async def _renews_keys_for_ever(scene: Scene, connection: Connection) -> None:
    """A session, and then KeyUpdate upon KeyUpdate; to hellos of other versions, nothing."""
    hello = b""
    while missing(hello):
        if not (data := await connection.read()):
            return
        hello += data
    if not renewable(hello):
        return
    keys = KeyUpdates(hello, scene.tls.chain)
    await connection.write(keys.flight)
    while await connection.read():  # it answers every one of them: none is made that it would not take
        await connection.write(b"".join(keys.next_update() for _ in range(UPDATES_AT_ONCE)))


async def _into_the_maze(scene: Scene, peer: Peer, request: bytes) -> None:
    """Slowly to a page that was never seen before: here, or at another host of the maze, with a fresh cookie."""
    await asyncio.sleep(MAZE_PAUSE_S)
    step = next(scene.visits)
    host = scene.host if step % 3 or not scene.others else scene.others[step % len(scene.others)]
    scheme = "http" if b"x-plain" in request or step % 5 == 4 else "https"
    location = f"{scheme}://{host}/{secrets.token_hex(8)}"
    await peer.write(
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nSet-Cookie: step={step}{'x' * 3_000}\r\n"
        f"Set-Cookie: c{step}={'y' * 3_000}\r\nContent-Length: 0\r\n\r\n".encode("ascii")
    )


async def _round_at_home(scene: Scene, peer: Peer, _: bytes) -> None:
    """At once to another page of the same host."""
    location = f"https://{scene.host}/{secrets.token_hex(8)}"
    await peer.write(
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("ascii")
    )


def _greeting(answer_to_ehlo: Page) -> Stage:
    """A proper banner, and then what the EHLO gets."""

    async def stage(scene: Scene, connection: Connection) -> None:
        await connection.write(f"220 {scene.host} ESMTP\r\n".encode("ascii"))
        if data := await connection.read():
            await answer_to_ehlo(scene, connection, data)

    return stage


def _behind_starttls(hidden: Stage) -> Stage:
    """A proper dialogue until the 220 to STARTTLS, and then a stage of TLS."""

    async def ehlo(scene: Scene, peer: Peer, _: bytes) -> None:
        assert isinstance(peer, Connection)
        await peer.write(f"250-{scene.host}\r\n250 STARTTLS\r\n".encode("ascii"))
        if (await peer.read()).upper().startswith(b"STARTTLS"):
            await peer.write(b"220 Go ahead\r\n")
            await hidden(scene, peer)

    return _greeting(ehlo)


GZIPPED = 10 * gzip.compress(bytes(HUGE_BYTES // 10), compresslevel=9)
"""100 KB that inflate to 100 MB."""
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\n\r\n"
ENCODED = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = OK + b"Content-Length: %d\r\n\r\n" % HUGE_BYTES
RECORD_TO_COME = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"

KINDS = (
    Hostility(name="tarpit", http=_tarpit, https=_tarpit, smtp=_tarpit),
    Hostility(name="reset", http=_reset, https=_reset, smtp=_reset),
    Hostility(
        name="byte_a_second",
        http=_plain(_drips(b"HTTP/1.1 200 OK\r\nX: ")),
        https=_after_hello(_drips(RECORD_TO_COME, b"\x00")),
        smtp=_speaks_first(_drips(b"220-")),
    ),
    Hostility(
        name="byte_a_second_inside_tls",
        http=_plain(_to_https),
        https=_secured(_drips(b"HTTP/1.1 200 OK\r\nX: ")),
        smtp=_behind_starttls(_after_hello(_drips(RECORD_TO_COME, b"\x00"))),
    ),
    Hostility(
        name="endless_headers",
        http=_plain(_says(OK, b"X: a\r\n")),
        https=_secured(_says(OK, b"X: a\r\n")),
        smtp=_greeting(_says(b"250-mail\r\n", b"250-X\r\n")),
    ),
    Hostility(
        name="endless_1xx",
        http=_plain(_says(EARLY_HINTS, EARLY_HINTS)),
        https=_secured(_says(EARLY_HINTS, EARLY_HINTS)),
        smtp=_speaks_first(_says(b"220-mail\r\n", b"220-wait\r\n")),
    ),
    Hostility(
        name="hundred_megabytes",
        http=_plain(_says(LONG, b"<p>words</p>\n", HUGE_BYTES)),
        https=_speaks_first(_says(b"", b"A", HUGE_BYTES)),
        smtp=_speaks_first(_says(b"220-", b"A", HUGE_BYTES)),
    ),
    Hostility(
        name="compression_bomb",
        http=_plain(_says(ENCODED, GZIPPED, 1)),
        https=_secured(_says(ENCODED, GZIPPED, 1)),
        smtp=_behind_starttls(_speaks_first(_says(b"", b"250 and more\r\n", HUGE_BYTES))),
    ),
    Hostility(
        name="crumbs",
        http=_plain(_says(CHUNKED, b"1\r\n<\r\n")),
        https=_secured(_says(CHUNKED, b"1\r\n<\r\n")),
        smtp=_speaks_first(_says(b"", b"\n")),
    ),
    Hostility(
        name="hello_requests_for_ever",
        http=_plain(_content),
        https=_after_hello(_says(b"", HELLO_REQUEST)),
        smtp=_behind_starttls(_after_hello(_says(b"", HELLO_REQUEST))),
    ),
    Hostility(
        name="warnings_for_ever",
        http=_plain(_content),
        https=_after_hello(_says(b"", WARNING)),
        smtp=_behind_starttls(_after_hello(_says(b"", WARNING))),
    ),
    Hostility(
        name="certificate_for_ever",
        http=_plain(_content),
        https=_after_hello(_says(SERVER_HELLO + CERTIFICATE_OF_16_MB, b"\x00", HUGE_BYTES)),
        smtp=_behind_starttls(_after_hello(_says(SERVER_HELLO + CERTIFICATE_OF_16_MB, b"\x00", HUGE_BYTES))),
    ),
    Hostility(
        name="tickets_by_the_thousand",
        http=_plain(_to_https),
        https=_secured(_drips(b"HTTP/1.1 200 OK\r\nX: "), lambda scene: scene.many_tickets),
        smtp=_behind_starttls(_secured(_drips(b"221 "), lambda scene: scene.many_tickets)),
    ),
    Hostility(
        name="keys_renewed_for_ever",
        http=_plain(_to_https),
        https=_renews_keys_for_ever,
        smtp=_behind_starttls(_renews_keys_for_ever),
    ),
    Hostility(
        name="redirect_maze", http=_plain(_into_the_maze), https=_secured(_into_the_maze), smtp=_tarpit
    ),
    Hostility(
        name="fat_chains",
        http=_plain(_round_at_home),
        https=_secured(_round_at_home, Scene.fat_context),
        smtp=_behind_starttls(_secured(_content, Scene.fat_context)),
        mail_hosts=10,
    ),
    Hostility(name="silent_mail_hosts", http=_plain(_content), https=_tarpit, smtp=_tarpit, mail_hosts=10),
    Hostility(name="one_address", http=_tarpit, https=_tarpit, smtp=_tarpit, one_address=True),
    Hostility(name="dripping_names", http=_plain(_content), https=_tarpit, smtp=_tarpit),
)
