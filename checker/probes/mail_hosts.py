"""The sweep's memory of mail hosts: one shared by many rows is probed once. Knows nothing of SMTP."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field

from checker.network.budget import current_budget
from checker.observations.dns import IPAddress
from checker.observations.mail import MailHost, MailSession

REMEMBERED = 2_048
"""Hosts whose outcome is kept, newest use last; one takes some 10 KiB."""
REMEMBERED_BYTES = 33_554_432
"""What servers said and showed, in what is kept: a hostile one may make it 100 KiB an address."""
BEGUN_BYTES = 262_144
"""A host about which more is known than this when a row's time is up is begun anew by the next."""


@dataclass(slots=True)
class Begun:
    """What has come of probing one host so far: `sessions` by address, over `rows` rows that tried.

    What one row had finished when its time was up the next one need not ask again. `unfinished` says that the row's time
    ended it, so that the outcome is that row's alone.
    """

    sessions: dict[IPAddress, MailSession] = field(default_factory=dict)
    rows: int = 0
    unfinished: bool = False


Probe = Callable[[Begun], Awaitable[MailHost]]
"""Probes one host: goes on from what was begun, and adds to it as it goes."""


class MailHosts:
    """Single flight per host name, for as long as the sweep lasts.

    The first row that asks does the probing, inside its own time; the others wait for it with their clocks stopped.
    When the first is cancelled, or has no more time, one of those that wait goes on from there. An own bug reaches whoever did the probing;
    the next one tries for itself.
    """

    def __init__(self, *, remembered: int = REMEMBERED, remembered_bytes: int = REMEMBERED_BYTES) -> None:
        self._remembered = remembered
        self._bytes = remembered_bytes
        self._weight = 0
        self._done: OrderedDict[tuple[str, bool], MailHost] = OrderedDict()
        self._begun: OrderedDict[tuple[str, bool], Begun] = OrderedDict()
        self._under_way: dict[tuple[str, bool], asyncio.Future[None]] = {}

    async def get(self, name: str, probe: Probe, *, fresh: bool = False) -> MailHost:
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

    async def _lead(self, key: tuple[str, bool], probe: Probe) -> MailHost:
        ended = self._under_way[key] = asyncio.get_running_loop().create_future()
        begun = self._begun.setdefault(key, Begun())
        begun.rows += 1
        begun.unfinished = False
        try:
            host = await probe(begun)
            if begun.unfinished:
                return host
            self._begun.pop(key, None)
            self._done[key] = host
            self._weight += _weight(host.sessions)
            while len(self._done) > self._remembered or self._weight > self._bytes:
                self._weight -= _weight(self._done.popitem(last=False)[1].sessions)
            return host
        finally:
            if _weight(begun.sessions.values()) > BEGUN_BYTES:
                self._begun.pop(key, None)
            while len(self._begun) > self._remembered:
                self._begun.popitem(last=False)
            del self._under_way[key]
            ended.set_result(None)

    async def _follow(self, key: tuple[str, bool]) -> None:
        """Wait until the probing under way has ended, well or not."""
        budget = current_budget.get()
        with budget.paused() if budget else nullcontext():
            await asyncio.shield(self._under_way[key])


def _weight(sessions: Iterable[MailSession]) -> int:
    """About how many bytes of the server's own the sessions hold."""
    weight = 0
    for session in sessions:
        replies = (session.banner, session.ehlo, session.helo, session.starttls, session.turned_away)
        weight += sum(len(line) for reply in replies if reply for line in reply.lines)
        weight += sum(map(len, session.handshake.chain)) if session.handshake else 0
        weight += sum(map(len, session.broad.certificates)) if session.broad else 0
    return weight
