"""How we take TLS facts of mail servers: raw hellos behind STARTTLS, for `check`. No mail cell depends on them."""

import asyncio
from dataclasses import replace

from checker.network.door import Network
from checker.observations.dns import IPAddress
from checker.observations.mail import MailHost, MailObservation, MailState
from checker.probes.mail_session import PORT, BehindStarttls, server_name
from checker.probes.mail_stop import turned_away
from checker.probes.tls_facts import TlsFactsRun
from checker.protocols.registrable_domain import registrable_domain


class MailFactsRun:
    """The facts of every mail server address that TLS was spoken with; costs some ten connections each.

    A host that says 4xx, in its dialogues or to one of these connections, is left alone from then on.
    """

    def __init__(self, mail: MailObservation, network: Network) -> None:
        self._mail = mail
        self._runs = {host.name: _runs(host, network) for host in mail.hosts}

    @property
    def observation(self) -> MailObservation:
        """The observation with the facts known so far."""
        return replace(self._mail, hosts=tuple(map(self._with_facts, self._mail.hosts)))

    async def run(self) -> None:
        """Run the plan at every address; on cancellation what is known stays in `observation`."""
        async with asyncio.TaskGroup() as group:
            for runs in self._runs.values():
                group.create_task(_one_by_one(runs))

    def _with_facts(self, host: MailHost) -> MailHost:
        runs = self._runs[host.name]
        sessions = tuple(
            replace(session, facts=run.facts) if (run := runs.get(session.address)) else session
            for session in host.sessions
        )
        return replace(host, sessions=sessions)


def _runs(host: MailHost, network: Network) -> dict[IPAddress, TlsFactsRun]:
    if any(session.turned_away or turned_away(session) for session in host.sessions):
        return {}
    behind = BehindStarttls(network, (registrable_domain(host.name),))
    return {
        session.address: TlsFactsRun(
            network,
            session.address,
            PORT,
            server_name(host.name),
            session.handshake,
            broad=session.broad,
            opener=behind.at(session.address),
        )
        for session in host.sessions
        if session.state is MailState.TLS and session.handshake is not None
    }


async def _one_by_one(runs: dict[IPAddress, TlsFactsRun]) -> None:
    """One address after the other, so that a 4xx at one ends it for all of them."""
    for run in runs.values():
        await run.run()
