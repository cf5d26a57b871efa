"""One sweep of a laboratory in this very process, read back from the files that it wrote."""

import asyncio
import csv
import json
from pathlib import Path
from typing import Any

from checker.cli import main
from tests.lab.apart import start_options
from tests.lab.internet import MiniatureInternet


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
