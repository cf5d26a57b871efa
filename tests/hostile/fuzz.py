"""Fuzz what web and mail servers say for as long as you like: `python -m tests.hostile.fuzz --seconds 60 --seed 1`.

Prints how many inputs were tried and, for each kind of failure, the seed that shows it. Exit 1 when there was any.
"""

import argparse
import asyncio
import random
import sys
import time
import warnings
from collections import Counter

from tests.fuzz_failures import Failures
from tests.hostile.lying_servers import fuzzed
from tests.hostile.parsers import PARSERS
from tests.peak_memory import peak_mib

NETWORK_SHARE = 0.5
"""Of the time, for whole conversations over loopback; the rest for the parsers."""
AT_ONCE = 6


def fuzz_parsers(ends_at: float, seed: int, failures: Failures) -> Counter[str]:
    """All parsers in turn, each for the same share of the time."""
    tried: Counter[str] = Counter()
    share = (ends_at - time.monotonic()) / len(PARSERS)
    for check in PARSERS:
        until, current = time.monotonic() + share, seed
        while time.monotonic() < until:
            tried[check.__name__] += 1
            try:
                check(random.Random(current))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                failures.add(check.__name__, current, error)
            current += 1
    return tried


async def fuzz_network(ends_at: float, seed: int, failures: Failures) -> Counter[str]:
    """Several sets of servers at once: most of the time is spent waiting for them."""
    tried: Counter[str] = Counter()
    slowest = [0.0]

    async def worker(number: int) -> None:
        async with fuzzed() as servers:
            current = seed + number
            while time.monotonic() < ends_at:
                started = time.monotonic()
                try:
                    tried[f"{await servers.run(current)} over sockets"] += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                    failures.add("network", current, error)
                slowest[0] = max(slowest[0], time.monotonic() - started)
                current += AT_ONCE
            tried["things said that were no honest words"] += servers.lies.changed

    await asyncio.gather(*(worker(number) for number in range(AT_ONCE)))
    if left := asyncio.all_tasks() - {asyncio.current_task()}:
        failures.add("network", seed, RuntimeError(f"tasks left over: {left}"))
    print(f"the slowest conversation took {slowest[0]:.1f} s")
    return tried


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    failures = Failures()
    started = time.monotonic()
    parsers = fuzz_parsers(started + asked.seconds * (1 - NETWORK_SHARE), asked.seed, failures)
    print(f"at most {peak_mib():.0f} MiB after the parsers")
    network = asyncio.run(fuzz_network(started + asked.seconds, asked.seed, failures))
    print(f"at most {peak_mib():.0f} MiB at the end")
    for name, count in (*parsers.items(), *network.items()):
        print(f"{name:40} {count}")
    for key, count in failures.seen.items():
        print("FAILED", *key, count)
    return 1 if failures.seen else 0


if __name__ == "__main__":
    sys.exit(main())
