"""Turns at destinations: one TCP connection at a time each, spaced where the operator of it would mind."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from checker.network.budget import Budget, current_budget


@dataclass(slots=True)
class _Place:
    """The queue at one destination; dropped when nobody holds or awaits it and its spacing has passed."""

    limit: asyncio.Semaphore
    users: Counter[Budget | None] = field(default_factory=Counter)
    last: Budget | None = None
    free_at: float = 0.0

    def others_wait(self, row: Budget | None) -> bool:
        """Whether the wait is for other rows: those here now, or the one whose turn was last."""
        return self.users.total() > self.users[row] or (not self.users[row] and self.last is not row)


@dataclass(slots=True)
class Manners:
    """Hands out turns by key: an address for every connection, "provider:…" besides for mail.

    `spacing_s` is the pause between the end of one turn and the next at keys that ask for spacing.
    """

    spacing_s: float = 1.0
    _places: dict[str, _Place] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, key: str, *, at_once: int = 1, spaced: bool = False) -> AsyncIterator[None]:
        """Wait for a place at `key` and hold it.

        Waiting for other rows does not count against the row's budget; waiting for the row's own connections does, or
        a row with many slow servers at one provider would never end.
        """
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place(limit=asyncio.Semaphore(at_once))
        budget = current_budget.get()
        row = budget.row if budget else None
        must_wait = place.limit.locked() or (spaced and place.free_at > _now())
        pause = budget.paused() if budget and must_wait and place.others_wait(row) else nullcontext()
        place.users[row] += 1
        try:
            with pause:
                await place.limit.acquire()
                try:
                    if spaced and (rest_s := place.free_at - _now()) > 0:
                        await asyncio.sleep(rest_s)
                except BaseException:
                    place.limit.release()
                    raise
            try:
                yield
            finally:
                place.free_at = _now() + (self.spacing_s if spaced else 0.0)
                place.last = row
                place.limit.release()
        finally:
            place.users[row] -= 1
            if not place.users[row]:
                del place.users[row]
            if not place.users and place.free_at <= _now():
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
        for key in [key for key, place in self._places.items() if not place.users and place.free_at <= now]:
            del self._places[key]


_SWEEP_PLACES_AT = 512
"""Number of remembered places past which idle ones are dropped."""


def _now() -> float:
    return asyncio.get_running_loop().time()
