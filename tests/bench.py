"""`make bench`: what a sweep costs, on generated rows. A report, not a test: nothing here passes or fails.

The miniature internet runs in one process, the checker in another, so that the checker's CPU and memory are its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from checker.cli import main as checker
from checker.network.door import Network
from tests.lab.apart import door, serving, start_options
from tests.lab.counted import peak_of
from tests.lab.demo import RETEST_DELAY_S
from tests.lab.tallied import TCP_BYTES, UDP_BYTES, TalliedNetwork
from tests.peak_memory import peak_mib

SIZES = (21, 200, 1000)
RUN_WITHIN_S = 1800


def measure(lab: Path) -> dict[str, Any]:
    """One sweep in this very process: seconds, CPU seconds until the door opens and in all, counts, peak memory."""
    open_door = door(lab, TalliedNetwork)
    doors: list[Network] = []
    opened: list[float] = []

    def counted_door(**settings: Any) -> Network:
        opened.append(time.process_time())
        doors.append(open_door(**settings))
        return doors[-1]

    os.environ["CHECKER_RETEST_DELAY"] = RETEST_DELAY_S
    with tempfile.TemporaryDirectory(prefix="bench-") as output:
        before, started = time.process_time(), time.perf_counter()
        code = checker(
            [
                "sweep",
                str(lab / "domains.csv"),
                *start_options(lab),
                f"--output={output}/site",
                "--quiet",
            ],
            network_class=counted_door,
        )
        return {
            "code": code,
            "seconds": time.perf_counter() - started,
            "cpu_s": time.process_time() - before,
            "start_s": opened[0] - before,
            "peak_mib": peak_mib(),
            "counts": dict(doors[-1].counts),
        }


def _measure_apart(lab: Path) -> dict[str, Any]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--measure", str(lab)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=RUN_WITHIN_S,
    )
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return last


def _report(size: int, measured: dict[str, Any], peak: int) -> str:
    counts = measured["counts"]
    tcp = {kind: count for kind, count in sorted(counts.items()) if kind.startswith("tcp:")}
    kinds = ", ".join(f"{kind.removeprefix('tcp:')}: {count / size:.1f}" for kind, count in tcp.items())
    cpu = measured["cpu_s"] - measured["start_s"]
    return (
        f"{size:>5} rows  start {measured['start_s']:.2f} s CPU  {size / measured['seconds']:>6.1f} rows/s  {1000 * cpu / size:>6.1f} ms CPU/row  "
        f"{sum(tcp.values()) / size:>5.1f} TCP connections/row ({kinds})  "
        f"{counts.get('udp:53', 0) / size:>5.1f} DNS datagrams/row  "
        f"{(counts[TCP_BYTES] + counts[UDP_BYTES]) / size / 1024:.0f} KiB received/row  "
        f"{peak} at once at any address  peak {measured['peak_mib']:.0f} MiB"
        + (f"  exit {measured['code']}" if measured["code"] else "")
    )


def main() -> None:
    """Run the sizes asked for and print one line each."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "sizes", nargs="*", type=int, default=SIZES, help="numbers of rows (default 21 200 1000)"
    )
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            counts = Path(directory) / "counts.json"
            with serving("tests.lab.counted", f"--rows={size}", f"--counts={counts}") as lab:
                measured = _measure_apart(lab)
            print(_report(size, measured, peak_of(counts)), flush=True)


if __name__ == "__main__":
    main()
