"""What follows the web conversation that decides cells: the bare domain, and the raw hellos."""

import asyncio
from dataclasses import replace

from checker.observations.web import WebObservation
from checker.probes.bare_domain import BareDomainRun
from checker.probes.tls_facts import WebFactsRun


class WebDetailsRun:
    """Both runs as one; `observation` may be read at any time, also after a cancellation."""

    def __init__(self, facts: WebFactsRun, bare_domain: BareDomainRun, *, head_start_s: float) -> None:
        self._head_start_s = head_start_s
        self._facts = facts
        self._bare_domain = bare_domain

    @property
    def observation(self) -> WebObservation:
        """The web host's observation with every fact that is known by now."""
        return replace(self._facts.observation, bare_domain=self._bare_domain.observation)

    async def run(self) -> None:
        """Take what is missing: the bare domain before the raw hellos, which some servers resent, unless it is slow.

        What went wrong at the bare domain and may have passed is tried again at the end: a whole second attempt of the
        web host would be too much for a finding.
        """
        async with asyncio.TaskGroup() as group:
            bare_domain = group.create_task(self._bare_domain.run())
            await asyncio.wait((bare_domain,), timeout=self._head_start_s)
            group.create_task(self._facts.run())
        await self._bare_domain.run()
