"""Puts questions to this project's own resolver from inside the namespaces: JSON on stdin, verdicts out.

    nsenter … python -m tests.daemons.our_verdicts DIR

Input: {"questions": [[name, type], …], "zones": [name, …]}; output: [status, words] for each question, and
[cell, finding codes] of the DNSSEC column for each zone.
"""

import asyncio
import json
import sys
from pathlib import Path

from checker.dns.anchors import root_hints, trust_anchors
from checker.dns.answer import resolve_validated, unresolved
from checker.dns.iterate import Resolver
from checker.dns.walk import Walker
from checker.indicators.dnssec import judge
from checker.network.door import Network
from checker.observations.fact import Fact
from checker.observations.row import Evidence, Row
from checker.observations.vantage import Vantage
from checker.probes.dnssec import observe_dnssec
from checker.rulesets import RULESETS

AT_ONCE = 12
QUESTION_S = 40.0


async def _verdict(walker: Walker, turns: asyncio.Semaphore, name: str, rdtype: str) -> tuple[str, str]:
    async with turns:
        try:
            async with asyncio.timeout(QUESTION_S):
                found = await resolve_validated(walker, name, rdtype)
        except TimeoutError:
            found = unresolved(name, rdtype, f"nothing certain within {QUESTION_S:g} s")
    return found.status.value, f"{found.rcode} {found.reason.words() if found.reason else ''}"


async def _cell(walker: Walker, turns: asyncio.Semaphore, vantage: Vantage, zone: str) -> tuple[str, str]:
    domain = zone.rstrip(".")
    www = f"www.{domain}"
    async with turns, asyncio.timeout(QUESTION_S):
        seen = await observe_dnssec(domain, [(www, "A"), (www, "AAAA"), (domain, "MX")], walker)
    row = Row(code=domain, region=domain, domain=domain, web_host=www, mail_domain=domain)
    verdict = judge(Evidence(row=row, vantage=vantage, dnssec=(seen,)), RULESETS["2026"])
    return verdict.cell, " ".join(finding.code for finding in verdict.findings)


async def _answered(directory: Path, questions: list[list[str]], zones: list[str]) -> dict[str, object]:
    network = Network()
    resolver = Resolver(network, root_hints(directory / "root.hints"))
    walker = Walker(resolver, trust_anchors(directory / "trust-anchor.ds"))
    turns = asyncio.Semaphore(AT_ONCE)
    yes = Fact.YES
    vantage = Vantage(
        name="vantage",
        checked_at=network.clock.now(),
        ipv4=yes,
        ipv6=yes,
        dns_udp=yes,
        dns_tcp=yes,
        clock=yes,
        root_validates=yes,
    )
    verdicts = await asyncio.gather(*(_verdict(walker, turns, name, rdtype) for name, rdtype in questions))
    cells = await asyncio.gather(*(_cell(walker, turns, vantage, zone) for zone in zones))
    return {"questions": verdicts, "zones": cells}


def main() -> None:
    """Answer them all over one resolver, as one sweep does."""
    asked = json.load(sys.stdin)
    json.dump(asyncio.run(_answered(Path(sys.argv[1]), asked["questions"], asked["zones"])), sys.stdout)


if __name__ == "__main__":
    main()
