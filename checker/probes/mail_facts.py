"""How we take TLS facts of mail servers: raw hellos behind STARTTLS, for `check`. No mail cell depends on them."""

import asyncio
from dataclasses import replace

from checker.network.door import Network
from checker.observations.dns import IPAddress
from checker.observations.mail import MailHost, MailObservation, MailState
from checker.probes.mail import provider_of
from checker.probes.mail_session import PORT, behind_starttls, server_name
from checker.probes.tls_facts import TlsFactsRun


class MailFactsRun:
    """The facts of every mail server address that TLS was spoken with; costs some ten connections each."""

    def __init__(self, mail: MailObservation, network: Network) -> None:
        self._mail = mail
        self._runs: dict[tuple[str, IPAddress], TlsFactsRun] = {}
        for host in mail.hosts:
            for session in host.sessions:
                if session.state is MailState.TLS and session.handshake is not None:
                    opener = behind_starttls(network, session.address, (provider_of(host.name),))
                    self._runs[host.name, session.address] = TlsFactsRun(
                        network,
                        session.address,
                        PORT,
                        server_name(host.name),
                        session.handshake,
                        broad=session.broad,
                        opener=opener,
                    )

    @property
    def observation(self) -> MailObservation:
        """The observation with the facts known so far."""
        return replace(self._mail, hosts=tuple(map(self._with_facts, self._mail.hosts)))

    async def run(self) -> None:
        """Run the plan at every address; on cancellation what is known stays in `observation`."""
        async with asyncio.TaskGroup() as group:
            for run in self._runs.values():
                group.create_task(run.run())

    def _with_facts(self, host: MailHost) -> MailHost:
        sessions = tuple(
            replace(session, facts=run.facts)
            if (run := self._runs.get((host.name, session.address)))
            else session
            for session in host.sessions
        )
        return replace(host, sessions=sessions)
