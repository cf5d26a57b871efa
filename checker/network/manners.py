"""Turns at destinations: one TCP connection at a time each, spaced where the operator of it would mind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from checker.network.budget import current_budget


@dataclass(slots=True)
class _Place:
    """The queue at one destination; dropped when nobody holds or awaits it and its spacing has passed."""

    limit: asyncio.Semaphore
    users: int = 0
    free_at: float = 0.0


@dataclass(slots=True)
class Manners:
    """Hands out turns by key: an address for every connection, "provider:…" besides for mail.

    `spacing_s` is the pause between the end of one turn and the next at keys that ask for spacing.
    """

    spacing_s: float = 1.0
    _places: dict[str, _Place] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, key: str, *, at_once: int = 1, spaced: bool = False) -> AsyncIterator[None]:
        """Wait for a place at `key` and hold it; the wait does not count against the row's budget."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place(limit=asyncio.Semaphore(at_once))
        place.users += 1
        try:
            budget = current_budget.get()
            queueing = place.limit.locked() or (spaced and place.free_at > _now())
            with budget.paused() if budget and queueing else nullcontext():
                await place.limit.acquire()
                try:
                    if spaced and (pause := place.free_at - _now()) > 0:
                        await asyncio.sleep(pause)
                except BaseException:
                    place.limit.release()
                    raise
            try:
                yield
            finally:
                place.free_at = _now() + (self.spacing_s if spaced else 0.0)
                place.limit.release()
        finally:
            place.users -= 1
            if place.users == 0 and place.free_at <= _now():
                self._places.pop(key, None)
            elif len(self._places) > _SWEEP_PLACES_AT:
                self._forget_idle()

    @asynccontextmanager
    async def turns(self, address: str, providers: Sequence[str] = ()) -> AsyncIterator[None]:
        """Hold the providers' turns and then the address's.

        Providers always come first: whoever holds an address never waits for a provider, so no two rows can
        wait for each other.
        """
        async with AsyncExitStack() as stack:
            for provider in sorted(providers):
                await stack.enter_async_context(self.turn(f"provider:{provider}", spaced=True))
            await stack.enter_async_context(self.turn(address))
            yield

    def _forget_idle(self) -> None:
        now = _now()
        for key in [key for key, place in self._places.items() if place.users == 0 and place.free_at <= now]:
            del self._places[key]


_SWEEP_PLACES_AT = 512
"""Number of remembered places past which idle ones are dropped."""


def _now() -> float:
    return asyncio.get_running_loop().time()
