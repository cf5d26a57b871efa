"""GnuTLS's test server as TLS services: what neither OpenSSL nor Java leaves out or offers (heartbeat, no RFC 5746)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.lab.certificates import KEYS, Chain, chain_pem

_COMMON = "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+DHE-RSA:+SHA1"
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "heartbeat": ("--heartbeat", f"--priority={_COMMON}:+ARCFOUR-128:+NULL:+ANON-DH:+ANON-ECDH"),
    "no-extensions": (f"--priority={_COMMON}:+3DES-CBC:%NO_SESSION_HASH:%DISABLE_SAFE_RENEGOTIATION",),
}
"""Options by name; see "Priority strings" in GnuTLS's manual."""
FIRST_PORT = 5443


def gnutls(address: str, chain: Chain, directory: Path) -> Iterator[Daemon]:
    """A server for each setting; it binds its port at every address there is."""
    for port, (name, options) in enumerate(SETTINGS.items(), start=FIRST_PORT):
        own = directory / f"gnutls-{name}"
        own.mkdir()
        pem = own / "chain.pem"
        pem.write_bytes(chain_pem(chain))
        keys = (f"--x509keyfile={pem}", f"--x509certfile={pem}", f"--dhparams={KEYS / 'dh_2048.pem'}")
        yield Daemon(
            name="gnutls",
            command=("gnutls-serv", "--quiet", "--http", f"--port={port}", *keys, *options),
            directory=own,
            serves=((address, port),),
        )


def places(address: str) -> Sequence[tuple[str, str, int]]:
    """(name of the setting, address, port) of each."""
    return tuple((name, address, port) for port, name in enumerate(SETTINGS, start=FIRST_PORT))
