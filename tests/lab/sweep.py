"""One sweep of a laboratory in this very process: by the command, read back from the files that it wrote, or beside
the laboratory's servers in their loop.
"""

import asyncio
import csv
import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from checker.cli import main
from checker.conversations import Conversations
from checker.dns.iterate import Resolver
from checker.dns.walk import Walker
from checker.indicators.registry import INDICATORS
from checker.network.door import Network
from checker.observations.row import Row
from checker.protocols.ca_store import CaStore
from checker.rulesets import RULESET_2026
from checker.sweep import Sweep, SweepOptions
from tests.lab.apart import start_options
from tests.lab.internet import MiniatureInternet
from tests.lab.start import start_files
from tests.vantages import vantage


def conversations(
    internet: MiniatureInternet, network: Network, *, mail_facts: bool = False
) -> Conversations:
    """The probes, as they begin in this laboratory: its hints, its anchors, its certificate authority."""
    hints, anchors = start_files(internet)
    with TemporaryDirectory() as directory:
        authorities = CaStore.from_file(internet.write_files(Path(directory)).ca)
    return Conversations(
        Walker(Resolver(network, hints), anchors), ca_store=authorities, mail_facts=mail_facts
    )


def sweep_beside(
    internet: MiniatureInternet,
    rows: Iterable[Row],
    *,
    wait_s: float,
    options: SweepOptions,
    mail_facts: bool = False,
    **more: Any,
) -> Sweep:
    """A sweep under today's rules in the loop of the servers; `more` is the sweep's own."""
    network = internet.network(wait_s=wait_s)
    return Sweep(
        rows,
        columns=INDICATORS,
        ruleset=RULESET_2026,
        probes=conversations(internet, network, mail_facts=mail_facts),
        vantage=vantage(internet.now, name="lab"),
        clock=network.clock,
        options=options,
        **more,
    )


async def sweep(internet: MiniatureInternet, directory: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    """The indicators of every row, by code."""
    files = internet.write_files(directory)
    command = [
        "sweep",
        str(files.domains),
        *start_options(directory),
        f"--output={directory / 'site'}",
        *arguments,
    ]
    assert await asyncio.to_thread(main, command, network_class=internet.network) == 0
    written = json.loads((directory / "site" / "results.json").read_text(encoding="utf-8"))
    with (directory / "site" / "results.csv").open(encoding="utf-8", newline="") as file:
        assert [row["code"] for row in csv.DictReader(file)] == [row["code"] for row in written["results"]]
    return {row["code"]: row["indicators"] for row in written["results"]}
