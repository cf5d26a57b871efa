"""`make bench`: what a sweep costs when every tenth row's servers mean harm. A report, not a test.

`measure_apart` is also what the test of such a sweep runs: the checker in a process of its own, so that its memory,
its files and what it says on stderr are its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.cli import main as checker
from checker.network.door import Network
from tests.lab.apart import door, serving, start_options
from tests.lab.counted import peak_of
from tests.lab.hostile import EVERY, good_of, kind_of, number_of
from tests.lab.hostility import KINDS
from tests.lab.tallied import TCP_BYTES, UDP_BYTES, TalliedNetwork
from tests.peak_memory import peak_mib

COLUMNS = ("starttls", "https", "dnssec", "www_ipv6", "mail_ipv6")
ROWS = EVERY * len(KINDS)
RUN_WITHIN_S = 1800
OPEN_FILES = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep came to: exit code, costs, and the rows of results.json by code."""

    code: int
    seconds: float
    cpu_s: float
    peak_mib: float
    left_open: int
    counts: dict[str, int]
    rows: dict[str, Any]
    said: str

    def cells(self, code: str) -> tuple[str, ...]:
        """The five cells of one row."""
        return tuple(self.rows[code][column]["cell"] for column in COLUMNS)

    def findings(self, code: str) -> frozenset[str]:
        """The codes of all findings of one row."""
        return frozenset(
            finding["code"] for column in COLUMNS for finding in self.rows[code][column]["findings"]
        )


def _measure(lab: Path, arguments: Sequence[str]) -> dict[str, Any]:
    """One sweep in this very process, as plain data."""
    open_door = door(lab, TalliedNetwork)
    doors: list[Network] = []

    def tallied_door(**settings: Any) -> Network:
        doors.append(open_door(**settings))
        return doors[-1]

    with tempfile.TemporaryDirectory(prefix="bench-") as output:
        files_before = len(list(OPEN_FILES.iterdir()))
        before, started = time.process_time(), time.perf_counter()
        code = checker(
            ["sweep", str(lab / "domains.csv"), *start_options(lab), f"--output={output}/site", *arguments],
            network_class=tallied_door,
        )
        results = json.loads((Path(output) / "site" / "results.json").read_text(encoding="utf-8"))["results"]
        return {
            "code": code,
            "seconds": time.perf_counter() - started,
            "cpu_s": time.process_time() - before,
            "peak_mib": peak_mib(),
            "left_open": len(list(OPEN_FILES.iterdir())) - files_before,
            "counts": dict(doors[-1].counts),
            "rows": {row["code"]: row["indicators"] for row in results},
        }


def measure_apart(lab: Path, *arguments: str, **settings: str) -> Swept:
    """Sweep a laboratory from a process of its own, with these arguments and `CHECKER_…` settings alone."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("CHECKER_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_hostile", "--measure", str(lab), *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=RUN_WITHIN_S,
        env={**bare, **{f"CHECKER_{name.upper()}": value for name, value in settings.items()}},
    )
    if done.returncode:
        raise RuntimeError(f"the sweep came to nothing:\n{done.stderr}")
    return Swept(**json.loads(done.stdout.splitlines()[-1]), said=done.stderr)


def sweep_of(size: int, *arguments: str, **settings: str) -> tuple[Swept, int]:
    """A hostile laboratory of its own, swept; and the most connections that any address of it ever had open at once."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        counts = Path(directory) / "counts.json"
        with serving("tests.lab.hostile", f"--rows={size}", f"--counts={counts}") as lab:
            swept = measure_apart(lab, *arguments, **settings)
        return swept, peak_of(counts)


def _report(size: int, swept: Swept, peak: int) -> str:
    counts = swept.counts
    tcp = sum(count for kind, count in counts.items() if kind.startswith("tcp:"))
    lines = [
        (
            f"{size:>5} rows, {size // EVERY} hostile  {swept.seconds:.0f} s  {swept.cpu_s:.1f} s CPU  "
            f"peak {swept.peak_mib:.0f} MiB  {tcp / size:.1f} TCP connections/row  "
            f"received {(counts[TCP_BYTES] + counts[UDP_BYTES]) / size / 1024:.0f} KiB/row  "
            f"at once at any address {peak}  left open {swept.left_open}  exit {swept.code}"
        )
    ]
    seen = Counter(
        (kind.name, swept.cells(code)) for code in swept.rows if (kind := kind_of(number_of(code)))
    )
    wrong = sum(
        good_of(number_of(code)).cells != swept.cells(code)
        for code in swept.rows
        if kind_of(number_of(code)) is None
    )
    lines.append(f"      {wrong} good rows with a cell that is wrong; the hostile ones:")
    lines += [
        f"      {name:<26} {' | '.join(cells)}  ({times})" for (name, cells), times in sorted(seen.items())
    ]
    return "\n".join(lines)


def main() -> None:
    """Run the sizes asked for and report each."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "sizes", nargs="*", type=int, default=(ROWS,), help=f"numbers of rows (default {ROWS})"
    )
    parser.add_argument("--measure", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_measure(Path(options.measure[0]), options.measure[1:])))
        return
    for size in options.sizes:
        swept, peak = sweep_of(size, "--quiet")
        print(_report(size, swept, peak), flush=True)


if __name__ == "__main__":
    main()
