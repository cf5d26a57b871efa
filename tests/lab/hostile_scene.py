"""One hostile host of the laboratory: its names and what it needs to speak TLS."""

import functools
import itertools
import secrets
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.certificates import Authority, chain_pem
from tests.lab.scenario import Certificate, Tls
from tests.lab.tls_server import TlsServer

TICKETS = 1_000
FAT_BYTES = 90_000
"""A chain just below what OpenSSL takes (100 KiB)."""


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
