"""A miniature internet that counts, at each destination address, how many connections ever stood open at once.

    python -m tests.lab.counted --rows N --counts FILE DIR

serves generated rows as `tests.lab.internet` does, every web and mail address on listeners of its own, and writes to FILE
what they counted when stdin closes. What the checker says of itself plays no part in it.
"""

import argparse
import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lab.generated import generate
from tests.lab.internet import MiniatureInternet, RunningPorts, serve
from tests.lab.listener import LabServer
from tests.lab.network import Place
from tests.lab.process import allow_many_sockets


class CountedInternet(MiniatureInternet):
    """The miniature internet with a server for every address, all that it plays counted together."""

    counts_file: Path | None = None
    """Where `_stop` writes what was counted, by destination address: connections, and the most at once."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._counted: dict[str, list[LabServer]] = {}
        self._own: dict[tuple[int, str], LabServer] = {}

    def _tell(
        self,
        addresses: Iterable[str],
        ports: Iterable[int],
        server: RunningPorts | None,
        *,
        otherwise: Place = Place.CLOSED,
    ) -> None:
        wanted = tuple(ports)
        for address in addresses:
            own = server
            if isinstance(server, LabServer):
                own = self._of_its_own(server, address)
            super()._tell((address,), wanted, own, otherwise=otherwise)

    def _of_its_own(self, server: LabServer, address: str) -> LabServer:
        """The server itself for the first address that it has, a twin for every other."""
        key = (id(server), address)
        if key not in self._own:
            self._own[key] = server
            if any(of == id(server) and elsewhere != address for of, elsewhere in self._own):
                self._own[key] = server.again()
                self._running.append(self._own[key])
            self._counted.setdefault(address, []).append(self._own[key])
        return self._own[key]

    def counts(self) -> dict[str, dict[str, int]]:
        """By destination address: connections, and the most that were open at once at any of its servers."""
        return {
            address: {
                "connections": sum(server.connections for server in servers),
                "peak": max(server.peak for server in servers),
            }
            for address, servers in self._counted.items()
        }

    async def _stop(self) -> None:
        if self.counts_file is not None:
            self.counts_file.write_text(json.dumps(self.counts()), encoding="ascii")
        await super()._stop()


def counting(kind: type[CountedInternet], file: Path) -> type[CountedInternet]:
    """The same internet, which leaves its counts in `file`."""
    return type(kind.__name__, (kind,), {"counts_file": file})


def peak_of(file: Path) -> int:
    """The most connections that were ever open at once at one destination address."""
    counts = json.loads(file.read_text(encoding="ascii"))
    return max(int(count["peak"]) for count in counts.values())


def main() -> None:
    """Read the command line and serve until stdin closes."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.counted", description=__doc__)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("directory", type=Path)
    given = parser.parse_args()
    allow_many_sockets()
    kind = counting(CountedInternet, given.counts)
    asyncio.run(serve(generate(given.rows, seed=1), given.directory, kind=kind))


if __name__ == "__main__":
    main()
