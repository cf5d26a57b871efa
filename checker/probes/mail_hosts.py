"""The sweep's memory of mail hosts: one shared by many rows is probed once. Knows nothing of SMTP."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from checker.network.budget import current_budget
from checker.observations.mail import MailHost

REMEMBERED = 2_048
"""Hosts whose outcome is kept, newest use last; one takes some 10 KiB."""


class MailHosts:
    """Single flight per host name, for as long as the sweep lasts.

    The first row that asks does the probing, inside its own time; the others wait for it with their clocks stopped.
    When the first is cancelled, one of those that wait does it over. An own bug reaches whoever did the probing; the
    next one tries for itself.
    """

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._done: OrderedDict[tuple[str, bool], MailHost] = OrderedDict()
        self._under_way: dict[tuple[str, bool], asyncio.Future[None]] = {}

    async def get(
        self, name: str, probe: Callable[[], Awaitable[MailHost]], *, fresh: bool = False
    ) -> MailHost:
        """The outcome of probing `name`, now or earlier in this sweep.

        `fresh` asks for the second attempt: one that is not the first, and also made only once.
        """
        key = (name, fresh)
        while True:
            if key in self._done:
                self._done.move_to_end(key)
                return self._done[key]
            if key not in self._under_way:
                return await self._lead(key, probe)
            await self._follow(key)

    async def _lead(self, key: tuple[str, bool], probe: Callable[[], Awaitable[MailHost]]) -> MailHost:
        ended = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            host = await probe()
            self._done[key] = host
            if len(self._done) > self._remembered:
                self._done.popitem(last=False)
            return host
        finally:
            del self._under_way[key]
            ended.set_result(None)

    async def _follow(self, key: tuple[str, bool]) -> None:
        """Wait until the probing under way has ended, well or not."""
        budget = current_budget.get()
        with budget.paused() if budget else nullcontext():
            await asyncio.shield(self._under_way[key])
