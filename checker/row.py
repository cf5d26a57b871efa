"""Measuring one row: its conversations side by side under one deadline, the raw hellos last.

What is finished at the deadline stands; the rest becomes an observation with failure ROW_DEADLINE. Nothing here
judges, and nothing here knows that there are other rows.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from checker.network.budget import Budget, current_budget
from checker.network.clock import Clock
from checker.observations.dns import ChainObservation, DnssecObservation, Lookup, LookupOutcome
from checker.observations.failure import Failure
from checker.observations.mail import MailObservation
from checker.observations.row import Evidence, Row
from checker.observations.vantage import Vantage
from checker.observations.web import WebObservation

log = logging.getLogger(__name__)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

HELD_BACK = 0.5
"""The share of the row's time after which raw hellos are sent though other conversations go on."""
GRACE_S = 5.0
"""Seconds that cancelled conversations get for hanging up before the row goes on without them."""


class FactsRun(Protocol[T_co]):
    """What follows a conversation and decides no cell's basis; `observation` may be read at any time, also after a cancellation."""

    @property
    def observation(self) -> T_co:
        """The conversation's observation with every fact that is known by now."""
        ...

    async def run(self) -> object:
        """Take the facts that are missing."""
        ...


class Probes(Protocol):
    """The conversations as a row needs them; `fresh` asks for a second attempt, past what the sweep remembers.

    They never raise for the network's or the servers' trouble: what they raise is our bug.
    """

    async def dnssec(self, row: Row, domain: str, *, fresh: bool) -> DnssecObservation:
        """See how the zone of one of the row's domains is signed."""
        ...

    async def web(self, host: str, *, fresh: bool) -> WebObservation:
        """Hold the web conversation that decides cells."""
        ...

    def web_details(self, row: Row, web: WebObservation) -> FactsRun[WebObservation] | None:
        """Prepare the raw hellos and the look at the bare domain that follow it, if any shall."""
        ...

    async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
        """Hold the mail conversations of one mail domain."""
        ...

    def mail_facts(self, mail: MailObservation) -> FactsRun[MailObservation] | None:
        """Prepare the raw hellos that follow them, if any shall."""
        ...


class _First:
    """Holds the raw hellos back while conversations that decide cells go on (measuring.md, order of work).

    Some servers resent such hellos, and the row's next conversation may be with the same one. Not for longer than
    `at_most_s`: what the hellos show decides letters.
    """

    def __init__(self, at_most_s: float) -> None:
        self._at_most_s = at_most_s
        self._under_way = 0
        self._done = asyncio.Event()

    @asynccontextmanager
    async def one_of_them(self) -> AsyncIterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._done.set()

    async def all_done(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._at_most_s):
                await self._done.wait()


class _InTwoSteps(Generic[T]):
    """A conversation that decides cells and then its raw hellos; `seen` can be read at any time."""

    def __init__(self) -> None:
        self._basis: T | None = None
        self._facts: FactsRun[T] | None = None

    async def hold(
        self, basis: Callable[[], Awaitable[T]], facts: Callable[[T], FactsRun[T] | None], first: _First
    ) -> None:
        async with first.one_of_them():
            self._basis = await basis()
        self._facts = facts(self._basis)
        if self._facts is not None:
            await first.all_done()
            await self._facts.run()

    @property
    def seen(self) -> T | None:
        return self._basis if self._facts is None else self._facts.observation


async def measure(
    row: Row,
    asked: AbstractSet[str],
    probes: Probes,
    *,
    vantage: Vantage,
    clock: Clock,
    deadline_s: float,
    fresh: bool = False,
) -> Evidence:
    """Hold the conversations that `asked` names ("dnssec", "web", "mail") and return what was seen.

    Takes at most `deadline_s`, the waits for turns at shared destinations apart (`checker.network.budget`). Raises
    what a probe raised: our bug, which stops the row's other conversations.
    """
    first = _First(deadline_s * HELD_BACK)
    web, mail = _InTwoSteps[WebObservation](), _InTwoSteps[MailObservation]()
    domains = tuple(dict.fromkeys((row.domain, row.mail_domain))) if "dnssec" in asked else ()
    work: dict[str, Coroutine[Any, Any, Any]] = {
        f"dnssec {domain}": probes.dnssec(row, domain, fresh=fresh) for domain in domains
    }
    if "web" in asked:
        work["web"] = web.hold(
            lambda: probes.web(row.web_host, fresh=fresh), lambda seen: probes.web_details(row, seen), first
        )
    if "mail" in asked:
        work["mail"] = mail.hold(lambda: probes.mail(row.mail_domain, fresh=fresh), probes.mail_facts, first)
    done = await _side_by_side(work, row, deadline_s)
    now = clock.now()
    return Evidence(
        row=row,
        vantage=vantage,
        dnssec=tuple(done.get(f"dnssec {domain}") or _no_dnssec(domain, now) for domain in domains)
        if "dnssec" in asked
        else None,
        web=(web.seen or _no_web(row.web_host, now)) if "web" in asked else None,
        mail=(mail.seen or _no_mail(row.mail_domain, now)) if "mail" in asked else None,
    )


async def _side_by_side(
    work: dict[str, Coroutine[Any, Any, Any]], row: Row, deadline_s: float
) -> dict[str, Any]:
    """Run the conversations until all are done, one fails, or the deadline; return the results there are."""
    tasks: dict[str, asyncio.Task[Any]] = {}
    try:
        async with asyncio.timeout(deadline_s) as timeout:
            budget = Budget(timeout)
            before = current_budget.set(budget)
            try:
                tasks = {
                    name: asyncio.create_task(conversation, name=f"{row.code} {name}")
                    for name, conversation in work.items()
                }
                if tasks:
                    await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_EXCEPTION)
            finally:
                current_budget.reset(before)
                budget.close()
    except TimeoutError:
        log.info("row %s: its %g s are up", row.code, deadline_s)
    finally:
        finished = [task for task in tasks.values() if task.done()]
        await _hang_up(task for task in tasks.values() if not task.done())
    for task in finished:
        if task.cancelled():
            raise RuntimeError(f"{task.get_name()} was cancelled by somebody else")
        if error := task.exception():
            raise error
    return {name: task.result() for name, task in tasks.items() if task in finished}


async def _hang_up(conversations: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel what is under way and wait, not for long, until it has closed its connections."""
    tasks = list(conversations)
    for task in tasks:
        task.cancel()
    if not tasks:
        return
    ended, stuck = await asyncio.wait(tasks, timeout=GRACE_S)
    for task in ended:
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed while it was stopped", task.get_name(), exc_info=error)
    for task in stuck:
        log.error("%s does not stop", task.get_name())


def _no_dnssec(domain: str, now: datetime) -> DnssecObservation:
    return DnssecObservation(
        domain=domain,
        observed_at=now,
        existence=_no_lookup(domain, "SOA"),
        chain=ChainObservation(name=f"{domain}.", anchors=(), start=None, cuts=()),
        failure=Failure.ROW_DEADLINE,
    )


def _no_web(host: str, now: datetime) -> WebObservation:
    return WebObservation(
        host=host,
        observed_at=now,
        ipv4=_no_lookup(host, "A"),
        ipv6=_no_lookup(host, "AAAA"),
        endpoints=(),
        failure=Failure.ROW_DEADLINE,
    )


def _no_mail(domain: str, now: datetime) -> MailObservation:
    return MailObservation(
        domain=domain,
        observed_at=now,
        mx=_no_lookup(domain, "MX"),
        null_mx=False,
        null_mx_beside_others=False,
        implicit=False,
        hosts=(),
        failure=Failure.ROW_DEADLINE,
    )


def _no_lookup(name: str, rdtype: str) -> Lookup:
    return Lookup(name=name, type=rdtype, outcome=LookupOutcome.FAILED, failure=Failure.ROW_DEADLINE)
