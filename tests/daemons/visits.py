"""Makes the same visits as the checker does and with curl, from inside the namespaces: JSON on stdin, both ends out.

    nsenter … python -m tests.daemons.visits DIR

where DIR has root.hints. Input: [host, …]; output: [[host, scheme, ours, curl's], …], each end being words as of
`tests.daemons.tls_words.of_curl`: status, number of redirects and URL of a visit that ended with a page, else {}.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from checker.dns.anchors import root_hints
from checker.dns.iterate import Resolver
from checker.network.door import Network
from checker.observations.dns import Lookup
from checker.observations.web import Visit, VisitEnd, WebObservation
from checker.probes.web import observe_web
from checker.protocols.ca_store import CaStore
from tests.daemons.namespaces import PATH
from tests.daemons.tls_words import Words, of_curl

AT_ONCE = 8
WAIT_S = 2.0
CURL_S = 8
WRITTEN = "%{http_code} %{num_redirects} %{url_effective}"
End = tuple[str, str, Words, Words]


class _Known:
    """Resolves, and keeps every address: curl is to go where we go."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self.addresses: dict[str, list[str]] = {}

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        found = await self._resolver.lookup(name, rdtype)
        if rdtype in ("A", "AAAA"):
            self.addresses.setdefault(name.rstrip("."), []).extend(map(str, found.addresses))
        return found


async def _visited(
    turns: asyncio.Semaphore, network: Network, resolver: Resolver, store: CaStore, host: str
) -> list[End]:
    known = _Known(resolver)
    async with turns:
        seen = await observe_web(host, network, known, ca_store=store)
        return [end async for end in _compared(seen, known.addresses)]


async def _compared(seen: WebObservation, addresses: dict[str, list[str]]) -> AsyncIterator[End]:
    for endpoint in seen.endpoints[:1]:
        pinned = {**addresses, seen.host: [str(endpoint.address)]}
        for scheme, visit in (("http", endpoint.http), ("https", endpoint.https)):
            yield seen.host, scheme, _ours(visit), await _curl(f"{scheme}://{seen.host}/", pinned)


def _ours(visit: Visit) -> Words:
    last = visit.hops[-1]
    if visit.end is not VisitEnd.CONTENT or last.status is None:
        return {}
    return {"status": str(last.status), "redirects": str(len(visit.hops) - 1), "end": last.url}


async def _curl(url: str, addresses: dict[str, list[str]]) -> Words:
    process = await asyncio.create_subprocess_exec(
        *("curl", "--silent", "--insecure", "--location", "--max-redirs", "10", "--cookie", ""),
        *("--max-time", str(CURL_S), "--output", os.devnull, "--write-out", WRITTEN, "--noproxy", "*"),
        *("--tlsv1.0", "--ciphers", "ALL:@SECLEVEL=0"),
        *_resolved(addresses),
        url,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env={"PATH": PATH, "OPENSSL_CONF": os.devnull},  # Debian's settings forbid what is old
    )
    output, _ = await process.communicate()
    return of_curl(output.decode("utf-8", "replace")) if process.returncode == 0 else {}


def _resolved(addresses: dict[str, list[str]]) -> Iterable[str]:
    for host, places in addresses.items():
        if places:
            joined = ",".join(f"[{place}]" if ":" in place else place for place in places)
            yield from ("--resolve", f"{host}:80:{joined}", "--resolve", f"{host}:443:{joined}")


async def _all(directory: Path, hosts: list[str]) -> list[End]:
    network = Network(wait_s=WAIT_S)
    resolver = Resolver(network, root_hints(directory / "root.hints"))
    store, turns = CaStore.from_file(directory / "ca.pem"), asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(*(_visited(turns, network, resolver, store, host) for host in hosts))
    return [end for ends in found for end in ends]


def main() -> None:
    """Visit them all, some at a time."""
    json.dump(asyncio.run(_all(Path(sys.argv[1]), json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
