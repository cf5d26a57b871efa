"""The miniature internet made of real servers, inside namespaces of its own, until stdin closes.

    unshare --net --mount --pid --fork python -m tests.daemons.internet --directory DIR [--postfix] [--knot]

writes the files that a checker needs, starts all servers and says one line of JSON: its process id as seen from
outside, how many there are of each daemon, and how many small servers stand in where no daemon can.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from tests.daemons.daemon import Daemon
from tests.daemons.name_servers import name_servers
from tests.daemons.namespaces import lay_cables, process_id_outside
from tests.daemons.nginx import divide, nginx
from tests.daemons.postfix import can_play, postfix
from tests.daemons.rows import ROWS
from tests.lab.certificates import Authority
from tests.lab.internet import MiniatureInternet, stdin_closed
from tests.lab.listener import LabServer
from tests.lab.plan import MailHost, Plan, WebHost
from tests.lab.scenario import Http, Https, Smtp
from tests.lab.smtp_server import start_smtp
from tests.lab.web_server import start_web


async def serve(directory: Path, *, with_postfix: bool, with_knot: bool) -> None:
    """Start everything, say so, wait. Raises RuntimeError when a daemon does not start."""
    drawn = MiniatureInternet(ROWS)  # not entered: nothing of it listens on loopback
    drawn.write_files(directory)
    plan, authority = drawn.plan, drawn.authority
    lay_cables(_addresses(plan))
    by_postfix = [host for host in plan.mail_hosts if with_postfix and can_play(host)]
    by_others = [host for host in plan.mail_hosts if host not in by_postfix]
    web = [divide(host) for host in plan.web_hosts]
    daemons = _daemons(plan, [mine for mine, _ in web], by_postfix, authority, directory, knot=with_knot)
    small = await _small_servers([rest for _, rest in web], by_others, authority)
    await asyncio.gather(*(daemon.start() for daemon in daemons))
    started = {
        "pid": process_id_outside(),
        "daemons": Counter(daemon.name for daemon in daemons),
        "small_servers": sum(bool(server.ports) for server in small),
    }
    sys.stdout.write(json.dumps(started) + "\n")
    sys.stdout.flush()
    await stdin_closed()
    for server in small:
        await server.aclose()  # tells of its own faults


def _addresses(plan: Plan) -> Iterable[str]:
    """Every address once, the dead ones too: a refusal must come from a host that is there."""
    hosts: tuple[WebHost | MailHost, ...] = (*plan.web_hosts, *plan.mail_hosts)
    of_names = (host.addresses for host in plan.name_servers)
    return dict.fromkeys(chain(*of_names, *((*host.addresses, *host.dead) for host in hosts)))


def _daemons(
    plan: Plan,
    web_hosts: list[WebHost],
    mail_hosts: list[MailHost],
    authority: Authority,
    directory: Path,
    *,
    knot: bool,
) -> list[Daemon]:
    daemons = [*name_servers(plan.name_servers, directory, knot=knot), nginx(web_hosts, authority, directory)]
    if mail_hosts:
        daemons.append(postfix(mail_hosts, authority, directory))
    return daemons


async def _small_servers(
    web_hosts: list[WebHost], mail_hosts: list[MailHost], authority: Authority
) -> list[LabServer]:
    """Whatever no daemon plays. No packet filter stands here, so nothing can be FILTERED."""
    servers = []
    for web in web_hosts:
        if Http.FILTERED is web.web.http or Https.FILTERED is web.web.https:
            raise ValueError(f"nothing here plays a filtered port, as {web.name} has")
        servers.append(await start_web(web.name, web.web, authority, web.domain, addresses=web.addresses))
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
    parser.add_argument("--postfix", action="store_true", help="let Postfix play mail hosts")
    parser.add_argument("--knot", action="store_true", help="let Knot play some name servers")
    given = parser.parse_args()
    asyncio.run(serve(given.directory, with_postfix=given.postfix, with_knot=given.knot))


if __name__ == "__main__":
    main()
