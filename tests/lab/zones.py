"""From organisations to a plan: root, top-level and leaf zones on name servers, and the web and mail hosts.

Pure: nothing listens here.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tests.lab.hierarchy import ROOT_SERVERS, Hierarchy, closest
from tests.lab.plan import (
    MailHost,
    Plan,
    WebHost,
    mail_name,
    mail_server_name,
    web_name,
)
from tests.lab.scenario import Certificate, Dns, MailServer, Organisation, Signing, Web, Zone

TOP_LEVEL_DENIAL = {"net": "nsec3", "org": "nsec3-optout", "com": "nsec3-optout", "nu": "nsec3-optout"}
"""How top-level zones deny; those not named use NSEC, as .se does."""
ZONES_PER_OPERATOR = 20
OPERATORS = (
    ("dnsdrift{}.se", Zone(signing=Signing.SIGNED, denial="nsec3")),
    ("namnservrar{}.org", Zone()),
)
"""Who serves the leaf zones, in turn; the first gets sibling glue from .se, the second must be looked up."""
HOSTING = Zone(signing=Signing.SIGNED, denial="nsec3")
"""Zones that nobody describes: those of mail providers and web hosts outside the rows' own domains."""


def plan(organisations: Iterable[Organisation], now: datetime) -> Plan:
    """Lay out the miniature internet of these rows. Raises ValueError when rows contradict each other."""
    planner = _Planner(tuple(organisations), now)
    return planner.plan()


class _Planner:
    def __init__(self, organisations: tuple[Organisation, ...], now: datetime) -> None:
        self._organisations = organisations
        self._zones = Hierarchy(now)
        self._absent: set[str] = set()
        self._web: dict[str, WebHost] = {}
        self._mail: dict[str, MailHost] = {}

    def plan(self) -> Plan:
        leaves = self._leaves()
        self._zones.found("", Zone(signing=Signing.SIGNED), ROOT_SERVERS, split=True)
        operators = self._operators(leaves)
        top_level = {apex.rpartition(".")[2] for apex in (*leaves, *operators)} | {"net"}
        for label in sorted(top_level):
            zone = Zone(signing=Signing.SIGNED, denial=TOP_LEVEL_DENIAL.get(label, "nsec"))
            self._zones.found(label, zone, (f"a.ns.{label}", f"b.ns.{label}"), split=True)
        self._zones.found("root-servers.net", Zone(), ROOT_SERVERS)
        for apex, zone in operators.items():
            self._zones.found(apex, zone, (f"ns1.{apex}", f"ns2.{apex}"))
        names = list(operators)
        for index, (apex, zone) in enumerate(leaves.items()):
            operator = names[index % len(names)]
            self._zones.found(apex, zone, (f"ns1.{operator}", f"ns2.{operator}"), split=zone.algorithm == 8)
        self._zones.delegate()
        for organisation in self._organisations:
            self._furnish_web(organisation, web_name(organisation), organisation.web)
            if organisation.bare:
                self._furnish_web(organisation, organisation.domain, organisation.bare)
            self._furnish_mail(organisation)
        return Plan(
            name_servers=self._zones.name_servers(),
            web_hosts=tuple(self._web.values()),
            mail_hosts=tuple(self._mail.values()),
            trust_anchor=self._zones.trust_anchor(),
            root_hints=self._zones.root_hints(),
        )

    def _leaves(self) -> dict[str, Zone]:
        """The rows' own zones, and those of hosts elsewhere; domains that do not exist go to `_absent`."""
        leaves: dict[str, Zone] = {}
        for organisation in self._organisations:
            mail_domain = mail_name(organisation)
            own = [(organisation.zone.apex or organisation.domain, organisation.zone)]
            if mail_domain != organisation.domain:
                own.append((organisation.mail_zone.apex or mail_domain, organisation.mail_zone))
            for apex, zone in own:
                described = replace(zone, apex="")
                if leaves.setdefault(apex, described) != described:
                    raise ValueError(f"two rows describe the zone {apex} differently")
        for host in self._hosts():
            if closest(host, leaves) is None:
                leaves[".".join(host.split(".")[-2:])] = HOSTING
        self._absent = {apex for apex, zone in leaves.items() if zone.dns is Dns.NXDOMAIN}
        return {apex: zone for apex, zone in leaves.items() if apex not in self._absent}

    def _hosts(self) -> Iterable[str]:
        for organisation in self._organisations:
            yield web_name(organisation)
            if organisation.web.alias:
                yield organisation.web.alias
            for index in range(len(organisation.mail)):
                yield mail_server_name(organisation, index)

    @staticmethod
    def _operators(leaves: dict[str, Zone]) -> dict[str, Zone]:
        """Enough operators for the leaf zones, one of each kind when there are two zones or more."""
        count = max(-(-len(leaves) // ZONES_PER_OPERATOR), min(len(leaves), len(OPERATORS)), 1)
        return {
            pattern.format(index // len(OPERATORS) + 1): zone
            for index in range(count)
            for pattern, zone in (OPERATORS[index % len(OPERATORS)],)
        }

    def _exists(self, host: str) -> bool:
        return self._zone_of(host) not in self._absent

    def _zone_of(self, name: str) -> str:
        """The apex of the zone that holds `name`, or would if it existed."""
        while name not in self._zones and name not in self._absent:
            name = name.partition(".")[2]
        return name

    def _reach(self, host: str, behaviour: Web | MailServer) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Publish a host's addresses; those that answer and those that are dead."""
        has_ipv6 = behaviour.ipv6 or behaviour.ipv6_dead
        self._zones.publish(host, ipv4=behaviour.ipv4, ipv6=has_ipv6)
        addresses = self._zones.addresses(host)
        answering = [addresses.ipv4] if behaviour.ipv4 else []
        if behaviour.ipv6_dead:
            return tuple(answering), (addresses.ipv6,)
        return (*answering, *([addresses.ipv6] if has_ipv6 else [])), ()

    def _publish_oddities(self, host: str, server: MailServer) -> None:
        """The records of a mail host besides its own addresses. One without any exists all the same (NODATA)."""
        contents = self._zones.contents(self._zone_of(host))
        if server.alias:
            contents.add(f"{host}.", "CNAME", f"{server.alias}.")
        for address in server.published:
            contents.add(f"{host}.", "AAAA" if ":" in address else "A", address)
        if not (server.ipv4 or server.ipv6 or server.ipv6_dead or server.published):
            contents.add(f"{host}.", "TXT", '"no address"')

    def _furnish_web(self, organisation: Organisation, name: str, web: Web) -> None:
        if not self._exists(name):
            return
        if web.alias:
            if any(host.web.alias == web.alias for host in self._web.values() if host.name != name):
                raise ValueError(f"two web hosts are aliases of {web.alias}: one server each")
            self._zones.contents(self._zone_of(name)).add(f"{name}.", "CNAME", f"{web.alias}.")
        if name not in self._web:
            answering, dead = self._reach(web.alias or name, web)
            further = [address for address in (web.dead_ipv4, web.private_ipv4) if address]
            if further:
                self._zones.contents(self._zone_of(name)).add(f"{name}.", "A", *further)
            dead += (web.dead_ipv4,) if web.dead_ipv4 else ()
            described = WebHost(
                name=name, domain=organisation.domain, web=web, addresses=answering, dead=dead
            )
            self._web[name] = described
            if web.ipv6_server:
                over_ipv4, over_ipv6 = answering[:1], answering[1:]
                self._web[name] = replace(described, addresses=over_ipv4)
                self._web[f"{name} over IPv6"] = replace(
                    described, web=web.ipv6_server, addresses=over_ipv6, dead=()
                )
        elif self._web[name].web != web:
            raise ValueError(f"two rows describe the web host {name} differently")

    def _furnish_mail(self, organisation: Organisation) -> None:
        domain = mail_name(organisation)
        apex = self._zone_of(domain)
        if apex in self._absent:
            return
        contents = self._zones.contents(apex)
        if organisation.null_mx:
            contents.add(f"{domain}.", "MX", "0 .")
        for rdata in organisation.extra_mx:
            contents.add(f"{domain}.", "MX", rdata)
        for index, server in enumerate(organisation.mail):
            host = mail_server_name(organisation, index)
            if not organisation.implicit_mx:
                contents.add(f"{domain}.", "MX", f"{server.preference} {host}.")
            if not self._exists(host):
                continue
            known = self._mail.get(host)
            if known is None:
                answering, dead = self._reach(server.alias or host, server)
                self._publish_oddities(host, server)
                named = domain if _names_row(server, host, domain) else self._zone_of(host)
                self._mail[host] = MailHost(
                    name=host, mail_domain=named, server=server, addresses=answering, dead=dead
                )
            elif known.server != server:
                raise ValueError(f"two rows describe the mail server {host} differently")


def _names_row(server: MailServer, host: str, domain: str) -> bool:
    """Whether a certificate for "the domain" is for the row's mail domain, or for that of the host's provider."""
    return server.certificate is Certificate.MAIL_DOMAIN or host == domain or host.endswith(f".{domain}")
