"""Whether this vantage gets out on port 25, learnt from the sweep's own mail conversations. Touches no network.

Many networks drop outgoing port 25, or reject it; then every mail server looks dead and none of them is.
"""

from dataclasses import dataclass, field, replace

from checker.observations.fact import Fact
from checker.observations.failure import NOBODY_MET
from checker.observations.mail import MailObservation, MailSession, MailStage
from checker.observations.vantage import Vantage

DEAD_HOSTS_FOR_NO = 2
"""Distinct mail hosts, at distinct addresses, that must look dead before that is held to be our own trouble."""


@dataclass(slots=True)
class _Family:
    """What was met on port 25 over one address family; `dead` holds at most DEAD_HOSTS_FOR_NO pairs.

    `control_silent`: a host that the operator named because it always answers did not, before the sweep.
    """

    proven: bool = False
    control_silent: bool = False
    contact: bool = False
    dead: list[tuple[str, str]] = field(default_factory=list)

    def see(self, host: str, session: MailSession) -> None:
        if session.banner is not None:
            self.proven = True
        elif session.stage is MailStage.NONE and session.failure in NOBODY_MET:
            self._see_dead(host, str(session.address))
        elif session.stage is not MailStage.NONE:
            self.contact = True

    def _see_dead(self, host: str, address: str) -> None:
        known = any(host == other or address == place for other, place in self.dead)
        if not known and len(self.dead) < DEAD_HOSTS_FOR_NO:
            self.dead.append((host, address))

    def fact(self, *, closed: bool) -> Fact:
        if self.proven:
            return Fact.YES
        dead = self.control_silent or len(self.dead) >= DEAD_HOSTS_FOR_NO
        return Fact.NO if closed and dead and not self.contact else Fact.NOT_TESTED


def _family(control: Fact) -> _Family:
    return _Family(proven=control is Fact.YES, control_silent=control is Fact.NO)


class PortTwentyFive:
    """Sweep-wide: YES per family at the first SMTP banner; NO only once closed, when all that was met looked dead."""

    def __init__(self, vantage: Vantage) -> None:
        self._vantage = vantage
        self._ipv4 = _family(vantage.port25_ipv4)
        self._ipv6 = _family(vantage.port25_ipv6)
        self._closed = False

    def see(self, mail: MailObservation) -> bool:
        """Learn from one mail domain; True when a family has been proven by it."""
        before = (self._ipv4.proven, self._ipv6.proven)
        for host in mail.hosts:
            for session in host.sessions:
                (self._ipv4 if session.address.version == 4 else self._ipv6).see(host.name, session)
        return before != (self._ipv4.proven, self._ipv6.proven)

    def close(self) -> None:
        """Nothing more is awaited: from now on what looks dead everywhere is NO."""
        self._closed = True

    @property
    def settled(self) -> bool:
        """Whether waiting can change nothing any more."""
        return self._closed or (self._ipv4.proven and self._ipv6.proven)

    @property
    def vantage(self) -> Vantage:
        """The vantage with what is known of port 25 so far."""
        return replace(
            self._vantage,
            port25_ipv4=self._ipv4.fact(closed=self._closed),
            port25_ipv6=self._ipv6.fact(closed=self._closed),
        )
