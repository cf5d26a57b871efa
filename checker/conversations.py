"""The conversations that a row needs, over one door, one chain walker and one certificate store."""

from checker.dns.walk import Walker
from checker.network.door import Network
from checker.observations.dns import DnssecObservation
from checker.observations.mail import MailObservation
from checker.observations.row import Row
from checker.observations.web import WebObservation
from checker.probes.bare_domain import BareDomainRun
from checker.probes.dnssec import observe_dnssec
from checker.probes.mail import observe_mail
from checker.probes.mail_facts import MailFactsRun
from checker.probes.mail_hosts import MailHosts
from checker.probes.tls_facts import WebFactsRun
from checker.probes.web import observe_web
from checker.probes.web_details import WebDetailsRun
from checker.protocols.ca_store import CaStore


class Conversations:
    """What `checker.row.Probes` asks for. One instance a sweep: it remembers the mail hosts.

    `mail_facts` takes the full set of raw hellos behind STARTTLS too, which costs connections that mail hosts limit.
    """

    def __init__(self, walker: Walker, *, ca_store: CaStore, mail_facts: bool = False) -> None:
        self._walker = walker
        self._network: Network = walker.resolver.network
        self._ca_store = ca_store
        self._mail_hosts = MailHosts()
        self._mail_facts = mail_facts

    async def dnssec(self, row: Row, domain: str, *, fresh: bool) -> DnssecObservation:
        """See how the zone of one of the row's domains is signed; `fresh` walks down from the anchors anew."""
        questions = ((row.web_host, "A"), (row.web_host, "AAAA"), (row.mail_domain, "MX"))
        walker = Walker(self._walker.resolver, self._walker.anchors) if fresh else self._walker
        return await observe_dnssec(domain, questions, walker)

    async def web(self, host: str, *, fresh: bool) -> WebObservation:
        """Hold the web conversation that decides cells; nothing of an earlier one is remembered."""
        del fresh
        return await observe_web(host, self._network, self._walker.resolver, ca_store=self._ca_store)

    def web_details(self, row: Row, web: WebObservation) -> WebDetailsRun:
        """Prepare the raw hellos and the look at the bare domain that follow it."""
        bare_domain = BareDomainRun(
            row.domain, web, self._network, self._walker.resolver, ca_store=self._ca_store
        )
        facts = WebFactsRun(web, self._network)
        return WebDetailsRun(facts, bare_domain, head_start_s=self._network.wait_s)

    async def mail(self, domain: str, *, fresh: bool) -> MailObservation:
        """Hold the mail conversations of one mail domain."""
        return await observe_mail(
            domain,
            self._network,
            self._walker.resolver,
            hosts=self._mail_hosts,
            ca_store=self._ca_store,
            fresh=fresh,
        )

    def mail_facts(self, mail: MailObservation) -> MailFactsRun | None:
        """Prepare the raw hellos behind STARTTLS, where they are asked for."""
        return MailFactsRun(mail, self._network) if self._mail_facts else None
