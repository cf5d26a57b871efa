"""Takes the facts of TLS services as the checker does, from inside the namespaces: JSON on stdin, facts out.

    nsenter … python -m tests.daemons.our_facts CA-FILE

Input: [[host, address, port], …], where port 25 means STARTTLS; output: for each the facts and what its certificate
says, in the words of `tests.daemons.tls_words`, and how many connections that took.
"""

import asyncio
import json
import sys
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from checker.network.door import Network
from checker.network.errors import NetworkError
from checker.network.manners import Manners
from checker.network.tls_stream import handshake
from checker.observations.fact import Fact
from checker.observations.tls import ChainTrust, Handshake, HelloReply, TlsOutcome
from checker.probes.mail_session import BehindStarttls
from checker.probes.tls_facts import Opener, TlsFactsRun, broad_hello, plain_opener
from checker.protocols.ca_store import CaStore
from checker.protocols.certificate import read_certificate
from checker.protocols.chain_trust import judge_chain
from checker.protocols.host_names import names_host
from tests.daemons.tls_words import BITS, FACTS, Words, truth

AT_ONCE = 8
HOW_KNOWN = {Fact.YES: truth(yes=True), Fact.NO: truth(yes=False)}


async def _asked(
    network: Network, turns: asyncio.Semaphore, store: CaStore, host: str, address: str, port: int
) -> tuple[Words, int]:
    place = ip_address(address)
    counted = Network(clock=network.clock, policy=network.policy, manners=network.manners)
    opener = BehindStarttls(counted).at(place) if port == 25 else plain_opener(counted, place, port)
    async with turns:
        seen = await _ordinary(opener, host)
        broad = None
        if seen.outcome is not TlsOutcome.ESTABLISHED:
            broad = await broad_hello(counted, place, port, host, opener=opener)
        run = TlsFactsRun(counted, place, port, host, seen, broad=broad, opener=opener)
        await run.run()
    words = {word: HOW_KNOWN[fact] for word in FACTS if (fact := getattr(run.facts, word)) in HOW_KNOWN}
    if run.facts.dh_prime_bits:
        words[BITS] = str(run.facts.dh_prime_bits)
    return {**words, **_certificate(seen, broad, host, store, network.clock.now())}, counted.counts.total()


async def _ordinary(opener: Opener, host: str) -> Handshake:
    async with opener() as stream:
        seen, session = await handshake(stream, host)
        if session is not None:
            with suppress(NetworkError):
                session.close()
    return seen


def _certificate(
    seen: Handshake, broad: HelloReply | None, host: str, store: CaStore, now: datetime
) -> Words:
    chain = seen.chain or (broad.certificates if broad else ())
    if not chain:
        return {}
    leaf = read_certificate(chain[0])
    names = leaf.dns_names or ()
    return {
        "key": f"{leaf.key_type} {leaf.key_bits}",
        "signature": leaf.signature_hash or "",
        "names": " ".join(sorted(names)),
        "not_after": f"{leaf.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "names_host": truth(yes=names_host(host, dns_names=names, ip_addresses=leaf.ip_addresses)),
        "trust": _trust(judge_chain(chain, store, now)),
    }


def _trust(trust: ChainTrust) -> str:
    """The one thing in the way that OpenSSL would name, in the order in which it does."""
    if trust.self_signed is Fact.YES:
        return "self-signed"
    if trust.complete is Fact.NO or trust.known_issuer is Fact.NO:
        return "unknown issuer"
    if trust.expired:
        return "expired"
    if trust.not_yet_valid:
        return "not yet valid"
    return "trusted" if trust.trusted is Fact.YES else "untrusted"


async def _all(ca: Path, services: list[tuple[str, str, int]]) -> list[tuple[Words, int]]:
    network, store = Network(manners=Manners(spacing_s=0)), CaStore.from_file(ca)
    turns = asyncio.Semaphore(AT_ONCE)
    return list(await asyncio.gather(*(_asked(network, turns, store, *service) for service in services)))


def main() -> None:
    """Ask them all, some at a time."""
    services = json.load(sys.stdin)
    json.dump(asyncio.run(_all(Path(sys.argv[1]), services)), sys.stdout)


if __name__ == "__main__":
    main()
