"""Rows of the miniature internet whose servers put hostile words wherever a server has words."""

import functools
import ssl
import tempfile
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.hostile.changes import HOSTILE_BYTES
from tests.lab.internet import SMTP_PORT, WEB_PORTS, MiniatureInternet
from tests.lab.listener import Connection, LabServer
from tests.lab.scenario import MailServer, Organisation, Tls, Web
from tests.lab.tls_session import TlsSession

WORDS = b"\x9b31m " + b" ".join(
    word.replace(b"\r\n", b" ").replace(b"\0", b"") for word in HOSTILE_BYTES if len(word) < 100
)
"""All the hostile words that fit on one line of HTTP or SMTP."""
ODD_HOST = r"mx\027[2j<script>\226\128\174=cmd.{name}.se"
"""A mail host with an escape sequence, markup and a bidirectional override (in UTF-8) in its name."""
HOST_NAMES = ("\x1b[31mred.se", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "x" * 3_000, "nul\x00.se")
_NAME = "\x1b[31m\u202e<script>alert(1)</script>=cmd"

REDIRECT = (
    b"HTTP/1.1 301 "
    + WORDS
    + b"\r\nServer: "
    + WORDS
    + b"\r\nLocation: /"
    + WORDS
    + b"\r\nContent-Length: 0\r\n\r\n"
)
CONTENT = b"HTTP/1.1 404 X\r\nServer: " + WORDS + b"\r\nContent-Length: 0\r\n\r\n"
REFRESH = (
    b"HTTP/1.1 200 X\r\nServer: " + WORDS + b"\r\nContent-Type: text/html\r\n\r\n"
    b'<meta http-equiv=refresh content="0; url=' + WORDS.replace(b'"', b"") + b'">'
)
LONG = b"HTTP/1.1 301 X\r\nServer: " + b"A" * 1_000_000 + b"\r\n\r\n"
NOT_HTTP = b"220 " + WORDS + b"\r\n"

MAIL = {
    "refuses": [b"554 " + WORDS + b"\r\n"],
    "plain": [b"220 " + WORDS + b"\r\n", b"250-" + WORDS + b"\r\n250 " + WORDS + b"\r\n"],
    "later": [b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"454 " + WORDS + b"\r\n"],
    "endless": [b"220-" + b"A" * 1_000_000],
    "tls": [b"220 mx\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"220 go\r\n"],
}
WEB = {"refuses": REDIRECT, "plain": REFRESH, "later": NOT_HTTP, "endless": LONG, "tls": REDIRECT}
ROWS = tuple(
    Organisation(
        code=name,
        region=f"Row {name}",
        domain=f"{name}.se",
        web=Web(tls=Tls.MODERN),
        mail=(MailServer(host=ODD_HOST.format(name=name)),) if name == "plain" else (MailServer(),),
    )
    for name in MAIL
)


class WordyInternet(MiniatureInternet):
    """A miniature internet of `ROWS` whose web and mail servers are all replaced."""

    async def _start(self) -> None:
        await super()._start()
        for host in self.plan.web_hosts:
            self._replace(host.addresses, WEB_PORTS, host.name.removeprefix("www.").partition(".")[0])
        for mail in self.plan.mail_hosts:
            self._replace(mail.addresses, (SMTP_PORT,), mail.mail_domain.partition(".")[0])

    def _replace(self, addresses: tuple[str, ...], ports: tuple[int, ...], name: str) -> None:
        server = LabServer()
        talks = {80: _http, 443: _https, 25: _smtp}
        for port in ports:
            server.listen(port, functools.partial(talks[port], name, self.context))
        self._running.append(server)
        self._tell(addresses, ports, server)

    @functools.cached_property
    def context(self) -> ssl.SSLContext:
        """TLS with a certificate that is all hostile words."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [x509.NameAttribute(oid, _NAME) for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{_NAME} CA")]))
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(self.now - timedelta(days=9))
            .not_valid_after(self.now - timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in HOST_NAMES]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
            pem.write(certificate.public_bytes(Encoding.PEM))
            pem.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            pem.flush()
            context.load_cert_chain(pem.name)
        return context


async def _http(name: str, _: ssl.SSLContext, connection: Connection) -> None:
    if await connection.read():
        await connection.write(WEB[name])


async def _https(name: str, context: ssl.SSLContext, connection: Connection) -> None:
    session = TlsSession(connection, context)
    if await session.handshake() and (request := await session.read()):
        await session.write(WEB[name] if name == "endless" or request.startswith(b"GET / ") else CONTENT)


async def _smtp(name: str, context: ssl.SSLContext, connection: Connection) -> None:
    *lines, last = MAIL[name]
    for line in lines:
        await connection.write(line)
        if not await connection.read():
            return
    await connection.write(last)
    if name == "tls":
        await TlsSession(connection, context).handshake()
    await connection.drain()
