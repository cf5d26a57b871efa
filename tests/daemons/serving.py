"""What every script of servers inside namespaces ends with: start them, say so, wait for the end of stdin."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence

from tests.daemons.daemon import Daemon
from tests.daemons.namespaces import process_id_outside
from tests.lab.internet import Running
from tests.lab.process import stdin_closed


async def serve_until_stdin_closes(
    daemons: Sequence[Daemon], small: Sequence[Running], *, small_servers: int | None = None
) -> None:
    """Start the daemons, say one line of JSON, wait, and close the small servers, which run already.

    `small_servers` is how many of them are to be told of, all unless said otherwise. Raises RuntimeError when a daemon
    does not start, and what a small server finds wrong with itself.
    """
    await asyncio.gather(*(daemon.start() for daemon in daemons))
    started = {
        "pid": process_id_outside(),
        "daemons": Counter(daemon.name for daemon in daemons),
        "small_servers": len(small) if small_servers is None else small_servers,
    }
    sys.stdout.write(json.dumps(started) + "\n")
    sys.stdout.flush()
    await stdin_closed()
    for server in small:
        await server.aclose()
