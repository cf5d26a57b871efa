"""A CA for the tests' own servers, as files: what `ca_file` and a server's context take."""

import ssl
from datetime import datetime
from pathlib import Path

from tests.lab.certificates import Authority, chain_pem
from tests.lab.scenario import Certificate

OTHER = "mail.somebody-else.example"


class LocalAuthority:
    def __init__(self, place: Path, now: datetime) -> None:
        self._place = place
        self._authority = Authority(now)
        self.ca_file = place / "ca.pem"
        self.ca_file.write_bytes(self._authority.ca_pem)

    def context(self, host: str = "localhost", kind: Certificate = Certificate.GOOD) -> ssl.SSLContext:
        """A server's context with a certificate for `host`."""
        path = self._place / f"{host}-{kind.name}.pem"
        path.write_bytes(chain_pem(self._authority.chain(host, kind, host)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context
