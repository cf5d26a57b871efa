"""Fuzz the resolver for as long as you like: `python -m tests.dns.fuzz --seconds 60 --seed 1`.

Prints how many inputs were tried and, for each kind of failure, the seed that shows it. Exit 1 when there was any.
"""

import argparse
import asyncio
import random
import sys
import time
import warnings
from collections import Counter

from tests.dns.fuzzed_servers import fuzzed
from tests.dns.fuzzing import PURE
from tests.fuzz_failures import Failures

NETWORK_SHARE = 0.5
"""Of the time, for questions over loopback; the rest for the pure parts."""
AT_ONCE = 6


def fuzz_pure(ends_at: float, seed: int, failures: Failures) -> Counter[str]:
    tried: Counter[str] = Counter()
    while time.monotonic() < ends_at:
        for check in PURE:
            tried[check.__name__] += 1
            try:
                check(random.Random(seed))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                failures.add(check.__name__, seed, error)
        seed += 1
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
                    tried[await servers.run(current)] += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                    failures.add("network", current, error)
                slowest[0] = max(slowest[0], time.monotonic() - started)
                current += AT_ONCE
            tried["replies changed"] += servers.changed

    await asyncio.gather(*(worker(number) for number in range(AT_ONCE)))
    print(f"the slowest question took {slowest[0]:.1f} s")
    return tried


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    failures = Failures()
    started = time.monotonic()
    pure = fuzz_pure(started + asked.seconds * (1 - NETWORK_SHARE), asked.seed, failures)
    network = asyncio.run(fuzz_network(started + asked.seconds, asked.seed, failures))
    for name, count in (*pure.items(), *network.items()):
        print(f"{name:20} {count}")
    for key, count in failures.seen.items():
        print("FAILED", *key, count)
    return 1 if failures.seen else 0


if __name__ == "__main__":
    sys.exit(main())
