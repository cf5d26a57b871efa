"""Fuzzing for as long as you like: pure checks in turn, then conversations with servers that change what they say."""

import argparse
import asyncio
import random
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tests.peak_memory import peak_mib

NETWORK_SHARE = 0.5
"""Of the time, for whole conversations over loopback; the rest for the pure checks."""
AT_ONCE = 6

Check = Callable[[random.Random], object]


class Servers(Protocol):
    """Servers that change what they say."""

    @property
    def changed(self) -> int:
        """What was changed so far."""

    async def run(self, seed: int) -> str:
        """One conversation as the seed has it; says of which kind it was. Raises for what is wrong."""


class Failures:
    """Failures by where they came from, each told once, with the first seed that shows it."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str, str]] = Counter()

    def add(self, kind: str, seed: int, error: BaseException) -> None:
        trace = traceback.extract_tb(error.__traceback__)
        key = (
            kind,
            type(error).__name__,
            f"{trace[-1].filename}:{trace[-1].lineno}" if trace else str(error),
        )
        self.seen[key] += 1
        if self.seen[key] == 1:
            print(f"{kind}, seed {seed}:")
            traceback.print_exception(error)


def fuzz_checks(checks: Sequence[Check], ends_at: float, seed: int, failures: Failures) -> Counter[str]:
    """All checks in turn, each for the same share of the time."""
    tried: Counter[str] = Counter()
    share = (ends_at - time.monotonic()) / len(checks)
    for check in checks:
        name: str = getattr(check, "__name__", "check")
        until, current = time.monotonic() + share, seed
        while time.monotonic() < until:
            tried[name] += 1
            try:
                check(random.Random(current))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                failures.add(name, current, error)
            current += 1
    return tried


async def fuzz_network(
    start: Callable[[], AbstractAsyncContextManager[Servers]], ends_at: float, seed: int, failures: Failures
) -> Counter[str]:
    """Several sets of servers at once: most of the time is spent waiting for them."""
    tried: Counter[str] = Counter()
    slowest = [0.0]

    async def worker(number: int) -> None:
        async with start() as servers:
            current = seed + number
            while time.monotonic() < ends_at:
                started = time.monotonic()
                try:
                    tried[await servers.run(current)] += 1
                except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                    failures.add("network", current, error)
                slowest[0] = max(slowest[0], time.monotonic() - started)
                current += AT_ONCE
            tried["changes to what servers said"] += servers.changed

    await asyncio.gather(*(worker(number) for number in range(AT_ONCE)))
    if left := asyncio.all_tasks() - {asyncio.current_task()}:
        failures.add("network", seed, RuntimeError(f"tasks left over: {left}"))
    print(f"the slowest conversation took {slowest[0]:.1f} s")
    return tried


def main(
    about: str | None, checks: Sequence[Check], start: Callable[[], AbstractAsyncContextManager[Servers]]
) -> int:
    """Read the command line, fuzz, print how much was tried; 1 when anything failed."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    failures = Failures()
    started = time.monotonic()
    tried = fuzz_checks(checks, started + asked.seconds * (1 - NETWORK_SHARE), asked.seed, failures)
    print(f"at most {peak_mib():.0f} MiB after the pure checks")
    tried += asyncio.run(fuzz_network(start, started + asked.seconds, asked.seed, failures))
    print(f"at most {peak_mib():.0f} MiB at the end")
    for name, count in tried.items():
        print(f"{name:40} {count}")
    for key, count in failures.seen.items():
        print("FAILED", *key, count)
    return 1 if failures.seen else 0
