"""The services of `scanned`, inside namespaces of their own, until stdin closes.

unshare --net --mount --pid --fork python -m tests.daemons.tls_internet --directory DIR
"""

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.daemons import scanned
from tests.daemons.cast import JSSE, LAB, NGINX, POSTFIX
from tests.daemons.gnutls import gnutls
from tests.daemons.jsse import Place, jsse, mail_places, web_places
from tests.daemons.namespaces import lay_cables
from tests.daemons.nginx import nginx
from tests.daemons.postfix import postfix
from tests.daemons.serving import serve_until_stdin_closes
from tests.lab.certificates import Authority
from tests.lab.plan import MailHost, WebHost
from tests.lab.scenario import Certificate
from tests.lab.web_server import start_web


async def serve(directory: Path) -> None:
    """Start everything, say so, wait. Raises RuntimeError when a daemon does not start."""
    now = datetime.now(UTC).replace(microsecond=0)
    plan, parts = scanned.drawn(now)
    authority = Authority(now)
    (directory / "ca.pem").write_bytes(authority.ca_pem)
    hosts: tuple[WebHost | MailHost, ...] = (*plan.web_hosts, *plan.mail_hosts)
    addresses = [address for host in hosts for address in host.addresses]
    lay_cables((*addresses, scanned.MUSEUM_ADDRESS))
    museum = authority.chain(scanned.MUSEUM_HOST, Certificate.GOOD, scanned.MUSEUM_HOST, rsa_key=True)
    places = [
        Place(
            address=scanned.MUSEUM_ADDRESS,
            port=port,
            protocols=scanned.MUSEUM_PROTOCOLS,
            suites=scanned.MUSEUM_SUITES,
            chain=museum,
        )
        for port in (443, 25)
    ]
    places += [*web_places(parts.web[JSSE], authority), *mail_places(parts.mail[JSSE], authority)]
    daemons = [
        nginx(parts.web[NGINX], authority, directory),
        postfix(parts.mail[POSTFIX], authority, directory),
        jsse(places, directory),
        *gnutls(scanned.MUSEUM_ADDRESS, museum, directory),
    ]
    small = [
        await start_web(web.name, web.web, authority, web.domain, addresses=web.addresses)
        for web in parts.web[LAB]
    ]
    await serve_until_stdin_closes(daemons, small)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.daemons.tls_internet", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="an empty directory for all files")
    asyncio.run(serve(parser.parse_args().directory))


if __name__ == "__main__":
    main()
