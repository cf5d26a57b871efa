"""Following one chain of redirects from one starting URL at one pinned address. Judges nothing.

Each (URL, address, cookies) is asked once an observation: the chain from http often reaches what the visit from https
starts with.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from checker.dns.lookup import Lookups
from checker.network.door import Network
from checker.observations.dns import IPAddress, LookupOutcome
from checker.observations.failure import Failure
from checker.observations.tls import ChainTrust, TlsOutcome
from checker.observations.web import Hop, Visit, VisitEnd
from checker.probes.web_request import WAITS_PER_CONVERSATION, Answer, ask
from checker.protocols import cookies
from checker.protocols.locations import REDIRECTS, BadLocation, WebUrl, resolve

MAX_REDIRECTS = 10
VISITED_PORTS = frozenset({80, 443})
ADDRESSES_PER_TARGET = 10
SILENT_PER_TARGET = 2
"""How many addresses of another host are tried when it does not answer, and how many that cost a wait each."""

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeadEnd:
    """Why a URL is not asked anywhere."""

    end: VisitEnd
    failure: Failure | None = None


@dataclass(slots=True, kw_only=True)
class Visits:
    """All visits of one observation of `host`: what was asked and resolved is asked and resolved once.

    `known` are visits that other observations began at these URLs: a redirect there is not followed again.
    """

    host: str
    network: Network
    lookups: Lookups
    trust: Callable[[tuple[bytes, ...]], ChainTrust]
    known: Mapping[str, Visit] = field(default_factory=dict)
    _asked: dict[tuple[str, IPAddress, str], asyncio.Task[Answer]] = field(default_factory=dict)
    _resolved: dict[str, asyncio.Task[tuple[IPAddress, ...] | _DeadEnd]] = field(default_factory=dict)

    async def visit(self, start: WebUrl, address: IPAddress) -> Visit:
        """Follow redirects from `start` at `address`; the same host stays there, others are resolved.

        The conversations together take at most `WAITS_PER_CONVERSATION` waits. That this time is up proves nothing: the
        last server had less than one wait, perhaps none, to answer in.
        """
        url = start
        jar: tuple[cookies.Cookie, ...] = ()
        hops: list[Hop] = []
        seen: set[tuple[WebUrl, tuple[cookies.Cookie, ...]]] = set()
        left_s = WAITS_PER_CONVERSATION * self.network.wait_s
        while (url, jar) not in seen:
            if len(hops) > MAX_REDIRECTS:
                again = sum(hop.url == str(url) for hop in hops) > 1
                return Visit(hops=tuple(hops), end=VisitEnd.LOOP if again else VisitEnd.GAVE_UP)
            seen.add((url, jar))
            sent = cookies.header(jar, url.scheme, url.host)
            if not sent and (further := self.known.get(str(url))):
                return Visit(hops=(*hops, *further.hops), end=further.end)
            places = await self._places(url, address, pinned=url.host == start.host)
            if isinstance(places, _DeadEnd):
                hops.append(Hop(url=str(url), address=None, failure=places.failure))
                return Visit(hops=tuple(hops), end=places.end)
            if left_s <= 0:
                hops.append(Hop(url=str(url), address=None, failure=Failure.TIMEOUT))
                return Visit(hops=tuple(hops), end=VisitEnd.GAVE_UP)
            answer = await self._ask_first(url, places, sent, left_s)
            hops.append(answer.hop)
            left_s -= answer.took_s
            if answer.end is not None:
                return Visit(hops=tuple(hops), end=VisitEnd.GAVE_UP if answer.hurried else answer.end)
            target = resolve(answer.location, url)
            # Without a target there is no redirect: browsers show what came with it (Fetch, "location URL").
            if answer.hop.status not in REDIRECTS or target is BadLocation.EMPTY:
                return Visit(hops=tuple(hops), end=VisitEnd.CONTENT)
            if isinstance(target, BadLocation):
                return Visit(hops=tuple(hops), end=VisitEnd.BAD_LOCATION)
            jar = cookies.remember(jar, url.host, answer.set_cookies)
            url = target
        return Visit(hops=tuple(hops), end=VisitEnd.LOOP)

    async def _ask_first(
        self, url: WebUrl, places: tuple[IPAddress, ...], sent: str, left_s: float
    ) -> Answer:
        """The answer from the first place that takes a connection, else the last one's failure.

        While there are places that were not tried, no answer proves nothing.
        """
        silent = 0
        for place in places[:ADDRESSES_PER_TARGET]:
            key, ask_here = (str(url), place, sent), partial(self._ask, url, place, sent, left_s)
            answer = await _once(self._asked, key, ask_here)
            if answer.hurried and left_s >= self.network.wait_s:
                self._asked.pop(key, None)  # another visit had too little time left for it
                answer = await _once(self._asked, key, ask_here)
            if answer.end is not VisitEnd.NO_ANSWER:
                return answer
            silent += answer.hop.failure is Failure.TIMEOUT
            if silent == SILENT_PER_TARGET:
                break
        return replace(answer, hurried=place != places[-1])

    async def _ask(self, url: WebUrl, place: IPAddress, sent: str, left_s: float) -> Answer:
        answer = await ask(self.network, place, url, cookies=sent, total_s=left_s)
        seen = answer.hop.handshake
        if seen is None or seen.outcome is not TlsOutcome.ESTABLISHED or not seen.chain:
            return answer
        if url.host != self.host or url.target != "/" or sent:
            # Judged is where a visit starts; what else a server can be made to show is not worth the memory.
            return replace(answer, hop=replace(answer.hop, handshake=replace(seen, chain=())))
        judged = replace(seen, trust=self.trust(seen.chain))
        return replace(answer, hop=replace(answer.hop, handshake=judged))

    async def _places(
        self, url: WebUrl, address: IPAddress, *, pinned: bool
    ) -> tuple[IPAddress, ...] | _DeadEnd:
        """Where a URL is asked: the pinned address, or another host's, one of the same family first, then the other."""
        if url.port not in VISITED_PORTS:
            return _DeadEnd(end=VisitEnd.NOT_VISITED, failure=Failure.NOT_ALLOWED)
        if pinned:
            return (address,)
        if self.network.policy.excludes_name(url.host):
            return _DeadEnd(end=VisitEnd.NOT_VISITED, failure=Failure.EXCLUDED)
        places = await _once(self._resolved, url.host, partial(self._resolve, url))
        if isinstance(places, _DeadEnd):
            return places
        alike = [place for place in places if place.version == address.version]
        other = [place for place in places if place.version != address.version]
        return (*alike[:1], *other[:1], *alike[1:], *other[1:])

    async def _resolve(self, url: WebUrl) -> tuple[IPAddress, ...] | _DeadEnd:
        if literal := url.address:
            found: tuple[IPAddress, ...] = (literal,)
        else:
            pair = await asyncio.gather(
                self.lookups.lookup(url.host, "A"), self.lookups.lookup(url.host, "AAAA")
            )
            if self.network.policy.excludes_name(*(alias for lookup in pair for alias in lookup.aliases)):
                return _DeadEnd(end=VisitEnd.NOT_VISITED, failure=Failure.EXCLUDED)
            found = tuple(place for lookup in pair for place in lookup.addresses)
            if not found:
                failed = any(lookup.outcome is LookupOutcome.FAILED for lookup in pair)
                return _DeadEnd(end=VisitEnd.UNRESOLVED, failure=Failure.UNRESOLVABLE if failed else None)
        kept = tuple(place for place in found if not self.network.policy.is_excluded(place))
        welcome = tuple(place for place in kept if self.network.policy.refusal(place) is None)
        if welcome:
            return welcome
        failure = Failure.EXCLUDED if len(kept) < len(found) else Failure.NOT_ALLOWED
        return _DeadEnd(end=VisitEnd.NOT_VISITED, failure=failure)


async def _once(tasks: dict[K, asyncio.Task[T]], key: K, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The result of one task for each key, however many wait for it."""
    task = tasks.get(key)
    if task is None:
        task = tasks[key] = asyncio.ensure_future(start())
    return await task
