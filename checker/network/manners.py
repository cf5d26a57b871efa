"""Turns at destinations: one TCP connection at a time each, spaced where the operator of it would mind."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from checker.network.budget import Budget, current_budget

FORGET_AT = 512
"""Number of places past which idle ones are looked for, and no sooner than it has doubled since the last time."""


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

    def keep_free(self, spacing_s: float) -> None:
        """Let nobody begin here for so long from now."""
        self.free_at = max(self.free_at, _now() + spacing_s)

    async def until_free(self) -> None:
        """Wait until the spacing has passed; others who hold a place here may go first and begin it anew."""
        while (rest_s := self.free_at - _now()) > 0:  # noqa: ASYNC110 - it is time that passes, not an event
            await asyncio.sleep(rest_s)

    @property
    def idle(self) -> bool:
        """Whether it can be forgotten."""
        return not self.users and self.free_at <= _now()


@dataclass(slots=True)
class Manners:
    """Hands out turns by key: an address for every connection, "mail:address" and "provider:name" besides for mail.

    At keys that ask for spacing no turn begins within `spacing_s` of another's beginning or end. `mail_at_once` is
    the number of turns at once at one mail provider; an address has one.
    """

    spacing_s: float = 1.0
    mail_at_once: int = 1
    _places: dict[str, _Place] = field(default_factory=dict)
    _forget_at: int = FORGET_AT

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
                    await place.until_free()
                except BaseException:
                    place.limit.release()
                    raise
            spacing_s = self.spacing_s if spaced else 0.0
            place.keep_free(spacing_s)
            try:
                yield
            finally:
                place.keep_free(spacing_s)
                place.last = row
                place.limit.release()
        finally:
            place.users[row] -= 1
            if not place.users[row]:
                del place.users[row]
            if place.idle:
                self._places.pop(key, None)
            elif len(self._places) > self._forget_at:
                self._forget_idle()

    @asynccontextmanager
    async def turns(
        self, address: str, providers: Sequence[str] = (), *, mail: bool = False
    ) -> AsyncIterator[None]:
        """Hold the providers' turns, for `mail` one at the address's mail server, and then the address's own.

        Always in this order, so that no two rows can wait for each other. The mail server's turn is one of its own
        because it is spaced, and a web server at the same address need not be.
        """
        async with AsyncExitStack() as stack:
            for provider in sorted(providers):
                turn = self.turn(f"provider:{provider}", at_once=self.mail_at_once, spaced=True)
                await stack.enter_async_context(turn)
            if mail:
                await stack.enter_async_context(self.turn(f"mail:{address}", spaced=True))
            await stack.enter_async_context(self.turn(address))
            yield

    def _forget_idle(self) -> None:
        for key in [key for key, place in self._places.items() if place.idle]:
            del self._places[key]
        self._forget_at = max(FORGET_AT, 2 * len(self._places))


def _now() -> float:
    return asyncio.get_running_loop().time()
