"""Random zones on real servers, inside namespaces of their own, until stdin closes.

    unshare --net --mount --pid --fork python -m tests.daemons.random_internet --directory DIR --seed N --zones N

writes root.hints, trust-anchor.ds and cases.json (each zone with its defects and questions), starts the servers and
says one line of JSON, as `tests.daemons.internet` does.
"""

import argparse
import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.daemons.live_zones import LiveResponder
from tests.daemons.name_servers import DNS_PORT, name_servers
from tests.daemons.namespaces import lay_cables
from tests.daemons.random_zones import LAB, RandomZones, random_zones
from tests.daemons.serving import serve_until_stdin_closes
from tests.lab.dns_server import start_dns


async def serve(zones: RandomZones, directory: Path) -> None:
    """Start everything, say so, wait. Raises RuntimeError when a daemon does not start."""
    (directory / "root.hints").write_text(zones.root_hints, encoding="ascii")
    (directory / "trust-anchor.ds").write_text(zones.trust_anchor, encoding="ascii")
    cases = [
        {
            "zone": leaf.draft.apex.to_text(),
            "base": leaf.base,
            "defects": leaf.defects,
            "traits": [trait for above in zones.path_to(leaf) for trait in above.traits],
            "questions": leaf.draft.questions,
        }
        for leaf in zones.leaves
    ]
    (directory / "cases.json").write_text(json.dumps(cases), encoding="ascii")
    lay_cables(address for host in zones.hosts for address in host.addresses)
    by_lab = [host for host in zones.hosts if host.name.endswith(f".{LAB}")]
    daemons = list(name_servers([host for host in zones.hosts if host not in by_lab], directory, knot=True))
    small = [
        await start_dns(LiveResponder(host.zones), address=address, port=DNS_PORT)
        for host in by_lab
        for address in host.addresses
    ]
    await serve_until_stdin_closes(daemons, small)


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.daemons.random_internet", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True, help="an empty directory for all files")
    parser.add_argument("--seed", type=int, required=True, help="draws the zones")
    parser.add_argument("--zones", type=int, required=True, help="how many leaf zones, children apart")
    given = parser.parse_args()
    zones = random_zones(given.seed, given.zones, datetime.now(UTC).replace(microsecond=0))
    asyncio.run(serve(zones, given.directory))


if __name__ == "__main__":
    main()
