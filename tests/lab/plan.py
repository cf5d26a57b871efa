"""What a miniature internet consists of, before anything listens: name servers, web hosts, mail hosts.

Every host name is lower case without a trailing dot.
"""

from dataclasses import dataclass

from tests.lab.scenario import MailServer, Organisation, Web
from tests.lab.served_zone import ServedZone


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServerHost:
    """One name server: its addresses and all the zones it serves."""

    name: str
    addresses: tuple[str, ...]
    zones: tuple[ServedZone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebHost:
    """One web host; `dead` addresses are published but refuse connections."""

    name: str
    domain: str
    web: Web
    addresses: tuple[str, ...]
    dead: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHost:
    """One MX host; `dead` addresses are published but refuse connections.

    `mail_domain` is what a certificate for the domain names: the row's, or the domain of a provider's hosts.
    """

    name: str
    mail_domain: str
    server: MailServer
    addresses: tuple[str, ...]
    dead: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of one miniature internet, before anything listens."""

    name_servers: tuple[NameServerHost, ...]
    web_hosts: tuple[WebHost, ...]
    mail_hosts: tuple[MailHost, ...]
    trust_anchor: str
    root_hints: str


def web_name(organisation: Organisation) -> str:
    """The web host of a row, the default filled in."""
    return organisation.web_host or f"www.{organisation.domain}"


def mail_name(organisation: Organisation) -> str:
    """The mail domain of a row, the default filled in."""
    return organisation.mail_domain or organisation.domain


def mail_server_name(organisation: Organisation, index: int) -> str:
    """The host name of a row's `index`-th mail server, the default filled in."""
    if organisation.implicit_mx:
        return mail_name(organisation)
    return organisation.mail[index].host or f"mx{index + 1}.{mail_name(organisation)}"
