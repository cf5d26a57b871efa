"""The miniature internet made of real servers, inside namespaces of its own, until stdin closes.

    unshare --net --mount --pid --fork python -m tests.daemons.internet --directory DIR [--rows behaviours] [--postfix] [--knot] [--java]

writes the files that a checker needs, starts all servers and says one line of JSON: its process id as seen from
outside, how many there are of each daemon, and how many small servers stand in where no daemon can.
"""

import argparse
import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.daemons.cast import JSSE, LAB, NGINX, POSTFIX, Cast, cast
from tests.daemons.daemon import Daemon
from tests.daemons.jsse import jsse, mail_places, web_places
from tests.daemons.name_servers import name_servers
from tests.daemons.namespaces import lay_cables
from tests.daemons.nginx import nginx, own_name
from tests.daemons.playable import playable
from tests.daemons.postfix import postfix
from tests.daemons.rows import ROWS
from tests.daemons.serving import serve_until_stdin_closes
from tests.lab.certificates import Authority
from tests.lab.internet import MiniatureInternet
from tests.lab.listener import LabServer
from tests.lab.plan import MailHost, Plan, WebHost
from tests.lab.scenario import Http, Https, Organisation, Smtp
from tests.lab.smtp_server import start_smtp
from tests.lab.web_server import start_web

CHOICES: dict[str, Callable[[], Sequence[Organisation]]] = {
    "study": lambda: ROWS,
    "behaviours": lambda: [behaviour.organisation for behaviour in playable()],
}


async def serve(
    organisations: Sequence[Organisation],
    directory: Path,
    *,
    with_postfix: bool,
    with_knot: bool,
    with_java: bool,
) -> None:
    """Start everything, say so, wait. Raises RuntimeError when a daemon does not start."""
    drawn = MiniatureInternet(organisations)  # not entered: nothing of it listens on loopback
    drawn.write_files(directory)
    plan, authority = drawn.plan, drawn.authority
    lay_cables(_addresses(plan))
    parts = cast(plan, with_postfix=with_postfix, with_java=with_java)
    daemons = _daemons(plan, parts, authority, directory, knot=with_knot)
    small = await _small_servers(parts.web[LAB], parts.mail[LAB], authority)
    told_of = sum(bool(server.ports) for server in small)
    await serve_until_stdin_closes(daemons, small, small_servers=told_of)


def _addresses(plan: Plan) -> Iterable[str]:
    """Every address once, the dead ones too: a refusal must come from a host that is there; silence must not."""
    found = [address for host in plan.name_servers for address in host.addresses]
    for web in plan.web_hosts:
        found += (*web.addresses, *web.dead)
    for mail in plan.mail_hosts:
        found += (*mail.addresses, *(() if mail.server.ipv6_silent else mail.dead))
    return dict.fromkeys(found)


def _daemons(plan: Plan, parts: Cast, authority: Authority, directory: Path, *, knot: bool) -> list[Daemon]:
    daemons = [
        *name_servers(plan.name_servers, directory, knot=knot),
        nginx(parts.web[NGINX], authority, directory),
    ]
    if parts.mail[POSTFIX]:
        daemons.append(postfix(parts.mail[POSTFIX], authority, directory))
    places = [*web_places(parts.web[JSSE], authority), *mail_places(parts.mail[JSSE], authority)]
    if places:
        daemons.append(jsse(places, directory))
    return daemons


async def _small_servers(
    web_hosts: list[WebHost], mail_hosts: list[MailHost], authority: Authority
) -> list[LabServer]:
    """Whatever no daemon plays. No packet filter stands here, so nothing can be FILTERED."""
    servers = []
    for web in web_hosts:
        if Http.FILTERED is web.web.http or Https.FILTERED is web.web.https:
            raise ValueError(f"nothing here plays a filtered port, as {web.name} has")
        server = await start_web(
            own_name(web),
            web.web,
            authority,
            web.domain,
            addresses=web.addresses,
            published=web.addresses,
        )
        servers.append(server)
    for mail in mail_hosts:
        if mail.server.smtp is Smtp.FILTERED:
            raise ValueError(f"nothing here plays a filtered port, as {mail.name} has")
        servers.append(
            await start_smtp(mail.name, mail.server, authority, mail.mail_domain, addresses=mail.addresses)
        )
    return servers


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.daemons.internet", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="an empty directory for all files")
    parser.add_argument("--rows", choices=tuple(CHOICES), default="study", help="what to serve")
    parser.add_argument("--postfix", action="store_true", help="let Postfix play mail hosts")
    parser.add_argument("--knot", action="store_true", help="let Knot play some name servers")
    parser.add_argument("--java", action="store_true", help="let Java play what OpenSSL cannot")
    given = parser.parse_args()
    serving = serve(
        CHOICES[given.rows](),
        given.directory,
        with_postfix=given.postfix,
        with_knot=given.knot,
        with_java=given.java,
    )
    asyncio.run(serving)


if __name__ == "__main__":
    main()
