"""Locks by name, so that one row's search serves the others; a lock vanishes with its last user."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.name


@dataclass(slots=True)
class _Flight:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Flights:
    """One search at a time for each name."""

    def __init__(self) -> None:
        self._flights: dict[dns.name.Name, _Flight] = {}

    @asynccontextmanager
    async def turn(self, name: dns.name.Name | None, *, wait_s: float | None = None) -> AsyncIterator[None]:
        """Hold the name's lock; after `wait_s` go on without it. None is no name and never waits."""
        if name is None:
            yield
            return
        flight = self._flights.setdefault(name, _Flight())
        flight.users += 1
        held = False
        try:
            try:
                async with asyncio.timeout(wait_s):
                    held = await flight.lock.acquire()
            except TimeoutError:
                held = False
            yield
        finally:
            flight.users -= 1
            if held:
                flight.lock.release()
            if flight.users == 0:
                self._flights.pop(name, None)
