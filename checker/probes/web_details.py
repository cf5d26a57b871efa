"""What follows the web conversation that decides cells: the raw hellos and the bare domain, side by side."""

import asyncio
from dataclasses import replace

from checker.observations.web import WebObservation
from checker.probes.bare_domain import BareDomainRun
from checker.probes.tls_facts import WebFactsRun


class WebDetailsRun:
    """Both runs as one; `observation` may be read at any time, also after a cancellation."""

    def __init__(self, facts: WebFactsRun, bare_domain: BareDomainRun) -> None:
        self._facts = facts
        self._bare_domain = bare_domain

    @property
    def observation(self) -> WebObservation:
        """The web host's observation with every fact that is known by now."""
        return replace(self._facts.observation, bare_domain=self._bare_domain.observation)

    async def run(self) -> None:
        """Take what is missing."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._facts.run())
            group.create_task(self._bare_domain.run())
